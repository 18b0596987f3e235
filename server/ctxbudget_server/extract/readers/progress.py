"""Reads the progress of a piece of work as marked by its author: [DONE], (in progress), "- blocked", a check mark."""

from __future__ import annotations

import re

_WORD = (
    r"(?:fully |mostly |partially |partly |nearly )?(?:completed?|done|finished|implemented|shipped|merged)"
    r"|in[ -]progress|under ?way|ongoing|started|implementing|wip"
    r"|not (?:yet )?(?:started|begun|done|completed?|implemented)|unstarted|pending|planned|queued|scheduled"
    r"|to-?do|to do|open|ready|blocked|deferred|postponed|skipped|on[ -]hold|paused|partial(?:ly)?|incomplete"
    r"|cancell?ed|abandoned|dropped|failed"
)
_SYMBOL = r"[✅✓✔☑❌✗✘⏳⌛🔄🚧⏸⬜☐🔲]"
_MARKS = tuple(
    re.compile(pattern, flags)
    for pattern, flags in (
        (rf"\[\s*({_WORD})\b[^\[\]]{{0,40}}\]", re.I),
        (r"\[([A-Z][A-Z _-]{2,30})\]", 0),
        (rf"\(\s*{_SYMBOL}?\s*({_WORD})\b[^()]{{0,60}}\)", re.I),
        (
            rf"\s*(?:\s[-–|]"
            rf"|[—–|→])[\s*]*{_SYMBOL}?\s*({_WORD})\b(?:\s*[(\[][^()\[\]]*[)\]])?[\s!.*]*{_SYMBOL}?[\s!.*]*$",
            re.I,
        ),
        (rf"{_SYMBOL}\s*\**({_WORD})\b[\s!.*]*$", re.I),
        (r"\s(COMPLETED?|DONE|IN PROGRESS|NOT STARTED|PENDING|BLOCKED|TODO|WIP|SKIPPED|DEFERRED)[\s!.]*$", 0),
        (rf"^\W*({_SYMBOL})", 0),
        (rf"({_SYMBOL})[\s!.*]*$", 0),
    )
)
_BOX = re.compile(r"^\s*\[([ xX])\]\s+")
_ANY_SYMBOL = re.compile(_SYMBOL + "️?")
_ENDS = " \t-–—:|,;→*"
_START = re.compile(rf"\W*({_WORD})\b", re.I)
_ALL_DONE = re.compile(
    r"\W*((?:all|every) (?:\w+ ){0,3}?"
    r"(?:phases?|tasks?|work|items?|steps?|criteria|fix(?:es)?|bugs?|stages?|changes|features)"
    r"(?: (?:are|is|were|was|have been|has been))?(?: now)?(?: \w+ly)?"
    r" (?:complete[d]?|done|finished|implemented|fixed|delivered|shipped))\b",
    re.I,
)
_FINISHED = re.compile(r"\W*(?:(?:fully )?(?:completed?|done|finished|implemented|shipped|merged)\b|[✅✓✔☑])", re.I)
_SHORT = 6

BOX_WORDS = {True: "done", False: "open"}
"""What a check box before a phase means."""


def split_status(text: str) -> tuple[str | None, str]:
    """The status in a heading or a list entry, and the text without its mark.

    A word is returned as written, a mark without a word as the mark itself, a check box as `done` or `open`.
    """
    box = _BOX.match(text)
    if box:
        return BOX_WORDS[box[1] != " "], split_status(text[box.end() :])[1]
    for pattern in _MARKS:
        match = pattern.search(text)
        if match:
            before, after = (_tidy(_ANY_SYMBOL.sub(" ", x)) for x in (text[: match.start()], text[match.end() :]))
            return match[1], f"{before} {after}".strip() if not before or not after or after[0] in "([" else _tidy(text)
    return None, _tidy(text)


def stated_status(value: str) -> str | None:
    """The status in a labelled value: its first word if that is a status, else the value if it is short.

    A longer value that begins by saying that all is done is cut there.
    """
    bare = _ANY_SYMBOL.sub(" ", value).strip("[]*_`. \t️")
    if not bare:
        symbol = _ANY_SYMBOL.search(value)
        return symbol[0].rstrip("️") if symbol else None
    start = _START.match(bare) or _ALL_DONE.match(bare)
    if len(bare.split()) <= _SHORT or not start:
        return bare
    return start[1]


def names_status(value: str) -> bool:
    """Whether a value begins with a word for a status, or with all of the work and such a word."""
    bare = _ANY_SYMBOL.sub(" ", value)
    return bool(_START.match(bare) or _ALL_DONE.match(bare))


def is_done(status: str) -> bool:
    """Whether a status means that nothing is left to do."""
    return bool(_FINISHED.match(status))


def _tidy(text: str) -> str:
    return " ".join(text.split()).strip(_ENDS)
