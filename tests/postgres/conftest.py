"""A server for all these tests, and a schema of its own for each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.postgres import QUICK, Cluster, new_schema, programs

from postgres.account import Account


def started(*settings: str) -> Cluster:
    """A running server. Where PostgreSQL is not installed, the test is skipped."""
    if programs() is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    return Cluster(settings)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A server that no test interrupts."""
    running = started(*QUICK)
    yield running
    running.close()


@pytest.fixture
def durable() -> Iterator[Cluster]:
    """A server of the test's own, which keeps what it has acknowledged through a crash."""
    running = started()
    yield running
    running.close()


@pytest.fixture
def url(cluster: Cluster) -> str:
    """Where a store of the test's own will be."""
    return cluster.url(new_schema())


@pytest.fixture
def account(tmp_path: Path, url: str) -> Iterator[Account]:
    """The service of one machine."""
    made = Account(tmp_path, url)
    yield made
    made.service.close()
