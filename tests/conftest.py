"""A real server for each module, and a session of its own for each test."""

from __future__ import annotations

import os
import runpy
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from support.client import Client
from support.session import Session, serve_command

os.environ["XDG_CONFIG_HOME"] = str(Path(tempfile.gettempdir(), "ctxbudget-tests-without-settings"))
"""Nobody's own settings count in tests."""
os.environ.pop("CTXBUDGET_CONFIG", None)

settings.register_profile("suite", deadline=None, derandomize=True)
settings.load_profile("suite")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--store-engine=postgres` runs tests that name a store by its path against PostgreSQL."""
    parser.addoption("--store-engine", choices=("sqlite", "postgres"), default="sqlite", help="where stores are kept")


@pytest.fixture(scope="session", autouse=True)
def store_engine(request: pytest.FixtureRequest) -> Iterator[str]:
    """The engine of the stores that tests name by a path."""
    engine: str = request.config.getoption("--store-engine")
    if engine == "sqlite":
        yield engine
        return
    from support.postgres import Cluster

    redirecting = Path(__file__).parent / "support" / "in_postgres"
    cluster = Cluster()
    os.environ["CTXBUDGET_TEST_CLUSTER"] = cluster.url()
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(redirecting), os.environ.get("PYTHONPATH"))))
    runpy.run_path(str(redirecting / "sitecustomize.py"))
    try:
        yield engine
        assert cluster.schemas(), "no store of these tests was in PostgreSQL"
    finally:
        cluster.close()


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the module's server works in."""
    return tmp_path_factory.mktemp("workspace")


@pytest.fixture(scope="module")
def client(workspace: Path) -> Iterator[Client]:
    """A running server. It publishes what it finds in open documents when it gets to it, perhaps at the end."""
    unasked = {"textDocument/publishDiagnostics"}
    with Client(serve_command(workspace), cwd=workspace, root=workspace, ignore=unasked) as client:
        yield client


@pytest.fixture
def session(client: Client, request: pytest.FixtureRequest) -> Session:
    """A session of the test's own, opened with the defaults."""
    name = "".join(c if c.isalnum() else "-" for c in request.node.nodeid)[-100:]
    opened = Session(client, name)
    opened.open()
    return opened
