"""Frames: what is written, and what is refused when reading."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest

from ctxbudget_client import FramingError
from ctxbudget_client.framing import encode, read_message


def test_a_frame_can_be_read_back():
    message = {"jsonrpc": "2.0", "method": "x", "params": {"text": "tide ≈ 3 m \ud800"}}
    stream = io.BytesIO(encode(message) * 2)
    assert read_message(stream) == message
    assert read_message(stream) == message
    assert read_message(stream) is None


@pytest.mark.parametrize(
    "header",
    [
        b"content-length: 2\r\n\r\n",
        b"Content-Length:2\r\nContent-Type: application/vscode-jsonrpc; charset=utf-8\r\n\r\n",
        b"Content-Type: x\r\nContent-Length: 2\r\n\r\n",
        b"Content-Length: 2\n\n",
    ],
)
def test_headers_that_are_right(header):
    assert read_message(io.BytesIO(header + b"{}")) == {}


@pytest.mark.parametrize(
    "data",
    [
        b"hello\r\n",
        b"Content-Length: two\r\n\r\n{}",
        b"Content-Length: -2\r\n\r\n{}",
        b"Content-Length: 2\r\n",
        b"Content-Length: 2",
        b"Content-Length: 3\r\n\r\n{}",
        b"Content-Length: 2\r\n\r\n[]",
        b"Content-Length: 2\r\n\r\n{x",
        b"\r\n\r\n",
        b"x" * 10_000,
        b"Content-Length: 2\r\n" + b"X-Long: y\r\n" * 2000,
        b"Content-Length: 200000\r\n\r\n" + b"[" * 200_000,
    ],
)
def test_what_is_no_message(data):
    with pytest.raises(FramingError):
        read_message(io.BytesIO(data))


def test_the_client_needs_nothing_but_the_standard_library_and_the_protocols_records():
    script = "import ctxbudget_client, sys; print({n.partition('.')[0] for n in sys.modules} - sys.stdlib_module_names)"
    shown = subprocess.run([sys.executable, "-I", "-c", script], capture_output=True, text=True, check=True).stdout
    foreign = {name for name in eval(shown) if not name.startswith(("_", "ctxbudget_client"))}
    assert not foreign & {"pydantic", "pygls", "lsprotocol", "ctxbudget_server", "tiktoken"}
