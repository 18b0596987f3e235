"""Shows what a harness can do when the account is too full: prune, undo, prune again, and read what was removed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from ctxbudget_client import ServerError
from ctxbudget_server.demo import panel
from ctxbudget_server.demo.console import Console, Style
from ctxbudget_server.demo.documents import DemoDocument
from ctxbudget_server.demo.harness import AddedDocument, Answer, Harness
from ctxbudget_server.presentation.terminal import line

SECTION_LINES = 8
"""Number of lines shown of a retrieved section."""

SECTION_TOKENS = 60
"""A smaller section is hardly worth fetching."""

ACCOUNTS = ("retained", "processed", "saved", "level")
"""Figures that an undo restores; peak and revision are history."""


def prune_and_undo(harness: Harness, console: Console, target: dict[str, Any]) -> None:
    """A dry run, the prune, its undo, and the prune again."""
    console.full("A dry run of context/prune says what would be removed:")
    rehearsed = harness.ask("context/prune", target=target, dryRun=True)
    console.full(panel.prune_plan(rehearsed["plan"]))
    console.full(f"  would save {rehearsed['saved']:,} tokens")
    if rehearsed["plan"] and not rehearsed["saved"]:
        console.full("  (documents this small are not longer than their metadata)")
    console.full(f"  now: {panel.account(rehearsed['status'])}")
    before = rehearsed["status"]

    pruned = harness.ask("context/prune", target=target)
    same = _acts(rehearsed) == _acts(pruned)
    console.full(f"The prune itself acts on the same list: {_yes(same)}")
    console.full(f"  now: {panel.account(pruned['status'])}")
    if pruned["undo"] is None:
        console.full("  Nothing was removed, so there is nothing to take back.")
        console.brief("  context/prune removes nothing: the documents are not longer than their metadata")
        return

    undone = harness.ask("context/undo", undo=pruned["undo"])
    back = all(undone["status"][name] == before[name] for name in ACCOUNTS)
    console.full(f"Items that context/undo brings back: {len(undone['restored'])}; figures as before: {_yes(back)}")
    console.full(f"  now: {panel.account(undone['status'])}")
    for alert in undone["alerts"]:
        console.full(panel.alert(alert), alert["level"])

    again = harness.ask("context/prune", target=target)
    console.brief(f"  context/prune saves {pruned['saved']:,} tokens, exactly as its dry run said: {_yes(same)}")
    console.brief(f"  context/undo brings all back, figures as before: {_yes(back)}; then pruned again")
    console.full(f"Pruned again: saves {again['saved']:,}")
    console.full(f"  now: {panel.account(again['status'])}", "good")


def retrieve(harness: Harness, console: Console, entries: Sequence[AddedDocument]) -> None:
    """Retrieve a section of a document that is no longer in the context, and then the whole document."""
    entry = next((entry for entry in entries if _section(entry.document)), entries[0])
    section = _section(entry.document)
    if section is None:
        _show_lines(harness, console, entry)
    else:
        _show_section(harness, console, entry, section)
    answer = harness.ask("context/get", itemId=entry.item_id)
    content = answer["content"].encode("utf-8")
    original = entry.document.path.read_bytes()
    console.full(f"The whole of {panel.elided(entry.document.name, 46)}, fetched after the prune:")
    console.full(f"  sha256 answer {hashlib.sha256(content).hexdigest()}")
    console.full(f"  sha256 file   {hashlib.sha256(original).hexdigest()}")
    equal = content == original
    console.full(f"  {answer['bytes']:,} bytes, {answer['tokens']:,} tokens; equal: {_yes(equal)}", _style(equal))
    console.brief(
        f"  the whole document is still there, byte for byte: {_yes(equal)}", "plain" if equal else "critical"
    )


def check_originals(harness: Harness, console: Console, entries: Sequence[AddedDocument]) -> None:
    """Compare every document, fetched after all prunes, with its file."""
    equal = 0
    for entry in entries:
        content: str = harness.ask("context/get", itemId=entry.item_id)["content"]
        equal += content.encode("utf-8") == entry.document.path.read_bytes()
    console.full(f"Originals that context/get still answers byte for byte: {equal} of {len(entries)}.")
    console.brief(f"\nOriginals that can still be read, byte for byte: {equal} of {len(entries)}.", "strong")


def _show_section(harness: Harness, console: Console, entry: AddedDocument, section: Answer) -> None:
    heading = " > ".join(section["path"])
    try:
        answer = harness.ask("context/get", itemId=entry.item_id, section=heading)
    except ServerError as error:
        console.full(line(f"{entry.document.name}: {error.message}"))
        return
    console.full(f"A section of {panel.elided(entry.document.name, 44)}, no longer in the context:")
    console.full(f"  context/get section: {panel.elided(heading, 56)}")
    console.full(f"  lines {answer['startLine']} to {answer['endLine']}, {answer['tokens']:,} tokens")
    console.full(panel.excerpt(answer["content"], SECTION_LINES))
    name = panel.elided(section["heading"], 28)
    console.brief(f"  a section is read back after the prune, {answer['tokens']:,} tokens: {name}")


def _show_lines(harness: Harness, console: Console, entry: AddedDocument) -> None:
    """For a document without sections: retrieve its first lines."""
    answer = harness.ask("context/get", itemId=entry.item_id, lines={"start": 1, "end": SECTION_LINES})
    console.full(f"Lines of {panel.elided(entry.document.name, 44)}, no longer in the context:")
    console.full(f"  lines {answer['startLine']} to {answer['endLine']}, {answer['tokens']:,} tokens")
    console.full(panel.excerpt(answer["content"], SECTION_LINES))
    console.brief(f"  its first lines are read back after the prune, {answer['tokens']:,} tokens")


def _section(document: DemoDocument) -> Answer | None:
    """A section that someone would want: the recommendations, else the first of some length, else the longest. None if
    the document has no headings or only a title.
    """
    inner = [row for row in document.outline if len(row["path"]) > 1]
    long = [row for row in inner if row["tokens"] >= SECTION_TOKENS]
    advice = [row for row in long if "recommend" in row["heading"].lower()]
    first = next(iter(advice or long), None)
    return first or max(inner, key=lambda row: int(row["tokens"]), default=None)


def _acts(answer: Answer) -> list[tuple[Any, ...]]:
    """The plan without the ids of replacements, which a dry run does not create."""
    return [
        (row["action"], row["reason"], row["tokensBefore"], row["tokensAfter"], row["title"], _own_id(row))
        for row in answer["plan"]
    ]


def _own_id(row: Answer) -> str | None:
    return None if row["action"] == "added" else row["id"]


def _yes(value: bool) -> str:
    return "yes" if value else "NO"


def _style(good: bool) -> Style:
    return "good" if good else "critical"
