"""Whatever is sent, each request is answered exactly once, with what the contract allows, and the server serves on."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from support.client import Client
from support.session import conforms, serve_command

from ctxbudget_protocol.method import COMMON_ERRORS
from ctxbudget_protocol.methods import METHODS as TABLE
from faults.faults_messages import LOST_HEADERS, Message, Source
from faults.faults_nursery import Nursery

MESSAGES_OF_A_SERVER = 2_000
BATCH = 40
"""Messages that are sent without waiting."""
AT_A_TIME = 2
"""Servers."""
LOST_STREAMS = 200
"""Streams that are broken for good, at the long scale."""
ENVELOPE_ERRORS = {"parseError", "invalidRequest", "methodNotFound", "tooManyRequests"}
LSP_ERRORS = {"invalidParams", "contentModified", "requestCancelled", "payloadTooLarge"}


def start(nursery: Nursery, folder: Path) -> Client:
    """A server of its own folder."""
    folder.mkdir(parents=True)
    command = serve_command(folder)
    return Client(
        command, cwd=folder, root=folder, exit_code=None, timeout=120, start=lambda: nursery.start(command, folder)
    )


class Conversation:
    """Messages of a source sent to a server, and the answers held against what they were owed."""

    def __init__(self, client: Client, source: Source) -> None:
        self.client = client
        self.source = source
        self.sent: Counter[str] = Counter()
        self._methods: dict[Any, str] = {}
        self._used_twice = set[Any]()

    def run(self, messages: int) -> None:
        """Send so many messages in batches, and wait for all that each batch is owed."""
        for at in range(0, messages, BATCH):
            self.batch([self.source.next() for _ in range(min(BATCH, messages - at))])
            assert self.client.request("budget/status", {})["sessionId"] == "default"

    def batch(self, messages: list[Message]) -> None:
        """Send messages at once."""
        owed = sum(len(message.ids) + message.orphans for message in messages)
        for message in messages:
            for message_id in message.ids:
                self.client.expect_answer(message_id, message.method)
                if message_id in self._methods:
                    self._used_twice.add(message_id)
                self._methods[message_id] = message.method
            self.sent["valid" if message.valid else "spoilt"] += 1
            self.client.send_raw(message.data)
        orphans = sum(message.orphans for message in messages)
        while owed:
            answer = self.client.next_message(timeout=120)
            assert answer is not None, f"the server ended: {self.client.stderr[-4000:]}"
            if "method" not in answer:
                owed -= 1
                orphans -= answer["id"] is None
                self._judge(answer)
            elif "id" in answer:
                self.client.respond(answer["id"])
        assert orphans == 0

    def _judge(self, answer: dict[str, Any]) -> None:
        if answer["id"] in self._used_twice:  # the second one may well be refused before the first one is answered
            return
        method = self._methods.pop(answer["id"], "")
        if "result" in answer:
            self.sent["answered with a result"] += 1
            self.source.known.learn(answer["result"])
            if method in TABLE:
                conforms(method, answer["result"])
            return
        name = answer["error"]["data"]["name"]
        self.sent[name] += 1
        of_method = {*TABLE[method].errors, *COMMON_ERRORS} if method in TABLE else LSP_ERRORS
        assert name in of_method | ENVELOPE_ERRORS, f"{method}: {answer}"
        assert name != "internalError", f"{method}: {answer}\n{self.client.stderr[-4000:]}"


def test_each_request_is_answered_exactly_once(tmp_path: Path, long_run: bool) -> None:
    messages = 100_000 if long_run else 2_000
    rows = [min(MESSAGES_OF_A_SERVER, messages - at) for at in range(0, messages, MESSAGES_OF_A_SERVER)]

    def converse(number: int, row: int, nursery: Nursery) -> Counter[str]:
        folder = tmp_path / f"server-{number}"
        with start(nursery, folder) as client:
            conversation = Conversation(client, Source(number, folder))
            conversation.run(row)
            client.drop_unread()
            client.shutdown()
            client.notify("exit")
            client.wait()
            client.drop_unread()
            assert "Traceback" not in client.stderr, client.stderr[-8000:]
        return conversation.sent

    began = time.monotonic()
    total: Counter[str] = Counter()
    with Nursery() as nursery, ThreadPoolExecutor(AT_A_TIME) as pool:
        for done in [pool.submit(converse, number, row, nursery) for number, row in enumerate(rows)]:
            total += done.result()
    print(f"{messages:,} messages in {time.monotonic() - began:.0f} s: {dict(total)}")


def test_a_stream_that_is_lost_ends_its_server_in_order(tmp_path: Path, long_run: bool) -> None:
    with Nursery() as nursery:
        for number in range(LOST_STREAMS if long_run else len(LOST_HEADERS)):
            folder = tmp_path / f"server-{number}"
            with start(nursery, folder) as client:
                conversation = Conversation(client, Source(number, folder))
                conversation.batch([conversation.source.next() for _ in range(5)])
                client.send_raw(LOST_HEADERS[number % len(LOST_HEADERS)])
                error = client.orphan_error()
                assert error["data"]["name"] == "parseError"
                assert client.wait() == 1
                client.drop_unread()
                assert "Traceback" not in client.stderr, client.stderr[-8000:]
