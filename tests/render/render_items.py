"""Items and tools for the renderer without a server: real counts, and extracts that are beginnings."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from ctxbudget_protocol.words import Layer
from ctxbudget_server.account.counter import Counter
from ctxbudget_server.render import Rendered, RenderedPiece, RenderRequest, RenderTools, render
from ctxbudget_server.rules.items import Item
from ctxbudget_server.rules.lifecycle import Phase

METADATA_TOKENS = 60
RUNNING = Phase(2, "build", "running", 2)
COMPLETED = frozenset({1})
COUNTER = Counter(None)


def no_check() -> None:
    """Nobody cancels."""


def item(seq: int, layer: Layer = "transient", text: str | None = "text", **more: Any) -> Item:
    """A retained item; `text` None: a token figure alone. A marker's text is its title."""
    figure = COUNTER.figure(text or "", no_check)
    digest = None if text is None else hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    values: dict[str, Any] = {
        "id": f"iab{seq}", "seq": seq, "layer": layer, "kind": "report", "phase": 2, "wave": None, "agent": None,
        "title": None, "path": None, "pinned": False, "marker": False, "brought_in": True,
        "tokens": 500 if text is None else figure.tokens, "raw_tokens": figure.raw, "encoding": figure.encoding,
        "factor": 1.0, "provenance": "reported" if text is None else "exact", "bytes": None, "hash": digest,
        "segments": (text,) if text is not None else (), "complete": None, "state": "retained", "withdrawn": False,
        "stand_in": None, "reduces": (), "reason": None, "added_at": "", "revision": 1,
    }  # fmt: skip
    return Item(**{**values, **more})


def tools() -> RenderTools:
    """The content of an item stands in its `segments` here."""

    def piece(text: str) -> RenderedPiece:
        figure = COUNTER.figure(text, no_check)
        return RenderedPiece(text, figure.tokens, figure.raw)

    return RenderTools(
        piece=piece,
        joined=lambda text, raw: COUNTER.figure_of_raw(text, raw, no_check).tokens,
        figure=lambda each: each.tokens,
        content=lambda each: each.segments[0],
        metadata=lambda each, focus, limit: COUNTER.truncate(each.segments[0], limit, no_check)[0],
        check=no_check,
    )


def rendered(items: Sequence[Item], limit: int, **more: Any) -> Rendered:
    """What the renderer makes of items within a limit."""
    source = item(1_000, text="The gate is closed. " * 60)
    sources = {each.id: source for each in items if each.reduces == ("gone",) and not each.marker}
    values: dict[str, Any] = {"phase": RUNNING, "completed": COMPLETED, "sources": sources, **more}
    return render(RenderRequest("s-1", items, limit, METADATA_TOKENS, **values), tools())


def counted(text: str) -> int:
    """Tokens of a text."""
    return COUNTER.figure(text, no_check).tokens


WORDS = st.sampled_from(
    [
        "gate",
        " way",
        "\n",
        "\n\n",
        "/",
        "# x\n",
        "- y",
        "```\n",
        "ü",
        " 漢字",
        "  ",
        "0.5",
        "`a_b`",
        "\r\n",
        "\ud800",
        "✓",
    ]
)
TEXTS = st.one_of(
    st.lists(WORDS, max_size=12).map("".join),
    st.tuples(st.sampled_from(["The gate is closed. ", "id: 17\n", "no-space/", "\n"]), st.integers(1, 60)).map(
        lambda pair: pair[0] * pair[1]
    ),
)


@st.composite
def sessions(draw: st.DrawFn, most: int = 8, least: int = 0) -> list[Item]:
    """Items of all layers and phases, some pinned, some without content, some that replace others."""
    items: list[Item] = []
    for seq in range(1, draw(st.integers(least, most)) + 1):
        layer: Layer = draw(st.sampled_from(["permanent", "phase", "metadata", "transient", "transient"]))
        more: dict[str, Any] = {
            "phase": draw(st.sampled_from([None, 1, 2, 3])),
            "pinned": draw(st.integers(0, 6)) == 0,
            "kind": draw(st.sampled_from(["report", "log", "other", "instructions"])),
            "title": draw(st.sampled_from([None, "House rules", "  two\nlines ", "/slash", "x" * 200])),
        }
        if layer == "metadata" and draw(st.booleans()):
            more |= {"reduces": (draw(st.sampled_from(["gone", *(each.id for each in items)])),)}
        items.append(item(seq, layer, draw(st.none() | TEXTS | TEXTS | TEXTS), **more))
    return items
