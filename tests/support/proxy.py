"""A proxy before a server, which can lose a connection at a chosen point."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from dataclasses import dataclass


@dataclass
class Plan:
    """When a connection breaks: at the first message with these bytes; `passed`: the server still gets it."""

    at: bytes
    passed: bool


class Proxy:
    """Passes bytes between clients and a server on this machine, and counts how often a client waits for an answer."""

    def __init__(self, port: int) -> None:
        self._target = ("127.0.0.1", port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.plan: Plan | None = None
        self.turns = 0
        """How often the server has spoken after a client did: one for each round trip."""
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                try:
                    server = socket.create_connection(self._target)
                except OSError:
                    client.close()
                    continue
                self._open += [client, server]
                for end in (client, server):
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                del end
                asked = threading.Event()
                threading.Thread(target=self._forward, args=(client, server, asked), daemon=True).start()
                threading.Thread(target=self._answer, args=(server, client, asked), daemon=True).start()

    def _forward(self, client: socket.socket, server: socket.socket, asked: threading.Event) -> None:
        with suppress(OSError):
            while data := client.recv(1 << 16):
                plan = self.plan
                if plan is not None and plan.at in data:
                    self.plan = None
                    client.shutdown(socket.SHUT_RDWR)
                    if plan.passed:
                        server.sendall(data)
                        server.settimeout(5)
                        server.recv(1 << 16)
                    break
                asked.set()
                server.sendall(data)
        self._end(client, server)

    def _answer(self, server: socket.socket, client: socket.socket, asked: threading.Event) -> None:
        with suppress(OSError):
            while data := server.recv(1 << 16):
                if asked.is_set():
                    asked.clear()
                    self.turns += 1
                client.sendall(data)
        self._end(client, server)

    @staticmethod
    def _end(*ends: socket.socket) -> None:
        for one in ends:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Accept nothing more, and end what there is."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._end(*self._open)
        for one in self._open:
            one.close()
