import datetime

from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ChatMessage(_message.Message):
    __slots__ = ("role", "content")
    ROLE_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    role: str
    content: str
    def __init__(self, role: _Optional[str] = ..., content: _Optional[str] = ...) -> None: ...

class Turn(_message.Message):
    __slots__ = ("message", "observations")
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    OBSERVATIONS_FIELD_NUMBER: _ClassVar[int]
    message: ChatMessage
    observations: _containers.RepeatedCompositeFieldContainer[ChatMessage]
    def __init__(self, message: _Optional[_Union[ChatMessage, _Mapping]] = ..., observations: _Optional[_Iterable[_Union[ChatMessage, _Mapping]]] = ...) -> None: ...

class Sample(_message.Message):
    __slots__ = ("id", "prompt", "response", "token_ids", "turns", "math", "code", "judge", "outcome", "process", "metadata")
    ID_FIELD_NUMBER: _ClassVar[int]
    PROMPT_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_FIELD_NUMBER: _ClassVar[int]
    TOKEN_IDS_FIELD_NUMBER: _ClassVar[int]
    TURNS_FIELD_NUMBER: _ClassVar[int]
    MATH_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    JUDGE_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    PROCESS_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    id: str
    prompt: _containers.RepeatedCompositeFieldContainer[ChatMessage]
    response: str
    token_ids: _containers.RepeatedScalarFieldContainer[int]
    turns: _containers.RepeatedCompositeFieldContainer[Turn]
    math: MathTask
    code: CodeTask
    judge: JudgeTask
    outcome: OutcomeTask
    process: ProcessTask
    metadata: _struct_pb2.Struct
    def __init__(self, id: _Optional[str] = ..., prompt: _Optional[_Iterable[_Union[ChatMessage, _Mapping]]] = ..., response: _Optional[str] = ..., token_ids: _Optional[_Iterable[int]] = ..., turns: _Optional[_Iterable[_Union[Turn, _Mapping]]] = ..., math: _Optional[_Union[MathTask, _Mapping]] = ..., code: _Optional[_Union[CodeTask, _Mapping]] = ..., judge: _Optional[_Union[JudgeTask, _Mapping]] = ..., outcome: _Optional[_Union[OutcomeTask, _Mapping]] = ..., process: _Optional[_Union[ProcessTask, _Mapping]] = ..., metadata: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class MathTask(_message.Message):
    __slots__ = ("gold", "answer_position", "tolerance", "percent", "units")
    class AnswerPosition(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        ANSWER_POSITION_UNSPECIFIED: _ClassVar[MathTask.AnswerPosition]
        ANSWER_POSITION_FINAL: _ClassVar[MathTask.AnswerPosition]
        ANSWER_POSITION_BOXED: _ClassVar[MathTask.AnswerPosition]
        ANSWER_POSITION_LAST: _ClassVar[MathTask.AnswerPosition]
        ANSWER_POSITION_WHOLE: _ClassVar[MathTask.AnswerPosition]
    ANSWER_POSITION_UNSPECIFIED: MathTask.AnswerPosition
    ANSWER_POSITION_FINAL: MathTask.AnswerPosition
    ANSWER_POSITION_BOXED: MathTask.AnswerPosition
    ANSWER_POSITION_LAST: MathTask.AnswerPosition
    ANSWER_POSITION_WHOLE: MathTask.AnswerPosition
    class PercentRule(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        PERCENT_RULE_UNSPECIFIED: _ClassVar[MathTask.PercentRule]
        PERCENT_RULE_STRICT: _ClassVar[MathTask.PercentRule]
        PERCENT_RULE_OPTIONAL: _ClassVar[MathTask.PercentRule]
        PERCENT_RULE_IGNORE: _ClassVar[MathTask.PercentRule]
    PERCENT_RULE_UNSPECIFIED: MathTask.PercentRule
    PERCENT_RULE_STRICT: MathTask.PercentRule
    PERCENT_RULE_OPTIONAL: MathTask.PercentRule
    PERCENT_RULE_IGNORE: MathTask.PercentRule
    class UnitRule(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        UNIT_RULE_UNSPECIFIED: _ClassVar[MathTask.UnitRule]
        UNIT_RULE_STRICT: _ClassVar[MathTask.UnitRule]
        UNIT_RULE_REQUIRED: _ClassVar[MathTask.UnitRule]
        UNIT_RULE_IGNORE: _ClassVar[MathTask.UnitRule]
    UNIT_RULE_UNSPECIFIED: MathTask.UnitRule
    UNIT_RULE_STRICT: MathTask.UnitRule
    UNIT_RULE_REQUIRED: MathTask.UnitRule
    UNIT_RULE_IGNORE: MathTask.UnitRule
    class Tolerance(_message.Message):
        __slots__ = ("relative", "absolute")
        RELATIVE_FIELD_NUMBER: _ClassVar[int]
        ABSOLUTE_FIELD_NUMBER: _ClassVar[int]
        relative: float
        absolute: float
        def __init__(self, relative: _Optional[float] = ..., absolute: _Optional[float] = ...) -> None: ...
    GOLD_FIELD_NUMBER: _ClassVar[int]
    ANSWER_POSITION_FIELD_NUMBER: _ClassVar[int]
    TOLERANCE_FIELD_NUMBER: _ClassVar[int]
    PERCENT_FIELD_NUMBER: _ClassVar[int]
    UNITS_FIELD_NUMBER: _ClassVar[int]
    gold: _containers.RepeatedScalarFieldContainer[str]
    answer_position: MathTask.AnswerPosition
    tolerance: MathTask.Tolerance
    percent: MathTask.PercentRule
    units: MathTask.UnitRule
    def __init__(self, gold: _Optional[_Iterable[str]] = ..., answer_position: _Optional[_Union[MathTask.AnswerPosition, str]] = ..., tolerance: _Optional[_Union[MathTask.Tolerance, _Mapping]] = ..., percent: _Optional[_Union[MathTask.PercentRule, str]] = ..., units: _Optional[_Union[MathTask.UnitRule, str]] = ...) -> None: ...

class CodeTask(_message.Message):
    __slots__ = ("language", "stdio", "calls", "asserts", "limits")
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    STDIO_FIELD_NUMBER: _ClassVar[int]
    CALLS_FIELD_NUMBER: _ClassVar[int]
    ASSERTS_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    language: str
    stdio: StdioTests
    calls: CallTests
    asserts: AssertTests
    limits: CodeLimits
    def __init__(self, language: _Optional[str] = ..., stdio: _Optional[_Union[StdioTests, _Mapping]] = ..., calls: _Optional[_Union[CallTests, _Mapping]] = ..., asserts: _Optional[_Union[AssertTests, _Mapping]] = ..., limits: _Optional[_Union[CodeLimits, _Mapping]] = ...) -> None: ...

class StdioTests(_message.Message):
    __slots__ = ("cases", "comparison", "float_tolerance", "checker")
    class Comparison(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        COMPARISON_UNSPECIFIED: _ClassVar[StdioTests.Comparison]
        COMPARISON_EXACT: _ClassVar[StdioTests.Comparison]
        COMPARISON_TRAILING_SPACE: _ClassVar[StdioTests.Comparison]
        COMPARISON_TOKENS: _ClassVar[StdioTests.Comparison]
        COMPARISON_FLOATS: _ClassVar[StdioTests.Comparison]
        COMPARISON_UNORDERED_LINES: _ClassVar[StdioTests.Comparison]
        COMPARISON_CHECKER: _ClassVar[StdioTests.Comparison]
    COMPARISON_UNSPECIFIED: StdioTests.Comparison
    COMPARISON_EXACT: StdioTests.Comparison
    COMPARISON_TRAILING_SPACE: StdioTests.Comparison
    COMPARISON_TOKENS: StdioTests.Comparison
    COMPARISON_FLOATS: StdioTests.Comparison
    COMPARISON_UNORDERED_LINES: StdioTests.Comparison
    COMPARISON_CHECKER: StdioTests.Comparison
    class Case(_message.Message):
        __slots__ = ("stdin", "stdout")
        STDIN_FIELD_NUMBER: _ClassVar[int]
        STDOUT_FIELD_NUMBER: _ClassVar[int]
        stdin: str
        stdout: str
        def __init__(self, stdin: _Optional[str] = ..., stdout: _Optional[str] = ...) -> None: ...
    class Checker(_message.Message):
        __slots__ = ("language", "source")
        LANGUAGE_FIELD_NUMBER: _ClassVar[int]
        SOURCE_FIELD_NUMBER: _ClassVar[int]
        language: str
        source: str
        def __init__(self, language: _Optional[str] = ..., source: _Optional[str] = ...) -> None: ...
    CASES_FIELD_NUMBER: _ClassVar[int]
    COMPARISON_FIELD_NUMBER: _ClassVar[int]
    FLOAT_TOLERANCE_FIELD_NUMBER: _ClassVar[int]
    CHECKER_FIELD_NUMBER: _ClassVar[int]
    cases: _containers.RepeatedCompositeFieldContainer[StdioTests.Case]
    comparison: StdioTests.Comparison
    float_tolerance: float
    checker: StdioTests.Checker
    def __init__(self, cases: _Optional[_Iterable[_Union[StdioTests.Case, _Mapping]]] = ..., comparison: _Optional[_Union[StdioTests.Comparison, str]] = ..., float_tolerance: _Optional[float] = ..., checker: _Optional[_Union[StdioTests.Checker, _Mapping]] = ...) -> None: ...

class CallTests(_message.Message):
    __slots__ = ("entry_point", "cases", "float_tolerance")
    class Case(_message.Message):
        __slots__ = ("args_json", "kwargs_json", "expected_json")
        ARGS_JSON_FIELD_NUMBER: _ClassVar[int]
        KWARGS_JSON_FIELD_NUMBER: _ClassVar[int]
        EXPECTED_JSON_FIELD_NUMBER: _ClassVar[int]
        args_json: str
        kwargs_json: str
        expected_json: str
        def __init__(self, args_json: _Optional[str] = ..., kwargs_json: _Optional[str] = ..., expected_json: _Optional[str] = ...) -> None: ...
    ENTRY_POINT_FIELD_NUMBER: _ClassVar[int]
    CASES_FIELD_NUMBER: _ClassVar[int]
    FLOAT_TOLERANCE_FIELD_NUMBER: _ClassVar[int]
    entry_point: str
    cases: _containers.RepeatedCompositeFieldContainer[CallTests.Case]
    float_tolerance: float
    def __init__(self, entry_point: _Optional[str] = ..., cases: _Optional[_Iterable[_Union[CallTests.Case, _Mapping]]] = ..., float_tolerance: _Optional[float] = ...) -> None: ...

class AssertTests(_message.Message):
    __slots__ = ("source", "entry_point")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    ENTRY_POINT_FIELD_NUMBER: _ClassVar[int]
    source: str
    entry_point: str
    def __init__(self, source: _Optional[str] = ..., entry_point: _Optional[str] = ...) -> None: ...

class CodeLimits(_message.Message):
    __slots__ = ("cpu_time", "wall_time", "memory_bytes", "output_bytes", "processes", "compile_time")
    CPU_TIME_FIELD_NUMBER: _ClassVar[int]
    WALL_TIME_FIELD_NUMBER: _ClassVar[int]
    MEMORY_BYTES_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_BYTES_FIELD_NUMBER: _ClassVar[int]
    PROCESSES_FIELD_NUMBER: _ClassVar[int]
    COMPILE_TIME_FIELD_NUMBER: _ClassVar[int]
    cpu_time: _duration_pb2.Duration
    wall_time: _duration_pb2.Duration
    memory_bytes: int
    output_bytes: int
    processes: int
    compile_time: _duration_pb2.Duration
    def __init__(self, cpu_time: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., wall_time: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., memory_bytes: _Optional[int] = ..., output_bytes: _Optional[int] = ..., processes: _Optional[int] = ..., compile_time: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class JudgeTask(_message.Message):
    __slots__ = ("pointwise", "pairwise", "reference", "rubric", "principle", "critique", "votes", "both_orders", "strip_reasoning")
    class Pointwise(_message.Message):
        __slots__ = ("instruction",)
        INSTRUCTION_FIELD_NUMBER: _ClassVar[int]
        instruction: str
        def __init__(self, instruction: _Optional[str] = ...) -> None: ...
    class Pairwise(_message.Message):
        __slots__ = ("other", "instruction")
        OTHER_FIELD_NUMBER: _ClassVar[int]
        INSTRUCTION_FIELD_NUMBER: _ClassVar[int]
        other: str
        instruction: str
        def __init__(self, other: _Optional[str] = ..., instruction: _Optional[str] = ...) -> None: ...
    class Reference(_message.Message):
        __slots__ = ("gold",)
        GOLD_FIELD_NUMBER: _ClassVar[int]
        gold: str
        def __init__(self, gold: _Optional[str] = ...) -> None: ...
    class Rubric(_message.Message):
        __slots__ = ("criteria",)
        class Criterion(_message.Message):
            __slots__ = ("id", "text", "points", "verifier")
            ID_FIELD_NUMBER: _ClassVar[int]
            TEXT_FIELD_NUMBER: _ClassVar[int]
            POINTS_FIELD_NUMBER: _ClassVar[int]
            VERIFIER_FIELD_NUMBER: _ClassVar[int]
            id: str
            text: str
            points: float
            verifier: str
            def __init__(self, id: _Optional[str] = ..., text: _Optional[str] = ..., points: _Optional[float] = ..., verifier: _Optional[str] = ...) -> None: ...
        CRITERIA_FIELD_NUMBER: _ClassVar[int]
        criteria: _containers.RepeatedCompositeFieldContainer[JudgeTask.Rubric.Criterion]
        def __init__(self, criteria: _Optional[_Iterable[_Union[JudgeTask.Rubric.Criterion, _Mapping]]] = ...) -> None: ...
    class Principle(_message.Message):
        __slots__ = ("text",)
        TEXT_FIELD_NUMBER: _ClassVar[int]
        text: str
        def __init__(self, text: _Optional[str] = ...) -> None: ...
    class Critique(_message.Message):
        __slots__ = ("instruction",)
        INSTRUCTION_FIELD_NUMBER: _ClassVar[int]
        instruction: str
        def __init__(self, instruction: _Optional[str] = ...) -> None: ...
    POINTWISE_FIELD_NUMBER: _ClassVar[int]
    PAIRWISE_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    RUBRIC_FIELD_NUMBER: _ClassVar[int]
    PRINCIPLE_FIELD_NUMBER: _ClassVar[int]
    CRITIQUE_FIELD_NUMBER: _ClassVar[int]
    VOTES_FIELD_NUMBER: _ClassVar[int]
    BOTH_ORDERS_FIELD_NUMBER: _ClassVar[int]
    STRIP_REASONING_FIELD_NUMBER: _ClassVar[int]
    pointwise: JudgeTask.Pointwise
    pairwise: JudgeTask.Pairwise
    reference: JudgeTask.Reference
    rubric: JudgeTask.Rubric
    principle: JudgeTask.Principle
    critique: JudgeTask.Critique
    votes: int
    both_orders: bool
    strip_reasoning: bool
    def __init__(self, pointwise: _Optional[_Union[JudgeTask.Pointwise, _Mapping]] = ..., pairwise: _Optional[_Union[JudgeTask.Pairwise, _Mapping]] = ..., reference: _Optional[_Union[JudgeTask.Reference, _Mapping]] = ..., rubric: _Optional[_Union[JudgeTask.Rubric, _Mapping]] = ..., principle: _Optional[_Union[JudgeTask.Principle, _Mapping]] = ..., critique: _Optional[_Union[JudgeTask.Critique, _Mapping]] = ..., votes: _Optional[int] = ..., both_orders: bool = ..., strip_reasoning: bool = ...) -> None: ...

class OutcomeTask(_message.Message):
    __slots__ = ("token_values",)
    TOKEN_VALUES_FIELD_NUMBER: _ClassVar[int]
    token_values: bool
    def __init__(self, token_values: bool = ...) -> None: ...

class ProcessTask(_message.Message):
    __slots__ = ("separator", "steps", "aggregation")
    class Aggregation(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        AGGREGATION_UNSPECIFIED: _ClassVar[ProcessTask.Aggregation]
        AGGREGATION_MIN: _ClassVar[ProcessTask.Aggregation]
        AGGREGATION_PRODUCT: _ClassVar[ProcessTask.Aggregation]
        AGGREGATION_MEAN: _ClassVar[ProcessTask.Aggregation]
        AGGREGATION_LAST: _ClassVar[ProcessTask.Aggregation]
    AGGREGATION_UNSPECIFIED: ProcessTask.Aggregation
    AGGREGATION_MIN: ProcessTask.Aggregation
    AGGREGATION_PRODUCT: ProcessTask.Aggregation
    AGGREGATION_MEAN: ProcessTask.Aggregation
    AGGREGATION_LAST: ProcessTask.Aggregation
    SEPARATOR_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    AGGREGATION_FIELD_NUMBER: _ClassVar[int]
    separator: str
    steps: _containers.RepeatedScalarFieldContainer[str]
    aggregation: ProcessTask.Aggregation
    def __init__(self, separator: _Optional[str] = ..., steps: _Optional[_Iterable[str]] = ..., aggregation: _Optional[_Union[ProcessTask.Aggregation, str]] = ...) -> None: ...
