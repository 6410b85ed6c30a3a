"""The progress line and the summary."""

import pytest

from plaudit.cli.console import printable, table
from plaudit.cli.tally import Progress, Tally


def test_summary_names_every_reason() -> None:
    tally = Tally()
    for value in (1.0, 0.0, 0.5):
        tally.add_score(value)
    for reason in ("TIMEOUT", "INVALID_SAMPLE", "TIMEOUT"):
        tally.add_failure(reason)
    first, *reasons, last = tally.summary().splitlines()
    assert first == "6 lines: 3 scored, mean score 0.5000, 3 failures"
    assert reasons == ["  2 TIMEOUT", "  1 INVALID_SAMPLE"]
    assert last.startswith("6 in ")


def test_the_rate_is_that_of_this_run() -> None:
    tally = Tally()
    for _ in range(1000):
        tally.add_score(1.0)
    tally.begin()
    assert tally.rate == 0.0
    assert "1,000 were done before" in tally.summary()


def test_the_bar_follows_the_bytes_and_fits_a_terminal() -> None:
    tally = Tally(bytes_total=200, bytes_read=100, lines=9_999_999, started=0.0)
    line = tally.progress()
    assert line.startswith("[############............]  50%  9,999,999 lines")
    assert len(line) < 80
    assert "[" not in Tally().progress()


def test_without_a_terminal_nothing_is_drawn(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress(Tally())
    progress.show()
    progress.clear()
    assert capsys.readouterr().err == ""


def test_columns_are_aligned_and_control_characters_are_not_obeyed() -> None:
    assert table([("A", "B"), ("long", "c")]) == ["A     B", "long  c"]
    assert printable("a\x1b[31mb\n") == "a\ufffd[31mb\n"
