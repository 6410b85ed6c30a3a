"""Arguments and errors of the command: one line that says what is wrong and what to do, exit 2."""

import subprocess
import sys
from pathlib import Path

import pytest

from plaudit.__main__ import main
from plaudit.cli.catalog import TASKS
from plaudit.v1 import sample_pb2
from plaudit.version import __version__


@pytest.fixture(autouse=True)
def state_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PLAUDIT_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.delenv("PLAUDIT_CATALOG", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "state"


def one_line_of_error(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    try:
        status = main(arguments)
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else -1
    captured = capsys.readouterr()
    assert status == 2
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert captured.err.startswith("plaudit: error: ")
    return captured.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "COMMAND"),
        (["fly"], "invalid choice: 'fly'"),
        (["up", "--only", "mth"], "no service 'mth' (there are: math)"),
        (["up", "--only", ","], "no name given"),
        (["up", "--config", "absent.toml"], "cannot read absent.toml: No such file"),
        (["score", "math", "--in", "x"], "required: --out"),
        (
            ["score", "poetry", "--in", "x", "--out", "y"],
            "no service 'poetry' (there are: math, code,",
        ),
        (["score", "judge", "--in", "x", "--out", "y"], "give --target HOST:PORT"),
        (["score", "math", "--in", "absent", "--out", "y"], "cannot read absent: No such file"),
        (["score", "math", "--in", ".", "--out", "y"], "cannot read .: Is a directory"),
        (["score", "math", "--in", "x", "--out", "y", "--batch", "0"], "'0' is not a whole number"),
        (
            ["score", "math", "--in", "x", "--out", "y", "--deadline", "nan"],
            "'nan' is not a number",
        ),
    ],
)
def test_a_wrong_argument_is_one_line(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert words in one_line_of_error(arguments, capsys)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--out", "no/such/folder"], "cannot write no/such/folder: No such file or directory"),
        (["--out", "-", "--resume"], "--resume needs a file"),
        (["--out", "in.jsonl", "--resume"], "in.jsonl is the input"),
        (["--out", "full.jsonl"], "full.jsonl is not empty (add --resume"),
        (["--out", "full.jsonl", "--resume"], "line 1 of input and output have different ids"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_line(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    full = '{"id": "2", "failure": {"reason": "TIMEOUT"}}\n'
    Path("in.jsonl").write_text('{"id": "1"}\n')
    Path("full.jsonl").write_text(full)
    assert words in one_line_of_error(["score", "math", "--in", "in.jsonl", *arguments], capsys)
    assert Path("full.jsonl").read_text() == full
    assert Path("in.jsonl").read_text() == '{"id": "1"}\n'


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[mth]\nlisten = 'x'", "no service [mth] (there are: math)"),
        ("math = 1", "[math] is wrong"),
        ("[math]\nlisten = 1", "[math] is wrong"),
        ("[math", "is not TOML"),
    ],
)
def test_a_wrong_stack_file_is_one_line(
    content: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("stack.toml").write_text(content)
    assert words in one_line_of_error(["up", "--config", "stack.toml"], capsys)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "has no [services.NAME] table"),
        ("[services.mine]", "services.mine names no module"),
        ("[services.mine]\nmodule = 1", "services.mine.module is wrong"),
        ("[services.mine]\nmodule = 'm'\ncolour = 'red'", "services.mine.colour is wrong"),
    ],
)
def test_a_wrong_catalog_is_one_line(
    content: str, words: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("catalog.toml").write_text(content)
    monkeypatch.setenv("PLAUDIT_CATALOG", "catalog.toml")
    assert words in one_line_of_error(["up"], capsys)


def test_debug_shows_the_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["--debug", "up", "--only", "x"], ["up", "--only", "x", "--debug"]):
        assert main(arguments) == 2
        error = capsys.readouterr().err
        assert "Traceback" in error
        assert error.splitlines()[-1] == "plaudit: error: no service 'x' (there are: math)"


def test_version_and_help_import_nothing_heavy() -> None:
    code = "import sys; from plaudit.__main__ import main\ntry: main(['--help'])\n"
    code += "except SystemExit: print([m for m in ('grpc', 'google.protobuf') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert "plaudit score math --in" in done.stdout
    done = subprocess.run(
        [sys.executable, "-m", "plaudit", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"plaudit {__version__}\n"


def test_nothing_runs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status"]) == 1
    assert capsys.readouterr().out == "no stack is running (plaudit up starts one)\n"
    assert main(["status", "--json"]) == 1
    assert capsys.readouterr().out == '{"running": false, "pid": null, "services": {}}\n'
    assert main(["down"]) == 0


def test_tasks_are_those_of_the_contract() -> None:
    oneof = sample_pb2.Sample.DESCRIPTOR.oneofs_by_name["task"]
    assert tuple(field.name for field in oneof.fields) == TASKS
