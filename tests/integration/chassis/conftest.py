"""One scripted service for the tests that leave it as it was."""

from collections.abc import Iterator

import pytest

from tests.support.launch import SCRIPTED, Service, launched


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with launched(SCRIPTED, "--metrics-listen", "127.0.0.1:0") as running:
        yield running
