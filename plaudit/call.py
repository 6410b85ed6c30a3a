"""One call of a client over all the services that its samples need: pure, like the plans in it.

A driver starts the RPCs that `step` gives, hands back what comes of them, and stops at None.
"""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from google.protobuf.message import Message

from plaudit.channel import MAX_MESSAGE_BYTES
from plaudit.errors import PlauditError
from plaudit.plan import FRAME_BYTES, Batch, Plan, Rules, Wait
from plaudit.requests import InfoRequests, Requests
from plaudit.types import ServiceInfo
from plaudit.v1 import result_pb2

# Room for the fields of a request that are not samples.
_HEADER_BYTES = 4096

_A = TypeVar("_A")


@dataclass(frozen=True, slots=True)
class Tuning:
    """How a client sends. The service's own limits apply besides."""

    batch_size: int = 64
    """Samples a batch."""
    max_inflight: int = 8
    """Batches under way at once, for each service of a call."""
    retries: int = 2
    """How often a sample is sent again after a failure that may go away."""


class Share(Generic[_A]):
    """One service's part of a call: asks for its limits unless they are known, then sends."""

    def __init__(
        self,
        service: str,
        requests: Requests[_A],
        deadline: float,
        tuning: Tuning,
        known: MutableMapping[str, ServiceInfo],
    ) -> None:
        self.service = service
        self._requests = requests
        self._deadline = deadline
        self._tuning = tuning
        self._known = known
        self._plan: Plan[_A] | None = None
        self._answers: list[_A] | None = None
        self._asking = InfoRequests()
        self._question = Plan(self._asking, _rules(deadline, tuning, None))

    @property
    def answers(self) -> Sequence[_A]:
        """One answer an item, in order, once `next` has returned None."""
        assert self._answers is not None
        return self._answers

    def next(self, now: float) -> Rpc | Wait | None:
        """What to do now; None once every item has its answer."""
        if self._plan is None and (info := self._known.get(self.service)):
            self._plan = Plan(self._requests, _rules(self._deadline, self._tuning, info))
        requests: Requests[Any] = self._asking if self._plan is None else self._requests
        plan: Plan[Any] = self._question if self._plan is None else self._plan
        match plan.next(now):
            case Wait() as wait:
                return wait
            case Batch() as batch:
                return Rpc(self, requests, plan, batch)
        self._finish(plan.answers)
        return None

    def answered(self, rpc: Rpc, response: Any, now: float) -> None:
        """An RPC of this share was answered."""
        answers = rpc.requests.read(response, rpc.batch.indices)
        rpc.plan.answered(rpc.batch, answers, now)
        if isinstance(answers[0] if answers else None, ServiceInfo):
            self._known[self.service] = answers[0]

    def failed(self, rpc: Rpc, error: PlauditError, now: float) -> None:
        """An RPC of this share failed. Raises `error` if it is a mistake of the caller."""
        rpc.plan.failed(rpc.batch, error, now)
        if rpc.plan.lost_contact:
            # What comes back in its place may have other limits.
            self._known.pop(self.service, None)

    def _finish(self, answers: Sequence[Any]) -> None:
        if self._plan is None:
            # There are no limits to go by, so nothing can be sent.
            why: result_pb2.Failure = answers[0]
            plan = Plan(self._requests, _rules(self._deadline, self._tuning, None))
            answers = plan.answers
        self._answers = list(answers)


@dataclass(eq=False, slots=True)
class Rpc:
    """An RPC to start."""

    share: Share[Any]
    requests: Requests[Any]
    plan: Plan[Any]
    batch: Batch
