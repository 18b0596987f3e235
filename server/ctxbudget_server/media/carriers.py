"""Where messages and tools' responses contain bytes.

- Anthropic: `source.data` of images and documents, also inside of results, documents and fetched pages.
- OpenAI: `image_url`, `input_image`, `file`, `input_file`, `input_audio`, screenshots of a computer, pictures that were
  generated or come from a code interpreter, the model's own sound; and of servers that take its shape: `video_url`,
  `audio_url`, `images` of an answer.
- Gemini: `inlineData`, `inline_data`, `fileData`. Bedrock: `bytes`, `s3Location`. The Vercel AI SDK: `image`, `data`
  and `url` beside a `mediaType`. MCP: `image`, `audio`, and the `blob` of an embedded resource.
- Hosts: `base64` of a file, `image_data` and MIME types as names in notebooks' outputs.
- Data URIs, and long base64 under any other name that is not a text's.
- JavaScript's bytes as JSON writes them: `{"type": "Buffer", "data": [137, …]}`, `{"0": 137, "1": 80, …}`; and lists of
  bytes under a name for such.

A data URI or base64 within a text is read by the model as it stands: there it is text.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from ctxbudget_protocol.values import NamedTuple
from ctxbudget_server.media.costs import MEDIUM_TOKENS, TEXT_BYTES, Kind, Rules, cost

_KINDS: Final[dict[str, Kind]] = {
    **dict.fromkeys(("image", "image_url", "input_image", "computer_screenshot", "image_generation_call"), "image"),
    **dict.fromkeys(("document", "input_file", "file", "pdf"), "document"),
    **dict.fromkeys(("audio", "input_audio", "audio_url"), "audio"),
    **dict.fromkeys(("video", "video_url", "input_video"), "video"),
}
"""Kinds of what blocks of these types hold."""
_MIMES: Final = ("media_type", "mimeType", "mime_type", "mediaType", "format", "type", "filename")
"""Members that say what kind of bytes are beside them."""
_NAMED: Final[dict[str, Kind]] = {
    **dict.fromkeys(("image", "images", "image_data", "image_url", "screenshot", "thumbnail", "b64_json"), "image"),
    **{"audio": "audio", "input_audio": "audio", "audio_url": "audio", "video": "video", "video_url": "video"},
}
"""Members that hold bytes of one kind, themselves or in an object."""
_REFERENCES: Final = frozenset(("fileData", "file_data", "s3Location"))
"""Members that hold the address of a file."""
_OPEN: Final = frozenset(("data", "bytes", "url", "result"))
"""Members that hold bytes where something beside them tells the kind."""
_SURE: Final = frozenset(("base64", "blob", "file_data", "image_data", "b64_json"))
"""Members that hold bytes, whatever is beside them."""
_TEXTS: Final = frozenset(
    (
        *("text", "content", "output", "arguments", "input", "thinking", "summary", "reasoning", "reasoning_content"),
        *("refusal", "transcript", "title", "context", "name", "code", "stdout", "stderr", "llmContent", "error"),
        *("id", "call_id", "tool_call_id", "tool_use_id", "cells", "diff"),
    )
)
"""Members that a model reads as they stand."""
_ENCRYPTED: Final = frozenset(("encrypted_content", "encrypted_index", "encrypted_stdout"))
"""Texts that only the provider can read."""
_SIGNATURES: Final = frozenset(("signature", "thought_signature", "thoughtSignature", "fingerprint"))
"""What the provider checks and no model reads."""
_CALLS: Final = frozenset(("tool_use", "server_tool_use", "mcp_tool_use", "tool-call"))
_PLAIN: Final = _CALLS | {"text", "input_text", "output_text", "function_call", "error-text", "json", "error-json"}
"""Blocks that hold texts alone, so that nothing is looked for in them."""
_GLANCED: Final = _TEXTS | {"role", "type", "status", "model"}
"""Members of messages that hold texts alone."""

_DATA_URI = re.compile(r"data:([\w.+/-]*)(?:;[\w.+=/-]*)*;base64,")
_BASE64 = re.compile(r"[A-Za-z0-9+/_\-\r\n]+={0,2}\s*")
_RUN = re.compile(r"[A-Za-z0-9+/_-]{200}")
MIN_NAMED: Final = 8
"""Characters from which base64 under a name for bytes is taken for such."""
MIN_UNNAMED: Final = 512
"""Characters from which base64 under any other name is."""
MIN_OCTETS: Final = 64
"""Members from which numbers are taken for bytes."""
MIN_SIGNATURE: Final = 40
"""Characters from which base64 is taken for a signature."""
MAX_DEPTH: Final = 120
"""Below it nothing is looked for."""

_TEXT_MIME = re.compile(r"text/|application/(?:json|xml|yaml|toml|javascript|x-sh|sql)|.*\+(?:json|xml)$")
_TEXT_NAME = re.compile(r".*\.(?:txt|md|csv|tsv|json|ya?ml|xml|html?|py|js|ts|log|sql|toml|ini)$", re.IGNORECASE)
_MAGIC: Final[tuple[tuple[bytes, Kind], ...]] = (
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"%PDF", "document"),
    (b"OggS", "audio"),
    (b"fLaC", "audio"),
    (b"ID3", "audio"),
    (b"\x1aE\xdf\xa3", "video"),
)
"""How files begin."""


class Lean(NamedTuple):
    """A value without its bytes, and what these cost."""

    bare: Any
    """The very value where it holds none."""
    tokens: int
    media: int
    """Pictures, documents, sounds and films."""
    is_estimated: bool
    """Whether any part of `tokens` is an estimate."""


def without_bytes(value: Any, rules: Rules) -> Lean:
    """A JSON value with an empty text in place of all bytes."""
    if isinstance(value, dict) and _is_plain_message(value):
        return Lean(value, 0, 0, False)
    walk = _Walk(rules)
    bare = walk.bare(value, "", None, MAX_DEPTH)
    return Lean(bare, walk.tokens, walk.media, walk.is_estimated)


def is_medium(block: Mapping[str, Any]) -> bool:
    """Whether a block is a picture, a document, a sound or a film, or refers to one."""
    kind = block.get("type")
    is_one = isinstance(kind, str) and kind in _KINDS
    return (is_one and not _is_text_source(block.get("source"))) or "inlineData" in block or "inline_data" in block


def may_hold_bytes(text: str) -> bool:
    """Whether a JSON text is worth a look: it has something as long as bytes are."""
    return _RUN.search(text) is not None


class _Walk:
    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._low = False
        self.tokens = 0
        self.media = 0
        self.is_estimated = False

    def bare(self, value: Any, name: str, hint: Kind | None, depth: int) -> Any:
        """A value under a name. `hint` says what kind its bytes are."""
        if isinstance(value, str):
            return self._text(value, name, hint) if len(value) >= MIN_NAMED else value
        if depth == 0:
            return value
        if (octets := _octets(value, name, hint)) is not None:
            return self._bytes(octets, hint or _NAMED.get(name))
        if isinstance(value, list):
            made = [self.bare(one, name, hint, depth - 1) for one in value]
            return made if any(new is not old for new, old in zip(made, value, strict=True)) else value
        return self._object(value, name, hint, depth) if isinstance(value, dict) else value

    def _object(self, value: dict[str, Any], name: str, hint: Kind | None, depth: int) -> Any:
        kind = value.get("type")
        if _is_plain(kind, value):
            return value
        own = _KINDS.get(kind) if isinstance(kind, str) else None
        if _is_text_source(value):
            return value if kind == "text" else self._members(value, None, depth)
        mime = next((known for told in _MIMES if told in value and (known := _kind_told(value[told]))), None)
        inner_hint = mime or own or hint or _NAMED.get(name)
        before, low = self.media, self._low
        self._low = low or value.get("detail") == "low"
        made = self._members(value, inner_hint, depth)
        self._low = low
        is_elsewhere = own or name in _REFERENCES
        if is_elsewhere and self.media == before and not _is_text_source(value.get("source")):
            self._add(MEDIUM_TOKENS)  # it stands elsewhere: an address, or the id of a file
        return made

    def _members(self, value: dict[str, Any], hint: Kind | None, depth: int) -> dict[str, Any]:
        """The very object where none of its members holds bytes."""
        kind = value.get("type")
        made = {}
        for name, one in value.items():
            if not isinstance(one, str | dict | list) or (name == "input" and kind in _CALLS):
                made[name] = one
                continue
            told = _kind_told(name) if "/" in name else None
            is_secret = name == "data" and kind == "redacted_thinking"
            label = "encrypted_content" if is_secret else "data" if told else name
            made[name] = self.bare(one, label, told or hint, depth - 1)
        return made if any(made[name] is not value[name] for name in made) else value

    def _text(self, value: str, name: str, hint: Kind | None) -> str:
        if name in _TEXTS:
            return value
        if uri := _DATA_URI.match(value):
            return self._encoded(value[uri.end() :], _kind_told(uri[1]) or hint)
        hint = hint or _NAMED.get(name)
        least = _least(name, hint)
        if len(value) < least or not _BASE64.fullmatch(value):
            return value
        if name in _SIGNATURES:
            return ""
        if name in _ENCRYPTED:
            self.tokens += -(-len(value) * 3 // 4 // TEXT_BYTES)
            self.is_estimated = True
            return ""
        return self._encoded(value, hint) if least < MIN_UNNAMED or _is_mixed(value) else value

    def _encoded(self, encoded: str, hint: Kind | None) -> str:
        def read(most: int | None) -> bytes:
            return _decoded(encoded if most is None else encoded[: most // 3 * 4])

        return self._read(_decoded(encoded[:64]), len(encoded) * 3 // 4, read, hint)

    def _bytes(self, octets: bytes, hint: Kind | None) -> str:
        return self._read(octets[:48], len(octets), lambda most: octets[:most], hint)

    def _read(self, head: bytes, size: int, read: Callable[[int | None], bytes], hint: Kind | None) -> str:
        kind = hint if hint and hint != "document" else _sniffed(head) or hint
        self._add(cost(kind, read, size, self._rules, low=self._low) if kind else MEDIUM_TOKENS)
        return ""

    def _add(self, tokens: int) -> None:
        self.tokens += tokens
        self.media += 1
        self.is_estimated = True


def _octets(value: Any, name: str, hint: Kind | None) -> bytes | None:
    """The bytes that a list or an object is, as JavaScript writes them; None for any other."""
    numbers: Iterable[Any]
    if isinstance(value, dict):
        if value.get("type") == "Buffer" and isinstance(value.get("data"), list):
            numbers = value["data"]
        elif len(value) >= MIN_OCTETS and all(key == str(place) for place, key in enumerate(value)):
            numbers = value.values()
        else:
            return None
    elif isinstance(value, list) and len(value) >= MIN_OCTETS and _least(name, hint) == MIN_NAMED:
        numbers = value
    else:
        return None
    return bytes(numbers) if all(type(one) is int and 0 <= one < 256 for one in numbers) else None


def _is_plain_message(value: dict[str, Any]) -> bool:
    """Whether a message contains no bytes, as most do; a quick check."""
    for name, one in value.items():
        if name == "content" and isinstance(one, list):
            for block in one:
                if not isinstance(block, dict) or not _is_plain(block.get("type"), block):
                    return False
        elif not isinstance(one, str) or name not in _GLANCED:
            return False
    return True


def _is_plain(kind: Any, value: dict[str, Any]) -> bool:
    if kind == "tool_result":
        return isinstance(value.get("content"), str)
    return isinstance(kind, str) and kind in _PLAIN and "data" not in value


def _least(name: str, hint: Kind | None) -> int:
    """Characters from which base64 under a name is taken for bytes."""
    if name in _SIGNATURES:
        return MIN_SIGNATURE
    if name in _ENCRYPTED or name in _SURE or (hint and (name in _OPEN or name in _NAMED)):
        return MIN_NAMED
    return MIN_UNNAMED


def _is_text_source(source: Any) -> bool:
    """Whether a document's source is a text, or blocks."""
    if not isinstance(source, dict):
        return False
    if source.get("type") == "text":
        return "data" in source
    return source.get("type") == "content" and "content" in source


def _kind_told(told: Any) -> Kind | None:
    """The kind that a MIME type, a format or a file's name tells."""
    if not isinstance(told, str):
        return None
    for kind in ("image", "audio", "video"):
        if told.startswith(f"{kind}/"):
            return kind
    if _TEXT_MIME.match(told) or _TEXT_NAME.match(told):
        return "text"
    if told.startswith("application/"):
        return "document"
    return "audio" if told in ("wav", "mp3", "pcm16", "flac", "opus", "ogg", "aac") else None


def _sniffed(head: bytes) -> Kind | None:
    """The kind of a file that begins so."""
    if head.startswith(b"RIFF"):
        return "image" if head[8:12] == b"WEBP" else "audio"
    if head[4:8] == b"ftyp":
        return "audio" if head[8:11] == b"M4A" else "video"
    return next((kind for magic, kind in _MAGIC if head.startswith(magic)), None)


def _is_mixed(value: str) -> bool:
    """Whether a text looks like base64 of bytes, and not like one long word."""
    head = value[:MIN_UNNAMED]
    return any(map(str.isupper, head)) and any(map(str.islower, head)) and any(map(str.isdigit, head))


def _decoded(encoded: str) -> bytes:
    """The bytes; as far as they can be decoded."""
    plain = encoded.strip().rstrip("=").replace("-", "+").replace("_", "/")
    plain = plain[: len(plain) - (len(plain) % 4 == 1)]
    try:
        return binascii.a2b_base64(plain + "=" * (-len(plain) % 4))
    except (ValueError, UnicodeEncodeError):
        return b""
