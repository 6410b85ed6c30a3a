"""Frames, reports, the board, and what may be read of a worker's bytes."""

import os
import pickle
import time
from collections.abc import Iterator
from fractions import Fraction

import hypothesis.strategies as st
import pytest
from hypothesis import given

from services.common.outcome import Failed, FailureReason, Scored, SpanMark, pack, unpack
from services.common.pool.protocol import (
    Board,
    FrameReader,
    Report,
    Status,
    decode_plain,
    encode,
    frame,
)


class Reducer:
    """Pickles as a call of the function that it is given."""

    def __init__(self, *reduced: object) -> None:
        self._reduced = reduced

    def __reduce__(self) -> tuple[object, ...]:  # type: ignore[override]
        return self._reduced


@pytest.fixture
def boards() -> Iterator[tuple[Board, Board]]:
    """The worker's and the pool's view of one board."""
    memory = Board.allocate()
    worker, pool = Board(memory), Board(memory)
    os.close(memory)
    yield worker, pool
    worker.close()
    pool.close()


@given(st.lists(st.binary(max_size=40), max_size=8), st.lists(st.integers(0, 60), max_size=20))
def test_frames_arrive_whatever_pieces_they_come_in(payloads: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(map(frame, payloads))
    ends = sorted({min(cut * 7, len(stream)) for cut in cuts} | {len(stream)})
    reader, found, start = FrameReader(), [], 0
    for end in ends:
        found += list(reader.feed(stream[start:end]))
        start = end
    assert found == payloads


@given(
    st.integers(1, 2**63),
    st.sampled_from(Status),
    st.floats(allow_nan=False),
    st.floats(allow_nan=False),
    st.binary(),
)
def test_reports_come_back_as_they_were(
    number: int, status: Status, started: float, seconds: float, data: bytes
) -> None:
    report = Report(number, status, started, seconds, data)
    assert Report.unpack(report.pack()) == report


plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner),
    max_leaves=8,
)


@given(plain)
def test_plain_data_comes_back(value: object) -> None:
    assert decode_plain(encode(value)) == value


def test_outcomes_come_back() -> None:
    scored = Scored(1.0, {"exact": 1.0}, "4 = 4", (SpanMark(1, 2, label="answer"),))
    failed = Failed(FailureReason.TIMEOUT, "late", retryable=True)
    for outcome in (scored, failed):
        assert unpack(decode_plain(encode(pack(outcome)))) == outcome


@pytest.mark.parametrize(
    "value",
    [
        Reducer(os.system, ("true",)),
        Reducer(print, ("x",)),
        Reducer(eval, ("1",)),
        Scored(1.0),
        Reducer(FailureReason, ("no such reason",)),
        Fraction(1, 2),
        Board,
        decode_plain,
    ],
)
def test_nothing_else_is_built(value: object) -> None:
    with pytest.raises(pickle.UnpicklingError):
        decode_plain(encode(value))


@given(plain, st.data())
def test_part_of_a_value_is_no_value(value: object, data: st.DataObject) -> None:
    encoded = encode(value)
    part = encoded[: data.draw(st.integers(0, len(encoded) - 1))]
    with pytest.raises(pickle.UnpicklingError):
        decode_plain(part)


def test_the_pool_sees_what_the_worker_is_on(boards: tuple[Board, Board]) -> None:
    worker, pool = boards
    assert pool.read()[0] == 0
    before = time.monotonic()
    started = worker.begin(7)
    assert pool.read() == (7, started)
    assert before <= started <= time.monotonic()
    worker.rest()
    assert pool.read()[0] == 0


def test_the_worker_sees_what_it_must_skip(boards: tuple[Board, Board]) -> None:
    worker, pool = boards
    assert worker.revoked == 0
    pool.revoke(12)
    assert worker.revoked == 12


def test_the_pool_can_read_what_a_hanging_worker_has_not_sent(boards: tuple[Board, Board]) -> None:
    worker, pool = boards
    worker.begin(1)
    assert worker.put(b"one")
    worker.begin(2)
    assert worker.put(b"two")
    worker.begin(3)
    assert pool.unsent_before(3) == b"onetwo"
    # A worker that has moved on may be changing it.
    assert pool.unsent_before(2) == b""
    worker.rest()
    assert pool.unsent_before(0) == b""
    assert worker.unsent() == b"onetwo"
    worker.clear()
    worker.begin(4)
    assert pool.unsent_before(4) == b""


def test_a_board_has_bounded_room(boards: tuple[Board, Board]) -> None:
    worker, _ = boards
    assert not worker.put(b"x" * (Board.ROOM + 1))
    assert worker.put(b"x" * Board.ROOM)
    assert not worker.put(b"x")
    assert len(worker.unsent()) == Board.ROOM
    worker.clear()
    assert worker.put(b"x")
