"""The exceptions of Plaudit and the one table that maps them to gRPC status and back.

    PlauditError
    |-- InvalidRequestError        the call itself is wrong; sending it again does not help
    |-- AuthenticationError        no key, or a key that the service does not know
    |-- PermissionDeniedError      the key is known and may not do this
    |-- NotFoundError              what the call names does not exist
    |-- FailedPreconditionError    the service is not in a state to do this
    |-- UnsupportedError           the service does not offer this
    |-- OverloadedError            no room at present; carries retry_after
    |-- QuotaExceededError         the key's quota is used up at present; carries retry_after
    |-- DeadlineExceededError      the deadline passed first
    |-- UnavailableError           the service cannot be reached, or is draining
    |-- InternalError              a fault of the service
    |-- ConfigError                local: a setting, file or argument is wrong
    `-- ScoreFailedError           local: a failure was used where a number is needed

A sample that could not be scored is not an exception but a `Failure` in the sample's own place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf import any_pb2, duration_pb2
from google.protobuf.message import DecodeError
from google.rpc import error_details_pb2, status_pb2

ERROR_DOMAIN = "plaudit.v1"
_DETAILS_KEY = "grpc-status-details-bin"


class PlauditError(Exception):
    """Base of every error of Plaudit. `str(error)` says what is wrong and what to do."""

    #: Whether the same call may succeed if it is sent again.
    retryable = False

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        #: Seconds to wait before the next try, where the service gave a hint.
        self.retry_after = retry_after


class InvalidRequestError(PlauditError):
    """The call itself is wrong; sending it again does not help."""


class AuthenticationError(PlauditError):
    """The call has no key, or one that the service does not know."""


class PermissionDeniedError(PlauditError):
    """The key is known and may not do this."""


class NotFoundError(PlauditError):
    """What the call names does not exist."""


class FailedPreconditionError(PlauditError):
    """The service is not in a state to do this."""


class UnsupportedError(PlauditError):
    """The service does not offer this."""


class OverloadedError(PlauditError):
    """The service has no room at present. `retry_after` says when to come back."""

    retryable = True


class QuotaExceededError(PlauditError):
    """The quota of the key is used up at present. `retry_after` says when to come back."""

    retryable = True


class DeadlineExceededError(PlauditError):
    """The deadline of the call passed first."""


class UnavailableError(PlauditError):
    """The service cannot be reached, or is draining."""

    retryable = True


class InternalError(PlauditError):
    """A fault of the service. Its log has the details, under the request id."""


class ConfigError(PlauditError):
    """A setting, a file or an argument is wrong. Local; never sent over the wire."""


class ScoreFailedError(PlauditError):
    """A failure was used where a number is needed. Local; never sent over the wire."""


@dataclass(frozen=True, slots=True)
class _Row:
    error: type[PlauditError]
    code: grpc.StatusCode
    reason: str


# The first row of a code is what a status without ErrorInfo (from gRPC itself or a proxy) becomes.
_TABLE = (
    _Row(InvalidRequestError, grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST"),
    _Row(AuthenticationError, grpc.StatusCode.UNAUTHENTICATED, "UNAUTHENTICATED"),
    _Row(PermissionDeniedError, grpc.StatusCode.PERMISSION_DENIED, "PERMISSION_DENIED"),
    _Row(NotFoundError, grpc.StatusCode.NOT_FOUND, "NOT_FOUND"),
    _Row(FailedPreconditionError, grpc.StatusCode.FAILED_PRECONDITION, "FAILED_PRECONDITION"),
    _Row(UnsupportedError, grpc.StatusCode.UNIMPLEMENTED, "UNSUPPORTED"),
    _Row(OverloadedError, grpc.StatusCode.RESOURCE_EXHAUSTED, "OVERLOADED"),
    _Row(QuotaExceededError, grpc.StatusCode.RESOURCE_EXHAUSTED, "QUOTA_EXCEEDED"),
    _Row(DeadlineExceededError, grpc.StatusCode.DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED"),
    _Row(UnavailableError, grpc.StatusCode.UNAVAILABLE, "UNAVAILABLE"),
    _Row(InternalError, grpc.StatusCode.INTERNAL, "INTERNAL"),
)
_BY_ERROR = {row.error: row for row in _TABLE}
_BY_REASON = {row.reason: row for row in _TABLE}
_BY_CODE = {row.code: row for row in reversed(_TABLE)}
# A dying server cancels the calls that it had.
_BY_CODE[grpc.StatusCode.CANCELLED] = _BY_CODE[grpc.StatusCode.UNAVAILABLE]
_BY_NUMBER = {code.value[0]: code for code in grpc.StatusCode}


def to_status(error: BaseException) -> tuple[grpc.StatusCode, status_pb2.Status]:
    """The status of an exception; one that the table does not know is INTERNAL without its text."""
    row = next((_BY_ERROR[cls] for cls in type(error).__mro__ if cls in _BY_ERROR), None)
    if row is None:
        row = _BY_ERROR[InternalError]
        message = "internal error of the service; its log has the details under the request id"
    else:
        message = str(error)
    details = [_pack(error_details_pb2.ErrorInfo(reason=row.reason, domain=ERROR_DOMAIN))]
    retry_after = getattr(error, "retry_after", None)
    if retry_after is not None:
        delay = duration_pb2.Duration()
        delay.FromNanoseconds(int(retry_after * 1e9))
        details.append(_pack(error_details_pb2.RetryInfo(retry_delay=delay)))
    number: int = row.code.value[0]
    return row.code, status_pb2.Status(code=number, message=message, details=details)


def from_rpc_error(error: grpc.RpcError) -> PlauditError:
    """The exception that a failed call stands for, with `retry_after` where the service gave it."""
    code: grpc.StatusCode = error.code()
    message = error.details() or code.name
    reason, retry_after = _read_details(error.trailing_metadata() or ())
    if reason is None and "larger than max" in message:
        # gRPC's own refusal of a large message has the code of overload, but waiting can't help.
        return InvalidRequestError(f"{message}: split the call")
    row = _BY_REASON.get(reason or "") or _BY_CODE.get(code)
    if row is None:
        # UNKNOWN, DATA_LOSS, ABORTED, ...: none of ours, so a fault of a peer or the transport.
        return InternalError(f"{code.name}: {message}")
    return row.error(message, retry_after=retry_after)


def _read_details(metadata: Any) -> tuple[str | None, float | None]:
    reason: str | None = None
    retry_after: float | None = None
    for key, value in metadata:
        if key != _DETAILS_KEY:
            continue
        try:
            status = status_pb2.Status.FromString(value)
        except DecodeError:  # of a proxy; the code and the message still stand
            continue
        for detail in status.details:
            if detail.Is(error_details_pb2.ErrorInfo.DESCRIPTOR):
                info = error_details_pb2.ErrorInfo()
                detail.Unpack(info)
                reason = info.reason if info.domain == ERROR_DOMAIN else None
            elif detail.Is(error_details_pb2.RetryInfo.DESCRIPTOR):
                retry = error_details_pb2.RetryInfo()
                detail.Unpack(retry)
                retry_after = retry.retry_delay.ToNanoseconds() / 1e9
    return reason, retry_after


def _pack(message: Any) -> any_pb2.Any:
    packed = any_pb2.Any()
    packed.Pack(message)
    return packed
