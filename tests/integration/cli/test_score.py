"""`plaudit score` with a real service: whole files, bad lines, and runs that are cut short."""

import contextlib
import json
import os
import pty
import re
import signal
import subprocess
from pathlib import Path
from typing import Any

import psutil
import pytest

from plaudit.__main__ import main
from tests.support.command import CommandLine, eventually
from tests.support.launch import launched

LINES = 5_000
BAD = {10: b"not json", 1000: b'{"id": "1000", "code": {}}', 4999: b""}


def sample(number: int) -> bytes:
    text = str(number)
    return json.dumps({"id": text, "response": text, "math": {"gold": [text]}}).encode()


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Many samples, some lines of which are none; the last one has no end."""
    path = tmp_path_factory.mktemp("source") / "samples.jsonl"
    rows = [BAD[n] if n in BAD else sample(n) for n in range(LINES)]
    path.write_bytes(b"\n".join(rows) + b"\n")
    return path


def results(path: Path) -> list[dict[str, Any]]:
    """Every line of the output without what differs from run to run."""
    text = path.read_bytes()
    assert text.endswith(b"\n")
    rows = [json.loads(line) for line in text.splitlines()]
    for row in rows:
        for key in ("timing", "cached"):
            row.get("score", {}).pop(key, None)
    return rows


def expected(results: list[dict[str, Any]]) -> None:
    """One result a line, in order, with the failures in their places."""
    assert len(results) == LINES
    for number, row in enumerate(results):
        if number in BAD:
            assert row["failure"]["reason"] == "INVALID_SAMPLE"
            assert row["failure"]["message"].startswith(f"line {number + 1}: ")
        else:
            assert (row["id"], row["score"]["value"]) == (str(number), 1.0)
    assert results[1000]["id"] == "1000"


def test_a_file_from_start_to_end(cli: CommandLine, source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    arguments = ("score", "math", "--in", str(source), "--out", str(out))
    done = cli.run(*arguments)
    assert done.returncode == 0, done.stderr
    expected(results(out))
    assert re.search(r"5,000 lines: 4,997 scored, mean score 1\.0000, 3 failures", done.stderr)
    assert "3 INVALID_SAMPLE" in done.stderr
    assert "\x1b" not in done.stderr
    assert done.stdout == ""

    before = out.read_bytes()
    again = cli.run(*arguments)
    assert again.returncode == 2
    assert "is not empty (add --resume, or give --out another name)" in again.stderr
    done = cli.run(*arguments, "--resume")
    assert done.returncode == 0
    assert "5,000 were done before" in done.stderr
    assert out.read_bytes() == before


def test_a_pipe_and_a_running_service(cli: CommandLine, source: Path) -> None:
    with launched("bench.noop_service") as service:
        done = subprocess.run(
            [*cli.command, "score", "math", "--in", "-", "--out", "-", "--target", service.address],
            env=cli.env, input=source.read_bytes(), capture_output=True, timeout=60, check=True,
        )  # fmt: skip
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row.get("id", "") for row in rows[:12]] == [*map(str, range(10)), "", "11"]
    expected(rows)


def interrupt(cli: CommandLine, source: Path, out: Path, number: signal.Signals) -> str:
    """Sends the signal to a run in the middle of its input; gives what it said."""
    arguments = ("score", "math", "--in", "-", "--out", str(out))
    process = subprocess.Popen(
        [*cli.command, *arguments], env=cli.env, stdin=subprocess.PIPE, stderr=subprocess.PIPE
    )
    with process:
        assert process.stdin is not None
        head = source.read_bytes().splitlines(keepends=True)[:2000]
        process.stdin.write(b"".join(head))
        process.stdin.flush()  # and it stays open, so the run waits for more
        eventually(lambda: out.exists() and out.read_bytes().count(b"\n") > 500)
        scorers = psutil.Process(process.pid).children()
        assert scorers
        process.send_signal(number)
        status = process.wait(20)
        assert process.stderr is not None
        said = process.stderr.read().decode()
    assert status == (-number if number == signal.SIGKILL else 128 + number)
    eventually(lambda: not any(scorer.is_running() for scorer in scorers))
    assert 500 < out.read_bytes().count(b"\n") <= 2000
    return said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_run_is_completed(
    cli: CommandLine, source: Path, tmp_path: Path, number: signal.Signals
) -> None:
    out = tmp_path / "out.jsonl"
    said = interrupt(cli, source, out, number)
    assert "--resume goes on from there" in said
    assert "Traceback" not in said
    assert out.read_bytes().endswith(b"\n")
    done = cli.run("score", "math", "--in", str(source), "--out", str(out), "--resume")
    assert done.returncode == 0, done.stderr
    assert "were done before" in done.stderr
    expected(results(out))


def test_a_killed_run_is_completed(cli: CommandLine, source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    interrupt(cli, source, out, signal.SIGKILL)
    with out.open("ab") as file:
        file.write(b'{"id": "torn", "sc')  # as a kill in the middle of a write leaves it
    done = cli.run("score", "math", "--in", str(source), "--out", str(out), "--resume")
    assert done.returncode == 0, done.stderr
    expected(results(out))


def test_a_scorer_that_dies_costs_no_sample(cli: CommandLine, source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    process = subprocess.Popen(
        [*cli.command, "score", "math", "--in", "-", "--out", str(out)],
        env=cli.env, stdin=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    with process:
        assert process.stdin is not None
        rows = source.read_bytes().splitlines(keepends=True)
        process.stdin.write(b"".join(rows[:2000]))
        process.stdin.flush()
        eventually(lambda: out.exists() and out.read_bytes().count(b"\n") > 500)
        (scorer,) = psutil.Process(process.pid).children()
        scorer.kill()
        _, said = process.communicate(b"".join(rows[2000:]), timeout=60)
    assert process.returncode == 0
    assert b"math ended by itself; starting it again" in said
    expected(results(out))


def test_the_scorer_ends_with_the_run(cli: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_bytes(b"")
    done = cli.run("score", "math", "--in", "in.jsonl", "--out", "out.jsonl")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out.jsonl").read_bytes() == b""
    assert "0 lines: 0 scored, no score, 0 failures" in done.stderr


def test_what_cannot_start_or_be_reached_is_one_line(cli: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_bytes(b"{}\n")
    files = ("--in", "in.jsonl", "--out", "out.jsonl")
    done = cli.run("score", "code", *files)
    assert done.returncode == 2
    assert "plaudit: error: code did not start" in done.stderr
    assert "No module named bench.absent" in done.stderr


def test_a_target_that_does_not_answer_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("plaudit.cli.score._CONNECT_SECONDS", 0.3)
    monkeypatch.chdir(tmp_path)
    Path("in.jsonl").write_bytes(b"{}\n")
    files = ["--in", "in.jsonl", "--out", "out.jsonl"]
    assert main(["score", "math", *files, "--target", "127.0.0.1:1"]) == 2
    assert capsys.readouterr().err == (
        "plaudit: error: math at 127.0.0.1:1 was not ready within 0.3 s\n"
    )


def test_a_reader_that_has_enough_is_no_error(cli: CommandLine, source: Path) -> None:
    process = subprocess.Popen(
        [*cli.command, "score", "math", "--in", str(source), "--out", "-"],
        env=cli.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    with process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith(b'{"id": "0"')
        process.stdout.close()
        assert process.wait(30) == 128 + signal.SIGPIPE
        assert process.stderr.read() == b"starting math ...\n"


def test_a_full_disk_is_one_line(cli: CommandLine, source: Path) -> None:
    done = cli.run("score", "math", "--in", str(source), "--out", "/dev/full")
    assert done.returncode == 2
    assert done.stderr.splitlines()[1:] == [
        "plaudit: error: cannot write /dev/full: No space left on device "
        "(put it right, then --resume)"
    ]


def test_a_terminal_gets_a_bar(cli: CommandLine, source: Path, tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    out = tmp_path / "out.jsonl"
    process = subprocess.Popen(
        [*cli.command, "score", "math", "--in", str(source), "--out", str(out)],
        env=cli.env, stderr=theirs,
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    with process, contextlib.suppress(OSError):  # the end of a terminal is an error
        while part := os.read(ours, 4096):
            shown += part
    os.close(ours)
    assert process.returncode == 0
    assert b"\r\x1b[K[####" in shown
    assert b"\r\x1b[K5,000 lines: 4,997 scored" in shown


@pytest.mark.slow
def test_memory_does_not_grow_with_the_file(cli: CommandLine, tmp_path: Path) -> None:
    row = json.dumps({"response": "x" * 500, "math": {"gold": ["1"]}}).encode() + b"\n"
    out = tmp_path / "out.jsonl"
    process = subprocess.Popen(
        [*cli.command, "score", "math", "--in", "-", "--out", str(out)],
        env=cli.env, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    peaks = []
    with process:
        assert process.stdin is not None
        for _ in range(2):
            for _ in range(50):
                process.stdin.write(row * 1000)
            process.stdin.flush()
            peaks.append(psutil.Process(process.pid).memory_info().rss)
        process.stdin.close()
        assert process.wait(100) == 0
    assert peaks[1] - peaks[0] < 8 << 20  # the second half is 26 MB of input
    assert os.path.getsize(out) > 100_000 * 50
