"""Labelled answers from public data sets: whole from PLAUDIT_DATA_DIR, or the committed samples.

PLAUDIT_DATA_DIR is a folder with `gsm8k/example_model_solutions.jsonl` (openai/grade-school-math)
and `math500/test500.jsonl` (MATH-500).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SAMPLES = Path(__file__).parents[1] / "tests" / "golden"
_GSM8K_MODELS = ("6b_finetuning", "6b_verification", "175b_finetuning", "175b_verification")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A response, the gold answer, and whether the response is right."""

    gold: str
    response: str
    correct: bool


def data_dir() -> Path | None:
    """The folder of whole data sets, where there is one."""
    named = os.environ.get("PLAUDIT_DATA_DIR")
    return Path(named) if named else None


def gsm8k_solutions() -> list[Labelled]:
    """Model solutions of GSM8K test problems with OpenAI's labels: 5,276, or a sample of them."""
    folder = data_dir()
    if folder is None:
        return _gsm8k_sample()
    found = []
    for row in _rows(folder / "gsm8k" / "example_model_solutions.jsonl"):
        gold = row["ground_truth"].rsplit("A:", 1)[1].strip()
        for model in _GSM8K_MODELS:
            found.append(Labelled(gold, row[model]["solution"], row[model]["is_correct"]))
    return found


def math500_solutions() -> list[Labelled]:
    """Reference solutions of MATH-500, each with its own gold answer and with another problem's.

    997 pairs, or a sample; pairs whose two golds say the same ("5" and "x=5") are left out.
    """
    folder = data_dir()
    if folder is None:
        rows = list(_rows(SAMPLES / "math500_sample.jsonl"))
    else:
        rows = list(_rows(folder / "math500" / "test500.jsonl"))
    pairs = [Labelled(row["answer"], row["solution"], True) for row in rows]
    shifted = zip(rows, rows[1:] + rows[:1], strict=True)
    pairs += [
        Labelled(other["answer"], row["solution"], False)
        for row, other in shifted
        if _bare(other["answer"]) != _bare(row["answer"])
    ]
    return pairs


def math500_answers() -> list[Labelled]:
    """The answers of MATH-500 in a box, with their own gold answer and with another problem's."""
    return [
        Labelled(pair.gold, pair.response[pair.response.rindex("\\boxed") :], pair.correct)
        for pair in math500_solutions()
    ]


def _bare(answer: str) -> str:
    return answer.removeprefix("x=")


def _gsm8k_sample() -> list[Labelled]:
    rows = _rows(SAMPLES / "gsm8k_sample.jsonl")
    return [Labelled(row["gold"], row["response"], row["is_correct"]) for row in rows]


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)
