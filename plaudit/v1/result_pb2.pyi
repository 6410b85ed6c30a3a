import datetime

from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Result(_message.Message):
    __slots__ = ("id", "score", "failure")
    ID_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    FAILURE_FIELD_NUMBER: _ClassVar[int]
    id: str
    score: Score
    failure: Failure
    def __init__(self, id: _Optional[str] = ..., score: _Optional[_Union[Score, _Mapping]] = ..., failure: _Optional[_Union[Failure, _Mapping]] = ...) -> None: ...

class Score(_message.Message):
    __slots__ = ("value", "kind", "raw", "components", "spans", "explanation", "provenance", "timing", "cached", "usage")
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        KIND_UNSPECIFIED: _ClassVar[Score.Kind]
        BINARY: _ClassVar[Score.Kind]
        FRACTION: _ClassVar[Score.Kind]
        PROBABILITY: _ClassVar[Score.Kind]
        LOGIT: _ClassVar[Score.Kind]
        RATING: _ClassVar[Score.Kind]
        WIN_RATE: _ClassVar[Score.Kind]
    KIND_UNSPECIFIED: Score.Kind
    BINARY: Score.Kind
    FRACTION: Score.Kind
    PROBABILITY: Score.Kind
    LOGIT: Score.Kind
    RATING: Score.Kind
    WIN_RATE: Score.Kind
    class ComponentsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    VALUE_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    RAW_FIELD_NUMBER: _ClassVar[int]
    COMPONENTS_FIELD_NUMBER: _ClassVar[int]
    SPANS_FIELD_NUMBER: _ClassVar[int]
    EXPLANATION_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    TIMING_FIELD_NUMBER: _ClassVar[int]
    CACHED_FIELD_NUMBER: _ClassVar[int]
    USAGE_FIELD_NUMBER: _ClassVar[int]
    value: float
    kind: Score.Kind
    raw: float
    components: _containers.ScalarMap[str, float]
    spans: _containers.RepeatedCompositeFieldContainer[Span]
    explanation: str
    provenance: Provenance
    timing: Timing
    cached: bool
    usage: Usage
    def __init__(self, value: _Optional[float] = ..., kind: _Optional[_Union[Score.Kind, str]] = ..., raw: _Optional[float] = ..., components: _Optional[_Mapping[str, float]] = ..., spans: _Optional[_Iterable[_Union[Span, _Mapping]]] = ..., explanation: _Optional[str] = ..., provenance: _Optional[_Union[Provenance, _Mapping]] = ..., timing: _Optional[_Union[Timing, _Mapping]] = ..., cached: bool = ..., usage: _Optional[_Union[Usage, _Mapping]] = ...) -> None: ...

class Span(_message.Message):
    __slots__ = ("start", "end", "unit", "value", "label", "comment")
    class Unit(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        UNIT_UNSPECIFIED: _ClassVar[Span.Unit]
        UNIT_CHAR: _ClassVar[Span.Unit]
        UNIT_TOKEN: _ClassVar[Span.Unit]
        UNIT_STEP: _ClassVar[Span.Unit]
        UNIT_TURN: _ClassVar[Span.Unit]
    UNIT_UNSPECIFIED: Span.Unit
    UNIT_CHAR: Span.Unit
    UNIT_TOKEN: Span.Unit
    UNIT_STEP: Span.Unit
    UNIT_TURN: Span.Unit
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    start: int
    end: int
    unit: Span.Unit
    value: float
    label: str
    comment: str
    def __init__(self, start: _Optional[int] = ..., end: _Optional[int] = ..., unit: _Optional[_Union[Span.Unit, str]] = ..., value: _Optional[float] = ..., label: _Optional[str] = ..., comment: _Optional[str] = ...) -> None: ...

class Provenance(_message.Message):
    __slots__ = ("service", "service_version", "model", "weight_digest", "weight_version", "template_id", "parser_id", "seed", "isolation")
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    SERVICE_VERSION_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_DIGEST_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_VERSION_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    PARSER_ID_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    ISOLATION_FIELD_NUMBER: _ClassVar[int]
    service: str
    service_version: str
    model: str
    weight_digest: str
    weight_version: str
    template_id: str
    parser_id: str
    seed: int
    isolation: str
    def __init__(self, service: _Optional[str] = ..., service_version: _Optional[str] = ..., model: _Optional[str] = ..., weight_digest: _Optional[str] = ..., weight_version: _Optional[str] = ..., template_id: _Optional[str] = ..., parser_id: _Optional[str] = ..., seed: _Optional[int] = ..., isolation: _Optional[str] = ...) -> None: ...

class Timing(_message.Message):
    __slots__ = ("queue", "compute")
    QUEUE_FIELD_NUMBER: _ClassVar[int]
    COMPUTE_FIELD_NUMBER: _ClassVar[int]
    queue: _duration_pb2.Duration
    compute: _duration_pb2.Duration
    def __init__(self, queue: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., compute: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class Usage(_message.Message):
    __slots__ = ("prompt_tokens", "completion_tokens")
    PROMPT_TOKENS_FIELD_NUMBER: _ClassVar[int]
    COMPLETION_TOKENS_FIELD_NUMBER: _ClassVar[int]
    prompt_tokens: int
    completion_tokens: int
    def __init__(self, prompt_tokens: _Optional[int] = ..., completion_tokens: _Optional[int] = ...) -> None: ...

class Failure(_message.Message):
    __slots__ = ("reason", "message", "retryable", "partial")
    class Reason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        REASON_UNSPECIFIED: _ClassVar[Failure.Reason]
        INVALID_SAMPLE: _ClassVar[Failure.Reason]
        TIMEOUT: _ClassVar[Failure.Reason]
        RESOURCE_LIMIT: _ClassVar[Failure.Reason]
        UNPARSEABLE_VERDICT: _ClassVar[Failure.Reason]
        ABSTAINED: _ClassVar[Failure.Reason]
        REFUSED: _ClassVar[Failure.Reason]
        BACKEND_UNAVAILABLE: _ClassVar[Failure.Reason]
        OVERLOADED: _ClassVar[Failure.Reason]
        TRUNCATED_INPUT: _ClassVar[Failure.Reason]
        INTERNAL: _ClassVar[Failure.Reason]
    REASON_UNSPECIFIED: Failure.Reason
    INVALID_SAMPLE: Failure.Reason
    TIMEOUT: Failure.Reason
    RESOURCE_LIMIT: Failure.Reason
    UNPARSEABLE_VERDICT: Failure.Reason
    ABSTAINED: Failure.Reason
    REFUSED: Failure.Reason
    BACKEND_UNAVAILABLE: Failure.Reason
    OVERLOADED: Failure.Reason
    TRUNCATED_INPUT: Failure.Reason
    INTERNAL: Failure.Reason
    class PartialEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    REASON_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    RETRYABLE_FIELD_NUMBER: _ClassVar[int]
    PARTIAL_FIELD_NUMBER: _ClassVar[int]
    reason: Failure.Reason
    message: str
    retryable: bool
    partial: _containers.ScalarMap[str, float]
    def __init__(self, reason: _Optional[_Union[Failure.Reason, str]] = ..., message: _Optional[str] = ..., retryable: bool = ..., partial: _Optional[_Mapping[str, float]] = ...) -> None: ...
