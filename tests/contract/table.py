"""Every reward service there is, and samples for it. A new service adds one row."""

from collections.abc import Callable
from dataclasses import dataclass

from plaudit.v1 import sample_pb2
from tests.support.launch import SCRIPTED

Factory = Callable[[], sample_pb2.Sample]


@dataclass(frozen=True)
class Row:
    """One service: its module, its name, and samples with known outcomes."""

    module: str
    name: str
    task: str
    best: Factory
    """Scores the largest value of the service's range."""
    worst: Factory | None
    """Scores the smallest value; None where nothing does."""
    invalid: Factory | None
    """Of the right task, and an INVALID_SAMPLE all the same; None where there is none."""


def maths(response: str, *gold: str) -> Factory:
    return lambda: sample_pb2.Sample(response=response, math=sample_pb2.MathTask(gold=gold))


ROWS = (
    Row("bench.noop_service", "noop", "math", maths("x", "1"), None, None),
    Row(SCRIPTED, "scripted", "math", maths("value:1"), maths("value:0"), maths("bad")),
    Row(
        "services.math_checker",
        "math",
        "math",
        best=maths(r"so it is \boxed{\frac{1}{2}}", "0.5"),
        worst=maths(r"so it is \boxed{41}", "42"),
        invalid=maths(r"so it is \boxed{41}"),
    ),
)
