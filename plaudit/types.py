"""What goes into a call: samples."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableSequence
from typing import Any, Literal, TypeAlias

from plaudit.jsonform import fill, parse, to_json
from plaudit.text import scrub_text, short
from plaudit.v1 import sample_pb2

#: A question, or chat messages: {"role": "user", "content": "..."}.
Prompt: TypeAlias = str | Iterable[Mapping[str, str]]

_MathTask = sample_pb2.MathTask
_POSITIONS = {
    "final": _MathTask.ANSWER_POSITION_FINAL,
    "boxed": _MathTask.ANSWER_POSITION_BOXED,
    "last": _MathTask.ANSWER_POSITION_LAST,
    "whole": _MathTask.ANSWER_POSITION_WHOLE,
}
_PERCENTS = {
    "strict": _MathTask.PERCENT_RULE_STRICT,
    "optional": _MathTask.PERCENT_RULE_OPTIONAL,
    "ignore": _MathTask.PERCENT_RULE_IGNORE,
}
_UNITS = {
    "strict": _MathTask.UNIT_RULE_STRICT,
    "required": _MathTask.UNIT_RULE_REQUIRED,
    "ignore": _MathTask.UNIT_RULE_IGNORE,
}
_PROMPT = 'a prompt is a str or a list of {"role": ..., "content": ...}'


class Sample:
    """One response and what is needed to score it: a thin, immutable face of `plaudit.v1.Sample`.

    A lone surrogate in a text, which protobuf cannot carry, becomes U+FFFD, one for one, so that
    spans of the result hold for the text that was given.
    """

    __slots__ = ("_proto",)

    def __init__(self, proto: sample_pb2.Sample) -> None:
        self._proto = proto

    @classmethod
    def math(
        cls,
        *,
        response: str,
        gold: str | Iterable[str],
        prompt: Prompt | None = None,
        id: str = "",
        metadata: Mapping[str, Any] | None = None,
        answer_position: Literal["final", "boxed", "last", "whole"] | None = None,
        tolerance: float | Mapping[str, float] | None = None,
        percent: Literal["strict", "optional", "ignore"] | None = None,
        units: Literal["strict", "required", "ignore"] | None = None,
    ) -> Sample:
        """Is the final answer of the response equal to the gold answer, or to one of them?

        `tolerance` is a relative one in [0, 1), or {"relative": r, "absolute": a}; without one,
        equality is exact. Options left out take the strict defaults of the contract (`MathTask`).
        Raises TypeError where a text is not a str, ValueError for an unknown option.
        """
        proto = _build(response, prompt, id, metadata)
        task = proto.math
        _add_texts(task.gold, [gold] if isinstance(gold, str) else _golds(gold))
        if answer_position is not None:
            task.answer_position = _choice("answer_position", answer_position, _POSITIONS)
        if percent is not None:
            task.percent = _choice("percent", percent, _PERCENTS)
        if units is not None:
            task.units = _choice("units", units, _UNITS)
        if tolerance is not None:
            parts = tolerance if isinstance(tolerance, Mapping) else {"relative": tolerance}
            task.tolerance.CopyFrom(_MathTask.Tolerance(**parts))
        return cls(proto)

    @classmethod
    def code(cls, *, response: str, prompt: Prompt | None = None, id: str = "",
             metadata: Mapping[str, Any] | None = None, **task: Any) -> Sample:  # fmt: skip
        """Does the program in the response pass the tests?

        `task` is the JSON form of `CodeTask`, for example
        language="python", stdio={"cases": [{"stdin": "1", "stdout": "2"}]}.
        """
        filled = fill(sample_pb2.CodeTask(), task)
        return cls(_build(response, prompt, id, metadata, code=filled))

    @classmethod
    def judge(cls, *, response: str, prompt: Prompt | None = None, id: str = "",
              metadata: Mapping[str, Any] | None = None, **task: Any) -> Sample:  # fmt: skip
        """What does a language model judge of the response?

        `task` is the JSON form of `JudgeTask`, for example pairwise={"other": text}, votes=3.
        """
        filled = fill(sample_pb2.JudgeTask(), task)
        return cls(_build(response, prompt, id, metadata, judge=filled))

    @classmethod
    def outcome(cls, *, response: str, prompt: Prompt, id: str = "",
                metadata: Mapping[str, Any] | None = None, **task: Any) -> Sample:  # fmt: skip
        """What does an outcome reward model give? `task`: the JSON form of `OutcomeTask`."""
        filled = fill(sample_pb2.OutcomeTask(), task)
        return cls(_build(response, prompt, id, metadata, outcome=filled))

    @classmethod
    def process(cls, *, response: str, prompt: Prompt, id: str = "",
                metadata: Mapping[str, Any] | None = None, **task: Any) -> Sample:  # fmt: skip
        """What does a process reward model give? `task`: the JSON form of `ProcessTask`."""
        filled = fill(sample_pb2.ProcessTask(), task)
        return cls(_build(response, prompt, id, metadata, process=filled))

    @classmethod
    def from_json(cls, data: str | bytes | Mapping[str, Any]) -> Sample:
        """A sample of any task from its JSON form, as text or as a dict.

        Raises InvalidRequestError, saying what is wrong.
        """
        return cls(parse(sample_pb2.Sample(), data))

    def to_json(self) -> str:
        """The sample as one line of JSON."""
        return to_json(self._proto)

    @property
    def proto(self) -> sample_pb2.Sample:
        """The message itself. It is shared, so it must not be changed."""
        return self._proto

    @property
    def id(self) -> str:
        """The caller's name for the sample."""
        return self._proto.id

    @property
    def response(self) -> str:
        """The text to be scored."""
        return self._proto.response

    @property
    def task(self) -> str:
        """The name of the task, which is that of the service: "math", ...; "" if there is none."""
        return self._proto.WhichOneof("task") or ""

    def __eq__(self, other: object) -> bool:
        return self._proto == other._proto if isinstance(other, Sample) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # messages have none

    def __reduce__(self) -> tuple[Any, ...]:
        return Sample, (self._proto,)

    def __repr__(self) -> str:
        return f"Sample(task={self.task!r}, id={short(self.id)}, response={short(self.response)})"


def _build(response: str, prompt: Prompt | None, id: str, metadata: Mapping[str, Any] | None,
           **task: Any) -> sample_pb2.Sample:  # fmt: skip
    _check_text("response", response)
    _check_text("id", id)
    try:
        proto = sample_pb2.Sample(id=id, response=response, **task)
    except UnicodeEncodeError:
        proto = sample_pb2.Sample(id=scrub_text(id), response=scrub_text(response), **task)
    if prompt is not None:
        proto.prompt.extend(_messages(prompt))
    if metadata is not None:
        if not isinstance(metadata, Mapping):
            raise TypeError(f"metadata is a mapping, not {type(metadata).__name__}")
        fill(proto.metadata, metadata)
    return proto


def _messages(prompt: Prompt) -> Iterable[sample_pb2.ChatMessage]:
    if isinstance(prompt, str):
        prompt = [{"role": "user", "content": prompt}]
    if not isinstance(prompt, Iterable):
        raise TypeError(_PROMPT)
    for message in prompt:
        if not isinstance(message, Mapping) or not {"role", "content"} <= message.keys():
            raise TypeError(_PROMPT)
        role, content = message["role"], message["content"]
        _check_text("role", role)
        _check_text("content", content)
        yield sample_pb2.ChatMessage(role=scrub_text(role), content=scrub_text(content))


def _golds(gold: Iterable[str]) -> list[str]:
    try:
        golds = list(gold)
    except TypeError:
        golds = [gold]  # type: ignore[list-item]  # reported below
    for item in golds:
        _check_text("gold", item)
    return golds


def _add_texts(field: MutableSequence[str], texts: list[str]) -> None:
    try:
        field.extend(texts)
    except UnicodeEncodeError:
        del field[:]
        field.extend(map(scrub_text, texts))


def _check_text(name: str, value: object) -> None:
    if not isinstance(value, str):
        kind = type(value).__name__
        raise TypeError(f"{name} must be text (str), not {kind}: it is never guessed from a value")


def _choice(name: str, value: str, choices: Mapping[str, Any]) -> Any:
    try:
        return choices[value]
    except (KeyError, TypeError):
        raise ValueError(f"{name} must be one of {', '.join(choices)}, not {value!a}") from None
