"""`make demo`: grades GSM8K and MATH-500 solutions through a real server and prints a table."""

from __future__ import annotations

import time
from collections.abc import Sequence

from bench.data import Labelled, data_dir, gsm8k_solutions, math500_solutions
from bench.service import running_service
from plaudit import RewardClient, Sample

_ROW = "{:<22} {:>8} {:>8} {:>8} {:>9} {:>11}"


def main() -> None:
    """Starts the maths checker, grades both sets, prints one row a set."""
    sets = "whole sets" if data_dir() else "the committed samples (PLAUDIT_DATA_DIR: whole sets)"
    print(f"starting the maths checker; grading {sets}\n")
    with (
        running_service("services.math_checker") as address,
        RewardClient({"math": address}) as rewards,
    ):
        rewards.wait_ready(60)
        print(_ROW.format("data set", "samples", "right", "failed", "agree", "samples/s"))
        grade(rewards, "GSM8K solutions", gsm8k_solutions())
        grade(rewards, "MATH-500 solutions", math500_solutions())
    print("\n'agree' counts verdicts that equal the label of the data set.")


def grade(rewards: RewardClient, name: str, pairs: Sequence[Labelled]) -> None:
    """Grades one set and prints its row."""
    samples = [Sample.math(response=pair.response, gold=pair.gold) for pair in pairs]
    start = time.perf_counter()
    results = rewards.score(samples, deadline=300)
    rate = len(samples) / (time.perf_counter() - start)
    values = results.values(on_failure="nan")
    agree = sum(value == float(pair.correct) for value, pair in zip(values, pairs, strict=True))
    right = sum(value == 1.0 for value in values)
    print(_ROW.format(name, len(pairs), right, len(results.failures), agree, f"{rate:,.0f}"))


if __name__ == "__main__":
    main()
