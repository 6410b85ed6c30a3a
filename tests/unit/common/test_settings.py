from pathlib import Path

import pytest
from pydantic_settings import SettingsConfigDict

from plaudit.errors import ConfigError
from services.common.settings import ServiceSettings, is_local, load_settings, split_address


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="PLAUDIT_TEST_")

    workers: int = 2


def load(*arguments: str) -> Settings:
    return load_settings(Settings, arguments)


def test_flags_win_over_variables_and_variables_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('workers = 3\nmax_batch_samples = 7\nlog_format = "text"\n')
    monkeypatch.setenv("PLAUDIT_TEST_WORKERS", "4")
    monkeypatch.setenv("PLAUDIT_TEST_MAX_BATCH_SAMPLES", "8")
    settings = load("--config", str(path), "--workers", "5")
    assert settings.workers == 5
    assert settings.max_batch_samples == 8
    assert settings.log_format == "text"


def test_the_file_may_come_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("workers = 3\n")
    monkeypatch.setenv("PLAUDIT_TEST_CONFIG", str(path))
    assert load().workers == 3


def test_every_setting_is_a_flag() -> None:
    assert load("--insecure").insecure
    assert not load("--no-insecure").insecure
    assert load("--announce-fd=7").announce_fd == 7
    assert load("--cache-url", "none://").cache_url == "none://"


def test_traces_go_where_the_standard_variable_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4317")
    assert load().otlp_endpoint == "http://collector:4317"
    assert load("--otlp-endpoint", "").otlp_endpoint == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("workers = 'x'", "workers"),
        ("wrokers = 3", "wrokers"),
        ("workers = ", "cannot read"),
        ("max_batch_samples = 0", "max_batch_samples"),
        ("max_inflight_samples = 5", "max_batch_samples may not exceed"),
        ("max_inflight_bytes = 5000", "max_batch_bytes may not exceed"),
        ("max_batch_bytes = 99999999999", "max_batch_bytes"),
        ("default_deadline_seconds = 700", "default_deadline_seconds"),
        ("tls_cert = 'nowhere.pem'", "tls_cert"),
        ("listen = 'localhost'", "HOST:PORT"),
        ("listen = '127.0.0.1:70000'", "HOST:PORT"),
        ("log_level = 'loud'", "log_level"),
    ],
)
def test_a_wrong_file_is_one_line(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load("--config", str(path))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_open_service_must_be_asked_for_by_name(tmp_path: Path) -> None:
    pem = tmp_path / "any.pem"
    pem.touch()
    for address in ("0.0.0.0:1", "[::]:1", "10.0.0.1:1", "somewhere:1"):
        with pytest.raises(ConfigError, match="insecure"):
            load("--listen", address)
        assert load("--listen", address, "--insecure").listen == address
        assert load("--listen", address, "--keys-file", str(pem)).listen == address
        assert load("--listen", address, f"--tls-cert={pem}", f"--tls-key={pem}")
    for address in ("127.0.0.1:1", "localhost:1", "[::1]:1", "127.8.8.8:1", "unix:/tmp/x"):
        assert is_local(address)
        assert load("--listen", address).listen == address


def test_addresses_are_split() -> None:
    assert split_address("127.0.0.1:80") == ("127.0.0.1", 80)
    assert split_address("[::1]:80") == ("::1", 80)
    for wrong in ("", ":80", "host", "host:", "host:x", "host:-1", "::1:80"):
        with pytest.raises(ValueError, match="HOST:PORT"):
            split_address(wrong)


def test_settings_cannot_be_changed() -> None:
    settings = load()
    with pytest.raises(ValueError, match="frozen"):
        settings.workers = 3
