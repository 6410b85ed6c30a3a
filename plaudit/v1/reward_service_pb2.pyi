import datetime

from google.protobuf import duration_pb2 as _duration_pb2
from plaudit.v1 import result_pb2 as _result_pb2
from plaudit.v1 import sample_pb2 as _sample_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Priority(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PRIORITY_UNSPECIFIED: _ClassVar[Priority]
    PRIORITY_LOW: _ClassVar[Priority]
    PRIORITY_NORMAL: _ClassVar[Priority]
    PRIORITY_HIGH: _ClassVar[Priority]

class CachePolicy(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CACHE_POLICY_UNSPECIFIED: _ClassVar[CachePolicy]
    CACHE_POLICY_USE: _ClassVar[CachePolicy]
    CACHE_POLICY_REFRESH: _ClassVar[CachePolicy]
    CACHE_POLICY_BYPASS: _ClassVar[CachePolicy]
PRIORITY_UNSPECIFIED: Priority
PRIORITY_LOW: Priority
PRIORITY_NORMAL: Priority
PRIORITY_HIGH: Priority
CACHE_POLICY_UNSPECIFIED: CachePolicy
CACHE_POLICY_USE: CachePolicy
CACHE_POLICY_REFRESH: CachePolicy
CACHE_POLICY_BYPASS: CachePolicy

class ScoreBatchRequest(_message.Message):
    __slots__ = ("samples", "request_id", "priority", "cache_policy")
    SAMPLES_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    CACHE_POLICY_FIELD_NUMBER: _ClassVar[int]
    samples: _containers.RepeatedCompositeFieldContainer[_sample_pb2.Sample]
    request_id: str
    priority: Priority
    cache_policy: CachePolicy
    def __init__(self, samples: _Optional[_Iterable[_Union[_sample_pb2.Sample, _Mapping]]] = ..., request_id: _Optional[str] = ..., priority: _Optional[_Union[Priority, str]] = ..., cache_policy: _Optional[_Union[CachePolicy, str]] = ...) -> None: ...

class ScoreBatchResponse(_message.Message):
    __slots__ = ("results", "request_id")
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[_result_pb2.Result]
    request_id: str
    def __init__(self, results: _Optional[_Iterable[_Union[_result_pb2.Result, _Mapping]]] = ..., request_id: _Optional[str] = ...) -> None: ...

class Group(_message.Message):
    __slots__ = ("id", "samples")
    ID_FIELD_NUMBER: _ClassVar[int]
    SAMPLES_FIELD_NUMBER: _ClassVar[int]
    id: str
    samples: _containers.RepeatedCompositeFieldContainer[_sample_pb2.Sample]
    def __init__(self, id: _Optional[str] = ..., samples: _Optional[_Iterable[_Union[_sample_pb2.Sample, _Mapping]]] = ...) -> None: ...

class ScoreGroupsRequest(_message.Message):
    __slots__ = ("groups", "request_id", "priority", "cache_policy", "method")
    GROUPS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    CACHE_POLICY_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    groups: _containers.RepeatedCompositeFieldContainer[Group]
    request_id: str
    priority: Priority
    cache_policy: CachePolicy
    method: str
    def __init__(self, groups: _Optional[_Iterable[_Union[Group, _Mapping]]] = ..., request_id: _Optional[str] = ..., priority: _Optional[_Union[Priority, str]] = ..., cache_policy: _Optional[_Union[CachePolicy, str]] = ..., method: _Optional[str] = ...) -> None: ...

class GroupResult(_message.Message):
    __slots__ = ("id", "results")
    ID_FIELD_NUMBER: _ClassVar[int]
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    id: str
    results: _containers.RepeatedCompositeFieldContainer[_result_pb2.Result]
    def __init__(self, id: _Optional[str] = ..., results: _Optional[_Iterable[_Union[_result_pb2.Result, _Mapping]]] = ...) -> None: ...

class ScoreGroupsResponse(_message.Message):
    __slots__ = ("results", "request_id")
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[GroupResult]
    request_id: str
    def __init__(self, results: _Optional[_Iterable[_Union[GroupResult, _Mapping]]] = ..., request_id: _Optional[str] = ...) -> None: ...

class ServiceLimits(_message.Message):
    __slots__ = ("max_batch_samples", "max_batch_bytes", "max_sample_bytes", "max_inflight_samples", "max_inflight_bytes", "max_sample_time")
    MAX_BATCH_SAMPLES_FIELD_NUMBER: _ClassVar[int]
    MAX_BATCH_BYTES_FIELD_NUMBER: _ClassVar[int]
    MAX_SAMPLE_BYTES_FIELD_NUMBER: _ClassVar[int]
    MAX_INFLIGHT_SAMPLES_FIELD_NUMBER: _ClassVar[int]
    MAX_INFLIGHT_BYTES_FIELD_NUMBER: _ClassVar[int]
    MAX_SAMPLE_TIME_FIELD_NUMBER: _ClassVar[int]
    max_batch_samples: int
    max_batch_bytes: int
    max_sample_bytes: int
    max_inflight_samples: int
    max_inflight_bytes: int
    max_sample_time: _duration_pb2.Duration
    def __init__(self, max_batch_samples: _Optional[int] = ..., max_batch_bytes: _Optional[int] = ..., max_sample_bytes: _Optional[int] = ..., max_inflight_samples: _Optional[int] = ..., max_inflight_bytes: _Optional[int] = ..., max_sample_time: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class RewardServiceGetInfoRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class RewardServiceGetInfoResponse(_message.Message):
    __slots__ = ("name", "version", "model", "weight_digest", "score_kind", "min_value", "max_value", "limits", "option_schema", "group_methods")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_DIGEST_FIELD_NUMBER: _ClassVar[int]
    SCORE_KIND_FIELD_NUMBER: _ClassVar[int]
    MIN_VALUE_FIELD_NUMBER: _ClassVar[int]
    MAX_VALUE_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    OPTION_SCHEMA_FIELD_NUMBER: _ClassVar[int]
    GROUP_METHODS_FIELD_NUMBER: _ClassVar[int]
    name: str
    version: str
    model: str
    weight_digest: str
    score_kind: _result_pb2.Score.Kind
    min_value: float
    max_value: float
    limits: ServiceLimits
    option_schema: str
    group_methods: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., version: _Optional[str] = ..., model: _Optional[str] = ..., weight_digest: _Optional[str] = ..., score_kind: _Optional[_Union[_result_pb2.Score.Kind, str]] = ..., min_value: _Optional[float] = ..., max_value: _Optional[float] = ..., limits: _Optional[_Union[ServiceLimits, _Mapping]] = ..., option_schema: _Optional[str] = ..., group_methods: _Optional[_Iterable[str]] = ...) -> None: ...
