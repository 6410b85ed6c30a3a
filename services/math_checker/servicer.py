"""The maths checker as a scorer of the chassis: contract messages to plain items and back."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version

from plaudit.v1 import sample_pb2
from plaudit.version import __version__
from services.common.outcome import Failed, FailureReason, Outcome, Scored, ScoreKind
from services.common.pool import PoolConfig
from services.common.pooled import PooledScorer
from services.common.scorer import Canary, ScorerInfo
from services.math_checker.items import PackedItem, pack_item
from services.math_checker.rules import AnswerPosition, PercentRule, Rules, UnitRule
from services.math_checker.settings import MathSettings

_MAX_GOLDS = 64
# Enum numbers of the contract to rules; an unspecified one (0) is the default.
_POSITIONS = dict(enumerate((AnswerPosition.FINAL, *AnswerPosition)))
_PERCENTS = dict(enumerate((PercentRule.STRICT, *PercentRule)))
_UNITS = dict(enumerate((UnitRule.STRICT, *UnitRule)))
_DEFAULT_RULES = Rules()
_DEFAULT_OPTIONS = (0, 0, 0)


class MathScorer(PooledScorer):
    """Grades maths answers in worker processes."""

    def __init__(self, settings: MathSettings) -> None:
        engines = ", ".join(f"{name} {version(name)}" for name in ("math-verify", "sympy"))
        self.info = ScorerInfo(
            name="math",
            version=f"{__version__} ({engines})",
            task="math",
            score_kind=ScoreKind.BINARY,
            min_value=0.0,
            max_value=1.0,
            max_sample_seconds=settings.item_seconds,
        )
        super().__init__(
            PoolConfig(
                target="services.math_checker.worker:grade_packed",
                preload=("math_verify", "services.math_checker.symbolic.from_sympy"),
                workers=settings.workers,
                item_seconds=settings.item_seconds,
                memory_bytes=settings.worker_memory_bytes,
                recycle_items=settings.recycle_items,
                recycle_rss_bytes=settings.recycle_rss_bytes,
                chunk_items=settings.chunk_items,
            )
        )

    def prepare(self, sample: sample_pb2.Sample) -> PackedItem | Failed:
        """The plain item of a sample, or why the sample cannot be graded."""
        task = sample.math
        gold = tuple(task.gold)
        if not gold or not all(text.strip() for text in gold):
            return _invalid("math.gold is empty: give at least one accepted answer")
        if len(gold) > _MAX_GOLDS:
            return _invalid(f"math.gold has {len(gold)} answers; at most {_MAX_GOLDS} are taken")
        rules = _rules(task)
        return rules if isinstance(rules, Failed) else pack_item(sample.response, gold, rules)

    def canaries(self) -> Sequence[Canary]:
        """Gold scores 1, empty scores 0, a wrong answer scores 0, a bad gold is a failure."""
        return (
            Canary("gold scores 1", _sample(r"so \boxed{\frac{1}{2}}", "0.5"), _scores(1.0)),
            Canary("symbolic scores 1", _sample(r"\boxed{(x+1)^2}", "x^2+2x+1"), _scores(1.0)),
            Canary("empty scores 0", _sample("", "42"), _scores(0.0)),
            Canary("wrong scores 0", _sample(r"\boxed{41}", "42"), _scores(0.0)),
            Canary("a bad gold fails", _sample(r"\boxed{1}", r"\frac{"), _fails),
        )


def _rules(task: sample_pb2.MathTask) -> Rules | Failed:
    options = (task.answer_position, task.percent, task.units)
    if options == _DEFAULT_OPTIONS and not task.HasField("tolerance"):
        return _DEFAULT_RULES
    relative, absolute = task.tolerance.relative, task.tolerance.absolute
    if not 0 <= relative < 1:
        return _invalid(f"math.tolerance.relative is {relative}; it must be in [0, 1)")
    if not 0 <= absolute < float("inf"):
        return _invalid(f"math.tolerance.absolute is {absolute}; it must be finite and at least 0")
    try:
        position = _POSITIONS[task.answer_position]
        percent = _PERCENTS[task.percent]
        units = _UNITS[task.units]
    except KeyError:
        return _invalid(f"math has an option that this version does not know: {options}")
    return Rules(position, percent, units, relative, absolute)


def _invalid(message: str) -> Failed:
    return Failed(FailureReason.INVALID_SAMPLE, message)


def _sample(response: str, gold: str) -> sample_pb2.Sample:
    return sample_pb2.Sample(response=response, math=sample_pb2.MathTask(gold=[gold]))


def _scores(value: float) -> Canary.Expect:
    def expect(outcome: Outcome) -> bool:
        return isinstance(outcome, Scored) and outcome.value == value

    return expect


def _fails(outcome: Outcome) -> bool:
    return isinstance(outcome, Failed) and outcome.reason is FailureReason.INVALID_SAMPLE
