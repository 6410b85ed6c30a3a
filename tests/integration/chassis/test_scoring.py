"""Batches through a real server: order, failures in their own places, the cache, groups."""

import grpc
import pytest

from plaudit.v1 import reward_service_pb2 as pb
from plaudit.v1 import sample_pb2
from tests.support.calls import TIMEOUT, details, outcomes, refusal, request, stub_of
from tests.support.launch import Service, launched

USE, REFRESH = pb.CACHE_POLICY_USE, pb.CACHE_POLICY_REFRESH


def score(service: Service, *responses: str, **fields: object) -> list:
    with stub_of(service.address) as stub:
        return list(stub.ScoreBatch(request(*responses, **fields), timeout=TIMEOUT).results)


def test_each_sample_has_its_own_result_in_order(service: Service) -> None:
    results = score(service, "value:0.25", "bad", "fail", "value:1", "prepare", "value:0")
    assert [result.id for result in results] == ["0", "1", "2", "3", "4", "5"]
    assert outcomes(results) == [0.25, "INVALID_SAMPLE", "ABSTAINED", 1.0, "INTERNAL", 0.0]
    assert dict(results[2].failure.partial) == {"part": 0.5}
    assert all(r.failure.HasField("retryable") for r in results if r.HasField("failure"))


def test_a_score_says_where_it_is_from(service: Service) -> None:
    (result,) = score(service, "value:0")
    assert result.score.HasField("value")
    assert result.score.kind == result.score.FRACTION
    assert result.score.provenance.service == "scripted"
    assert result.score.provenance.service_version == "1"
    assert not result.score.cached
    assert 0 < result.score.timing.queue.ToNanoseconds() < 1e9


def test_compute_time_is_that_of_the_work(service: Service) -> None:
    (result,) = score(service, "sleep:0.1")
    assert 0.1 <= result.score.timing.compute.ToNanoseconds() / 1e9 < 1


def test_a_scorer_that_raises_fails_its_samples_and_leaks_nothing(service: Service) -> None:
    results = score(service, "raise", "bad", "value:1")
    assert outcomes(results) == ["INTERNAL", "INVALID_SAMPLE", "INTERNAL"]
    assert not any("secret" in str(result) for result in results)


@pytest.mark.parametrize("value", ["nan", "inf", "-0.5", "1.5"])
def test_a_value_outside_the_range_is_a_failure(service: Service, value: str) -> None:
    assert outcomes(score(service, f"value:{value}", "value:1")) == ["INTERNAL", 1.0]


def test_text_that_no_message_can_carry_is_escaped(service: Service) -> None:
    (result,) = score(service, "surrogate")
    assert result.score.explanation == r"\ud800"


@pytest.mark.parametrize("task", [None, "code"])
def test_another_task_is_an_invalid_sample(service: Service, task: str | None) -> None:
    sample = sample_pb2.Sample(response="value:1")
    if task:
        sample.code.language = "python"
    good = request("value:1").samples[0]
    with stub_of(service.address) as stub:
        batch = pb.ScoreBatchRequest(samples=[sample, good], cache_policy=pb.CACHE_POLICY_BYPASS)
        results = stub.ScoreBatch(batch, timeout=TIMEOUT).results
    assert outcomes(results) == ["INVALID_SAMPLE", 1.0]
    assert "'math'" in results[0].failure.message


def test_request_id_comes_back_or_is_made(service: Service) -> None:
    with stub_of(service.address) as stub:
        named = stub.ScoreBatch(request("value:1", request_id="call-7"), timeout=TIMEOUT)
        first = stub.ScoreBatch(request("value:1"), timeout=TIMEOUT)
        second = stub.ScoreBatch(request("value:1"), timeout=TIMEOUT)
    assert named.request_id == "call-7"
    assert first.request_id
    assert first.request_id != second.request_id


def test_the_cache_answers_the_second_time(service: Service) -> None:
    (fresh,) = score(service, "nth:use", cache_policy=USE)
    (again,) = score(service, "nth:use", cache_policy=USE)
    assert (fresh.score.cached, again.score.cached) == (False, True)
    assert again.score.components == fresh.score.components
    assert again.score.provenance == fresh.score.provenance
    assert again.score.timing.compute.ToNanoseconds() == 0


def test_refresh_scores_again_and_stores(service: Service) -> None:
    (old,) = score(service, "nth:refresh", cache_policy=USE)
    (new,) = score(service, "nth:refresh", cache_policy=REFRESH)
    (stored,) = score(service, "nth:refresh", cache_policy=USE)
    assert not new.score.cached
    assert new.score.components["nth"] > old.score.components["nth"]
    assert stored.score.components == new.score.components


def test_bypass_neither_looks_up_nor_stores(service: Service) -> None:
    (first,) = score(service, "nth:bypass")
    (stored,) = score(service, "nth:bypass", cache_policy=USE)
    (second,) = score(service, "nth:bypass")
    numbers = [r.score.components["nth"] for r in (first, stored, second)]
    assert numbers == sorted(set(numbers))
    assert not any(r.score.cached for r in (first, stored, second))


def test_identical_samples_of_a_batch_are_scored_once(service: Service) -> None:
    results = score(service, "nth:twin", "value:0.5", "nth:twin", cache_policy=USE)
    assert [result.id for result in results] == ["0", "1", "2"]
    assert results[0].score.components == results[2].score.components
    assert results[1].score.value == 0.5


def test_failures_are_never_stored(service: Service) -> None:
    assert outcomes(score(service, "fail", "value:1", cache_policy=USE)) == ["ABSTAINED", 1.0]
    (again, _) = score(service, "fail", "value:1", cache_policy=USE)
    assert again.WhichOneof("outcome") == "failure"
    with stub_of(service.address) as stub:
        late = stub.ScoreBatch(request("sleep:0.3", cache_policy=USE), timeout=0.2)
        done = stub.ScoreBatch(request("sleep:0.3", cache_policy=USE), timeout=TIMEOUT)
    assert outcomes(late.results) == ["TIMEOUT"]
    assert outcomes(done.results) == [1.0]


def test_groups_are_scored_together(service: Service) -> None:
    groups = [
        pb.Group(id="a", samples=request("x", "y").samples),
        pb.Group(id="b", samples=request("x", "bad", "y").samples),
    ]
    with stub_of(service.address) as stub:
        message = pb.ScoreGroupsRequest(groups=groups, method="rank")
        answer = stub.ScoreGroups(message, timeout=TIMEOUT)
    assert [group.id for group in answer.results] == ["a", "b"]
    assert outcomes(answer.results[0].results) == [0.0, 0.5]
    assert outcomes(answer.results[1].results) == [0.0, "INVALID_SAMPLE", 0.5]


def test_an_unknown_group_method_is_refused(service: Service) -> None:
    groups = [pb.Group(samples=request("x").samples)]
    with stub_of(service.address) as stub:
        message = pb.ScoreGroupsRequest(groups=groups, method="vote")
        error = refusal(lambda: stub.ScoreGroups(message, timeout=TIMEOUT))
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "rank" in error.details()


def test_a_service_without_groups_says_so() -> None:
    with launched("bench.noop_service") as noop, stub_of(noop.address) as stub:
        message = pb.ScoreGroupsRequest(groups=[pb.Group(samples=request("x").samples)])
        error = refusal(lambda: stub.ScoreGroups(message, timeout=TIMEOUT))
    assert error.code() is grpc.StatusCode.UNIMPLEMENTED
    assert details(error)[0] == "UNSUPPORTED"
