"""`plaudit score`: a JSONL file of samples into a JSONL file of results."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from plaudit.cli.catalog import TASKS, Service, catalog, require_installed
from plaudit.cli.connection import client_options
from plaudit.cli.console import CliError, say
from plaudit.cli.files import STANDARD, open_input, open_output, size
from plaudit.cli.jsonl import read_lines
from plaudit.cli.launch import StartError
from plaudit.cli.pipeline import Pipeline, Score, read_batches
from plaudit.cli.resume import catch_up
from plaudit.cli.settings import ANY_PORT, Plan
from plaudit.cli.supervise import Supervised
from plaudit.cli.tally import Progress, Tally
from plaudit.v1 import result_pb2, sample_pb2

_CONNECT_SECONDS = 15.0
_STOP_SECONDS = 10.0


def score(args: argparse.Namespace) -> int:
    """The command. 0 at the end of the input, 128 + the signal after Ctrl-C or SIGTERM."""
    service = _service(args.service, started=args.target is None)
    with (
        open_input(args.input) as stream,
        open_output(args.output, stream, resume=args.resume) as out,
    ):
        tally = Tally(bytes_total=size(stream))
        progress = Progress(tally)
        source = read_lines(stream)
        if args.resume:
            catch_up(source, out, tally, progress)
        try:
            number = asyncio.run(_Run(args, service, tally, progress).run(source, out))
        except StartError as error:
            raise CliError(str(error)) from None
        finally:
            progress.clear()
    if number:
        return _interrupted(args, number, tally)
    say(tally.summary())
    return 0


def _service(name: str, *, started: bool) -> Service:
    """The service of that name; one that somebody else runs need not be in our catalog."""
    if name not in TASKS:
        raise CliError(f"no service {name!r} (there are: {', '.join(TASKS)})")
    service = catalog().get(name)
    if not started:
        return service or Service(name, "")
    if service is None:
        raise CliError(f"{name} cannot be started here (give --target HOST:PORT)")
    require_installed(service)
    return service


def _interrupted(args: argparse.Namespace, number: int, tally: Tally) -> int:
    say(f"stopped after {tally.lines:,} lines")
    if args.output != STANDARD:
        say("the same command with --resume goes on from there")
    return 128 + number


class _Run:
    """One run: the scorer, the client, the pipeline, and a signal that stops them."""

    def __init__(
        self, args: argparse.Namespace, service: Service, tally: Tally, progress: Progress
    ) -> None:
        self._args = args
        self._service = service
        self._tally = tally
        self._progress = progress
        self._signal = 0

    async def run(self, source: Iterator[bytes], out: BinaryIO) -> int:
        """The number of the signal that stopped it, or 0."""
        loop = asyncio.get_running_loop()
        work = loop.create_task(self._work(source, out))
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stop, number, work)
        try:
            await work
        except asyncio.CancelledError:
            if not self._signal:
                raise
        return self._signal

    def _stop(self, number: int, work: asyncio.Task[None]) -> None:
        self._signal = number
        work.cancel()

    async def _work(self, source: Iterator[bytes], out: BinaryIO) -> None:
        args, task = self._args, self._service.name
        batches = read_batches(source, task, self._tally.lines + 1, args.batch)
        async with contextlib.AsyncExitStack() as stack:
            address = args.target or await stack.enter_async_context(_scorer(self._service))
            client = await stack.enter_async_context(_client(task, address, args))
            pipeline = Pipeline(client, out, self._tally, self._progress, args.concurrency)
            await pipeline.run(batches)


@contextlib.asynccontextmanager
async def _client(task: str, address: str, args: argparse.Namespace) -> AsyncIterator[Score]:
    """A client that is connected, as the function that the pipeline needs."""
    from plaudit import AsyncRewardClient, Priority, Sample

    options = client_options(args)
    async with AsyncRewardClient({task: address}, batch_size=args.batch, **options) as client:
        await client.wait_ready(_CONNECT_SECONDS)

        async def score_batch(
            samples: Sequence[sample_pb2.Sample],
        ) -> Sequence[result_pb2.Result]:
            batch = [Sample(sample) for sample in samples]
            results = await client.score(batch, deadline=args.deadline, priority=Priority.LOW)
            return [result.proto for result in results]

        yield score_batch


@contextlib.asynccontextmanager
async def _scorer(service: Service) -> AsyncIterator[str]:
    """The address of a scorer of our own, kept running until we leave."""
    with TemporaryDirectory(prefix="plaudit-") as folder:
        # Nobody else uses it, so nobody has to be told that it goes.
        plan = Plan(service, ANY_PORT, {"drain_notice_seconds": 0})
        scorer = Supervised(plan, Path(folder), say)
        say(f"starting {service.name} ...")
        running = await scorer.start()
        keeping = asyncio.create_task(scorer.keep())
        try:
            yield running.address
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
            await scorer.stop(_STOP_SECONDS)
