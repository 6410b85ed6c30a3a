"""The three RPCs of RewardService as the plan sees them: what an item is, and how it goes out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol, TypeVar

from google.protobuf.message import Message

from plaudit.enums import CachePolicy, FailureReason, Priority
from plaudit.info import ServiceInfo
from plaudit.plan import Items
from plaudit.types import Sample
from plaudit.v1 import result_pb2, reward_service_pb2, sample_pb2

_A = TypeVar("_A")


class Labels(NamedTuple):
    """What every request of a call carries, under the names of the contract."""

    request_id: str
    priority: Priority
    cache_policy: CachePolicy


class Requests(Items[_A], Protocol[_A]):
    """Items that know their RPC."""

    method: str

    def request(self, indices: Sequence[int]) -> Message:
        """The request that carries these items."""

    def read(self, response: Any, indices: Sequence[int]) -> Sequence[_A]:
        """The answers in the response to a request for these items."""


class NoInfo(NamedTuple):
    """Why a service did not say its limits, and so why nothing was sent to it."""

    reason: FailureReason
    message: str
    retryable: bool


class InfoRequests:
    """GetInfo: one item, answered by the info, or by the failure of all that waits for it."""

    method = "GetInfo"

    def __init__(self) -> None:
        self.weights: Sequence[int] = (1,)
        self.sizes: Sequence[int] = (0,)

    def request(self, indices: Sequence[int]) -> Message:
        """The empty request."""
        return reward_service_pb2.RewardServiceGetInfoRequest()

    def read(
        self, response: reward_service_pb2.RewardServiceGetInfoResponse, indices: Sequence[int]
    ) -> Sequence[ServiceInfo | NoInfo]:
        """The info."""
        return (ServiceInfo.from_proto(response),)

    def failure(
        self, index: int, reason: FailureReason, message: str, retryable: bool
    ) -> ServiceInfo | NoInfo:
        """Why there is no info."""
        return NoInfo(reason, message, retryable)

    def is_retryable(self, answer: ServiceInfo | NoInfo) -> bool:
        """Never: a failure here is one that the plan gave up on."""
        return False


class SampleRequests:
    """ScoreBatch: an item is a sample, its answer a result."""

    method = "ScoreBatch"

    def __init__(self, samples: Sequence[Sample], labels: Labels) -> None:
        self._protos = [sample.proto for sample in samples]
        self._fields = labels._asdict()
        self.weights: Sequence[int] = [1] * len(samples)
        self.sizes: Sequence[int] = [proto.ByteSize() for proto in self._protos]

    def request(self, indices: Sequence[int]) -> Message:
        """The request that carries these samples."""
        samples = [self._protos[index] for index in indices]
        return reward_service_pb2.ScoreBatchRequest(samples=samples, **self._fields)

    def read(
        self, response: reward_service_pb2.ScoreBatchResponse, indices: Sequence[int]
    ) -> Sequence[result_pb2.Result]:
        """The results."""
        return [_checked(result) for result in response.results]

    def failure(
        self, index: int, reason: FailureReason, message: str, retryable: bool
    ) -> result_pb2.Result:
        """The result of a sample that was not scored."""
        return _failed(self._protos[index], reason, message, retryable)

    def is_retryable(self, answer: result_pb2.Result) -> bool:
        """Whether it is a failure that may go away."""
        return answer.failure.retryable


class GroupRequests:
    """ScoreGroups: an item is a group of samples, its answer one result a sample."""

    method = "ScoreGroups"

    def __init__(self, groups: Sequence[Sequence[Sample]], method: str, labels: Labels) -> None:
        self._groups = [
            reward_service_pb2.Group(id=str(index), samples=[sample.proto for sample in group])
            for index, group in enumerate(groups)
        ]
        self._fields = {**labels._asdict(), "method": method}
        self.weights: Sequence[int] = [len(group.samples) for group in self._groups]
        self.sizes: Sequence[int] = [group.ByteSize() for group in self._groups]

    def request(self, indices: Sequence[int]) -> Message:
        """The request that carries these groups."""
        groups = [self._groups[index] for index in indices]
        return reward_service_pb2.ScoreGroupsRequest(groups=groups, **self._fields)

    def read(
        self, response: reward_service_pb2.ScoreGroupsResponse, indices: Sequence[int]
    ) -> Sequence[list[result_pb2.Result]]:
        """The results of each group."""
        answers = [[_checked(result) for result in group.results] for group in response.results]
        for place, (index, answer) in enumerate(zip(indices, answers, strict=False)):
            if len(answer) != self.weights[index]:
                answers[place] = self.failure(
                    index, FailureReason.INTERNAL, "the service left out siblings", False
                )
        return answers

    def failure(
        self, index: int, reason: FailureReason, message: str, retryable: bool
    ) -> list[result_pb2.Result]:
        """The results of a group that was not scored."""
        samples = self._groups[index].samples
        return [_failed(sample, reason, message, retryable) for sample in samples]

    def is_retryable(self, answer: list[result_pb2.Result]) -> bool:
        """Whether a sibling failed in a way that may go away; the others depend on it."""
        return any(result.failure.retryable for result in answer)


def _checked(result: result_pb2.Result) -> result_pb2.Result:
    """The result, or an INTERNAL failure in its place if it is neither a number nor a failure."""
    score = result.score
    if score.HasField("value") and score.value == score.value:  # no NaN
        return result
    if result.HasField("failure"):
        return result
    failure = _failure(FailureReason.INTERNAL, "the service gave neither number nor failure", False)
    return result_pb2.Result(id=result.id, failure=failure)


def _failed(
    sample: sample_pb2.Sample, reason: FailureReason, message: str, retryable: bool
) -> result_pb2.Result:
    return result_pb2.Result(id=sample.id, failure=_failure(reason, message, retryable))


def _failure(reason: FailureReason, message: str, retryable: bool) -> result_pb2.Failure:
    return result_pb2.Failure(reason=reason.value, message=message, retryable=retryable)
