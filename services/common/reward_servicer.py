"""RewardService over any scorer: what the wire needs, and nothing of how scores come about."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from plaudit.errors import InvalidRequestError, UnavailableError, UnsupportedError
from plaudit.v1 import result_pb2, reward_service_pb2, reward_service_pb2_grpc, sample_pb2
from services.common import call_context
from services.common.admission import Admission
from services.common.interceptors import Context
from services.common.option_schema import option_schema
from services.common.results import ResultWriter
from services.common.scorer import Call, Graded, Scorer
from services.common.scoring import Answer, BatchScorer
from services.common.settings import ServiceSettings
from services.common.telemetry import Telemetry

if TYPE_CHECKING:
    from google.protobuf.internal.containers import RepeatedCompositeFieldContainer

_MAX_REQUEST_ID_CHARS = 256
_NORMAL = reward_service_pb2.PRIORITY_NORMAL
_PRIORITIES = frozenset(reward_service_pb2.Priority.values()) - {0}


class RewardServicer(reward_service_pb2_grpc.RewardServiceServicer):
    """Serves one scorer. Tells about itself from the start; scores once it is opened."""

    def __init__(
        self,
        scorer: Scorer,
        admission: Admission,
        telemetry: Telemetry | None,
        settings: ServiceSettings,
    ) -> None:
        self._scorer = scorer
        self._admission = admission
        self._telemetry = telemetry
        self._settings = settings
        self._scoring: BatchScorer | None = None
        task = sample_pb2.Sample.DESCRIPTOR.fields_by_name[scorer.info.task].message_type
        self._option_schema = option_schema(task)  # type: ignore[arg-type]

    def open(self, scoring: BatchScorer) -> None:
        """Takes calls from now on. Until then they are refused as unavailable."""
        self._scoring = scoring

    async def ScoreBatch(
        self, request: reward_service_pb2.ScoreBatchRequest, context: Context
    ) -> reward_service_pb2.ScoreBatchResponse:
        """Scores each sample by itself; one result a sample, in order."""
        arrived = time.monotonic()
        scoring, call = self._begin(request.request_id, request.priority)
        samples, size = request.samples, request.ByteSize()
        with self._admitted(len(samples), size):
            started = time.monotonic()
            answers = await scoring.score(samples, size, call, request.cache_policy)
            response = reward_service_pb2.ScoreBatchResponse(request_id=call.request_id)
            self._write(scoring.writer, response.results, samples, answers, started - arrived)
        return response

    async def ScoreGroups(
        self, request: reward_service_pb2.ScoreGroupsRequest, context: Context
    ) -> reward_service_pb2.ScoreGroupsResponse:
        """Scores siblings together; one entry a group, one result a sample, in order."""
        arrived = time.monotonic()
        self._check_method(request.method)
        scoring, call = self._begin(request.request_id, request.priority)
        groups = [group.samples for group in request.groups]
        size = request.ByteSize()
        if not all(groups):
            raise InvalidRequestError("a group is empty: give every group at least one sample")
        with self._admitted(sum(map(len, groups)), size):
            waited = time.monotonic() - arrived
            graded = await scoring.score_groups(groups, request.method, call)
            response = reward_service_pb2.ScoreGroupsResponse(request_id=call.request_id)
            for group, answers in zip(request.groups, graded, strict=True):
                entry = response.results.add(id=group.id)
                self._write(scoring.writer, entry.results, group.samples, answers, waited)
        return response

    async def GetInfo(
        self, request: reward_service_pb2.RewardServiceGetInfoRequest, context: Context
    ) -> reward_service_pb2.RewardServiceGetInfoResponse:
        """What the service is; answers before it is ready and when it is full, too."""
        info = self._scorer.info
        return reward_service_pb2.RewardServiceGetInfoResponse(
            name=info.name,
            version=info.version,
            model=info.model,
            weight_digest=info.weight_digest,
            score_kind=info.score_kind.value,
            min_value=info.min_value,
            max_value=info.max_value,
            limits=self._limits(),
            option_schema=self._option_schema,
            group_methods=info.group_methods,
        )

    def _begin(self, request_id: str, priority: int) -> tuple[BatchScorer, Call]:
        """Names the call and gives it its deadline; refuses it while the service starts."""
        if len(request_id) > _MAX_REQUEST_ID_CHARS:
            raise InvalidRequestError(
                f"the request_id has more than {_MAX_REQUEST_ID_CHARS} characters: shorten it"
            )
        name = request_id or uuid.uuid4().hex
        call_context.request_id.set(name)
        if self._scoring is None:
            raise UnavailableError("the service is starting: wait until its health is SERVING")
        # A number that the contract does not name would overtake, or never get its turn.
        known = priority if priority in _PRIORITIES else _NORMAL
        return self._scoring, Call(call_context.deadline.get(), known, name)

    @contextmanager
    def _admitted(self, samples: int, size: int) -> Iterator[None]:
        """Checks the size of a call and holds its share of the key's quota and of the room."""
        limits = self._settings
        if not samples:
            raise InvalidRequestError("the batch is empty: send at least one sample")
        if samples > limits.max_batch_samples:
            raise InvalidRequestError(
                f"{samples} samples in one call; at most {limits.max_batch_samples} are taken: "
                "split the batch"
            )
        if size > limits.max_batch_bytes:
            raise InvalidRequestError(
                f"{size} bytes in one call; at most {limits.max_batch_bytes} are taken: "
                "split the batch"
            )
        key = call_context.api_key.get()
        # Room first: a call that finds none has not used up its key's quota.
        with self._admission.hold(samples, size):
            if key is None:
                yield
                return
            with key.meter.hold(samples):
                yield

    def _check_method(self, method: str) -> None:
        methods = self._scorer.info.group_methods
        if not methods:
            raise UnsupportedError("this service scores no groups: use ScoreBatch")
        if method not in methods:
            raise InvalidRequestError(f"unknown method; this service has: {', '.join(methods)}")

    def _write(
        self,
        writer: ResultWriter,
        results: RepeatedCompositeFieldContainer[result_pb2.Result],
        samples: Sequence[sample_pb2.Sample],
        answers: Sequence[Answer],
        waited: float,
    ) -> None:
        for sample, answer in zip(samples, answers, strict=True):
            result = results.add()
            if isinstance(answer, Graded):
                writer.write(result, answer, waited)
            else:
                writer.write_stored(result, answer)
            result.id = sample.id
        if self._telemetry:
            self._telemetry.record(results, answers)

    def _limits(self) -> reward_service_pb2.ServiceLimits:
        settings, key = self._settings, call_context.api_key.get()
        inflight = settings.max_inflight_samples
        if key and key.meter.quota.max_in_flight_samples:
            inflight = min(inflight, key.meter.quota.max_in_flight_samples)
        limits = reward_service_pb2.ServiceLimits(
            max_batch_samples=min(settings.max_batch_samples, inflight),
            max_batch_bytes=settings.max_batch_bytes,
            max_sample_bytes=settings.max_sample_bytes,
            max_inflight_samples=inflight,
            max_inflight_bytes=settings.max_inflight_bytes,
        )
        limits.max_sample_time.FromNanoseconds(int(self._scorer.info.max_sample_seconds * 1e9))
        return limits
