"""Samples: what the factories accept and make, and their JSON form."""

import json
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plaudit import Sample
from plaudit.enums import CachePolicy, FailureReason, Priority, ScoreKind, SpanUnit
from plaudit.errors import InvalidRequestError
from plaudit.info import ServiceInfo
from plaudit.v1 import result_pb2, reward_service_pb2, sample_pb2

ANY_TEXT = st.text(st.characters())  # lone surrogates and NUL as well


def test_maths_sample_has_every_field() -> None:
    sample = Sample.math(
        response="so \\boxed{42}",
        gold=["42", "42.0"],
        prompt=[{"role": "system", "content": "Be brief."}, {"role": "user", "content": "6 x 7?"}],
        id="q1",
        metadata={"set": "gsm8k", "n": 3, "tags": ["a", None, True]},
        answer_position="boxed",
        tolerance={"relative": 0.01, "absolute": 1e-9},
        percent="optional",
        units="ignore",
    )
    assert json.loads(sample.to_json()) == {
        "id": "q1",
        "prompt": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "6 x 7?"},
        ],
        "response": "so \\boxed{42}",
        "math": {
            "gold": ["42", "42.0"],
            "answer_position": "ANSWER_POSITION_BOXED",
            "tolerance": {"relative": 0.01, "absolute": 1e-9},
            "percent": "PERCENT_RULE_OPTIONAL",
            "units": "UNIT_RULE_IGNORE",
        },
        "metadata": {"set": "gsm8k", "n": 3.0, "tags": ["a", None, True]},
    }
    assert (sample.id, sample.task, sample.response) == ("q1", "math", "so \\boxed{42}")
    assert Sample.from_json(sample.to_json()) == sample


def test_short_forms() -> None:
    short = Sample.math(response="r", gold="42", prompt="q", tolerance=0.5)
    long = Sample.math(
        response="r",
        gold=["42"],
        prompt=[{"role": "user", "content": "q"}],
        tolerance={"relative": 0.5},
    )
    assert short == long
    assert not Sample.math(response="r", gold="42").proto.math.HasField("tolerance")


@pytest.mark.parametrize("gold", [42, 4.2, None, ["42", 42], b"42", [b"42"], True])
def test_a_gold_is_text(gold: Any) -> None:
    with pytest.raises(TypeError, match="gold must be text"):
        Sample.math(response="r", gold=gold)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"response": None}, TypeError, "response must be text"),
        ({"response": b"r"}, TypeError, "response must be text"),
        ({"id": 7}, TypeError, "id must be text"),
        ({"prompt": [{"role": "user"}]}, TypeError, "a prompt is"),
        ({"prompt": [{"role": "user", "content": 5}]}, TypeError, "content must be text"),
        ({"answer_position": "first"}, ValueError, "final, boxed, last, whole"),
        ({"percent": "STRICT"}, ValueError, "strict, optional, ignore"),
        ({"prompt": 5}, TypeError, "a prompt is"),
        ({"metadata": {"a": object()}}, InvalidRequestError, "Struct"),
        ({"metadata": {1: "a"}}, InvalidRequestError, "Struct"),
        ({"metadata": ["a"]}, TypeError, "metadata is a mapping"),
    ],
)
def test_wrong_arguments_say_what_is_wrong(
    arguments: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        Sample.math(**{"response": "r", "gold": "42", **arguments})


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT)
def test_text_that_protobuf_cannot_carry_keeps_its_positions(
    response: str, gold: str, content: str
) -> None:
    sample = Sample.math(response=response, gold=gold, prompt=content, id=content)
    proto = sample.proto
    for given_text, kept in (
        (response, proto.response), (gold, proto.math.gold[0]),
        (content, proto.prompt[0].content), (content, proto.id),
    ):  # fmt: skip
        assert len(kept) == len(given_text)
        for before, after in zip(given_text, kept, strict=True):
            assert after == ("\ufffd" if "\ud800" <= before <= "\udfff" else before)
    assert Sample.from_json(sample.to_json()) == sample


def test_surrogates_in_json_are_replaced_too() -> None:
    line = '{"response": "a\\ud800b", "math": {"gold": ["\\udfff"]}, "metadata": {"\\ud801": 1}}'
    sample = Sample.from_json(line)
    assert sample.response == "a\ufffdb"
    assert list(sample.proto.math.gold) == ["\ufffd"]


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "1", "null", '{"respons": "r"}', '{"response": 5}', b"\xff", "[" * 100_000,
     '{"metadata": {"a": ' + '[' * 500 + ']' * 500 + '}}',
     '{"math": {"gold": "42"}}', '{"math": {"gold": ["4"]}, "judge": {}}'],
)  # fmt: skip
def test_bad_json_is_an_error_of_one_line(text: str | bytes) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        Sample.from_json(text)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith("not a Sample")


def test_the_other_tasks_take_the_form_of_the_contract() -> None:
    code = Sample.code(
        response="print(1)",
        language="python",
        stdio={"cases": [{"stdin": "1\n", "stdout": "2\n"}]},
    )
    assert code.proto.code.stdio.cases[0].stdout == "2\n"
    judge = Sample.judge(response="a", prompt="q", pairwise={"other": "b"}, votes=3)
    assert (judge.proto.judge.pairwise.other, judge.proto.judge.votes) == ("b", 3)
    assert Sample.outcome(response="a", prompt="q").task == "outcome"
    process = Sample.process(response="ab", prompt="q", steps=["a", "b"])
    assert list(process.proto.process.steps) == ["a", "b"]
    with pytest.raises(InvalidRequestError, match="vots"):
        Sample.judge(response="a", vots=3)


def test_samples_can_be_pickled_and_shown() -> None:
    sample = Sample.math(response="\x1b[31m" + "x" * 500, gold="1", id="\u202e")
    assert pickle.loads(pickle.dumps(sample)) == sample
    assert repr(sample).isprintable()
    assert len(repr(sample)) < 200


@pytest.mark.parametrize(
    ("ours", "theirs", "prefix"),
    [
        (ScoreKind, result_pb2.Score.Kind, ""),
        (FailureReason, result_pb2.Failure.Reason, ""),
        (SpanUnit, result_pb2.Span.Unit, "UNIT_"),
        (Priority, reward_service_pb2.Priority, "PRIORITY_"),
        (CachePolicy, reward_service_pb2.CachePolicy, "CACHE_POLICY_"),
    ],
)
def test_enums_are_those_of_the_contract(ours: Any, theirs: Any, prefix: str) -> None:
    names = [f"{prefix}{member.name}" for member in ours]
    assert names == [name for name, number in theirs.items() if number]
    if issubclass(ours, int):
        assert [member.value for member in ours] == [number for number in theirs.values() if number]


def test_maths_options_are_those_of_the_contract() -> None:
    names = {"final", "boxed", "last", "whole"}
    contract = set(sample_pb2.MathTask.AnswerPosition.keys())
    assert {f"ANSWER_POSITION_{name.upper()}" for name in [*names, "unspecified"]} == contract


def test_info_of_a_service_from_the_future_can_be_read() -> None:
    proto = reward_service_pb2.RewardServiceGetInfoResponse(name="math", score_kind=99)  # type: ignore[arg-type]
    info = ServiceInfo.from_proto(proto)
    assert (info.score_kind, info.min_value, info.limits.max_batch_samples) == (None, None, 0)
