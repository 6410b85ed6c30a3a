"""One call of a client over all the services that its samples need: pure, like the plans in it.

A driver starts the RPCs that `step` gives, hands back what comes of them, and stops at None.
"""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

from google.protobuf.message import Message

from plaudit.channel import MAX_MESSAGE_BYTES
from plaudit.errors import PlauditError
from plaudit.info import ServiceInfo
from plaudit.plan import FRAME_BYTES, Batch, Plan, Rules, Wait
from plaudit.rpcs import InfoRequests, NoInfo, Requests

# Room for the fields of a request that are not samples.
_HEADER_BYTES = 4096

_A = TypeVar("_A")


class Tuning(NamedTuple):
    """How a client sends. The service's own limits apply besides."""

    batch_size: int
    """Samples a batch."""
    max_inflight: int
    """Batches under way at once, for each service of a call."""
    retries: int
    """How often a sample is sent again after a failure that may go away."""


@dataclass(eq=False, slots=True)
class Rpc:
    """An RPC to start: `method` of the RewardService named `service`."""

    service: str
    method: str
    request: Message
    batch: Batch
    share: Share[Any]


class Share(Generic[_A]):
    """One service's part of a call: asks for its limits unless they are known, then sends.

    `answers` has one answer an item, in order, once `next` has returned None.
    """

    def __init__(
        self,
        service: str,
        requests: Requests[_A],
        deadline: float,
        tuning: Tuning,
        known: MutableMapping[str, ServiceInfo],
    ) -> None:
        self.service = service
        self.answers: Sequence[_A] = ()
        self._deadline = deadline
        self._tuning = tuning
        self._known = known
        self._items = requests
        self._requests: Requests[Any] = InfoRequests()
        self._plan: Plan[Any] = Plan(self._requests, _rules(deadline, tuning, None))
        if info := known.get(service):
            self._begin(info)

    def next(self, now: float) -> Rpc | Wait | None:
        """What to do now; None once every item has its answer."""
        match step := self._plan.next(now):
            case Batch():
                request = self._requests.request(step.indices)
                return Rpc(self.service, self._requests.method, request, step, self)
            case Wait():
                return step
        answers = self._plan.answers
        if self._requests is self._items:
            self.answers = answers
        elif isinstance(info := answers[0], ServiceInfo):
            self._known[self.service] = info
            self._begin(info)
            return self.next(now)
        else:
            why: NoInfo = info
            places = range(len(self._items.weights))
            self.answers = [
                self._items.failure(index, why.reason, why.message, why.retryable)
                for index in places
            ]
        return None

    def answered(self, rpc: Rpc, response: Any, now: float) -> None:
        """An RPC of this share was answered."""
        answers = self._requests.read(response, rpc.batch.indices)
        self._plan.answered(rpc.batch, answers, now)

    def failed(self, rpc: Rpc, error: PlauditError, now: float) -> None:
        """An RPC of this share failed. Raises `error` if it is a mistake of the caller."""
        self._plan.failed(rpc.batch, error, now)
        if self._plan.lost_contact:
            # What comes back in its place may have other limits.
            self._known.pop(self.service, None)

    def _begin(self, info: ServiceInfo) -> None:
        self._requests = self._items
        self._plan = Plan(self._items, _rules(self._deadline, self._tuning, info))


class Call:
    """The shares of a call, driven together."""

    def __init__(self, shares: Sequence[Share[Any]]) -> None:
        self._shares = list(shares)

    def step(self, now: float) -> tuple[list[Rpc], float] | None:
        """RPCs to start, and the seconds to wait for an event; None once all is answered."""
        rpcs: list[Rpc] = []
        until = float("inf")
        for share in list(self._shares):
            while isinstance(step := share.next(now), Rpc):
                rpcs.append(step)
            if step is None:
                self._shares.remove(share)
            else:
                until = min(until, step.until)
        return (rpcs, max(until - now, 0.0)) if self._shares else None

    def answered(self, rpc: Rpc, response: Any, now: float) -> None:
        """An RPC was answered. One of another call, or a second answer, changes nothing."""
        rpc.share.answered(rpc, response, now)

    def failed(self, rpc: Rpc, error: PlauditError, now: float) -> None:
        """An RPC failed. Raises `error` if it is a mistake of the caller."""
        rpc.share.failed(rpc, error, now)


def _rules(deadline: float, tuning: Tuning, info: ServiceInfo | None) -> Rules:
    """The smaller one of our own and the service's limits; 0 means that it named none."""
    samples, room, item = tuning.batch_size, MAX_MESSAGE_BYTES, MAX_MESSAGE_BYTES
    inflight = tuning.max_inflight
    if info is not None:
        limits = info.limits
        samples = _smaller(samples, limits.max_batch_samples)
        samples = _smaller(samples, limits.max_inflight_samples)
        room = _smaller(_smaller(room, limits.max_batch_bytes), limits.max_inflight_bytes)
        item = _smaller(item, limits.max_sample_bytes)
        if limits.max_inflight_samples:
            inflight = min(inflight, max(1, limits.max_inflight_samples // samples))
    room -= min(_HEADER_BYTES, room // 2)
    return Rules(
        deadline=deadline,
        batch_samples=samples,
        batch_bytes=room,
        item_bytes=min(item, room - FRAME_BYTES),
        max_inflight=inflight,
        retries=tuning.retries,
    )


def _smaller(ours: int, theirs: int) -> int:
    return min(ours, theirs) if theirs else ours
