"""The maths checker through gRPC beside Math-Verify in process, on the same texts, in one run.

    python -m bench.math [--workers N]

Both sides use the same number of processes and start cold: fresh processes, no result cache, and
no text is graded before the clock starts but the service's own warm-up and one line for the peer.
"""

from __future__ import annotations

import os
import sys

if not __package__:  # run as a file: its own folder would hide the standard library's `math`
    sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

import argparse
import logging
import multiprocessing
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.synchronize import Barrier

from bench.data import Labelled, gsm8k_solutions, math500_answers
from bench.figures import figure, machine, percentile, say
from bench.service import running_service
from plaudit import CachePolicy, RewardClient, Sample

BATCH = 64


def main() -> None:
    """Prints every figure."""
    parser = argparse.ArgumentParser(description="The maths checker beside Math-Verify.")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    workers = parser.parse_args().workers
    say(f"machine: {machine()}; {workers} worker processes on either side")
    compare("gsm8k", gsm8k_solutions(), workers)
    compare("math500", math500_answers(), workers)
    single_calls(workers)
    ceiling()


def compare(name: str, pairs: Sequence[Labelled], workers: int) -> None:
    """Rates and agreement with the labels of both sides, and the ratio of the rates."""
    ours_rate, ours_agree = ours(pairs, workers)
    peer_rate, peer_agree = math_verify(pairs, workers)
    figure(f"{name}_pairs", len(pairs), "pairs")
    figure(f"{name}_agree", ours_agree, "pairs")
    figure(f"{name}_agree_math_verify", peer_agree, "pairs")
    figure(f"{name}_rate", ours_rate, "samples/s")
    figure(f"{name}_rate_math_verify", peer_rate, "samples/s")
    figure(f"{name}_vs_math_verify", ours_rate / peer_rate, "x")


@contextmanager
def serving(module: str, *options: str) -> Iterator[RewardClient]:
    """A client of a fresh service, connected."""
    with (
        running_service(module, *options) as address,
        RewardClient({"math": address}, batch_size=BATCH) as client,
    ):
        client.wait_ready(60)
        yield client


def ours(pairs: Sequence[Labelled], workers: int) -> tuple[float, int]:
    """Samples a second through gRPC in batches, from texts to results, and agreements."""
    with serving("services.math_checker", "--workers", str(workers)) as client:
        start = time.perf_counter()
        samples = [Sample.math(response=pair.response, gold=pair.gold) for pair in pairs]
        results = client.score(samples, deadline=600, cache=CachePolicy.BYPASS)
        values = results.values(on_failure="nan")
        seconds = time.perf_counter() - start
    agreements = sum(
        value == float(pair.correct) for value, pair in zip(values, pairs, strict=True)
    )
    return len(pairs) / seconds, agreements


def math_verify(pairs: Sequence[Labelled], workers: int) -> tuple[float, int]:
    """Samples a second of Math-Verify called in process in `workers` processes, and agreements."""
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(workers + 1)
    counts = context.SimpleQueue()
    shares = [pairs[index::workers] for index in range(workers)]
    processes = [
        context.Process(target=_math_verify_share, args=(share, barrier, counts))
        for share in shares
    ]
    for process in processes:
        process.start()
    barrier.wait()
    start = time.perf_counter()
    agreements = sum(counts.get() for _ in processes)
    seconds = time.perf_counter() - start
    for process in processes:
        process.join()
    return len(pairs) / seconds, agreements


def _math_verify_share(
    pairs: Sequence[Labelled], barrier: Barrier, counts: multiprocessing.SimpleQueue[int]
) -> None:
    from math_verify import parse, verify

    logging.disable(logging.CRITICAL)
    verify(parse("$1$"), parse("$2$"))
    barrier.wait()
    agreements = 0
    for pair in pairs:
        equal = verify(parse(f"${pair.gold}$"), parse(pair.response))
        agreements += bool(equal) == pair.correct
    counts.put(agreements)


def single_calls(workers: int, calls: int = 500) -> None:
    """Latency of calls with one sample, one after the other."""
    pairs = gsm8k_solutions()[: calls + 20]
    seconds = []
    with serving("services.math_checker", "--workers", str(workers)) as client:
        for pair in pairs:
            sample = Sample.math(response=pair.response, gold=pair.gold)
            start = time.perf_counter()
            client.score([sample], cache=CachePolicy.BYPASS)
            seconds.append(time.perf_counter() - start)
    seconds = seconds[20:] or seconds  # the first calls open the connection
    figure("math_single_call_p50", percentile(seconds, 0.50) * 1e3, "ms")
    figure("math_single_call_p99", percentile(seconds, 0.99) * 1e3, "ms")


def ceiling(samples: int = 64_000) -> None:
    """The rate of a scorer that does nothing, behind the same chassis and client."""
    batch = [Sample.math(response=str(index), gold="1") for index in range(samples)]
    with serving("bench.noop_service") as client:
        start = time.perf_counter()
        client.score(batch, deadline=600, cache=CachePolicy.BYPASS)
        seconds = time.perf_counter() - start
    figure("noop_rate", samples / seconds, "samples/s")


if __name__ == "__main__":
    main()
