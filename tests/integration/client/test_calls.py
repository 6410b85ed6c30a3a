"""Calls of both clients through a real server: results, splitting, limits, labels, ways to use."""

import asyncio
import time
from pathlib import Path

import pytest

from plaudit import AsyncRewardClient, CachePolicy, Priority, RewardClient, Sample, ScoreKind
from plaudit.errors import InvalidRequestError, UnavailableError, UnsupportedError
from plaudit.v1 import result_pb2, sample_pb2
from tests.support.faces import FACES, Face, samples
from tests.support.fake_reward_service import Script, failure, length, score, serving

both = pytest.mark.parametrize("face", FACES)


def test_the_example_of_the_readme() -> None:
    q, responses = "6 x 7?", ["it is 42", "41"]
    with serving() as service, RewardClient({"math": service.address}) as rewards:
        results = rewards.score(
            [Sample.math(response=r, gold="42", prompt=q) for r in responses], deadline=10
        )
        assert results.values(on_failure="nan") == [8.0, 2.0]
        assert results.failures == {}
        assert results[0].components["answer_found"] == 1.0


@both
def test_order_splitting_and_one_question_for_the_limits(face: Face) -> None:
    with serving(Script(limits={"max_batch_samples": 7})) as service:
        results = face({"math": service.address}, "score", iter(samples(100)))
        assert results.values() == [float(n) for n in range(100)]
        assert [result.id for result in results] == [str(n) for n in range(100)]
        sizes = [len(request.samples) for request in service.servicer.requests]
        assert sorted(sizes) == [2] + [7] * 14
        assert service.servicer.infos == 1


@both
def test_bytes_of_a_batch_and_of_a_sample(face: Face) -> None:
    limits = {"max_batch_samples": 64, "max_batch_bytes": 100_000, "max_sample_bytes": 60_000}
    texts = ["a" * 40_000, "b" * 61_000, "c" * 40_000, "d" * 40_000, "e"]
    batch = [Sample.math(response=text, gold="1") for text in texts]
    with serving(Script(limits=limits)) as service:
        results = face({"math": service.address}, "score", batch)
        assert results.values("none") == [40_000, None, 40_000, 40_000, 1]
        assert results.failures[1].reason == "INVALID_SAMPLE"
        assert "60000" in results.failures[1].message
        assert all(request.ByteSize() <= 100_000 for request in service.servicer.requests)
        assert len(service.servicer.requests) == 2


@both
def test_what_a_request_carries(face: Face) -> None:
    with serving() as service:
        client = {"api_key": "secret", "batch_size": 1}
        options = {"priority": Priority.HIGH, "cache": CachePolicy.BYPASS, "client": client}
        face({"math": service.address}, "score", samples(2), request_id="mine", **options)
        first, second = service.servicer.requests
        for request in (first, second):
            assert (request.request_id, request.priority, request.cache_policy) == ("mine", 3, 3)
        keys = [metadata["authorization"] for metadata in service.servicer.metadata]
        assert keys == ["Bearer secret"] * 2
        assert "traceparent" not in service.servicer.metadata[0]
        face({"math": service.address}, "score", samples(1))
        face({"math": service.address}, "score", samples(1))
        made = [request.request_id for request in service.servicer.requests[2:]]
        assert len(set(made)) == 2
        assert all(len(bytes.fromhex(name)) == 16 for name in made)


@both
def test_a_trace_goes_on(face: Face) -> None:
    from opentelemetry import trace

    context = trace.SpanContext(0xABC, 0xDEF, is_remote=False, trace_flags=trace.TraceFlags(1))
    span = trace.NonRecordingSpan(context)
    with serving() as service, trace.use_span(span):
        face({"math": service.address}, "score", samples(1))
        assert service.servicer.metadata[0]["traceparent"] == f"00-{0xABC:032x}-{0xDEF:016x}-01"


@both
def test_each_task_goes_to_its_service(face: Face) -> None:
    judges = [Sample.judge(response="y" * n, pointwise={}) for n in range(3)]
    maths = samples(3, start=10)
    mixed = [sample for pair in zip(judges, maths, strict=True) for sample in pair]
    with serving() as one, serving() as two:
        results = face({"math": one.address, "judge": two.address}, "score", mixed)
        assert results.values() == [0, 10, 1, 11, 2, 12]
        assert {s.WhichOneof("task") for r in one.servicer.requests for s in r.samples} == {"math"}
        assert {s.WhichOneof("task") for r in two.servicer.requests for s in r.samples} == {"judge"}


@both
def test_a_missing_service_is_named_before_anything_is_sent(face: Face) -> None:
    with serving() as service, pytest.raises(InvalidRequestError, match="add 'judge'"):
        face({"math": service.address}, "score",
             [*samples(1), Sample.judge(response="r", pointwise={})])  # fmt: skip
    assert service.servicer.infos == 0


@both
def test_groups(face: Face) -> None:
    groups = [samples(3), samples(1, start=5), samples(6), samples(2, start=8)]
    limits = {"max_batch_samples": 4}
    with serving(Script(limits=limits, group_methods=("rank",))) as service:
        scored = face({"math": service.address}, "score_groups", groups, method="rank")
        assert [results.values("none") for results in scored] == [
            [0, 1, 2], [5], [None] * 6, [8, 9],
        ]  # fmt: skip
        assert scored[2][0].failure.reason == "INVALID_SAMPLE"
        requests = service.servicer.requests
        assert sorted(len(request.groups) for request in requests) == [1, 2]
        assert {request.method for request in requests} == {"rank"}


@both
def test_a_group_with_a_passing_failure_is_sent_again_whole(face: Face) -> None:
    def answer(sample: sample_pb2.Sample, seen: int) -> result_pb2.Result:
        late = seen == 0 and sample.response == "xx"
        return failure(sample, "TIMEOUT") if late else length(sample, seen)

    groups = [samples(3), samples(2)]
    with serving(Script(answer=answer)) as service:
        scored = face({"math": service.address}, "score_groups", groups, method="")
        assert [results.values() for results in scored] == [[0, 1, 2], [0, 1]]
        assert [len(r.groups) for r in service.servicer.requests] == [2, 1]


@both
def test_an_answer_that_is_neither_number_nor_failure(face: Face) -> None:
    answers = {
        "": result_pb2.Result(),
        "x": result_pb2.Result(score=result_pb2.Score()),
        "xx": result_pb2.Result(score=result_pb2.Score(value=float("nan"))),
        "xxx": result_pb2.Result(score=result_pb2.Score(value=0)),
    }
    with serving(Script(answer=lambda sample, _: answers[sample.response])) as service:
        results = face({"math": service.address}, "score", samples(4))
        assert results.values("none") == [None, None, None, 0.0]
        assert {failed.reason for failed in results.failures.values()} == {"INTERNAL"}


@both
def test_info_and_readiness(face: Face) -> None:
    with serving() as service:
        info = face({"math": service.address}, "get_info", "math")
        assert (info.name, info.score_kind, info.min_value) == ("math", ScoreKind.BINARY, 0.0)
        assert (info.max_value, info.limits.max_batch_samples) == (None, 64)
        face({"math": service.address}, "wait_ready", 10)
        with pytest.raises(InvalidRequestError, match="judge"):
            face({"math": service.address}, "get_info", "judge")
        service.set_ready(False)
        with pytest.raises(UnavailableError, match=r"math at .* was not ready within 0\.3 s"):
            face({"math": service.address}, "wait_ready", 0.3)


def test_the_blocking_client_works_in_a_notebook() -> None:
    async def cell() -> list[float]:
        return client.score(samples(3)).values()

    with serving() as service, RewardClient({"math": service.address}) as client:
        assert asyncio.run(cell()) == [0, 1, 2]
        assert asyncio.run(cell()) == [0, 1, 2]


def test_an_asyncio_client_outlives_its_loop() -> None:
    with serving() as service:
        client = AsyncRewardClient({"math": service.address})
        for _ in range(2):
            assert len(asyncio.run(client.score(samples(3)))) == 3
        asyncio.run(client.close())


async def test_calls_at_the_same_time() -> None:
    with serving() as service:
        async with AsyncRewardClient({"math": service.address}) as client:
            calls = [client.score(samples(70, start=n)) for n in range(8)]
            for n, results in enumerate(await asyncio.gather(*calls)):
                assert results.values() == [float(n + k) for k in range(70)]


@both
def test_a_unix_socket(face: Face, tmp_path: Path) -> None:
    with serving(address=f"unix:{tmp_path}/s") as service:
        assert face({"math": service.address}, "score", samples(2)).values() == [0, 1]


@both
def test_groups_that_the_service_does_not_offer(face: Face) -> None:
    def refuse(_: int) -> UnsupportedError:
        return UnsupportedError("no group methods here")

    with serving(Script(refuse=refuse)) as service, pytest.raises(UnsupportedError, match="here"):
        face({"math": service.address}, "score_groups", [samples(2)], method="rank")


def test_the_clients_own_cost_is_small() -> None:
    batch = [Sample.math(response="x" * 300, gold="1") for _ in range(6400)]
    from plaudit.call import Rpc, Share, Tuning
    from plaudit.core import labels_of
    from plaudit.info import ServiceInfo
    from plaudit.results import Results
    from plaudit.rpcs import SampleRequests
    from plaudit.v1 import reward_service_pb2

    info = reward_service_pb2.RewardServiceGetInfoResponse(
        limits=reward_service_pb2.ServiceLimits(max_batch_samples=64)
    )
    known = {"math": ServiceInfo.from_proto(info)}
    one = score(batch[0].proto, 1.0)
    response = reward_service_pb2.ScoreBatchResponse(results=[one] * 64)
    start = time.process_time()
    labels = labels_of("", Priority.NORMAL, CachePolicy.USE)
    share = Share("math", SampleRequests(batch, labels), 1e9, Tuning(64, 8, 2), known)
    while isinstance(rpc := share.next(0.0), Rpc):
        share.answered(rpc, response, 0.0)
    values = Results(share.answers).values()
    seconds = time.process_time() - start
    assert values == [1.0] * 6400
    assert seconds / len(batch) < 50e-6  # about 6 microseconds on an idle machine
