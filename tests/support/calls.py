"""Raw calls of a service, without the client: what is on the wire is what the tests look at."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import grpc
from google.rpc import error_details_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_status import rpc_status

from plaudit.v1 import reward_service_pb2 as pb
from plaudit.v1 import reward_service_pb2_grpc, sample_pb2

BYPASS = pb.CACHE_POLICY_BYPASS
TIMEOUT = 20.0


@contextmanager
def stub_of(address: str) -> Iterator[Any]:
    with grpc.insecure_channel(address) as channel:
        yield reward_service_pb2_grpc.RewardServiceStub(channel)


def request(*responses: str, cache_policy: int = BYPASS, **fields: Any) -> pb.ScoreBatchRequest:
    """A batch of maths samples with ids "0", "1", ... and these responses."""
    samples = [
        sample_pb2.Sample(id=str(n), response=text, math=sample_pb2.MathTask(gold=["1"]))
        for n, text in enumerate(responses)
    ]
    return pb.ScoreBatchRequest(samples=samples, cache_policy=cache_policy, **fields)


def outcomes(results: Sequence[Any]) -> list[float | str]:
    """The value of each score and the name of each failure's reason."""
    return [
        result.score.value
        if result.HasField("score")
        else type(result.failure).Reason.Name(result.failure.reason)
        for result in results
    ]


def refusal(call: Any) -> Any:
    """The error of a call that is refused; fails if it is answered."""
    try:
        call()
    except grpc.RpcError as error:
        return error
    raise AssertionError("the call was answered")


def details(error: Any) -> tuple[str, float | None]:
    """ErrorInfo's reason and RetryInfo's delay in seconds, None without one."""
    reason, delay = "", None
    for detail in rpc_status.from_call(error).details:
        if detail.Is(error_details_pb2.ErrorInfo.DESCRIPTOR):
            info = error_details_pb2.ErrorInfo()
            detail.Unpack(info)
            reason = info.reason
        if detail.Is(error_details_pb2.RetryInfo.DESCRIPTOR):
            retry = error_details_pb2.RetryInfo()
            detail.Unpack(retry)
            delay = retry.retry_delay.ToNanoseconds() / 1e9
    return reason, delay


def trailers(error: Any) -> dict[str, Any]:
    return dict(error.trailing_metadata())


def health(address: str, service: str = "", timeout: float = 2.0) -> str:
    with grpc.insecure_channel(address) as channel:
        answer = health_pb2_grpc.HealthStub(channel).Check(
            health_pb2.HealthCheckRequest(service=service), timeout=timeout
        )
    return str(health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status))
