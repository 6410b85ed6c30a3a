"""Who may call: bearer keys with quotas, TLS and mutual TLS."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest

from plaudit.v1 import reward_service_pb2 as pb
from plaudit.v1 import reward_service_pb2_grpc
from services.common import healthcheck
from tests.support.calls import (
    TIMEOUT,
    details,
    health,
    outcomes,
    refusal,
    request,
    stub_of,
    trailers,
)
from tests.support.certificates import Authority, Pair
from tests.support.launch import SCRIPTED, Service, launched


def bearer(key: str) -> tuple[tuple[str, str], ...]:
    return (("authorization", f"Bearer {key}"),)


def entry(name: str, key: str, **quota: float) -> str:
    lines = [f'name = "{name}"', f'sha256 = "{hashlib.sha256(key.encode()).hexdigest()}"']
    return "\n".join(["[[keys]]", *lines, *(f"{k} = {v}" for k, v in quota.items()), ""])


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    path = tmp_path_factory.mktemp("keys") / "keys.toml"
    path.write_text(
        entry("free", "key-a")
        + entry("slow", "key-b", samples_per_second=0.5, burst=4)
        + entry("narrow", "key-c", max_in_flight_samples=2)
    )
    with launched(SCRIPTED, "--keys-file", str(path)) as service:
        yield service


@pytest.mark.parametrize(
    "metadata",
    [
        (),
        bearer("key-z"),
        bearer(""),
        (("authorization", "key-a"),),
        (("authorization", "Basic key-a"),),
    ],
    ids=["none", "unknown", "empty", "no scheme", "other scheme"],
)
def test_a_call_without_a_known_key_is_refused(guarded: Service, metadata: tuple) -> None:
    with stub_of(guarded.address) as stub:
        for call, message in (
            (stub.ScoreBatch, request("value:1")),
            (stub.GetInfo, pb.RewardServiceGetInfoRequest()),
        ):
            error = refusal(lambda: call(message, metadata=metadata, timeout=TIMEOUT))  # noqa: B023
            assert error.code() is grpc.StatusCode.UNAUTHENTICATED
            assert details(error)[0] == "UNAUTHENTICATED"


def test_a_known_key_is_served_and_health_needs_none(guarded: Service) -> None:
    assert health(guarded.address) == "SERVING"
    with stub_of(guarded.address) as stub:
        answer = stub.ScoreBatch(request("value:1"), metadata=bearer("key-a"), timeout=TIMEOUT)
    assert outcomes(answer.results) == [1.0]


def test_the_rate_of_a_key_is_its_own(guarded: Service) -> None:
    batch = request(*["value:1"] * 4)
    with stub_of(guarded.address) as stub:
        stub.ScoreBatch(batch, metadata=bearer("key-b"), timeout=TIMEOUT)
        error = refusal(lambda: stub.ScoreBatch(batch, metadata=bearer("key-b"), timeout=TIMEOUT))
        stub.ScoreBatch(batch, metadata=bearer("key-a"), timeout=TIMEOUT)
    assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    reason, retry_after = details(error)
    assert reason == "QUOTA_EXCEEDED"
    assert retry_after is not None
    assert 1 < retry_after <= 8
    assert "grpc-retry-pushback-ms" in trailers(error)


def test_samples_in_flight_of_a_key_are_bounded(guarded: Service) -> None:
    key = bearer("key-c")
    with stub_of(guarded.address) as stub:
        info = stub.GetInfo(pb.RewardServiceGetInfoRequest(), metadata=key, timeout=TIMEOUT)
        assert (info.limits.max_batch_samples, info.limits.max_inflight_samples) == (2, 2)
        three = request(*["value:1"] * 3)
        error = refusal(lambda: stub.ScoreBatch(three, metadata=key, timeout=TIMEOUT))
        assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
        # Two calls at once, and room for one: whichever is second is refused.
        two = request("sleep:0.5", "sleep:0.5")
        calls = [stub.ScoreBatch.future(two, metadata=key, timeout=TIMEOUT) for _ in range(2)]
        errors = [call.exception() for call in calls]
        refused = [error for error in errors if error is not None]
        assert len(refused) == 1
        assert details(refused[0])[0] == "QUOTA_EXCEEDED"
        again = stub.ScoreBatch(request("value:1"), metadata=key, timeout=TIMEOUT)
        assert outcomes(again.results) == [1.0]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"), "authority")


def call_with(address: str, root: Path, pair: Pair | None = None) -> list[float | str]:
    credentials = grpc.ssl_channel_credentials(
        root.read_bytes(),
        private_key=pair.key.read_bytes() if pair else None,
        certificate_chain=pair.certificate.read_bytes() if pair else None,
    )
    with grpc.secure_channel(address, credentials) as channel:
        stub = reward_service_pb2_grpc.RewardServiceStub(channel)
        return outcomes(stub.ScoreBatch(request("value:1"), timeout=5).results)


def tls_options(pair: Pair) -> tuple[str, ...]:
    return ("--tls-cert", str(pair.certificate), "--tls-key", str(pair.key))


def test_tls_keeps_plain_and_mistrusting_clients_out(authority: Authority, tmp_path: Path) -> None:
    root = authority.pair.certificate
    stranger = Authority(tmp_path, "stranger").pair.certificate
    with launched(SCRIPTED, *tls_options(authority.issue("server"))) as service:
        assert call_with(service.address, root) == [1.0]
        wrong = refusal(lambda: call_with(service.address, stranger))
        assert wrong.code() is grpc.StatusCode.UNAVAILABLE
        with stub_of(service.address) as stub:
            plain = refusal(lambda: stub.ScoreBatch(request("value:1"), timeout=5))
        assert plain.code() is grpc.StatusCode.UNAVAILABLE
        assert healthcheck.main([service.address, "--ca", str(root)]) == 0
        assert healthcheck.main([service.address]) == 1


def test_mutual_tls_asks_for_a_certificate_of_the_authority(
    authority: Authority, tmp_path: Path
) -> None:
    root = authority.pair.certificate
    options = (*tls_options(authority.issue("server")), "--tls-client-ca", str(root))
    stranger = Authority(tmp_path, "stranger").issue("client")
    with launched(SCRIPTED, *options) as service:
        assert call_with(service.address, root, authority.issue("client")) == [1.0]
        for pair in (None, stranger):
            error = refusal(lambda: call_with(service.address, root, pair))  # noqa: B023
            assert error.code() is grpc.StatusCode.UNAVAILABLE
        own, ca = authority.issue("probe"), ("--ca", str(root))
        mutual = ("--cert", str(own.certificate), "--key", str(own.key))
        assert healthcheck.main([service.address, *ca, *mutual]) == 0
        assert healthcheck.main([service.address, *ca]) == 1
        with pytest.raises(SystemExit, match="2"):
            healthcheck.main([service.address, "--ca", str(tmp_path / "absent")])
