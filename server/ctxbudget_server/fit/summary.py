"""The form of a conversation that is given as one text, and how it is read again when a host sends it back.

    [ctxbudget summary: 24 messages, 45120 tokens; context/get {…, "itemId": ID}]
    People said, the first first:
    user: budget is $500 | Never push to main
    > Which handler loses messages?

    > Repair it, …  [i482915036000001]

    Latest:
      earlier summary: Goal: a queue without losses.
      agent: The timeout is too short.
    Turns:
    i482915036000002: read {"path": "queue.py"} | Tests: failed (pytest): 2 failed, 40 passed
    Names: handle_mail queue_mail.put
    [ctxbudget summary ends]

Only lines of people's words begin with `>`, or with `user:` where they stand in brief, and all that tools and the agent
said is indented. So what the text itself has around them is told apart from what was said, wherever a host puts it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from ctxbudget_server.fit.lines import SAID, folded, unfolded
from ctxbudget_server.fit.markers import NAMES, names_line
from ctxbudget_server.fit.model import Retrieval
from ctxbudget_server.fit.statements import by_label
from ctxbudget_server.fit.unicode import well_formed

END = "[ctxbudget summary ends]"
PEOPLE, LATEST, TURNS, ALL = "People said, the first first:", "Latest:", "Turns:", "All of it:"
FOREIGN = "earlier summary: "
"""Before the beginning of a summary that another program made."""
_HEADER = re.compile(
    r"\[ctxbudget summary: (\d+) messages, (\d+) tokens(?:, removed|, whole|(?:, archived)?; [^\n]+)\]\n"
)
_SHORT = re.compile(r"(?P<text>.*)  \[(?P<id>i(?:[a-z]+|\d{9})\d+)\]", re.DOTALL)
MAX_WRAPPER = 400
"""Characters that a host puts before a summary to introduce it."""


class Words(NamedTuple):
    """What a person said."""

    text: str
    item_id: str | None = None
    """Of the item that has it, and is named where only its beginning stands here."""
    is_short: bool = False
    """Whether only the beginning stands here."""
    is_brief: bool = False
    """Whether all of it stands here, in brief."""


class Summary(NamedTuple):
    """A conversation as a text."""

    messages: int = 0
    tokens: int = 0
    words: tuple[Words, ...] = ()
    latest: str = ""
    """What the agent said last, and how tests stand."""
    lines: tuple[str, ...] = ()
    """What went, turn by turn, each with its id."""
    names: tuple[str, ...] = ()
    whole: str = ""
    """All that was said, where there was room for that; the other parts are empty then."""
    foreign: str = ""
    """On one line, the beginning of a summary that another program made."""

    def text(self, retrieval: Retrieval | None) -> str:
        """All of it."""
        how = ", removed" if retrieval is None else f"; {retrieval.of_each}"
        how = ", whole" if self.whole else how
        rows = [f"[ctxbudget summary: {self.messages} messages, {self.tokens} tokens{how}]"]
        if self.whole:
            return "\n".join([*rows, ALL, self.whole, END])
        if self.words:
            briefs = [SAID + one.text for one in self.words if one.is_brief]
            quotes = [quoted(one) for one in self.words if not one.is_brief]
            rows += [PEOPLE, *folded(by_label(briefs)), *(["\n\n".join(quotes), ""] if quotes else [])]
        latest = [f"{FOREIGN}{self.foreign}"] * bool(self.foreign) + [self.latest] * bool(self.latest)
        if latest:
            rows += [LATEST, indented("\n".join(latest))]
        if self.lines:
            rows += [TURNS, *self.lines]
        if self.names:
            rows.append(names_line([*self.names]))
        return "\n".join([*rows, END])


def quoted(words: Words) -> str:
    """What a person said, each line with a mark."""
    text = f"{words.text}  [{words.item_id}]" if words.is_short and words.item_id else words.text
    return "\n".join(f"> {line}".rstrip() if line.strip() else ">" for line in well_formed(text).split("\n"))


def indented(text: str) -> str:
    """What others said: none of its lines looks like people's words, or like a line of the summary itself."""
    return "\n".join(f"  {line}" for line in well_formed(text).split("\n"))


class Found(NamedTuple):
    """A summary in a text, and what the text says besides."""

    summary: Summary
    source: str
    """As it stands there."""
    rest: str


def find_summary(text: str) -> Found | None:
    """The first summary in a text, or None. The words with which a host introduces it are left out."""
    header = _HEADER.search(text)
    end = text.find(f"\n{END}", header.end() - 1) if header else -1
    if header is None or end < 0:
        return None
    before, after = text[: header.start()].strip(), text[end + 1 + len(END) :].strip()
    if len(before) <= MAX_WRAPPER and (before.endswith((":", ">")) or not before):
        before = ""
    if re.fullmatch(r"(?:</[\w-]+>\s*)*", after):
        after = ""
    summary = _read(int(header[1]), int(header[2]), text[header.end() : end].split("\n"))
    rest = "\n\n".join(part for part in (before, after) if part)
    return Found(summary, text[header.start() : end + 1 + len(END)], rest)


def _read(messages: int, tokens: int, rows: Sequence[str]) -> Summary:
    briefs = unfolded(row for row in rows if row.startswith(SAID))
    words = (*(Words(line.removeprefix(SAID), is_brief=True) for line in briefs), *_words_in(rows))
    if rows[:1] == [ALL]:
        return Summary(messages, tokens, words, whole="\n".join(rows[1:]))
    latest: list[str] = []
    lines: list[str] = []
    names: tuple[str, ...] = ()
    for row in rows:
        if row.startswith("  "):
            latest.append(row[2:])
        elif row.startswith(NAMES):
            names = tuple(row.removeprefix(NAMES).split())
        elif row and not row.startswith((">", SAID)) and row not in (PEOPLE, LATEST, TURNS):
            lines.append(row)
    foreign = latest.pop(0).removeprefix(FOREIGN) if latest and latest[0].startswith(FOREIGN) else ""
    return Summary(messages, tokens, words, "\n".join(latest), tuple(lines), names, foreign=foreign)


def _words_in(rows: Sequence[str]) -> list[Words]:
    found: list[list[str]] = []
    is_open = False
    for row in rows:
        if row.startswith(">"):
            if not is_open:
                found.append([])
            found[-1].append(row[2:] if row.startswith("> ") else "")
        is_open = row.startswith(">")
    return [_word("\n".join(one)) for one in found]


def _word(text: str) -> Words:
    short = _SHORT.fullmatch(text)
    return Words(short["text"], short["id"], is_short=True) if short else Words(text)
