"""Results: a failure is never a number unless the caller says which."""

import json
import math
import pickle
from typing import Any

import pytest

from plaudit import FailurePolicy, FailureReason, Result, Results, ScoreFailedError, ScoreKind
from plaudit.errors import InvalidRequestError
from plaudit.scores import Provenance, Span
from plaudit.v1 import result_pb2

SCORED = {
    "id": "a",
    "score": {
        "value": 0.5, "kind": "FRACTION", "components": {"answer_found": 1.0}, "cached": True,
        "spans": [{"start": 1, "end": 4, "unit": "UNIT_CHAR", "label": "answer"}],
        "explanation": "half", "timing": {"queue": "0.250s", "compute": "1.500s"},
        "provenance": {"service": "math", "service_version": "2", "seed": "0"},
        "usage": {"prompt_tokens": 3, "completion_tokens": 4}, "raw": 7.0,
    },
}  # fmt: skip
FAILED = {
    "id": "b",
    "failure": {"reason": "TIMEOUT", "message": "slow", "retryable": True, "partial": {"x": 1.0}},
}


def scored(value: float) -> result_pb2.Result:
    return result_pb2.Result(score=result_pb2.Score(value=value))


def failed(reason: str = "TIMEOUT") -> result_pb2.Result:
    return result_pb2.Result(failure=result_pb2.Failure(reason=reason, message="why"))  # type: ignore[arg-type]


MIXED = Results([scored(1.0), failed(), scored(0.25), failed("INTERNAL")])


def test_every_part_of_a_score() -> None:
    result = Result.from_json(json.dumps(SCORED))
    assert result.ok
    assert result.failure is None
    assert (result.id, result.value, float(result)) == ("a", 0.5, 0.5)
    assert result.components == {"answer_found": 1.0}
    assert result.spans == (Span(1, 4, result.spans[0].unit, None, "answer", ""),)
    assert (result.spans[0].unit, result.explanation, result.cached) == ("CHAR", "half", True)
    assert result.provenance == Provenance("math", "2", "", "", "", "", "", 0, "")
    score = result.score
    assert score is not None
    assert (score.kind, score.raw) == (ScoreKind.FRACTION, 7.0)
    assert (score.queue_seconds, score.compute_seconds) == (0.25, 1.5)
    assert (score.prompt_tokens, score.completion_tokens) == (3, 4)
    assert json.loads(result.to_json()) == SCORED


def test_every_part_of_a_failure() -> None:
    result = Result.from_json(FAILED)
    assert not result.ok
    assert result.score is None
    failure = result.failure
    assert failure is not None
    assert (failure.reason, failure.message, failure.retryable) == ("TIMEOUT", "slow", True)
    assert failure.partial == {"x": 1.0}
    assert json.loads(result.to_json()) == FAILED


@pytest.mark.parametrize(
    "use",
    [float, lambda r: r.value, lambda r: r.components, lambda r: r.spans, lambda r: r.explanation,
     lambda r: r.provenance, lambda r: r.cached, lambda r: math.sqrt(r), lambda r: math.fsum([r])],
)  # fmt: skip
def test_a_failure_is_not_a_number(use: Any) -> None:
    with pytest.raises(ScoreFailedError, match="'b' has no score: TIMEOUT"):
        use(Result.from_json(FAILED))


@pytest.mark.parametrize("result", [Result.from_json(SCORED), Result.from_json(FAILED)])
@pytest.mark.parametrize(
    "use", [bool, lambda r: r + 1, lambda r: r > 0, lambda r: sum([r]), lambda r: round(r), hash]
)
def test_a_result_is_not_used_as_something_else(use: Any, result: Result) -> None:
    with pytest.raises(TypeError):
        use(result)


def test_values_need_a_choice() -> None:
    with pytest.raises(ScoreFailedError) as caught:
        MIXED.values()
    assert "2 of 4 samples have no score (TIMEOUT 1, INTERNAL 1)" in str(caught.value)
    assert "sample 1: 'why'" in str(caught.value)
    assert MIXED.values("none") == [1.0, None, 0.25, None]
    assert MIXED.values(on_failure=-1) == [1.0, -1.0, 0.25, -1.0]
    assert [math.isnan(value) for value in MIXED.values("nan")] == [False, True, False, True]
    assert Results([scored(1.0)]).values() == [1.0]
    with pytest.raises(ValueError, match="on_failure"):
        MIXED.values("zero")  # type: ignore[call-overload]


def test_results_are_a_sequence() -> None:
    assert [result.ok for result in MIXED] == [True, False, True, False]
    assert (len(MIXED), MIXED[-2].value, len(MIXED[1:])) == (4, 0.25, 3)
    assert {place: failure.reason for place, failure in MIXED.failures.items()} == {
        1: FailureReason.TIMEOUT,
        3: FailureReason.INTERNAL,
    }
    assert MIXED[:] == MIXED
    assert pickle.loads(pickle.dumps(MIXED)) == MIXED
    with pytest.raises(IndexError):
        MIXED[4]
    lines = MIXED.to_jsonl().splitlines()
    assert [Result.from_json(line) for line in lines] == list(MIXED)
    assert Results([]).to_jsonl() == ""


def same(left: list[float], right: list[float]) -> bool:
    return [repr(value) for value in left] == [repr(value) for value in right]


NAN = float("nan")


def test_mask() -> None:
    rewards = MIXED.require(FailurePolicy.MASK)
    assert same(rewards.values, [1.0, NAN, 0.25, NAN])
    assert rewards.mask == [True, False, True, False]
    assert rewards.kept == [0, 2]
    assert rewards.failures == {FailureReason.TIMEOUT: 1, FailureReason.INTERNAL: 1}
    assert (rewards.dropped, rewards.substituted) == (0, 0)


@pytest.mark.parametrize(
    ("arguments", "mask", "dropped"),
    [
        ({"group_size": 2}, [False, False, False, False], 2),
        ({"groups": ["p", "q", "p", "q"]}, [True, False, True, False], 0),
        ({"groups": ["p", "q", "q", "r"]}, [True, False, False, False], 1),
    ],
)
def test_drop_group(arguments: dict[str, Any], mask: list[bool], dropped: int) -> None:
    rewards = MIXED.require("drop_group", **arguments)
    assert rewards.mask == mask
    assert rewards.dropped == dropped
    assert [not math.isnan(value) for value in rewards.values] == mask


def test_substitute_and_raise() -> None:
    rewards = MIXED.require(FailurePolicy.SUBSTITUTE, value=0.0)
    assert rewards.values == [1.0, 0.0, 0.25, 0.0]
    assert (rewards.kept, rewards.substituted) == ([0, 1, 2, 3], 2)
    with pytest.raises(ScoreFailedError, match="2 of 4"):
        MIXED.require(FailurePolicy.RAISE)
    assert MIXED[::2].require(FailurePolicy.RAISE).values == [1.0, 0.25]


@pytest.mark.parametrize(
    ("policy", "arguments"),
    [
        ("drop_group", {}),
        ("drop_group", {"group_size": 3}),
        ("drop_group", {"group_size": 0}),
        ("drop_group", {"groups": [1, 2]}),
        ("drop_group", {"groups": [1, 1, 1, 1], "group_size": 2}),
        ("substitute", {}),
        ("ignore", {}),
    ],
)
def test_a_policy_without_what_it_needs(policy: str, arguments: dict[str, Any]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # each has a message of its own
        MIXED.require(policy, **arguments)


def test_what_is_shown_is_short_and_harmless() -> None:
    nasty = "\x1b]0;owned\x07\u202e\n" + "x" * 1000
    failure = result_pb2.Failure(reason="INTERNAL", message=nasty)
    score = result_pb2.Score(value=1, explanation=nasty)
    results = Results([
        result_pb2.Result(id=nasty, failure=failure), result_pb2.Result(id=nasty, score=score),
    ])  # fmt: skip
    for result in results:
        assert repr(result).isprintable()
        assert len(repr(result)) < 400
    with pytest.raises(ScoreFailedError) as caught:
        results.values()
    assert str(caught.value).isprintable()
    assert repr(results) == "Results(2 samples: 1 scored, mean 1, 1 INTERNAL)"
    assert repr(Results([])) == "Results(0 samples: 0 scored)"


def test_what_a_newer_service_says_is_not_lost() -> None:
    failure = result_pb2.Failure(reason=99, message="new", retryable=True)  # type: ignore[arg-type]
    result = Result(result_pb2.Result(failure=failure))
    assert result.failure is not None
    assert result.failure.reason is FailureReason.INTERNAL
    with pytest.raises(InvalidRequestError):
        Result.from_json('{"score": 1}')
