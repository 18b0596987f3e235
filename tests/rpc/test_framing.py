"""Frames out of bytes, however they are cut."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxbudget_server.rpc.framing import (
    ABSURD_LENGTH,
    EDGE_BYTES,
    MAX_HEADER_BYTES,
    FrameParser,
    FramingError,
    Oversize,
    request_id_from_edges,
)

HEADERS = [
    b"Content-Length: %d\r\n\r\n",
    b"content-length: %d\r\n\r\n",
    b"CONTENT-LENGTH:%d\r\n\r\n",
    b"cOnTeNt-LeNgTh :  %d  \r\n\r\n",
    b"Content-Length: %d\n\n",
    b"Content-Length: %d\n\r\n",
    b"Content-Length: 000000000000000000000%d\r\n\r\n",
    b"Content-Type: application/vscode-jsonrpc; charset=utf-8\r\nContent-Length: %d\r\n\r\n",
    b"Content-Length: %d\r\nContent-Type: application/vscode-jsonrpc; charset=utf8\r\n\r\n",
    b"Content-Length: %d\r\nX-Unknown: \xff\r\nno colon\r\n\r\n",
    b"\r\n\n\r\nContent-Length: %d\r\n\r\n",
]
BAD_HEADERS = [
    b"Content-Length: -5\r\n\r\n",
    b"Content-Length: +5\r\n\r\n",
    b"Content-Length: 5.0\r\n\r\n",
    b"Content-Length: 0x5\r\n\r\n",
    b"Content-Length: 1_0\r\n\r\n",
    b"Content-Length: abc\r\n\r\n",
    b"Content-Length: \r\n\r\n",
    b"Content-Length: \xd9\xa3\r\n\r\n",
    b"Content-Length\r\n\r\n",
    b"Content-Type: text/plain\r\n\r\n",
    b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n",
    b"Content-Length: %d\r\n\r\n" % (ABSURD_LENGTH + 1),
    b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n",
    b"{}Content-Length: 5\r\n\r\n",
    b"X" * (MAX_HEADER_BYTES + 1),
    b"X: y\r\n" * MAX_HEADER_BYTES,
]


def parse(*chunks: bytes, limit: int = 1000) -> list[bytes | Oversize]:
    parser = FrameParser(limit)
    return [f if isinstance(f, Oversize) else bytes(f) for chunk in chunks for f in parser.feed(chunk)]


@pytest.mark.parametrize("header", HEADERS)
def test_lenient_headers(header: bytes) -> None:
    stream = header % 7 + b'{"a":1}' + header % 2 + b"[]"
    assert parse(stream) == [b'{"a":1}', b"[]"]
    assert parse(*(stream[i : i + 1] for i in range(len(stream)))) == [b'{"a":1}', b"[]"]
    for cut in range(len(stream) + 1):
        assert parse(stream[:cut], stream[cut:]) == [b'{"a":1}', b"[]"]


@pytest.mark.parametrize("header", BAD_HEADERS)
def test_bad_headers_lose_the_stream(header: bytes) -> None:
    with pytest.raises(FramingError):
        parse(header)
    with pytest.raises(FramingError):
        parse(*(header[i : i + 1] for i in range(len(header))))


def test_a_length_twice_the_same_is_one() -> None:
    assert parse(b"Content-Length: 2\r\ncontent-length: 02\r\n\r\n{}") == [b"{}"]


def test_empty_body() -> None:
    assert parse(b"Content-Length: 0\r\n\r\nContent-Length: 00\r\n\r\n") == [b"", b""]


def test_the_limit_itself_fits() -> None:
    assert parse(b"Content-Length: 4\r\n\r\n1234", limit=4) == [b"1234"]


def test_oversize_is_told_with_its_edges_when_its_body_is_skipped() -> None:
    parser = FrameParser(4)
    assert list(parser.feed(b"Content-Length: 100000\r\n\r\nhead")) == []
    for _ in range(99):
        assert list(parser.feed(b"x" * 1000)) == []
    (told,) = parser.feed(b"y" * 992 + b"tail")
    assert isinstance(told, Oversize)
    assert (told.size, told.head[:5], told.tail[-5:]) == (100000, b"headx", b"ytail")
    assert len(told.head) == len(told.tail) == EDGE_BYTES
    assert list(parser.feed(b"Content-Length: 2\r\n\r\n{}")) == [b"{}"]


@pytest.mark.parametrize(
    ("sent", "cut_off"),
    [
        (b"", False),
        (b"\r\n", False),
        (b"Content-Length: 2\r\n\r\n{}\n", False),
        (b"Content-Length: 2\r\n\r\n{", True),
        (b"Content-Length: 2\r\n\r\n", True),
        (b"Content-Length: 2\r\n", True),
        (b"Conte", True),
        (b"Content-Length: 9000\r\n\r\n{", True),
    ],
)
def test_end_of_the_stream(sent: bytes, cut_off: bool) -> None:
    parser = FrameParser(1000)
    list(parser.feed(sent))
    if cut_off:
        with pytest.raises(FramingError):
            parser.end()
    else:
        parser.end()


@given(
    bodies=st.lists(st.tuples(st.sampled_from(HEADERS), st.binary(max_size=60)), max_size=8),
    cuts=st.lists(st.integers(min_value=0, max_value=900), max_size=12),
)
@settings(max_examples=200, deadline=None)
def test_any_bodies_any_cuts(bodies: list[tuple[bytes, bytes]], cuts: list[int]) -> None:
    stream = b"".join(header % len(body) + body for header, body in bodies)
    edges = [0, *sorted(cut for cut in cuts if cut < len(stream)), len(stream)]
    chunks = [stream[a:b] for a, b in pairwise(edges)]
    expected = [body if len(body) <= 50 else Oversize(len(body)) for _, body in bodies]
    assert parse(*chunks, limit=50) == expected


@given(st.lists(st.binary(max_size=200), max_size=10))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_frames_or_a_framing_error(chunks: list[bytes]) -> None:
    parser = FrameParser(100)
    try:
        for chunk in chunks:
            for found in parser.feed(chunk):
                assert isinstance(found, Oversize) or len(found) <= 100
        parser.end()
    except FramingError:
        pass


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b'{"jsonrpc":"2.0","id":7,"method":"m","params":{"texts":["' + b"a" * 9000 + b'"]}}', 7),
        (b'{"params":{"id":3,"texts":["' + b"a" * 9000 + b'"]},"method":"m","id":"x-1","jsonrpc":"2.0"}', "x-1"),
        (b'{"params":{"texts":["' + b"a" * 9000 + b'"],"id":3}}', None),
        (b'{"params":[{"id":3},"' + b"a" * 9000 + b'"], "id": 12 }\n', 12),
        (b"[" + b"1," * 9000 + b"1]", None),
    ],
)
def test_the_id_of_an_oversize_request_is_found_at_its_edges(body: bytes, found: object) -> None:
    assert request_id_from_edges(body[:EDGE_BYTES], body[-EDGE_BYTES:]) == found
