"""The session that CTXBUDGET_SESSION names, in the typed methods of both clients."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from support.session import serve_command

from ctxbudget_client import AsyncClient, Client, ServerError

ITEMS: list[Any] = [{"layer": "phase", "tokens": 5}]


def refused(error: pytest.ExceptionInfo[ServerError]) -> str:
    return error.value.name


def test_the_first_write_creates_the_session_that_the_environment_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CTXBUDGET_SESSION", "run-1")
    with Client.spawn(serve_command(tmp_path), cwd=tmp_path, root=tmp_path) as client:
        for read in (client.budget.status, client.session.close, client.session.delete):
            with pytest.raises(ServerError) as error:
                read()
            assert refused(error) == "unknownSession"
        assert client.tokens.count(texts=["a"]).total == 1
        assert client.context.add(items=ITEMS).session_id == "run-1"
        assert client.with_timeout(60).context.add(items=ITEMS).status.retained == 10
        assert client.context.add(items=ITEMS, session_id="default").session_id == "default"
        with pytest.raises(ServerError) as error:
            client.for_session("other").context.add(items=ITEMS)
        assert refused(error) == "unknownSession", "a session that the program names is opened by it"
        assert [one.session_id for one in client.session.list().sessions] == ["run-1", "default"]
        assert client.request("budget/status")["sessionId"] == "default", "JSON is sent as it is"


def test_asyncio_likewise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CTXBUDGET_SESSION", "run-1")

    async def work() -> None:
        async with await AsyncClient.spawn(serve_command(tmp_path), cwd=tmp_path, root=tmp_path) as client:
            with pytest.raises(ServerError):
                await client.budget.status()
            assert (await client.context.add(items=ITEMS)).session_id == "run-1"
            assert (await client.with_timeout(60).budget.status()).retained == 5
            assert (await client.tokens.count(texts=["a"])).total == 1

    asyncio.run(work())


def test_without_the_variable_it_is_the_default_session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CTXBUDGET_SESSION", "")
    with Client.spawn(serve_command(tmp_path), cwd=tmp_path, root=tmp_path) as client:
        assert client.budget.status().retained == 0
        assert client.context.add(items=ITEMS).session_id == "default"
