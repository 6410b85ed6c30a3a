"""`plaudit up`, `status` and `down` with real services."""

import json
import os
import signal
import subprocess
from pathlib import Path

import psutil
import pytest

from plaudit import RewardClient, Sample
from tests.support.command import CommandLine, eventually


def gone(*pids: int) -> bool:
    return not any(
        psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
        for pid in pids
    )


def test_detached_stack_from_start_to_end(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    up = cli.run("up", "--detach", "--only", "math")
    assert up.returncode == 0, up.stderr
    status = cli.status()
    (service,) = status["services"].values()
    assert (status["running"], service["health"]) == (True, "SERVING")
    assert service["address"] in up.stdout
    assert "SERVING" in up.stdout
    assert "\x1b" not in up.stdout  # no terminal, no colours
    daemon = psutil.Process(status["pid"])
    assert os.getsid(daemon.pid) == daemon.pid
    assert daemon.terminal() is None

    monkeypatch.setenv("PLAUDIT_STATE_DIR", cli.env["PLAUDIT_STATE_DIR"])
    with RewardClient.local() as client:
        assert client.score([Sample.math(response="1", gold="1")]).values() == [1.0]

    again = cli.run("up", "--only", "math")
    assert again.returncode == 2
    assert again.stderr.count("\n") == 1
    assert "already running (plaudit status shows it, plaudit down ends it)" in again.stderr
    assert cli.status()["pid"] == status["pid"]

    assert cli.run("status").returncode == 0
    assert cli.run("down").returncode == 0
    assert gone(status["pid"], service["pid"])
    assert cli.run("status").returncode == 1
    assert cli.run("down").returncode == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_drains_the_stack(cli: CommandLine, number: signal.Signals) -> None:
    with cli.running("up", "--only", "math") as up:
        eventually(lambda: bool(cli.status()["services"]))
        (service,) = cli.status()["services"].values()
        up.send_signal(number)
        out, err = up.communicate(timeout=30)
    assert up.returncode == 0, err
    assert service["address"] in out
    assert "draining" in err
    assert gone(service["pid"])
    assert cli.status() == {"running": False, "pid": None, "services": {}}


def test_a_second_signal_kills(cli: CommandLine) -> None:
    cli.env["PLAUDIT_NOOP_DRAIN_NOTICE_SECONDS"] = "600"
    with cli.running("up", "--only", "math") as up:
        eventually(lambda: bool(cli.status()["services"]))
        (service,) = cli.status()["services"].values()
        up.send_signal(signal.SIGINT)
        assert up.stderr is not None
        assert any("draining" in line for line in iter(up.stderr.readline, ""))
        up.send_signal(signal.SIGINT)
        assert up.wait(20) == 130
    assert gone(service["pid"])


def test_a_service_that_dies_is_started_again_at_its_address(cli: CommandLine) -> None:
    assert cli.run("up", "--detach", "--only", "math").returncode == 0
    before = cli.status()["services"]["math"]
    os.kill(before["pid"], signal.SIGKILL)

    def restarted() -> bool:
        service = cli.status()["services"]["math"]
        return service["pid"] != before["pid"] and service["health"] == "SERVING"

    eventually(restarted)
    assert cli.status()["services"]["math"]["address"] == before["address"]
    log = (Path(cli.env["PLAUDIT_STATE_DIR"]) / "logs" / "stack.log").read_text()
    assert "math ended by itself; starting it again in 0.5 s" in log
    assert "math is ready again" in log


def test_what_a_killed_stack_leaves_is_recognised(cli: CommandLine) -> None:
    assert cli.run("up", "--detach", "--only", "math").returncode == 0
    status = cli.status()
    os.kill(status["pid"], signal.SIGKILL)
    eventually(lambda: gone(status["pid"], status["services"]["math"]["pid"]))
    # Even where the number of the dead owner is that of a living process by now.
    path = Path(cli.env["PLAUDIT_STATE_DIR"]) / "stack.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"pid": os.getpid()}))
    assert cli.status() == {"running": False, "pid": None, "services": {}}
    assert cli.run("down").returncode == 0
    assert not path.exists()
    assert cli.run("up", "--detach", "--only", "math").returncode == 0


@pytest.mark.parametrize("detach", [(), ("--detach",)])
def test_a_service_that_does_not_start_is_told_with_its_log(
    cli: CommandLine, detach: tuple[str, ...]
) -> None:
    up = cli.run("up", "--only", "math,code", *detach)
    assert up.returncode == 2
    assert "plaudit: error: code did not start: it ended before it was ready" in up.stderr
    assert "No module named bench.absent" in up.stderr
    assert not cli.status()["running"]


def test_a_service_that_hangs_at_its_start_is_killed(cli: CommandLine) -> None:
    up = cli.run("up", "--only", "outcome")
    assert up.returncode == 2
    assert "outcome did not start: it was not ready within 0.3 s" in up.stderr


def test_a_signal_ends_a_stack_that_is_starting(cli: CommandLine) -> None:
    with cli.running("up", "--only", "judge,math") as up:
        eventually(lambda: len(psutil.Process(up.pid).children()) == 2)
        services = [child.pid for child in psutil.Process(up.pid).children()]
        assert cli.run("status").stdout == "the stack is not ready\n"
        up.send_signal(signal.SIGINT)
        assert up.wait(20) == 0
    assert gone(*services)


def test_settings_reach_the_service(cli: CommandLine, tmp_path: Path) -> None:
    config = tmp_path / "stack.toml"
    config.write_text("[math]\nmax_batch_samples = 7\n")
    up = cli.run("up", "--detach", "--only", "math", "--config", str(config))
    assert up.returncode == 0, up.stderr
    address = cli.status()["services"]["math"]["address"]
    info = cli.run("info", "math", "--target", address)
    assert json.loads(info.stdout)["limits"]["max_batch_samples"] == 7

    assert cli.run("down").returncode == 0
    config.write_text("[math]\nmax_batch_sample = 7\n")
    up = cli.run("up", "--detach", "--only", "math", "--config", str(config))
    assert up.returncode == 2
    assert "there is no setting 'max_batch_sample'" in up.stderr


def test_the_stack_does_not_outlive_a_closed_terminal(cli: CommandLine) -> None:
    """The starter of a detached stack may end at once; a pipe from it gets its end."""
    done = subprocess.run(
        f"{' '.join(cli.command)} up --detach --only math | cat",
        shell=True, env=cli.env, cwd=cli.folder, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert "SERVING" in done.stdout
    assert cli.run("status").returncode == 0
