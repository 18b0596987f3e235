"""Content: kept byte for byte, counted exactly, and cut within bounds."""

from __future__ import annotations

import hashlib

from ctxbudget_protocol.conformance.bench import Bench
from ctxbudget_protocol.conformance.rule import equal, expect, rule
from ctxbudget_protocol.conformance.rules.accounts import add, items
from ctxbudget_protocol.conformance.walk import report

COUNTS = (
    ("", 0), ("Hello, world!", 4), ("How many tokens is this?", 6), ("a" * 100, 13), ("\n" * 10, 1),
    ("<|endoftext|>", 7), ("naïve café", 4), ("\u65e5\u672c\u8a9e", 2),
)  # fmt: skip
"""Texts, and their tokens in o200k_base."""
TEXTS = (
    "plain\n",
    "\r\n\r\n\ttabs ",
    "\u00e9\u65e5\U0001f600",
    "\x00\x1b[31m",
    "\u202e<|endoftext|>",
    "lone \ud800 surrogate",
)
BOUNDS = (20, 50, 100, 300)


@rule(
    "content.kept",
    "Content comes back as it was given, character for character, lone surrogates included.",
    "what-full-adds",
    level="full",
    needs=("context/add", "context/list", "context/get"),
)
def kept(bench: Bench) -> None:
    session = bench.session()
    for text in TEXTS:
        item = add(session, content=text)
        found = session.call("context/get", itemId=item)
        equal(found["content"], text, "the content")
        if text.isprintable() or "\ud800" not in text:
            encoded = text.encode()
            equal(
                (found["bytes"], found["hash"]), (len(encoded), hashlib.sha256(encoded).hexdigest()), "bytes and hash"
            )


@rule(
    "content.path",
    "A path is read when the item is added: a later change of the file changes nothing.",
    "what-full-adds",
    level="full",
    needs=("context/add", "context/list", "context/get"),
)
def path(bench: Bench) -> None:
    session = bench.session()
    file = bench.shared_place.workspace / "changing.md"
    file.write_text("first\n", "utf-8")
    for given in ("changing.md", str(file), file.as_uri()):
        file.write_text("first\n", "utf-8")
        item = add(session, path=given)
        file.write_text("second, and longer\n", "utf-8")
        equal(session.call("context/get", itemId=item)["content"], "first\n", f"the content of {given}")


@rule(
    "content.append",
    "An item that grows counts like its whole text.",
    "what-full-adds",
    level="full",
    needs=("context/add", "context/append", "context/list", "context/get", "tokens/count"),
)
def append(bench: Bench) -> None:
    session = bench.session()
    text = "It begins"
    item = add(session, content=text)
    for more in (" and goes on", "\n\n## Heading\n", "no space", "  ", "\nlast"):
        session.call("context/append", itemId=item, content=more)
        text += more
        equal(session.call("context/get", itemId=item)["content"], text, "the content")
        (count,) = session.call("tokens/count", texts=[text])["counts"]
        equal(items(session)[item]["tokens"], count["tokens"], f"the tokens of {text!r}")


@rule(
    "content.counts",
    "With no model named, counts are those of o200k_base, exactly.",
    "what-full-adds",
    level="full",
    needs=("tokens/count",),
)
def counts(bench: Bench) -> None:
    session = bench.session()
    result = session.call("tokens/count", texts=[text for text, _ in COUNTS])
    for (text, expected), found in zip(COUNTS, result["counts"], strict=True):
        equal((found["tokens"], found["provenance"]), (expected, "exact"), f"the count of {text[:20]!r}")
    equal(result["total"], sum(expected for _, expected in COUNTS), "the total")


@rule(
    "content.fits",
    "tokens/fits and tokens/truncate agree with tokens/count.",
    "what-full-adds",
    level="full",
    needs=("tokens/count", "tokens/fits", "tokens/truncate"),
)
def fits(bench: Bench) -> None:
    session = bench.session()
    text = report()
    total = session.call("tokens/count", texts=[text])["total"]
    for limit in (0, 1, total - 1, total, total + 1):
        result = bench.server.request("tokens/fits", {"text": text, "limit": limit})
        equal(result["fits"], total <= limit, f"whether {total} tokens fit into {limit}")
    for limit in BOUNDS:
        cut = bench.server.request("tokens/truncate", {"text": text, "limit": limit})
        expect(text.startswith(cut["text"]), "what is left is not the beginning of the text")
        found = session.call("tokens/count", texts=[cut["text"]])["total"]
        expect(found <= limit, f"{found} tokens are left, not {limit} at most")


@rule(
    "content.extract",
    "metadata/extract never exceeds maxTokens, and its tokens are those of its text.",
    "what-full-adds",
    level="full",
    needs=("metadata/extract", "tokens/count"),
)
def extract(bench: Bench) -> None:
    session = bench.session()
    for bound in BOUNDS:
        result = session.call("metadata/extract", content=report(), maxTokens=bound)
        found = session.call("tokens/count", texts=[result["text"]])["total"]
        equal(result["tokens"], found, "its tokens")
        expect(found <= bound, f"{found} tokens of metadata, not {bound} at most")
    nothing = session.call("metadata/extract", content="")
    equal((nothing["complete"], nothing["tokens"], bool(nothing["warnings"])), (False, 0, True), "of an empty document")


@rule(
    "content.render",
    "context/render never exceeds maxTokens, and changes nothing.",
    "what-full-adds",
    level="full",
    needs=("context/add", "context/render", "tokens/count"),
)
def render(bench: Bench) -> None:
    session = bench.session()
    add(session, "permanent", content="Keep people signed in for 30 days.")
    add(session, kind="report", content=report())
    before = session.status()
    for bound in BOUNDS[1:]:
        result = session.call("context/render", maxTokens=bound)
        found = session.call("tokens/count", texts=[result["text"]])["total"]
        expect(found <= bound, f"{found} tokens were rendered, not {bound} at most")
    equal(session.status(), before, "the account")


@rule(
    "content.fit",
    "context/fit never exceeds maxTokens if it says that it fits, and keeps the last message as it is.",
    "what-full-adds",
    level="full",
    needs=("context/fit",),
)
def fit(bench: Bench) -> None:
    roles = ("user", "assistant")
    messages = [{"role": roles[n % 2], "content": f"{n}: {report() if n % 2 else 'Go on.'}"} for n in range(9)]
    for bound in (6_000, 3_000):
        params = {"messages": messages, "format": "openai-chat", "maxTokens": bound, "archive": False}
        result = bench.server.request("context/fit", params)
        expect(result["fits"], f"it does not fit into {bound}")
        expect(result["tokens"] <= bound, f"{result['tokens']} tokens, not {bound} at most")
        equal(result["messages"][-1], messages[-1], "the last message")
