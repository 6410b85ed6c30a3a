"""Makes everything that follows from the .proto files: the Python stubs and docs/contract.md.

python protos/generate.py               write plaudit/v1/*_pb2* and docs/contract.md
python protos/generate.py --root DIR    the same below DIR (a test compares the two)
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from google.protobuf import descriptor_pb2
from grpc_tools import protoc

sys.path.insert(0, str(Path(__file__).parent))
from contract_docs import render

PROTOS = Path(__file__).parent
FILES = sorted(str(path.relative_to(PROTOS)) for path in PROTOS.glob("plaudit/v1/*.proto"))


def generate(root: Path) -> None:
    """Writes the stubs and the reference page below `root`."""
    stubs = root / "plaudit" / "v1"
    stubs.mkdir(parents=True, exist_ok=True)
    for old in stubs.glob("*_pb2*"):
        old.unlink()
    # The import path of a stub is its path below --python_out: here no import needs fixing.
    _protoc(f"--python_out={root}", f"--pyi_out={root}", f"--grpc_python_out={root}")
    for empty in stubs.glob("*_pb2_grpc.py"):
        if "Stub" not in empty.read_text():
            empty.unlink()
    docs = root / "docs" / "contract.md"
    docs.parent.mkdir(parents=True, exist_ok=True)
    docs.write_text(render(_describe(root)))


def _describe(root: Path) -> descriptor_pb2.FileDescriptorSet:
    image = root / ".contract.binpb"
    _protoc("--include_source_info", f"--descriptor_set_out={image}")
    described = descriptor_pb2.FileDescriptorSet.FromString(image.read_bytes())
    image.unlink()
    return described


def _protoc(*options: str) -> None:
    include = Path(protoc.__file__).parent / "_proto"
    if protoc.main(["protoc", f"-I{PROTOS}", f"-I{include}", *options, *FILES]) != 0:
        raise SystemExit("protoc failed; its message is above")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--root", type=Path, default=PROTOS.parent)
    generate(parser.parse_args().root)
