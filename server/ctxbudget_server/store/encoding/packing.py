"""Packs small JSON values, compressed with a dictionary of the words that recur in the log and in results."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from itertools import chain
from typing import Any, Final

from ctxbudget_server.store.cancellation import Check, never_cancelled
from ctxbudget_server.store.encoding.json_text import chunks, load

FORMAT: Final = b"\x01"
"""The first byte of everything packed with `WORDS`. A different dictionary needs a different byte."""

WORDS: Final = (
    # What comes last is cheapest to refer to. Stored bytes depend on every character of this: never change it.
    b'"number":"running","completed","pending","waves":[{"phase":"uncovered":"errors":[{"loc":["items",'
    b'"leases":[{"leaseId":"holder":"expiresAt":"action":"remove","reduce","keep","before":"debug","test-output",'
    b'"plan","summary","report","log","instructions","permanent","policy":"aggressive","moderate","minimal","auto",'
    b'"created","resumed","config":{"contextWindow":25000,"targetShare":0.3,"thresholds":{"warn":0.75,"critical":'
    b'0.95,"warnRelease":null,"criticalRelease":null},"prune","completePhase","startPhase","noMetadata",'
    b'"superseded","dryRun":false,"undo":"target":{"workflow":true},"action":"pruned","reason":"policy",'
    b'"tokensBefore":"tokensAfter":0},{"id":"plan":[{"id":"estimated","calibrated","reported","cl100k_base",'
    b'"warn","previous":"ok","critical","threshold":"message":"tokens retained, of the budget of is reached at '
    b'"pinned":true,"marker":true,"withdrawn":true,"complete":true,"brought_in":true,"segments":["reduces":["path":'
    b'"factor":"title":"metadata","agent":"wave":"bytes":"hash":"raw_tokens":"stand_in":"dropped_at":'
    b'{"changes":[{"id":"i","was":{"state":"retained","stand_in":null,"reason":null,"revision":1},"now":'
    b'{"state":"reduced","stand_in":"i"}},{"id":"i","was":{"state":"retained","reason":null,"revision":1},"now":'
    b'{"state":"pruned","reason":"'
    b'{"sessionId":"","revision":1,"items":[{"id":"i","tokens":0,"provenance":"exact","layer":"transient","kind":'
    b'"tool-output","state":"retained","phase":null,"wave":null,"reduces":[]}],"status":{"window":200000,"budget":'
    b'60000,"retained":0,"peak":0,"processed":0,"saved":0,"leased":0,"available":0,"ofWindow":0.0,"ofBudget":0.0,'
    b'"level":"ok"},"alerts":[]}'
    b'{"changes":[{"id":"i","new":{"seq":1,"layer":"transient","kind":"tool-output","phase":1,"title":"Bash: ",'
    b'"brought_in":true,"tokens":100,"encoding":"o200k_base","provenance":"exact","bytes":1000,"hash":"'
    b'"state":"retained"}}],"detail":{}}'
)


LEVEL: Final = 6
"""How hard zlib tries. At 9, events are 0.3 % smaller, and long objects take five times as long."""
QUICK: Final = 4
"""The same for what is soon replaced: half the time again, for 4 % more bytes."""
SHORT_BYTES: Final = 2048
SHORT_WINDOW: Final = 12
"""Up to this many bytes are packed with this window, in which they and the dictionary find room: setting up zlib's
largest one takes five times as long as packing them. Any such stream is read with the largest window."""


def pack(
    value: dict[str, Any],
    check: Check = never_cancelled,
    level: int = LEVEL,
    seen: Callable[[bytes], object] | None = None,
) -> bytes:
    """Pack a JSON object into few bytes. Calls `check` now and then, which may raise.

    `seen` is given the bytes of the JSON text, piece by piece.
    """
    pieces = (piece.encode() for piece in chunks(value, check))
    beginning = b""
    while len(beginning) <= SHORT_BYTES and (text := next(pieces, None)) is not None:
        beginning += text
    window = zlib.MAX_WBITS if len(beginning) > SHORT_BYTES else SHORT_WINDOW
    press = zlib.compressobj(level, zlib.DEFLATED, -window, zdict=WORDS)
    packed = [FORMAT]
    for text in chain([beginning], pieces):
        if seen is not None:
            seen(text)
        packed.append(press.compress(text))
    packed.append(press.flush())
    return b"".join(packed)


def unpack_text(data: bytes) -> bytes:
    """The bytes of the JSON text that `pack` packed. Raises ValueError for bytes that `pack` did not produce."""
    if data[:1] != FORMAT:
        raise ValueError(f"expected packed JSON of format {FORMAT[0]}, got {data[:1]!r}")
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS, zdict=WORDS).decompress(data[1:])
    except zlib.error as fault:
        raise ValueError(f"packed JSON cannot be read: {fault}") from fault


def unpack(data: bytes, check: Check = never_cancelled) -> Any:
    """The value that was given to `pack`. Raises ValueError for bytes that `pack` did not produce."""
    return load(unpack_text(data).decode(), check)
