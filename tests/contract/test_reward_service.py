"""What every RewardService must do, whatever it scores."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import grpc
import pytest
from google.protobuf import json_format

from plaudit.v1 import reward_service_pb2 as pb
from plaudit.v1 import reward_service_pb2_grpc, sample_pb2
from tests.contract.table import ROWS, Row
from tests.support.calls import details, health, outcomes, refusal
from tests.support.launch import Service, launched

TIMEOUT = 30.0
BYPASS, USE = pb.CACHE_POLICY_BYPASS, pb.CACHE_POLICY_USE


@dataclass
class Subject:
    """A running service, its row of the table, and what it says of itself."""

    row: Row
    service: Service
    stub: Any
    info: Any

    def score(self, *samples: sample_pb2.Sample, policy: int = BYPASS) -> list[Any]:
        batch = pb.ScoreBatchRequest(samples=samples, cache_policy=policy)
        return list(self.stub.ScoreBatch(batch, timeout=TIMEOUT).results)


@pytest.fixture(scope="module", params=ROWS, ids=lambda row: row.name)
def subject(request: pytest.FixtureRequest) -> Iterator[Subject]:
    row: Row = request.param
    with launched(row.module) as service, grpc.insecure_channel(service.address) as channel:
        stub = reward_service_pb2_grpc.RewardServiceStub(channel)
        info = stub.GetInfo(pb.RewardServiceGetInfoRequest(), timeout=TIMEOUT)
        yield Subject(row, service, stub, info)


def named(sample: sample_pb2.Sample, name: str) -> sample_pb2.Sample:
    sample.id = name
    return sample


def known(row: Row) -> list[sample_pb2.Sample]:
    return [make() for make in (row.best, row.worst) if make]


def without_time(result: Any) -> Any:
    copy = type(result)()
    copy.CopyFrom(result)
    copy.score.ClearField("timing")
    copy.score.ClearField("cached")
    copy.ClearField("id")
    return copy


def test_it_says_what_it_is(subject: Subject) -> None:
    info = subject.info
    assert info.name == subject.row.name
    assert info.version
    assert info.score_kind != 0
    assert 0 < info.limits.max_batch_samples <= info.limits.max_inflight_samples
    assert 0 < info.limits.max_sample_bytes <= info.limits.max_batch_bytes
    assert info.limits.max_sample_time.ToNanoseconds() > 0


def test_its_schema_describes_its_task(subject: Subject) -> None:
    schema = json.loads(subject.info.option_schema)
    task = getattr(subject.row.best(), subject.row.task)
    written = json_format.MessageToDict(task, preserving_proto_field_name=True)
    assert set(schema["properties"]) == {field.name for field in task.DESCRIPTOR.fields}
    assert set(written) <= set(schema["properties"])


def test_it_is_healthy(subject: Subject) -> None:
    for name in ("", "plaudit.v1.RewardService", "liveness"):
        assert health(subject.service.address, name) == "SERVING"


def test_best_and_worst_have_the_ends_of_its_range(subject: Subject) -> None:
    (best,) = subject.score(subject.row.best())
    assert best.score.value == subject.info.max_value
    if subject.row.worst:
        (worst,) = subject.score(subject.row.worst())
        assert worst.score.HasField("value")
        assert worst.score.value == subject.info.min_value


def test_a_score_says_where_it_is_from(subject: Subject) -> None:
    (result,) = subject.score(subject.row.best())
    assert result.score.kind == subject.info.score_kind
    assert result.score.provenance.service == subject.info.name
    assert result.score.provenance.service_version == subject.info.version
    assert result.score.HasField("timing")
    assert result.score.HasField("cached")


def test_results_keep_order_and_ids(subject: Subject) -> None:
    makers = [subject.row.best, subject.row.worst or subject.row.best] * 20
    ids = [f"id {n % 7}" for n in range(len(makers))]  # ids need not be unique
    results = subject.score(*(named(make(), name) for make, name in zip(makers, ids, strict=True)))
    assert [result.id for result in results] == ids
    expected = outcomes(subject.score(makers[0](), makers[1]()))
    assert outcomes(results) == expected * 20


def test_one_bad_sample_never_fails_its_neighbours(subject: Subject) -> None:
    empty = sample_pb2.Sample(id="no task", response="x")
    other = sample_pb2.Sample(id="other task")
    if subject.row.task == "outcome":
        other.process.SetInParent()
    else:
        other.outcome.SetInParent()
    bad = [empty, other, *([subject.row.invalid()] if subject.row.invalid else [])]
    results = subject.score(subject.row.best(), *bad, subject.row.best())
    expected = [subject.info.max_value, *["INVALID_SAMPLE"] * len(bad), subject.info.max_value]
    assert outcomes(results) == expected
    for result in results[1:-1]:
        assert result.failure.message
        assert not result.failure.retryable


def test_a_score_does_not_depend_on_its_neighbours(subject: Subject) -> None:
    alone = [without_time(subject.score(sample)[0]) for sample in known(subject.row)]
    together = subject.score(*(known(subject.row) * 8))
    assert [without_time(result) for result in together] == alone * 8


def test_ids_and_metadata_change_nothing_and_the_cache_knows_it(subject: Subject) -> None:
    sample = subject.row.best()
    (first,) = subject.score(sample, policy=USE)
    sample.id = "another"
    sample.metadata["problem"] = 7
    (second,) = subject.score(sample, policy=USE)
    assert second.score.cached
    assert second.id == "another"
    assert without_time(second) == without_time(first)


def test_an_empty_batch_is_an_invalid_request(subject: Subject) -> None:
    error = refusal(lambda: subject.score())
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert details(error)[0] == "INVALID_REQUEST"


def test_a_batch_over_the_limit_is_an_invalid_request(subject: Subject) -> None:
    many = [subject.row.best()] * (subject.info.limits.max_batch_samples + 1)
    error = refusal(lambda: subject.score(*many))
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT


def test_groups_are_served_exactly_where_the_info_names_methods(subject: Subject) -> None:
    methods = list(subject.info.group_methods)
    groups = [pb.Group(id="g", samples=[named(subject.row.best(), str(n)) for n in range(3)])]
    if not methods:
        request = pb.ScoreGroupsRequest(groups=groups, method="any")
        error = refusal(lambda: subject.stub.ScoreGroups(request, timeout=TIMEOUT))
        assert error.code() is grpc.StatusCode.UNIMPLEMENTED
    for method in methods:
        request = pb.ScoreGroupsRequest(groups=groups, method=method)
        (group,) = subject.stub.ScoreGroups(request, timeout=TIMEOUT).results
        assert group.id == "g"
        assert [result.id for result in group.results] == ["0", "1", "2"]
