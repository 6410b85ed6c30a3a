"""A state folder of the test's own, and a catalog with the scorer that does nothing."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.command import CommandLine


@pytest.fixture
def cli(tmp_path: Path) -> Iterator[CommandLine]:
    """Runs `plaudit` commands. Ends, at the end, what they left running."""
    catalog = tmp_path / "catalog.toml"
    catalog.write_text(
        '[services.noop]\nmodule = "bench.noop_service"\ntask = "math"\n'
        '[services.broken]\nmodule = "bench.absent"\n'
    )
    env = {"PLAUDIT_STATE_DIR": str(tmp_path / "state"), "PLAUDIT_CATALOG": str(catalog)}
    line = CommandLine(tmp_path, os.environ | env)
    try:
        yield line
    finally:
        subprocess.run([*line.command, "down"], env=line.env, check=False, timeout=60)
