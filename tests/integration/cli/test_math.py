"""The README's way from a file of answers to a file of verdicts, with the maths checker itself."""

import json
from pathlib import Path

import pytest

from plaudit import RewardClient, Sample
from tests.support.command import CommandLine

ROWS = [
    {"id": "right", "response": "so \\boxed{42}", "math": {"gold": ["42"]}},
    {"id": "wrong", "response": "the answer is 41", "math": {"gold": ["42"]}},
    {"id": "symbolic", "response": "\\boxed{(x+1)^2}", "math": {"gold": ["x^2+2x+1"]}},
    {"id": "bad gold", "response": "\\boxed{1}", "math": {"gold": ["\\frac{"]}},
    {"id": "no task", "response": "\\boxed{1}"},
]


@pytest.fixture
def ours(cli: CommandLine) -> CommandLine:
    del cli.env["PLAUDIT_CATALOG"]
    return cli


def test_score_starts_the_maths_checker_itself(ours: CommandLine, tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    done = ours.run("score", "math", "--in", str(source), "--out", "-")
    assert done.returncode == 0, done.stderr
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert [result["id"] for result in results] == [row["id"] for row in ROWS]
    assert [result["score"]["value"] for result in results[:3]] == [1.0, 0.0, 1.0]
    assert [result["failure"]["reason"] for result in results[3:]] == ["INVALID_SAMPLE"] * 2
    assert "5 lines: 3 scored, mean score 0.6667, 2 failures\n  2 INVALID_SAMPLE" in done.stderr


def test_the_client_finds_the_stack(ours: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    up = ours.run("up", "--detach")
    assert up.returncode == 0, up.stderr
    assert ours.run("status").returncode == 0
    monkeypatch.setenv("PLAUDIT_STATE_DIR", ours.env["PLAUDIT_STATE_DIR"])
    with RewardClient.local() as rewards:
        results = rewards.score([Sample.math(response=r, gold="42") for r in ("42", "41")])
    assert results.values() == [1.0, 0.0]
    info = json.loads(ours.run("info").stdout)
    assert (info["name"], info["score_kind"]) == ("math", "BINARY")
    assert ours.run("down").returncode == 0
