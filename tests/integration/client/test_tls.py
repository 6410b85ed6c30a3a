"""TLS and mTLS channels of both clients."""

from pathlib import Path

import grpc
import pytest

from plaudit import TLSConfig
from plaudit.errors import ConfigError, UnavailableError
from tests.support.certificates import Authority
from tests.support.faces import FACES, Face, samples
from tests.support.fake_reward_service import serving

both = pytest.mark.parametrize("face", FACES)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tls")


@pytest.fixture(scope="module")
def authority(folder: Path) -> Authority:
    return Authority(folder, "authority")


def credentials(authority: Authority, *, mutual: bool, days: float = 1) -> grpc.ServerCredentials:
    own = authority.issue("server", days)
    pair = own.key.read_bytes(), own.certificate.read_bytes()
    roots = authority.pair.certificate.read_bytes() if mutual else None
    return grpc.ssl_server_credentials([pair], roots, require_client_auth=mutual)


@both
def test_tls(face: Face, authority: Authority) -> None:
    tls = TLSConfig.from_files(root_certificates=authority.pair.certificate)
    with serving(tls=credentials(authority, mutual=False)) as service:
        options = {"client": {"tls": tls, "api_key": "k"}}
        assert face({"math": service.address}, "score", samples(2), **options).values() == [0, 1]
        assert service.servicer.metadata[0]["authorization"] == "Bearer k"


@both
def test_mtls(face: Face, authority: Authority) -> None:
    own = authority.issue("trainer")
    roots = str(authority.pair.certificate)
    tls = TLSConfig.from_files(
        root_certificates=roots, certificate=own.certificate, private_key=own.key
    )
    with serving(tls=credentials(authority, mutual=True)) as service:
        target = {"math": service.address}
        assert face(target, "score", samples(2), client={"tls": tls}).values() == [0, 1]
        without = TLSConfig.from_files(root_certificates=roots)
        refused = face(target, "score", samples(2), client={"tls": without}, deadline=0.5)
        # In TLS 1.3 the refusal comes after the client's part of the handshake, perhaps too late.
        assert {f.reason for f in refused.failures.values()} <= {"BACKEND_UNAVAILABLE", "TIMEOUT"}
        assert len(refused.failures) == 2
        assert len(service.servicer.requests) == 1


@both
def test_a_server_that_nobody_vouches_for_is_not_used(
    face: Face, authority: Authority, tmp_path: Path
) -> None:
    stranger = Authority(tmp_path, "stranger")
    tls = TLSConfig.from_files(root_certificates=authority.pair.certificate)
    with serving(tls=credentials(stranger, mutual=False)) as service:
        target = {"math": service.address}
        refused = face(target, "score", samples(2), client={"tls": tls}, deadline=0.5)
        assert len(refused.failures) == 2
        assert service.servicer.requests == []


@both
@pytest.mark.parametrize(
    ("days", "server_name", "words"),
    [
        (-1, None, "certificate has expired"),
        (1, "another.example", "Hostname Verification Check failed"),
    ],
)
def test_readiness_says_what_is_wrong(
    face: Face, authority: Authority, days: float, server_name: str | None, words: str
) -> None:
    tls = TLSConfig.from_files(
        root_certificates=authority.pair.certificate, server_name=server_name
    )
    with serving(tls=credentials(authority, mutual=False, days=days)) as service:
        with pytest.raises(UnavailableError, match=words) as raised:
            face({"math": service.address}, "wait_ready", 1.5, client={"tls": tls})
        assert "\n" not in str(raised.value)
        assert "was not ready within 1.5 s: " in str(raised.value)


def test_a_key_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        TLSConfig.from_files(private_key=tmp_path / "key", certificate=tmp_path / "crt")
