"""What is generated from the .proto files is fresh, and the contract passes buf's rules."""

import filecmp
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROTOS = ROOT / "protos"
BUF = Path(sys.executable).parent / "buf"


def buf(*arguments: str, cwd: Path = PROTOS) -> subprocess.CompletedProcess[str]:
    return subprocess.run([BUF, *arguments], cwd=cwd, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("generated")
    script = [sys.executable, str(PROTOS / "generate.py"), "--root", str(root)]
    subprocess.run(script, check=True)
    return root


def test_stubs_are_fresh(generated: Path) -> None:
    fresh, committed = generated / "plaudit" / "v1", ROOT / "plaudit" / "v1"
    names = {path.name for path in committed.glob("*_pb2*")}
    assert names == {path.name for path in fresh.iterdir()}
    _, different, errors = filecmp.cmpfiles(fresh, committed, names, shallow=False)
    assert (different, errors) == ([], []), "run `make protos` and commit what it writes"


def test_contract_page_is_fresh(generated: Path) -> None:
    fresh = (generated / "docs" / "contract.md").read_text()
    assert fresh == (ROOT / "docs" / "contract.md").read_text(), "run `make protos`"


@pytest.mark.parametrize("arguments", [("lint",), ("format", "-d", "--exit-code")])
def test_buf_accepts_the_contract(arguments: tuple[str, ...]) -> None:
    done = buf(*arguments)
    assert done.returncode == 0, done.stdout + done.stderr


def test_contract_does_not_break_the_released_one() -> None:
    done = buf("breaking", ".", "--against", "released.binpb")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_breaking_change_would_be_seen(tmp_path: Path) -> None:
    copy = tmp_path / "protos"
    shutil.copytree(PROTOS, copy)
    result = copy / "plaudit" / "v1" / "result.proto"
    result.write_text(
        result.read_text().replace("optional double value = 1;", "optional float value = 1;")
    )
    done = buf("breaking", ".", "--against", "released.binpb", cwd=copy)
    assert done.returncode != 0
    assert "changed type from" in done.stdout
