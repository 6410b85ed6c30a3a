"""Lines to samples: what is read, what is INVALID_SAMPLE, and that both ways agree."""

import io
import json

import pytest
from google.protobuf import json_format
from hypothesis import given
from hypothesis import strategies as st

from plaudit.cli import jsonl
from plaudit.cli.jsonl import format_result, parse_line, read_id, read_lines
from plaudit.v1 import result_pb2, sample_pb2

GOOD = {"id": "7", "response": "so \\boxed{42}", "math": {"gold": ["42"]}}


def line(value: object) -> bytes:
    return json.dumps(value).encode() + b"\n"


def test_a_sample_is_read() -> None:
    parsed = parse_line(line(GOOD), 1, "math")
    assert parsed.sample == json_format.ParseDict(GOOD, sample_pb2.Sample())
    assert parsed.sample_id == "7"


@pytest.mark.parametrize(
    ("raw", "sample_id", "problem"),
    [
        (b"\n", "", "line 3: not JSON: Expecting value at column 1"),
        (b'{"id": "7", "resp', "", "line 3: not JSON: Unterminated string"),
        (b"[1, 2]\n", "", "line 3: not a JSON object"),
        (line({"id": "7"}), "7", "line 3: no math task"),
        (line({"id": "7", "code": {"language": "go"}}), "7", "line 3: the task is code, not math"),
        (line({**GOOD, "math": {"gold": "42"}}), "7", "line 3: Failed to parse gold field"),
        (line({**GOOD, "math": {"gold": [42]}}), "7", "line 3: Failed to parse gold field"),
        (line({**GOOD, "prompt": "q"}), "7", "line 3: Failed to parse prompt"),
        (line({**GOOD, "answer": "42"}), "7", "line 3: Message type"),
        (line({**GOOD, "code": {}}), "7", "line 3: Message type"),
        (line({**GOOD, "id": 7}), "7", "line 3: Failed to parse id field"),
        (b"[" * 200_000, "", "line 3: nested too deeply"),
        (line({**GOOD, "metadata": 1}), "7", "line 3: Failed to parse metadata field"),
        (b'{"id": "7", "n": ' + b"1" * 5000 + b"}", "", "line 3: "),
        (line({**GOOD, "response": "x" * 1000}), "", "line 3: longer than 500 bytes"),
    ],
)
def test_what_is_no_sample_is_an_invalid_sample(raw: bytes, sample_id: str, problem: str) -> None:
    parsed = parse_line(raw, 3, "math", max_bytes=1 << 20 if len(raw) > 2000 else 500)
    assert parsed.sample is None
    assert parsed.sample_id == sample_id
    assert parsed.problem.startswith(problem)
    failure = parsed.failure()
    assert failure.id == sample_id
    assert failure.failure.reason == result_pb2.Failure.INVALID_SAMPLE
    assert failure.failure.HasField("retryable")
    assert not failure.failure.retryable


def test_lone_surrogates_and_broken_utf8_are_replaced() -> None:
    raw = b'{"id": "a\\ud800", "response": "\\ud83d\\ude00 \\udfff \xff", "math": {"gold": ["1"]}}'
    parsed = parse_line(raw, 1, "math")
    assert parsed.sample is not None
    assert parsed.sample.id == "a\ufffd" == read_id(raw)
    assert parsed.sample.response == "\U0001f600 \ufffd \ufffd"


def test_a_byte_order_mark_is_skipped() -> None:
    assert parse_line(b"\xef\xbb\xbf" + line(GOOD), 1, "math").sample is not None


TEXT = st.text(max_size=5)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
MESSAGES = st.lists(st.fixed_dictionaries({}, optional={"role": TEXT | JSON, "content": TEXT}))
NEAR_SAMPLES = st.fixed_dictionaries(
    {"math": st.fixed_dictionaries({}, optional={"gold": st.lists(TEXT) | JSON, "units": JSON})},
    optional={
        "id": TEXT | JSON,
        "response": TEXT | JSON,
        "prompt": MESSAGES | JSON,
        "metadata": st.dictionaries(TEXT, TEXT),
        "code": JSON,
    },
)


@given(NEAR_SAMPLES)
def test_the_fast_way_reads_what_the_json_mapping_reads(value: dict[str, object]) -> None:
    fast = jsonl._common_sample(value)
    if fast is not None:
        expected = json_format.ParseDict(value, sample_pb2.Sample())
        expected.ClearField("metadata")
        assert fast == expected


@given(JSON | NEAR_SAMPLES)
def test_no_json_ends_the_run(value: object) -> None:
    parsed = parse_line(line(value), 1, "math")
    assert (parsed.sample is None) == bool(parsed.problem)


@given(st.binary(max_size=60))
def test_no_bytes_end_the_run(raw: bytes) -> None:
    assert parse_line(raw, 1, "math").sample is None
    assert isinstance(read_id(raw), str)


@given(st.lists(st.binary(max_size=12).map(lambda b: b.replace(b"\n", b"")), max_size=8))
def test_a_long_line_is_cut_and_counts_once(bodies: list[bytes]) -> None:
    stream = io.BytesIO(b"".join(body + b"\n" for body in bodies))
    lines = list(read_lines(stream, max_bytes=5))
    assert [got.rstrip(b"\n") for got in lines] == [
        body if len(body) < 6 else body[:6] for body in bodies
    ]


def test_a_last_line_without_its_end_counts() -> None:
    assert list(read_lines(io.BytesIO(b"a\nb"))) == [b"a\n", b"b"]


def test_a_result_is_one_line_of_schema_json() -> None:
    result = result_pb2.Result(id="a\nb")
    result.score.value = 0.0
    result.score.kind = result_pb2.Score.BINARY
    result.score.provenance.service_version = "1"
    text = format_result(result)
    assert text.count(b"\n") == 1
    assert json.loads(text) == {
        "id": "a\nb",
        "score": {"value": 0.0, "kind": "BINARY", "provenance": {"service_version": "1"}},
    }
