"""One line of a file of samples to a sample, and one result to a line.

A line that is not a sample is an INVALID_SAMPLE of its own and never ends the run. The general
JSON mapping of protobuf takes about 75 us a line, several times the cost of the call; so the
common shape of a sample is read straight into the message, and everything else by the mapping.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from google.protobuf import json_format

from plaudit.jsonform import scrub, to_json
from plaudit.v1 import result_pb2, sample_pb2

#: A longer line is not read into memory. Services take samples of a few megabytes.
MAX_LINE_BYTES = 64 << 20

_MAX_DEPTH = 64
_MAX_MESSAGE = 300
_COMMON_KEYS = frozenset(("id", "prompt", "response", "math", "metadata"))
_MESSAGE_KEYS = frozenset(("role", "content"))
_GOLD = frozenset(("gold",))


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the input: a sample, or what is wrong with it."""

    sample_id: str
    sample: sample_pb2.Sample | None
    problem: str = ""

    def failure(self) -> result_pb2.Result:
        """The result of a line that has no sample."""
        return result_pb2.Result(
            id=self.sample_id,
            failure=result_pb2.Failure(
                reason=result_pb2.Failure.INVALID_SAMPLE, message=self.problem, retryable=False
            ),
        )


def read_lines(stream: BinaryIO, max_bytes: int = MAX_LINE_BYTES) -> Iterator[bytes]:
    """The lines of a file, each at most `max_bytes` + 1 long: a longer one is cut there."""
    while line := stream.readline(max_bytes + 1):
        yield line
        while len(line) > max_bytes and not line.endswith(b"\n"):  # drop the rest of the line
            line = stream.readline(max_bytes + 1)


def parse_line(raw: bytes, number: int, task: str, max_bytes: int = MAX_LINE_BYTES) -> Line:
    """Line `number` (from 1) as a sample with that task, or as what is wrong with it."""
    sample_id = ""
    try:
        if len(raw) > max_bytes:
            raise ValueError(f"longer than {max_bytes} bytes")
        value = _load(raw)
        if not isinstance(value, dict):
            raise ValueError("not a JSON object")
        sample_id = _id(value)
        sample = _common_sample(value) or _any_sample(value)
        found = sample.WhichOneof("task")
        if found != task:
            raise ValueError(f"the task is {found}, not {task}" if found else f"no {task} task")
    except (ValueError, RecursionError) as error:
        return Line(sample_id, None, f"line {number}: {_reason(error)}")
    return Line(sample_id, sample)


def read_id(raw: bytes) -> str:
    """The id of a line of samples or results; empty where it has none that can be read."""
    try:
        value = _load(raw)
    except (ValueError, RecursionError):
        return ""
    return _id(value) if isinstance(value, dict) else ""


def _id(value: dict[str, Any]) -> str:
    """The id; also that of a line that is wrong in that its id is a number."""
    found = value.get("id")
    return str(found) if isinstance(found, str | int | float) else ""


def _load(raw: bytes) -> Any:
    text = raw.decode(errors="replace").removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")
    value = json.loads(text)
    # Only an escape can bring a lone surrogate, which a message cannot hold.
    return scrub(value) if "\\u" in text else value


def _common_sample(value: dict[str, Any]) -> sample_pb2.Sample | None:
    """The sample where it has the common shape and its types are right; None where not.

    The constructor of a message takes more than the JSON mapping does (a text for a list), hence
    the checks. Metadata stays here: no score depends on it, and it is slow to convert.
    """
    sample_id, response = value.get("id", ""), value.get("response", "")
    if not value.keys() <= _COMMON_KEYS or not _texts(sample_id, response):
        return None
    if not isinstance(value.get("metadata", {}), dict):
        return None
    math, prompt = value.get("math"), value.get("prompt", [])
    if not isinstance(math, dict) or math.keys() != _GOLD or not isinstance(math["gold"], list):
        return None
    if not isinstance(prompt, list) or not _texts(*math["gold"]):
        return None
    for message in prompt:
        if not isinstance(message, dict) or not message.keys() <= _MESSAGE_KEYS:
            return None
        if not _texts(*message.values()):
            return None
    return sample_pb2.Sample(id=sample_id, response=response, prompt=prompt, math=math)


def _texts(*values: object) -> bool:
    return all(isinstance(value, str) for value in values)


def _any_sample(value: dict[str, Any]) -> sample_pb2.Sample:
    """Raises ValueError where the JSON mapping does not take it."""
    try:
        return json_format.ParseDict(value, sample_pb2.Sample(), max_recursion_depth=_MAX_DEPTH)
    except (json_format.ParseError, TypeError, OverflowError) as error:
        raise ValueError(str(error) or type(error).__name__) from error


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "nested too deeply"
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON: {error.msg} at column {error.colno}"
    text = str(error)
    return text if len(text) <= _MAX_MESSAGE else text[:_MAX_MESSAGE] + "..."


def format_result(result: result_pb2.Result) -> bytes:
    """A result as one line of canonical JSON with the names of the schema."""
    return to_json(result).encode() + b"\n"
