"""Settings of services: what a user wrote reaches the service unchanged."""

import socket
import stat
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plaudit.cli.catalog import Service, catalog, select
from plaudit.cli.settings import Plan, is_free, plan_for_stack, to_toml

SCALARS = (
    st.text()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.datetimes()
    | st.dates()
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner)
)


@given(st.dictionaries(st.text(), VALUES))
def test_toml_is_written_as_it_was_read(table: dict[str, object]) -> None:
    assert tomllib.loads(to_toml(table)) == table


def test_a_service_gets_its_settings_in_a_private_file(tmp_path: Path) -> None:
    plan = Plan(Service("mine", "m"), "127.0.0.1:0", {"workers": 2})
    for _ in range(2):  # a restart writes it again
        arguments = plan.arguments(tmp_path)
    assert arguments == ["--listen", "127.0.0.1:0", "--config", str(tmp_path / "mine.toml")]
    path = tmp_path / "mine.toml"
    assert tomllib.loads(path.read_text()) == {"workers": 2, "exit_with_parent": True}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_port_that_is_taken_is_replaced_unless_it_was_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        service = Service("mine", "m", port=port)
        assert not is_free(port)
        assert plan_for_stack(service, {}).listen == "127.0.0.1:0"
        asked = plan_for_stack(service, {"listen": f"127.0.0.1:{port}"})
        assert asked.listen == f"127.0.0.1:{port}"
    assert plan_for_stack(service, {}).listen == f"127.0.0.1:{port}"
    monkeypatch.setenv("PLAUDIT_MINE_LISTEN", "127.0.0.1:0")
    assert plan_for_stack(service, {"listen": "127.0.0.1:9"}).listen == "127.0.0.1:0"


def test_a_catalog_of_the_user_adds_and_replaces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "catalog.toml"
    path.write_text('[services.mine]\nmodule = "a.b"\nport = 7\n[services.math]\nmodule = "c"\n')
    monkeypatch.setenv("PLAUDIT_CATALOG", str(path))
    assert list(catalog()) == ["math", "mine"]
    assert [service.module for service in select(["mine", "math", "mine"])] == ["a.b", "c"]
    assert [service.name for service in select(None)] == ["math", "mine"]
