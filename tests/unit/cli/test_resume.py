"""Whatever a run leaves, --resume completes it to what an undisturbed run would have written."""

import asyncio
import io
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plaudit.cli.console import CliError
from plaudit.cli.files import open_input, open_output
from plaudit.cli.jsonl import read_lines
from plaudit.cli.pipeline import Pipeline, Score, read_batches
from plaudit.cli.resume import catch_up
from plaudit.cli.tally import Progress, Tally
from plaudit.v1 import result_pb2, sample_pb2

ROWS = st.sampled_from(
    [
        b'{"id": "a", "response": "1", "math": {"gold": ["1"]}}',
        b'{"id": "b", "response": "\\u20ac\\n", "math": {"gold": ["1"]}}',
        b'{"id": "caf\xc3\xa9", "response": "", "math": {"gold": ["1"]}}',
        b'{"response": "no id", "math": {"gold": ["1"]}}',
        b'{"id": "no task"}',
        b'{"id": "\\ud800"}',
        b"not json",
        b"",
    ]
)


async def length_score(samples: Sequence[sample_pb2.Sample]) -> list[result_pb2.Result]:
    """A scorer in which every third sample fails and later calls overtake earlier ones."""
    await asyncio.sleep(0.001 * (len(samples[0].response) % 3))
    results = []
    for sample in samples:
        result = result_pb2.Result(id=sample.id)
        if len(sample.response) % 3 == 2:
            result.failure.reason = result_pb2.Failure.TIMEOUT
        else:
            result.score.value = len(sample.response)
        results.append(result)
    return results


def run(data: bytes, out: io.BufferedIOBase, *, batch: int, score: Score = length_score) -> Tally:
    """One `plaudit score --resume` over `data`, in this process."""
    tally = Tally(bytes_total=len(data))
    progress = Progress(tally)
    source = read_lines(io.BytesIO(data))
    catch_up(source, out, tally, progress)  # type: ignore[arg-type]
    pipeline = Pipeline(score, out, tally, progress, window=3)  # type: ignore[arg-type]
    asyncio.run(pipeline.run(read_batches(source, "math", tally.lines + 1, batch)))
    return tally


@given(st.data(), st.lists(ROWS, max_size=12), st.integers(1, 5), st.integers(1, 5))
def test_any_interruption_then_resume_gives_the_whole(
    data: st.DataObject, rows: list[bytes], first: int, second: int
) -> None:
    source = b"\n".join(rows)
    whole = io.BytesIO()
    expected = run(source, whole, batch=first)
    assert expected.lines == len(list(read_lines(io.BytesIO(source))))

    cut = data.draw(st.integers(0, len(whole.getvalue())))
    torn = io.BytesIO(whole.getvalue()[:cut])
    tally = run(source, torn, batch=second)
    assert torn.getvalue() == whole.getvalue()
    assert (tally.lines, tally.sum, tally.failures) == (
        expected.lines,
        expected.sum,
        expected.failures,
    )
    assert tally.resumed == whole.getvalue()[:cut].count(b"\n")
    assert tally.bytes_read == len(source)


@given(st.integers(0, 9), st.integers(1, 4))
def test_a_stopped_run_leaves_whole_lines_in_order(stop_at: int, batch: int) -> None:
    rows = [
        json.dumps({"id": str(n), "response": "x" * n, "math": {"gold": ["1"]}}) for n in range(12)
    ]
    source = "\n".join(rows).encode()
    whole, part = io.BytesIO(), io.BytesIO()
    run(source, whole, batch=batch)

    async def stopped(samples: Sequence[sample_pb2.Sample]) -> list[result_pb2.Result]:
        if any(sample.id == str(stop_at) for sample in samples):
            asyncio.get_running_loop().call_later(0.005, main[0].cancel)
            await asyncio.Event().wait()
        return await length_score(samples)

    main: list[asyncio.Task[None]] = []

    async def stop() -> None:
        tally = Tally()
        pipeline = Pipeline(stopped, part, tally, Progress(tally), window=3)
        batches = read_batches(read_lines(io.BytesIO(source)), "math", 1, batch)
        main.append(asyncio.ensure_future(pipeline.run(batches)))
        await asyncio.wait(main)
        assert main[0].cancelled()

    asyncio.run(stop())
    assert part.getvalue().count(b"\n") == stop_at // batch * batch
    assert whole.getvalue().startswith(part.getvalue())
    part.seek(0)
    run(source, part, batch=batch)
    assert part.getvalue() == whole.getvalue()


@pytest.mark.parametrize(
    ("out", "message"),
    [
        (b'{"id":"z","score":{"value":1}}\n', "line 1 of input and output have different ids"),
        (b'{"id":"a","score":{"value":1}}\n' * 3, "the output has more lines than the input, 2"),
        (b'{"id":"a"}\n', "line 1 of the output is not a result"),
        (b'{"id":"a","score":{"value":1}}\n\0\0\0\n', "line 2 of the output is not a result"),
        (b"[]\n", "line 1 of the output is not a result"),
    ],
)
def test_files_that_do_not_belong_together_are_refused(out: bytes, message: str) -> None:
    source = b'{"id":"a"}\n{"id":"a"}\n'
    stream = io.BytesIO(out)
    with pytest.raises(CliError, match=message):
        run(source, stream, batch=1)
    assert stream.getvalue() == out


def test_the_window_bounds_what_is_read_ahead() -> None:
    read = 0

    def source():  # type: ignore[no-untyped-def]
        nonlocal read
        for _ in range(1000):
            read += 1
            yield b'{"id": "1", "response": "", "math": {"gold": ["1"]}}\n'

    ahead = []

    async def score(samples: Sequence[sample_pb2.Sample]) -> list[result_pb2.Result]:
        ahead.append(read - tally.lines)
        return await length_score(samples)

    tally = Tally()
    out = io.BytesIO()
    pipeline = Pipeline(score, out, tally, Progress(tally), window=3)
    asyncio.run(pipeline.run(read_batches(source(), "math", 1, 10)))
    assert out.getvalue().count(b"\n") == 1000
    assert max(ahead) <= 40  # three batches, and the one that waits for a place


def test_an_output_with_content_is_not_overwritten(tmp_path: Path) -> None:
    source, out = tmp_path / "in", tmp_path / "out"
    source.write_bytes(b"")
    out.write_bytes(b"precious")
    with open_input(source) as stream:
        with pytest.raises(CliError, match="is not empty"), open_output(out, stream, resume=False):
            pass
        with (
            pytest.raises(CliError, match="is the input"),
            open_output(source, stream, resume=True),
        ):
            pass
        with (
            open_output(out, stream, resume=True),
            pytest.raises(CliError, match="another run"),
            open_output(out, stream, resume=True),
        ):
            pass
    assert out.read_bytes() == b"precious"
