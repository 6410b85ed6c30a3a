"""Labelled public data: a committed sample always, the whole sets where the machine has them."""

import json
import os
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from services.common.outcome import Outcome, Scored
from services.math_checker.grader import grade
from services.math_checker.rules import MathItem

ROOT = Path(__file__).parents[3]
SAMPLE = ROOT / "tests" / "golden" / "gsm8k_sample.jsonl"


def data(name: str) -> list[dict[str, Any]]:
    folder = os.environ.get("PLAUDIT_DATA_DIR")
    if not folder:
        pytest.skip(f"PLAUDIT_DATA_DIR names no folder that has {name}")
    path = Path(folder) / name
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        loaded: list[dict[str, Any]] = json.loads(text)
        return loaded
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def is_right(response: str, gold: str) -> bool:
    outcome: Outcome = grade(MathItem(response, (gold,)))
    return isinstance(outcome, Scored) and outcome.value == 1


def test_gsm8k_sample_agrees_with_its_labels() -> None:
    rows = [json.loads(line) for line in SAMPLE.read_text(encoding="utf-8").splitlines()]
    assert len(rows) == 200
    wrong = [row for row in rows if is_right(row["response"], row["gold"]) != row["is_correct"]]
    assert wrong == []


@pytest.mark.slow
def test_gsm8k_agrees_with_every_label() -> None:
    agreed = total = 0
    for row in data("gsm8k/example_model_solutions.jsonl"):
        gold = row["ground_truth"].rsplit("A:", 1)[1].strip()
        for solution in (cell for cell in row.values() if isinstance(cell, dict)):
            total += 1
            agreed += is_right(solution["solution"], gold) == solution["is_correct"]
    assert (agreed, total) == (5_276, 5_276)


@pytest.mark.slow
@pytest.mark.parametrize(
    "form", ["{}", r"So it is $\boxed{{{}}}$.", "Work.\nThe answer is ${}$.", "Work.\n\nAnswer: {}"]
)
def test_math500_golds_match_themselves(form: str) -> None:
    rows = data("math500/test500.jsonl")
    missed = [
        row["answer"] for row in rows if not is_right(form.format(row["answer"]), row["answer"])
    ]
    assert len(rows) == 500
    assert missed == []


@pytest.mark.slow
def test_math500_solutions_hold_their_golds() -> None:
    rows = data("math500/test500.jsonl")
    assert [row["answer"] for row in rows if not is_right(row["solution"], row["answer"])] == []


@pytest.mark.slow
def test_svamp_golds() -> None:
    rows = data("svamp/svamp.jsonl")
    for row in rows:
        number = row["Answer"]
        assert is_right(
            f"So the answer is {int(number)}." if number == int(number) else str(number),
            str(number),
        )
        assert not is_right(f"So the answer is {number + 1}.", str(number))


@pytest.mark.slow
def test_neighbouring_math_golds_differ() -> None:
    golds = [row["final_answer"] for row in data("math500/extracted_problems_and_answers.json")]
    equal = [
        (one, other)
        for one, other in pairwise(golds)
        if one != other and one and is_right(rf"\boxed{{{other}}}", one)
    ]
    # 3/4 twice, 2340 twice, 255 = 1103_6, 10 = 10.00
    assert len(equal) == 4, equal
