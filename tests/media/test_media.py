"""Bytes among texts: every place of every provider, and the cost by its rule."""

from __future__ import annotations

import base64
import json
import random
import struct
import zlib
from typing import Any

import pytest

from ctxbudget_server.media import MEDIUM_TOKENS, rules_of, without_bytes
from ctxbudget_server.media.pixels import size_of
from ctxbudget_server.media.seconds import seconds_of

NOISE = base64.b64encode(random.Random(11).randbytes(30_000)).decode()
"""Of no format at all."""


def png(width: int, height: int) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + head + struct.pack(">I", zlib.crc32(b"IHDR" + head))


def jpeg(width: int, height: int, before: int = 0) -> bytes:
    segment = b"\xff\xe1" + struct.pack(">H", 60_000) + b"x" * 59_998
    return b"\xff\xd8" + segment * before + b"\xff\xc2" + struct.pack(">HBHHB", 17, 8, height, width, 3) + b"\0" * 12


def gif(width: int, height: int) -> bytes:
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\0" * 20


def webp(kind: bytes, body: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", 40) + b"WEBP" + kind + struct.pack("<I", len(body)) + body


def wav(seconds: int) -> bytes:
    fmt = struct.pack("<HHIIHH", 1, 1, 8000, 16_000, 2, 16)
    data = b"\0" * 16_000 * seconds
    chunks = b"fmt " + struct.pack("<I", len(fmt)) + fmt + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def mp4(seconds: int) -> bytes:
    head = struct.pack(">I", 16) + b"ftypisom\0\0\0\0"
    return head + struct.pack(">I", 108) + b"mvhd" + struct.pack(">IIIII", 0, 0, 0, 600, 600 * seconds) + b"\0" * 80


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def uri(data: bytes | str, mime: str) -> str:
    return f"data:{mime};base64,{data if isinstance(data, str) else encoded(data)}"


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (png(640, 480), (640, 480)),
        (jpeg(800, 600), (800, 600)),
        (jpeg(800, 600, before=2), (800, 600)),
        (gif(20, 30), (20, 30)),
        (webp(b"VP8 ", b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", 550, 368)), (550, 368)),
        (webp(b"VP8L", b"\x2f" + struct.pack("<I", 99 | 49 << 14)), (100, 50)),
        (webp(b"VP8X", b"\0\0\0\0" + (1023).to_bytes(3, "little") + (511).to_bytes(3, "little")), (1024, 512)),
        (b"\x89PNG\r\n\x1a\n", None),
        (png(0, 10), None),
        (b"\xff\xd8\xff", None),
        (b"", None),
    ],
)
def test_sizes_of_pictures(data: bytes, size: tuple[int, int] | None) -> None:
    assert size_of(data) == size


@pytest.mark.parametrize(
    ("data", "seconds"),
    [
        (wav(3), 3),
        (mp4(7), 7),
        (b"\xff\xfb\x90\x00" + b"\0" * 31_996, 2),  # 128 kbit a second
        (b"ID3\4\0\0\0\0\0\x0a" + b"\0" * 10 + b"\xff\xfb\x90\x00" + b"\0" * 15_996, 1),
        (b"OggS\0\0" + struct.pack("<q", 0) + b"OpusHead" + b"OggS\0\0" + struct.pack("<q", 96_000), 2),
        (b"fLaC\0\0\0\x22" + b"\0" * 10 + (8000 << 44 | 16_000).to_bytes(8, "big"), 2),
        (b"RIFF\0\0\0\0WAVEdata\0\0\0\0", None),
        (b"fLaC", None),
        (b"", None),
    ],
)
def test_lengths_of_sounds_and_films(data: bytes, seconds: int | None) -> None:
    assert seconds_of(data) == seconds


@pytest.mark.parametrize(
    ("provider", "model", "size", "tokens"),
    [
        ("anthropic", None, (280, 280), 100),
        ("anthropic", None, (1920, 1080), 1568),
        ("anthropic", "claude-opus-4-7", (1920, 1080), 69 * 39),
        ("anthropic", "claude-sonnet-4-5", (4000, 100), 56 * 2),
        ("openai", None, (512, 512), 255),
        ("openai", None, (1024, 1024), 765),
        ("openai", None, (4096, 2048), 1105),
        ("gemini", None, (300, 300), 258),
        ("gemini", None, (800, 700), 516),
    ],
)
def test_a_picture_costs_what_its_provider_documents(
    provider: str, model: str | None, size: tuple[int, int], tokens: int
) -> None:
    block = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": encoded(png(*size))}}
    found = without_bytes(block, rules_of(provider, model))
    assert (found.tokens, found.media, found.is_estimated) == (tokens, 1, True)


def test_low_detail_costs_the_least() -> None:
    picture = uri(png(2000, 2000), "image/png")
    blocks = [
        {"type": "image_url", "image_url": {"url": picture, "detail": "low"}},
        {"type": "input_image", "detail": "low", "image_url": picture},
        {"type": "image_url", "image_url": {"url": picture}},
    ]
    assert [without_bytes(block, rules_of("openai")).tokens for block in blocks] == [85, 85, 765]


CARRIERS: dict[str, Any] = {
    "image": {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": NOISE}},
    "document": {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": NOISE}},
    "picture in a document": {
        "type": "document",
        "source": {
            "type": "content",
            "content": [{"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": NOISE}}],
        },
    },
    "picture in a result": {
        "type": "tool_result",
        "content": [{"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": NOISE}}],
    },
    "fetched page": {
        "type": "web_fetch_tool_result",
        "content": {
            "type": "web_fetch_result",
            "content": {
                "type": "document",
                "source": {"type": "base64", "media_type": "application/pdf", "data": NOISE},
            },
        },
    },
    "image_url": {"type": "image_url", "image_url": {"url": uri(NOISE, "image/png")}},
    "video_url": {"type": "video_url", "video_url": {"url": uri(NOISE, "video/mp4")}},
    "input_image": {"type": "input_image", "image_url": uri(NOISE, "image/webp")},
    "file": {"type": "file", "file": {"filename": "a.pdf", "file_data": uri(NOISE, "application/pdf")}},
    "file of plain base64": {"type": "input_file", "filename": "a.pdf", "file_data": NOISE},
    "input_audio": {"type": "input_audio", "input_audio": {"data": NOISE, "format": "wav"}},
    "spoken answer": {"role": "assistant", "audio": {"id": "a", "data": NOISE, "transcript": "Yes."}},
    "pictures of an answer": {
        "role": "assistant",
        "images": [{"type": "image_url", "image_url": {"url": uri(NOISE, "image/png")}}],
    },
    "screenshot": {"type": "computer_screenshot", "image_url": uri(NOISE, "image/png")},
    "generated picture": {"type": "image_generation_call", "id": "ig", "result": NOISE},
    "code interpreter": {
        "type": "code_interpreter_call",
        "outputs": [{"type": "image", "url": uri(NOISE, "image/png")}],
    },
    "inlineData": {"inlineData": {"mimeType": "audio/wav", "data": NOISE}},
    "inline_data": {"inline_data": {"mime_type": "video/mp4", "data": NOISE}},
    "bytes": {"image": {"format": "png", "source": {"bytes": NOISE}}},
    "tool's audio": {"type": "audio", "data": NOISE, "mimeType": "audio/wav"},
    "tool's file": {"type": "resource", "resource": {"uri": "file:///a.bin", "mimeType": "x/y", "blob": NOISE}},
    "notebook": {"output_type": "display_data", "data": {"image/png": NOISE, "text/plain": "<Figure>"}},
    "plain list": {"role": "user", "images": [NOISE]},
    "unknown place": {"type": "hologram", "rendering": {"layers": [{"pixels": NOISE}]}},
    "unknown data URI": {"type": "hologram", "rendering": uri(NOISE, "model/gltf")},
}


@pytest.mark.parametrize("name", CARRIERS)
def test_no_base64_is_left_in_any_place(name: str) -> None:
    for provider in ("anthropic", "openai", "gemini"):
        found = without_bytes(CARRIERS[name], rules_of(provider))
        assert NOISE[:200] not in json.dumps(found.bare)
        assert 0 < found.tokens <= 3_000
        assert found.media == 1


def test_bytes_that_javascript_wrote_as_json_are_bytes() -> None:
    """A typed array becomes an object of numbers, a Buffer names itself, and other hosts write a list."""
    data = png(280, 280) + bytes(100)
    forms: list[Any] = [dict(zip(map(str, range(len(data))), data, strict=True)), {"type": "Buffer", "data": [*data]}]
    for octets in (*forms, [*data]):
        for block in ({"type": "image", "image": octets}, {"image": {"format": "png", "source": {"bytes": octets}}}):
            found = without_bytes(block, rules_of("anthropic"))
            assert (found.tokens, found.media, found.is_estimated) == (100, 1, True)
            assert "137" not in json.dumps(found.bare)
    for numbers in ([1, 2, 300] * 40, {str(n): "word" for n in range(100)}, {"type": "Buffer", "data": ["x"] * 100}):
        value = {"type": "new", "data": numbers}
        assert without_bytes(value, rules_of("anthropic")).bare is value


def test_what_stands_beside_bytes_stays() -> None:
    found = without_bytes(CARRIERS["spoken answer"], rules_of("openai"))
    assert found.bare["audio"] == {"id": "a", "data": "", "transcript": "Yes."}


@pytest.mark.parametrize(
    "value",
    [
        {"type": "text", "text": uri(NOISE, "image/png")},
        {"type": "text", "text": NOISE},
        {"type": "tool_result", "content": NOISE},
        {"type": "tool_use", "name": "Write", "input": {"type": "image", "data": NOISE}},
        {"type": "function_call", "arguments": json.dumps({"data": NOISE})},
        {"type": "function_call_output", "output": uri(NOISE, "image/png")},
        {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "word " * 900}},
        {"type": "new", "path": "a/b/" * 400, "hash": "0123456789abcdef" * 4, "data": "x" * 4_000},
    ],
)
def test_what_a_model_reads_as_text_is_text(value: dict[str, Any]) -> None:
    found = without_bytes(value, rules_of("anthropic"))
    assert found.bare is value
    assert (found.tokens, found.is_estimated) == (0, False)


@pytest.mark.parametrize(
    "block",
    [
        {"type": "image", "source": {"type": "url", "url": "https://example.org/a.png"}},
        {"type": "document", "source": {"type": "file", "file_id": "file_1"}},
        {"type": "input_file", "file_id": "file-1"},
        {"type": "computer_screenshot", "file_id": "file-1"},
    ],
)
def test_what_stands_elsewhere_costs_a_bound(block: dict[str, Any]) -> None:
    found = without_bytes(block, rules_of("openai"))
    assert (found.bare, found.tokens, found.is_estimated) == (block, MEDIUM_TOKENS, True)


def test_documents_cost_by_their_pages() -> None:
    def tokens(data: bytes, provider: str = "anthropic") -> int:
        return without_bytes({"type": "input_file", "file_data": encoded(data)}, rules_of(provider)).tokens

    assert tokens(b"%PDF-1.7 " + b"<< /Type /Page >> " * 3) == 3 * MEDIUM_TOKENS
    assert tokens(b"%PDF-1.7 << /Type /Pages /Kids [] /Count 12 >>") == 12 * MEDIUM_TOKENS
    assert tokens(b"%PDF-1.7 << /Count 4 /Type /Pages >>", "gemini") == 4 * 258
    assert tokens(b"%PDF-1.7 " + b"\x80" * 200_000) == 3 * MEDIUM_TOKENS, "compressed: a page for 75,000 bytes"


def test_texts_as_files_cost_what_their_text_does() -> None:
    block = {"type": "file", "file": {"filename": "a.csv", "file_data": encoded(b"a,b,c\n" * 600)}}
    assert without_bytes(block, rules_of("openai")).tokens == 900


def test_sounds_cost_by_their_length() -> None:
    block = {"type": "audio", "mimeType": "audio/wav", "data": encoded(wav(5))}
    assert [without_bytes(block, rules_of(name)).tokens for name in ("gemini", "openai")] == [160, 50]


def test_what_only_the_provider_reads_costs_less_than_its_letters() -> None:
    secret = encoded(bytes(range(256)) * 6)
    found = without_bytes({"type": "reasoning", "encrypted_content": secret}, rules_of("openai"))
    assert (found.tokens, found.media, found.bare["encrypted_content"]) == (384, 0, "")
    signed = without_bytes({"type": "thinking", "thinking": "So.", "signature": secret}, rules_of("anthropic"))
    assert (signed.tokens, signed.bare) == (0, {"type": "thinking", "thinking": "So.", "signature": ""})
    hidden = without_bytes({"type": "redacted_thinking", "data": secret}, rules_of("anthropic"))
    assert hidden.tokens == 384


def test_no_value_is_too_deep_or_too_odd() -> None:
    value: Any = {"type": "image", "data": "\ud800" * 600}
    for _ in range(300):
        value = {"content": [value], "image_url": None, "data": 7, "blob": ["\0" * 600]}
    assert without_bytes(value, rules_of("openai")).bare == value
