"""The package's face: what it exports, what it imports, where it looks, how it opens channels."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import plaudit
from plaudit import RewardClient, Sample, TLSConfig, channel, state
from plaudit.cli.stack import owner_lock
from plaudit.errors import ConfigError, InvalidRequestError
from plaudit.state import Stack, StackService
from plaudit.v1 import policy_service_pb2, reward_service_pb2

LIGHT = """
import sys, time
start = time.process_time()
import grpc
middle = time.process_time()
from plaudit import RewardClient, Sample
print(middle - start, time.process_time() - start, *sys.modules)
"""
HEAVY = {"torch", "pydantic", "numpy", "opentelemetry", "fastapi", "services"}


def run(code: str) -> list[str]:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_every_export_exists() -> None:
    for name in plaudit.__all__:
        assert getattr(plaudit, name) is not None
    assert set(plaudit.__all__) <= set(dir(plaudit))
    with pytest.raises(AttributeError, match="nothing"):
        plaudit.nothing  # noqa: B018


def test_importing_is_quick_and_pulls_in_nothing_heavy() -> None:
    runs = [run(LIGHT) for _ in range(5)]
    assert not HEAVY & {name.partition(".")[0] for name in runs[0][2:]}
    grpc_alone, whole = (min(float(seconds[which]) for seconds in runs) for which in (0, 1))
    # gRPC itself takes half; a machine that is slow or busy is slow for both.
    assert whole < max(0.150, 2 * grpc_alone)


def test_the_package_itself_imports_no_grpc() -> None:
    assert "grpc" not in run("import sys, plaudit.enums; print(*sys.modules)")


def test_every_call_of_the_contract_is_marked_repeatable_or_not() -> None:
    services = [
        *reward_service_pb2.DESCRIPTOR.services_by_name.values(),
        *policy_service_pb2.DESCRIPTOR.services_by_name.values(),
    ]
    contract = {service.full_name: set(service.methods_by_name) for service in services}
    assert contract == {name: set(methods) for name, methods in channel.REPEATABLE.items()}
    (config,) = channel.service_config()["methodConfig"]
    named = {(name["service"], name["method"]) for name in config["name"]}
    assert (channel.POLICY_SERVICE, "Generate") not in named
    assert (channel.REWARD_SERVICE, "ScoreBatch") in named
    assert json.dumps(channel.service_config())


@pytest.mark.parametrize("target", ["", "host", "host:", ":1", "host:port", "http://host:1"])
def test_a_target_that_cannot_be_one(target: str) -> None:
    with pytest.raises(ConfigError, match="target"):
        channel.open_channel(target)


def test_mtls_needs_both_halves(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="both"):
        TLSConfig(certificate=b"x")
    with pytest.raises(ConfigError, match=r"missing\.pem"):
        TLSConfig.from_files(root_certificates=tmp_path / "missing.pem")


@pytest.mark.parametrize(
    "options",
    [{"batch_size": 0}, {"max_inflight": 0}, {"retries": -1}, {"api_key": "a\nb"}, {"api_key": 5}],
)
def test_options_that_cannot_be(options: dict[str, int]) -> None:
    with pytest.raises(ConfigError):
        RewardClient({}, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("services", ["127.0.0.1:1", ["127.0.0.1:1"], {"math": 1}, None])
def test_services_that_are_no_mapping(services: Any) -> None:
    with pytest.raises(ConfigError, match="host:port"):
        RewardClient(services)


def test_calls_that_are_wrong_before_anything_is_sent() -> None:
    maths = Sample.math(response="r", gold="1")
    judge = Sample.judge(response="r", pointwise={})
    with RewardClient({"math": "127.0.0.1:1"}) as client:
        with pytest.raises(InvalidRequestError, match=r"add 'judge': .*it has: math"):
            client.score([maths, judge])
        with pytest.raises(InvalidRequestError, match="sample 1 has no task"):
            client.score([maths, Sample.from_json("{}")])
        with pytest.raises(TypeError, match=r"score\(\[sample\]\)"):
            client.score(maths)  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="not str"):
            client.score(["r"])  # type: ignore[list-item]
        for deadline in (0, -1, float("nan"), float("inf"), "5", None):
            with pytest.raises(InvalidRequestError, match="deadline"):
                client.score([maths], deadline=deadline)  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="request_id"):
            client.score([maths], request_id=5)  # type: ignore[arg-type]
        with pytest.raises(InvalidRequestError, match="several tasks"):
            client.score_groups([[maths], [judge]], method="m")
        with pytest.raises(InvalidRequestError, match="no samples"):
            client.score_groups([[maths], []], method="m")
        assert len(client.score([])) == 0
        assert client.score_groups([], method="m") == []
    with pytest.raises(InvalidRequestError, match="closed"):
        client.score([maths])


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PLAUDIT_STATE_DIR", str(tmp_path / "state"))
    return tmp_path / "state"


def test_where_the_state_is(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert state.state_dir() == home
    monkeypatch.delenv("PLAUDIT_STATE_DIR")
    monkeypatch.setenv("XDG_STATE_HOME", "/x")
    assert state.state_dir() == Path("/x/plaudit")
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("HOME", "/h")
    assert state.state_dir() == Path("/h/.local/state/plaudit")


def test_a_stack_is_written_read_and_removed(home: Path) -> None:
    assert state.read_stack() is None
    stack = Stack(os.getpid(), {"math": StackService("127.0.0.1:5", 7, "127.0.0.1:6")})
    state.write_stack(stack)
    assert state.read_stack() == stack
    assert [path.name for path in home.iterdir()] == ["stack.json"]
    with owner_lock(), RewardClient.local(retries=0) as client:
        assert client.services == {"math": "127.0.0.1:5"}
    state.remove_stack()
    state.remove_stack()
    assert state.read_stack() is None


@pytest.mark.usefixtures("home")
def test_a_stack_that_ended_is_not_found() -> None:
    with pytest.raises(ConfigError, match="plaudit up"):
        RewardClient.local()
    # The number of its process belongs to a living one, but nobody holds the lock; then another
    # stack does, which has not written itself down yet.
    state.write_stack(Stack(os.getpid(), {}))
    with pytest.raises(ConfigError, match="plaudit up"):
        RewardClient.local()
    state.write_stack(Stack(os.getppid(), {}))
    with owner_lock(), pytest.raises(ConfigError, match="plaudit up"):
        RewardClient.local()


@pytest.mark.usefixtures("home")
def test_a_local_stack_with_tls_asks_for_it() -> None:
    state.write_stack(Stack(os.getpid(), {"math": StackService("127.0.0.1:5", 7, tls=True)}))
    with owner_lock():
        with pytest.raises(ConfigError, match="math of the local stack uses TLS"):
            RewardClient.local()
        with RewardClient.local(tls=TLSConfig()) as client:
            assert client.services == {"math": "127.0.0.1:5"}


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"pid": "x", "services": {}}', '{"pid": 1, "services": {"a": 1}}',
             '{"pid": 0, "services": {}}', '{"pid": -1, "services": {}}'],
)  # fmt: skip
def test_a_broken_state_file_says_so(home: Path, text: str) -> None:
    home.mkdir()
    (home / "stack.json").write_text(text)
    with pytest.raises(ConfigError, match="remove it"):
        state.read_stack()
