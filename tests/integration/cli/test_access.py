"""Services with TLS and keys, from the command line."""

import hashlib
import json
from pathlib import Path

import pytest

from plaudit import RewardClient, Sample, TLSConfig
from plaudit.errors import ConfigError
from tests.support.certificates import Authority
from tests.support.command import CommandLine

KEY = "the key of the test"
LINE = '{"id": "1", "response": "1", "math": {"gold": ["1"]}}\n'


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path, "authority")


@pytest.fixture
def secured(cli: CommandLine, authority: Authority, tmp_path: Path) -> CommandLine:
    """A stack whose service wants TLS, a certificate of ours and a key."""
    own = authority.issue("server")
    keys, config = tmp_path / "keys.toml", tmp_path / "stack.toml"
    digest = hashlib.sha256(KEY.encode()).hexdigest()
    keys.write_text(f'[[keys]]\nname = "test"\nsha256 = "{digest}"\n')
    config.write_text(
        f'[math]\nlisten = "127.0.0.1:0"\nkeys_file = "{keys}"\n'
        f'tls_cert = "{own.certificate}"\ntls_key = "{own.key}"\n'
        f'tls_client_ca = "{authority.pair.certificate}"\n'
    )
    up = cli.run("up", "--detach", "--only", "math", "--config", str(config))
    assert up.returncode == 0, up.stderr
    assert "SERVING" in up.stdout
    return cli


def test_a_stack_with_tls_and_keys(
    secured: CommandLine,
    authority: Authority,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    status = secured.run("status")
    assert status.returncode == 0
    assert "SERVING" in status.stdout
    address = secured.status()["services"]["math"]["address"]

    own = authority.issue("user")
    key, source = tmp_path / "key", tmp_path / "in.jsonl"
    key.write_text(f"{KEY}\n")
    source.write_text(LINE)
    tls = ("--ca", authority.pair.certificate, "--cert", own.certificate, "--key", own.key)
    options = [*map(str, tls)]
    files = ("--in", str(source), "--out", "-", "--target", address)
    done = secured.run("score", "math", *files, *options, "--api-key-file", str(key))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["score"]["value"] == 1.0
    info = secured.run("info", "math", *options, "--api-key-file", str(key))
    assert json.loads(info.stdout)["name"] == "noop"
    secured.env["PLAUDIT_API_KEY"] = KEY
    assert secured.run("info", "math", *options).returncode == 0

    monkeypatch.setenv("PLAUDIT_STATE_DIR", secured.env["PLAUDIT_STATE_DIR"])
    with pytest.raises(ConfigError, match="uses TLS"):
        RewardClient.local()
    config = TLSConfig.from_files(
        root_certificates=authority.pair.certificate,
        certificate=own.certificate,
        private_key=own.key,
    )
    with RewardClient.local(tls=config, api_key=KEY) as client:
        assert client.score([Sample.math(response="1", gold="1")]).values() == [1.0]


def test_what_keeps_us_out_is_one_line(
    secured: CommandLine, authority: Authority, tmp_path: Path
) -> None:
    own, stranger = authority.issue("user"), Authority(tmp_path, "stranger")
    pair = ("--cert", str(own.certificate), "--key", str(own.key))
    for options, words in (
        (("--ca", str(stranger.pair.certificate), *pair), "CERTIFICATE_VERIFY_FAILED"),
        (("--ca", str(authority.pair.certificate), *pair), "this service needs a key"),
        (("--ca", str(tmp_path / "absent")), "absent: No such file or directory"),
        (("--tls", *pair[:2]), "--cert and --key go together"),
        (("--tls", "--api-key-file", str(tmp_path / "absent")), "cannot read"),
    ):
        info = secured.run("info", "math", *options)
        assert info.returncode == 2
        assert words in info.stderr
        assert info.stderr.count("\n") == 1
