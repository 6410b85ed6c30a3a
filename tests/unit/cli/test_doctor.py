"""The doctor looks at this very machine; whatever it finds, it says what to do."""

import json

import pytest

from plaudit.__main__ import main
from plaudit.cli.catalog import Service
from plaudit.cli.checks import run


def test_every_line_has_a_remedy_where_something_is_wrong(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["doctor", "--json"]) == 0
    checks = json.loads(capsys.readouterr().out)
    assert {"python", "service math", "user namespaces", "landlock", "docker", "accelerator"} <= {
        check["name"] for check in checks
    }
    for check in checks:
        assert check["status"] in ("OK", "WARN", "MISSING")
        assert check["detail"]
        assert bool(check["remedy"]) == (check["status"] != "OK"), check


def test_the_report_has_a_line_for_each_check(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    report = capsys.readouterr().out
    assert "\x1b" not in report
    assert any(line.split()[:2] == ["OK", "python"] for line in report.splitlines())


def test_a_program_that_is_absent_or_fails_is_no_error() -> None:
    assert run(("no-such-program-here",))[0] == -1
    assert run(("false",))[0] == 1


def test_what_a_service_needs_is_looked_for_without_importing_it() -> None:
    assert Service("x", "m", needs=("json", "no_such_module")).missing() == ["no_such_module"]
