"""Servers for the tests of the wire: the real one, with a backend that misbehaves on demand."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.client import Client

FAKE_SERVER = [sys.executable, str(Path(__file__).with_name("fake_server.py"))]
THREADS = {"CTXBUDGET_FORCE_THREAD_READER": "1"}

Start = Callable[..., Client]


@pytest.fixture(scope="module", params=["polled", "threads"])
def shared(request: pytest.FixtureRequest) -> Iterator[Client]:
    """A server that many tests share, once on either transport; judged when the last of them is done."""
    with Client(FAKE_SERVER, env=THREADS if request.param == "threads" else {}) as client:
        yield client


@pytest.fixture(scope="module")
def server() -> Iterator[Client]:
    """A server that the tests of one module share, on the usual transport."""
    with Client(FAKE_SERVER) as client:
        yield client


@pytest.fixture(params=["polled", "threads"])
def transport(request: pytest.FixtureRequest) -> dict[str, str]:
    """The environment that chooses a transport."""
    return THREADS if request.param == "threads" else {}


@pytest.fixture
def start() -> Start:
    """Starts a server of the test's own."""

    def start_client(**options: object) -> Client:
        return Client(FAKE_SERVER, **options)  # type: ignore[arg-type]

    return start_client
