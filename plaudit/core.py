"""What the blocking and the asyncio client share: configuration, routing and call metadata."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

from plaudit.call import Call, Share, Tuning
from plaudit.channel import TLSConfig
from plaudit.enums import CachePolicy, Priority
from plaudit.errors import (
    ConfigError,
    DeadlineExceededError,
    InvalidRequestError,
    PlauditError,
    UnavailableError,
)
from plaudit.info import ServiceInfo
from plaudit.results import Results
from plaudit.rpcs import GroupRequests, Labels, SampleRequests
from plaudit.text import scrub_text
from plaudit.types import Sample
from plaudit.v1 import result_pb2

#: Seconds for a whole call, unless it says otherwise.
DEADLINE_SECONDS = 60.0
#: Seconds for a service to tell about itself.
INFO_SECONDS = 10.0
#: Seconds for the question why a service is not ready.
REASON_SECONDS = 0.5


class ClientCore:
    """Configuration of a client.

    `services` maps the name of a service, which is that of the task it takes, to its target (see
    `plaudit.channel`). `tls` and `api_key` hold for all of them. `batch_size` (samples),
    `max_inflight` (batches under way, for each service of a call) and `retries` (of a sample whose
    failure may go away) tune every call.
    """

    def __init__(
        self,
        services: Mapping[str, str],
        *,
        tls: TLSConfig | None = None,
        api_key: str | None = None,
        batch_size: int = 64,
        max_inflight: int = 8,
        retries: int = 2,
    ) -> None:
        if min(batch_size, max_inflight) < 1 or retries < 0:
            raise ConfigError("batch_size and max_inflight are at least 1, retries at least 0")
        if api_key is not None and not _is_printable(api_key):
            raise ConfigError("api_key must be printable ASCII")
        if not (isinstance(services, Mapping) and all(map(_is_text, services.values()))):
            raise ConfigError('services maps names to targets: {"math": "host:port"}')
        self._services = dict(services)
        self._tls = tls
        self._api_key = api_key
        self._tuning = Tuning(batch_size, max_inflight, retries)
        self._known: dict[str, ServiceInfo] = {}
        self._closed = False
        self._forget_channels()

    @classmethod
    def local(cls, **options: Any) -> Self:
        """A client of the services that `plaudit up` started. Options as for the class.

        Raises ConfigError if none is running.
        """
        from plaudit.state import read_stack  # only here, for the sake of import time

        stack = read_stack()
        if stack is None or not stack.is_running():
            raise ConfigError("no local stack is running: start one with `plaudit up`")
        secured = [name for name, service in stack.services.items() if service.tls]
        if secured and options.get("tls") is None:
            raise ConfigError(f"{secured[0]} of the local stack uses TLS: give tls=TLSConfig(...)")
        return cls({name: service.address for name, service in stack.services.items()}, **options)

    def _forget_channels(self) -> None:
        """Starts with no open channel."""
        raise NotImplementedError

    @property
    def services(self) -> Mapping[str, str]:
        """The targets by the name of the service."""
        return dict(self._services)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._services!r})"

    def _check_open(self) -> None:
        if self._closed:
            raise InvalidRequestError("this client is closed: make another one")

    def _target(self, service: str) -> str:
        self._check_open()
        if service not in self._services:
            have = ", ".join(self._services) or "none"
            raise InvalidRequestError(
                f"no service for the task {service!a}: add {service!a}: 'host:port' to the "
                f"client's services (it has: {have})"
            )
        return self._services[service]

    def _metadata(self) -> list[tuple[str, str]]:
        """Metadata of every RPC: the key, and the trace if the caller has one."""
        metadata = []
        if self._api_key is not None:
            metadata.append(("authorization", f"Bearer {self._api_key}"))
        # Who traces has imported it; we do not do it for those who don't.
        if (tracing := sys.modules.get("opentelemetry.trace")) is not None:
            span = tracing.get_current_span().get_span_context()
            if span.is_valid:
                parent = f"00-{span.trace_id:032x}-{span.span_id:016x}-{span.trace_flags:02x}"
                metadata.append(("traceparent", parent))
        return metadata


class Scoring:
    """A call that scores samples, each at the service of its task."""

    def __init__(
        self,
        core: ClientCore,
        samples: Iterable[Sample],
        deadline: float,
        labels: Labels,
    ) -> None:
        checked = _samples(samples)
        self._total = len(checked)
        ends = _ends(deadline)
        places: dict[str, list[int]] = {}
        for place, sample in enumerate(checked):
            places.setdefault(_task(sample, place), []).append(place)
        for service in places:
            core._target(service)
        self._shares = [
            (where, Share(service, SampleRequests([checked[place] for place in where], labels),
                          ends, core._tuning, core._known))
            for service, where in places.items()
        ]  # fmt: skip
        self.call = Call([share for _, share in self._shares])

    def results(self) -> Results:
        """The results in the order of the samples."""
        protos: list[Any] = [None] * self._total
        for places, share in self._shares:
            for place, proto in zip(places, share.answers, strict=True):
                protos[place] = proto
        return Results(protos)


class GroupScoring:
    """A call that scores groups of samples at the service of their common task."""

    def __init__(
        self,
        core: ClientCore,
        groups: Iterable[Iterable[Sample]],
        method: str,
        deadline: float,
        labels: Labels,
    ) -> None:
        checked = [_samples(group) for group in groups]
        tasks = {_task(sample, place) for group in checked for place, sample in enumerate(group)}
        if not all(checked):
            raise InvalidRequestError("a group has no samples")
        if len(tasks) > 1:
            raise InvalidRequestError(f"groups of several tasks in one call: {sorted(tasks)}")
        self._share: Share[list[result_pb2.Result]] | None = None
        if tasks:
            service = tasks.pop()
            core._target(service)
            requests = GroupRequests(checked, method, labels)
            self._share = Share(service, requests, _ends(deadline), core._tuning, core._known)
        self.call = Call([self._share] if self._share else [])

    def results(self) -> list[Results]:
        """The results of each group in the order of its samples."""
        return [Results(answer) for answer in self._share.answers] if self._share else []


def labels_of(request_id: str, priority: Priority, cache: CachePolicy) -> Labels:
    """The labels of a call, with an id of its own if it was given none."""
    if not isinstance(request_id, str):
        raise TypeError(f"request_id must be text (str), not {type(request_id).__name__}")
    return Labels(
        scrub_text(request_id) or os.urandom(16).hex(), Priority(priority), CachePolicy(cache)
    )


def not_ready(service: str, target: str, timeout: float, error: PlauditError) -> UnavailableError:
    """What `wait_ready` raises, with what gRPC says is wrong if it says more than that."""
    why = "" if isinstance(error, DeadlineExceededError) else f": {error}"
    return UnavailableError(f"{service} at {target} was not ready within {timeout:g} s{why}")


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_printable(value: object) -> bool:
    return isinstance(value, str) and value.isascii() and value.isprintable()


def _samples(samples: Iterable[Sample]) -> Sequence[Sample]:
    if isinstance(samples, Sample):
        raise TypeError("score takes a list of samples: write score([sample])")
    checked = list(samples)
    for sample in checked:
        if not isinstance(sample, Sample):
            raise TypeError(f"a Sample is needed, not {type(sample).__name__}")
    return checked


def _task(sample: Sample, place: int) -> str:
    if task := sample.task:
        return task
    raise InvalidRequestError(f"sample {place} has no task: make it with Sample.math(...) or like")


def _ends(deadline: float) -> float:
    try:
        valid = 0 < deadline < float("inf")
    except TypeError:
        valid = False
    if not valid:
        raise InvalidRequestError(f"deadline is {deadline!a}; it is a number of seconds above 0")
    return time.monotonic() + deadline
