"""The direction of imports: services -> plaudit <- trainer, and scoring code without gRPC."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("plaudit", "services", "trainer")
GENERATED = ROOT / "plaudit" / "v1"
# The modules of a service that speak gRPC; everything else in its folder is scoring code.
GRPC_MODULES = {"servicer.py", "__main__.py"}


def imported_names(source: str, package: str) -> Iterator[str]:
    """Every module that the source imports, absolute, wherever in the file the import stands."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")
            base = ".".join(parents[: len(parents) - node.level + 1]) if node.level else ""
            yield ".".join(part for part in (base, node.module or "") if part)
            yield from (
                f"{base}.{alias.name}" for alias in node.names if node.level and not node.module
            )


def forbidden(path: Path) -> list[str]:
    """The prefixes that a file may not import."""
    top, *rest = path.relative_to(ROOT).parts
    heavy = ["torch", "fastapi", "transformers", "vllm", "sglang"]
    if top == "plaudit":
        return ["services", "trainer", "pydantic", *heavy]
    if top == "trainer":
        return ["services"]
    service = rest[0] if len(rest) > 1 else ""
    others = [
        f"services.{other.name}"
        for other in (ROOT / "services").iterdir()
        if other.is_dir() and other.name not in (service, "common", "__pycache__")
    ]
    banned = ["trainer", *others]
    if service == "common":
        return banned + heavy
    return banned if path.name in GRPC_MODULES else [*banned, "grpc"]


def violations(path: Path) -> list[str]:
    package = ".".join(path.relative_to(ROOT).parts[:-1])
    names = set(imported_names(path.read_text(), package))
    return sorted(
        name
        for name in names
        for prefix in forbidden(path)
        if name == prefix or name.startswith(prefix + ".")
    )


def sources() -> list[Path]:
    found = [path for top in PACKAGES for path in (ROOT / top).rglob("*.py")]
    return [path for path in found if GENERATED not in path.parents]


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_keep_their_direction(path: Path) -> None:
    assert violations(path) == []


@pytest.mark.parametrize(
    ("source", "package", "expected"),
    [
        ("import services.judge.model", "plaudit", {"services.judge.model"}),
        ("def f():\n    from services.common import pool", "plaudit", {"services.common"}),
        ("from ..judge import model", "services.math_checker", {"services.judge"}),
        (
            "from . import rules",
            "services.math_checker",
            {"services.math_checker", "services.math_checker.rules"},
        ),
    ],
)
def test_the_check_sees_every_way_to_import(source: str, package: str, expected: set[str]) -> None:
    assert set(imported_names(source, package)) == expected
