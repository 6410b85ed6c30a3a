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
        '[services.math]\nmodule = "bench.noop_service"\n'
        '[services.code]\nmodule = "bench.absent"\n'
        '[services.judge]\nmodule = "hang"\n'
        '[services.outcome]\nmodule = "hang"\nstart_seconds = 0.3\n'
    )
    # A folder of the user's own that has the name of ours.
    for name in ("bench", "services"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise RuntimeError('not ours')\n")
    modules = tmp_path / "modules"
    modules.mkdir()
    (modules / "hang.py").write_text("import time\ntime.sleep(600)\n")
    env = {
        "PYTHONPATH": str(modules),
        "PLAUDIT_STATE_DIR": str(tmp_path / "state"),
        "PLAUDIT_CATALOG": str(catalog),
        "PLAUDIT_NOOP_DRAIN_NOTICE_SECONDS": "0",
    }
    line = CommandLine(tmp_path, os.environ | env)
    try:
        yield line
    finally:
        subprocess.run([*line.command, "down"], env=line.env, check=False, timeout=60)
