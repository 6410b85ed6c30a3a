"""What comes out of a call: one result a sample, a score or a failure. A failure is never a number.

The classes are thin faces of the contract's messages, made when they are looked at.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any, Literal, NoReturn, overload

from plaudit.errors import ScoreFailedError
from plaudit.jsonform import parse, to_json
from plaudit.policy import FailurePolicy, Rewards, decide
from plaudit.scores import Failure, Provenance, Score, Span
from plaudit.text import short
from plaudit.v1 import result_pb2

_NAN = float("nan")


class Result:
    """What became of one sample.

    `value`, `components`, `spans`, `explanation`, `provenance` and `cached` are those of the
    score, and raise ScoreFailedError where there is none; so does float(result).
    """

    __slots__ = ("_proto",)

    def __init__(self, proto: result_pb2.Result) -> None:
        self._proto = proto

    @classmethod
    def from_json(cls, data: str | bytes | Mapping[str, Any]) -> Result:
        """A result from its JSON form. Raises InvalidRequestError."""
        return cls(parse(result_pb2.Result(), data))

    def to_json(self) -> str:
        """The result as one line of JSON."""
        return to_json(self._proto)

    @property
    def proto(self) -> result_pb2.Result:
        """The message itself. It is shared, so it must not be changed."""
        return self._proto

    @property
    def id(self) -> str:
        """The id of the sample."""
        return self._proto.id

    @property
    def ok(self) -> bool:
        """Whether there is a score."""
        return self._proto.HasField("score")

    @property
    def score(self) -> Score | None:
        """The score, or None."""
        return Score(self._proto.score) if self.ok else None

    @property
    def failure(self) -> Failure | None:
        """The failure, or None."""
        return None if self.ok else Failure(self._proto.failure)

    @property
    def value(self) -> float:
        """The number."""
        return self._scored().value

    @property
    def components(self) -> dict[str, float]:
        """Named parts of the score, for example "answer_found"."""
        return self._scored().components

    @property
    def spans(self) -> tuple[Span, ...]:
        """Values of parts of the response."""
        return self._scored().spans

    @property
    def explanation(self) -> str:
        """Why, in words, for a person."""
        return self._scored().explanation

    @property
    def provenance(self) -> Provenance:
        """Which software and weights gave the score."""
        return self._scored().provenance

    @property
    def cached(self) -> bool:
        """Whether the score came from the service's result cache."""
        return self._scored().cached

    def _scored(self) -> Score:
        if not self._proto.HasField("score"):
            failure = Failure(self._proto.failure)
            name = f"sample {short(self.id)}" if self.id else "the sample"
            raise ScoreFailedError(
                f"{name} has no score: {failure.reason} ({short(failure.message, 200)}); "
                "look at .ok or .failure first"
            )
        return Score(self._proto.score)

    def __float__(self) -> float:
        return self.value

    def __bool__(self) -> NoReturn:
        raise TypeError("a result is not true or false: use .ok, or compare .value")

    def __eq__(self, other: object) -> bool:
        return self._proto == other._proto if isinstance(other, Result) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # messages have none

    def __reduce__(self) -> tuple[Any, ...]:
        return Result, (self._proto,)

    def __repr__(self) -> str:
        name = f"id={short(self.id)}, " if self.id else ""
        return f"Result({name}{self.score or self.failure!r})"


class Results(Sequence[Result]):
    """The results of a call, in the order of its samples."""

    __slots__ = ("_protos",)

    def __init__(self, protos: Sequence[result_pb2.Result]) -> None:
        self._protos = protos

    @overload
    def __getitem__(self, index: int) -> Result: ...
    @overload
    def __getitem__(self, index: slice) -> Results: ...
    def __getitem__(self, index: int | slice) -> Result | Results:
        if isinstance(index, slice):
            return Results(self._protos[index])
        return Result(self._protos[index])

    def __len__(self) -> int:
        return len(self._protos)

    def __iter__(self) -> Iterator[Result]:
        return map(Result, self._protos)

    def to_jsonl(self) -> str:
        """The results as lines of JSON, as in the files of `plaudit score`."""
        return "".join(f"{to_json(proto)}\n" for proto in self._protos)

    @property
    def failures(self) -> dict[int, Failure]:
        """The failures by the place of their sample."""
        protos = enumerate(self._protos)
        return {index: Failure(p.failure) for index, p in protos if not p.HasField("score")}

    @overload
    def values(self, on_failure: Literal["raise", "nan"] | float = "raise") -> list[float]: ...
    @overload
    def values(self, on_failure: Literal["none"]) -> list[float | None]: ...
    def values(self, on_failure: str | float = "raise") -> Sequence[float | None]:
        """One number a sample; in the place of a failure NaN, None or a number of your choice.

        "raise", the default, raises ScoreFailedError with the number of failures and their reasons.
        """
        substitute: float | None
        match on_failure:
            case "raise":
                if failures := self.failures:
                    raise ScoreFailedError(describe(len(self), failures))
                substitute = _NAN  # of no use: there is no failure
            case "nan":
                substitute = _NAN
            case "none":
                substitute = None
            case str():
                raise ValueError('on_failure must be "raise", "nan", "none" or a number')
            case _:
                substitute = float(on_failure)
        return [p.score.value if p.HasField("score") else substitute for p in self._protos]

    def require(
        self,
        policy: FailurePolicy | str,
        *,
        groups: Sequence[Hashable] | None = None,
        group_size: int | None = None,
        value: float | None = None,
    ) -> Rewards:
        """The rewards under a policy for failures, which is thereby an explicit choice.

        RAISE raises ScoreFailedError if there is any. MASK leaves the failed samples out.
        DROP_GROUP leaves out every sample of a group in which one failed; a group is the samples
        with the same entry in `groups`, or `group_size` neighbours. SUBSTITUTE puts `value` in.
        Raises ValueError where the policy lacks its argument.
        """
        failures = self.failures
        if FailurePolicy(policy) is FailurePolicy.RAISE and failures:
            raise ScoreFailedError(describe(len(self), failures))
        reasons = {index: failure.reason for index, failure in failures.items()}
        return decide(self.values("nan"), reasons, FailurePolicy(policy), groups, group_size, value)

    def __eq__(self, other: object) -> bool:
        return list(self) == list(other) if isinstance(other, Results) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # messages have none

    def __reduce__(self) -> tuple[Any, ...]:
        return Results, (list(self._protos),)

    def __repr__(self) -> str:
        values = [value for value in self.values("none") if value is not None]
        scored = f"{len(values)} scored"
        if values:
            scored += f", mean {math.fsum(values) / len(values):g}"
        counts = Counter(failure.reason for failure in self.failures.values())
        failed = "".join(f", {count} {reason}" for reason, count in counts.most_common())
        return f"Results({len(self)} samples: {scored}{failed})"


def describe(total: int, failures: Mapping[int, Failure]) -> str:
    """How many samples failed and why, with the first one as an example. Needs at least one."""
    counts = Counter(failure.reason for failure in failures.values())
    reasons = ", ".join(f"{reason} {count}" for reason, count in counts.most_common())
    index, first = next(iter(failures.items()))
    return (
        f"{len(failures)} of {total} samples have no score ({reasons}); "
        f"the first is sample {index}: {short(first.message, 200)}"
    )
