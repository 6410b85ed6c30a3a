"""The committed table of hard pairs, through the whole checker."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.common.outcome import Failed, Scored
from services.math_checker.grader import grade
from services.math_checker.rules import AnswerPosition, MathItem, PercentRule, Rules, UnitRule

TABLE = Path(__file__).parents[2] / "golden" / "math_hard_pairs.jsonl"
ROWS = [json.loads(line) for line in TABLE.read_text(encoding="utf-8").splitlines()]
OPTIONS: dict[str, Any] = {
    "percent": PercentRule, "units": UnitRule, "answer_position": AnswerPosition,
}  # fmt: skip


def rules_of(row: dict[str, Any]) -> Rules:
    named = {key: OPTIONS.get(key, float)(value) for key, value in row.get("rules", {}).items()}
    return Rules(**named)


def test_table_is_large_and_has_no_duplicates() -> None:
    keys = {json.dumps([r["gold"], r["response"], r.get("rules")]) for r in ROWS}
    assert len(ROWS) >= 500
    assert len(keys) == len(ROWS)


@pytest.mark.parametrize(
    "row", ROWS, ids=[f"{number}-{row['why'][:40]}" for number, row in enumerate(ROWS, start=1)]
)
def test_hard_pair(row: dict[str, Any]) -> None:
    outcome = grade(MathItem(row["response"], tuple(row["gold"]), rules_of(row)))
    found = outcome.reason.value if isinstance(outcome, Failed) else outcome.value
    assert found == row["expect"], outcome
    if isinstance(outcome, Scored):
        assert outcome.components["equivalent"] == outcome.value
