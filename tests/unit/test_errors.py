"""The error table: every exception survives the trip over the wire, and strangers leak nothing."""

import grpc
import pytest
from google.rpc import status_pb2

from plaudit import errors
from plaudit.errors import PlauditError, from_rpc_error, to_status

LOCAL = {errors.ConfigError, errors.ScoreFailedError}
REMOTE = [cls for cls in PlauditError.__subclasses__() if cls not in LOCAL]


class FailedCall(grpc.RpcError):
    """What a client sees of a status, made from the status alone."""

    def __init__(self, code: grpc.StatusCode, status: status_pb2.Status | None, text: str = ""):
        super().__init__()
        self._code, self._status, self._text = code, status, text

    def code(self) -> grpc.StatusCode:
        return self._code

    def details(self) -> str:
        return self._status.message if self._status else self._text

    def trailing_metadata(self) -> tuple[tuple[str, bytes], ...]:
        if self._status is None:
            return ()
        return (("grpc-status-details-bin", self._status.SerializeToString()),)


@pytest.mark.parametrize("cls", REMOTE)
def test_every_error_survives_the_wire(cls: type[PlauditError]) -> None:
    code, status = to_status(cls("say what to do", retry_after=0.25))
    back = from_rpc_error(FailedCall(code, status))
    assert type(back) is cls
    assert str(back) == "say what to do"
    assert back.retry_after == 0.25


def test_the_table_is_complete() -> None:
    assert len(REMOTE) == 11
    assert {to_status(cls(""))[0] for cls in REMOTE} == {
        grpc.StatusCode.INVALID_ARGUMENT,
        grpc.StatusCode.UNAUTHENTICATED,
        grpc.StatusCode.PERMISSION_DENIED,
        grpc.StatusCode.NOT_FOUND,
        grpc.StatusCode.FAILED_PRECONDITION,
        grpc.StatusCode.UNIMPLEMENTED,
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.INTERNAL,
    }


def test_an_unmapped_exception_leaks_nothing() -> None:
    code, status = to_status(ValueError("the secret is 1234"))
    assert code is grpc.StatusCode.INTERNAL
    assert "secret" not in status.message
    assert b"1234" not in status.SerializeToString()


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (grpc.StatusCode.UNAVAILABLE, errors.UnavailableError),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, errors.OverloadedError),
        (grpc.StatusCode.DEADLINE_EXCEEDED, errors.DeadlineExceededError),
        (grpc.StatusCode.CANCELLED, errors.UnavailableError),
        (grpc.StatusCode.UNKNOWN, errors.InternalError),
    ],
)
def test_a_status_of_grpc_itself_is_understood(
    code: grpc.StatusCode, expected: type[PlauditError]
) -> None:
    back = from_rpc_error(FailedCall(code, None, "from the transport"))
    assert type(back) is expected
    assert "from the transport" in str(back)


def test_details_that_cannot_be_read_leave_code_and_message() -> None:
    class Garbled(FailedCall):
        def trailing_metadata(self) -> tuple[tuple[str, bytes], ...]:
            return (("grpc-status-details-bin", b"\xff\xff"),)

    back = from_rpc_error(Garbled(grpc.StatusCode.UNAVAILABLE, None, "from a proxy"))
    assert (type(back), str(back)) == (errors.UnavailableError, "from a proxy")


def test_a_message_too_large_for_grpc_is_no_overload() -> None:
    text = "CLIENT: Received message larger than max (5 vs. 4)"
    back = from_rpc_error(FailedCall(grpc.StatusCode.RESOURCE_EXHAUSTED, None, text))
    assert type(back) is errors.InvalidRequestError


def test_only_what_may_succeed_is_retryable() -> None:
    retryable = {cls for cls in REMOTE if cls.retryable}
    assert retryable == {
        errors.OverloadedError,
        errors.QuotaExceededError,
        errors.UnavailableError,
    }
