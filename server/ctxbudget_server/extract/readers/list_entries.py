"""Reads the entries of a section in any form: bullets, numbers, headings, labelled lines, table rows, paragraphs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise, takewhile

from ctxbudget_server.markdown.blocks import Unit, cells
from ctxbudget_server.markdown.document import MAX_ITEM_WORDS, Document, unit_text
from ctxbudget_server.markdown.sentences import plain, split_sentences, word_count

_NUMBERING = re.compile(r"^(?:\d+(?:\.\d+)*[.):]?|[a-zA-Z][.)])\s+")
_CATEGORY = re.compile(
    r"^(?:for\b[\w\s/()-]{0,40}|(?:short|medium|long|near|immediate|high|low|critical|priority|must|should|could|nice|quick"
    r"|future|optional|general|later|now|soon|today|this week|primary|secondary|major|minor|quick wins?"
    r"|technical|additional|other|next|p[0-4]|phase|tier|follow-?ups?|recommended|required)\b[\w\s/()–—&-]{0,40}:?)$",
    re.I,
)
_OTHER_LIST = re.compile(
    r"(?:key |main )?(?:findings?|recommendations?|next steps?|risks?|evidence|fix(?:es)?|conclusions?|references|notes"
    r"|files(?: changed| modified)?|tests?|remaining(?: work)?|summary|decisions?|follow-?ups?)\s*:",
    re.I,
)
_COUNTER = re.compile(r"\W?\d{1,3}\.?|[A-Z]\d{1,2}")
_SYMBOL_LINE = re.compile(r"\s*[→✅❌✓✗✔✘⚠•▸►➜⚡🔴🟡🟢]")
_LEAD_IN = re.compile(r":\s*$")
_JOINED_WORDS = 40
"""Maximum number of words of a lead-in together with the entries below it."""
_MAX_RUN = 600
"""Number of units that are searched for the entries under a label."""
_LABEL_WORDS = 6
"""Maximum number of words of a plain line that may be the label of a list."""


def shorten(text: str) -> str:
    """An entry, or its first sentence if it is long."""
    if word_count(text) <= MAX_ITEM_WORDS:
        return text
    sentences = split_sentences(text)
    return sentences[0] if sentences else text


def heading_text(heading: str) -> str:
    """A heading without its numbering."""
    return _NUMBERING.sub("", plain(heading))


def _top_items(units: list[Unit]) -> list[str]:
    """The outermost bullets and labelled lines of a run of units; labels that only group others are left out."""
    listed = [u for u in _before_other_list(units) if u.kind in ("item", "field")]
    if any(u.bullet for u in listed):
        while listed and listed[-1].kind == "field" and not listed[-1].bullet and listed[-1].text.strip():
            listed.pop()  # a labelled line at the end of a list does not belong to it
    leads = [
        u for u, below in pairwise(listed) if u.kind == "field" and u.text.strip() and not u.bullet and below.bullet
    ]
    if len(leads) > 1:
        return [shorten(unit_text(u)) for u in listed if not u.bullet]  # bullets elaborate on the labelled lines above
    found: list[str] = []
    top = min((u.indent for u in listed), default=0)
    for n, unit in enumerate(listed):
        following = listed[n + 1] if n + 1 < len(listed) else None
        if _groups(unit, following):
            top = following.indent if following is not None else top
        elif unit.indent <= top + 1 and unit_text(unit):
            top = min(top, unit.indent)
            text = with_list(shorten(unit_text(unit)), listed[n + 1 :], unit.indent)
            found.append(_NUMBERING.sub("", text) if unit.kind == "field" else text)
    return found


def with_list(text: str, following: list[Unit], indent: int) -> str:
    """A lead-in that ends in a colon, with the deeper entries that follow it; without its colon if there are none."""
    if not _LEAD_IN.search(text):
        return text
    below = list(takewhile(lambda u: u.bullet and u.indent > indent, following))
    return joined(text, below).rstrip(": ")


def joined(lead: str, listed: list[Unit]) -> str:
    """A lead-in and the outer entries of its list in one line, cut at its end with the number of those left out."""
    top = min((u.indent for u in listed), default=0)
    parts = [shorten(unit_text(u)).rstrip(" .;:") for u in listed if u.indent <= top + 1]
    words, kept = word_count(lead), 0
    while kept < len(parts) and words + word_count(parts[kept]) <= _JOINED_WORDS:
        words += word_count(parts[kept])
        kept += 1
    more = f"; … {len(parts) - kept} more" if kept < len(parts) else ""
    return f"{lead.rstrip(': ')}: {'; '.join(parts[:kept])}{more}" if kept else lead


def _before_other_list(units: list[Unit]) -> list[Unit]:
    """The units up to a plain line that names another list, such as `Recommendations:` under the findings."""
    listed = False
    for n, unit in enumerate(units):
        if listed and unit.kind == "prose" and _OTHER_LIST.fullmatch(unit.text.strip()):
            return units[:n]
        listed = listed or unit.bullet
    return units


def _groups(unit: Unit, following: Unit | None) -> bool:
    """Whether a unit is the label of a list: above bullets that are not deeper, or named like a category."""
    if unit.kind != "field" or unit.text.strip() or following is None:
        return False
    beside = not unit.bullet and following.bullet and following.indent <= unit.indent + 1
    return beside or (following.indent > unit.indent and bool(_CATEGORY.match(unit.key)))


def under_labels(
    document: Document, wanted: Callable[[str], object], lines: tuple[int, int] | None = None
) -> list[str]:
    """The entries under labels whose lower-case text is wanted, in the whole text or a range of its lines.

    Labels are `**Key**:` lines, bold lines, and plain lines that end with a colon above a list. The entries are the
    label's own value, or the list or paragraph that follows it.
    """
    found: list[str] = []
    units = document.units
    for n, unit in enumerate(units):
        if lines is not None and not lines[0] <= unit.start < lines[1]:
            continue
        if unit.kind != "field":
            if _LEAD_IN.search(unit.text[-3:]) and _heads_list(units, n) and wanted(_label_text(unit)):
                found += _list_below(units, n)
            continue
        if not wanted(unit.key.lower()):
            continue
        if unit.text.strip():
            found.append(shorten(unit.plain))
            continue
        run: list[Unit] = []
        for other in units[n + 1 : n + _MAX_RUN]:
            if other.section != unit.section or (other.kind == "field" and not _below(other, unit)):
                break
            run.append(other)
        if run and run[0].bullet:
            found += _top_items(run[: next((i for i, u in enumerate(run) if u.kind in ("prose", "row")), len(run))])
        else:
            found += _rows(run) or _paragraphs(run)[:3]
    return distinct(found)


def _label_text(unit: Unit) -> str:
    text = unit.plain.lower().rstrip(": ")
    return text if len(text.split()) <= _LABEL_WORDS else ""


def _heads_list(units: list[Unit], n: int) -> bool:
    following = units[n + 1] if n + 1 < len(units) else None
    if following is None or following.section != units[n].section or not following.bullet:
        return False
    return not units[n].bullet or following.indent > units[n].indent


def _list_below(units: list[Unit], n: int) -> list[str]:
    """The entries of the list directly under a plain line."""
    head = units[n]
    run: list[Unit] = []
    for unit in units[n + 1 : n + _MAX_RUN]:
        if unit.section != head.section or not unit.bullet or (head.bullet and unit.indent <= head.indent):
            break
        run.append(unit)
    return _top_items(run)


def _below(field: Unit, label: Unit) -> bool:
    """Whether a labelled line belongs to the list under a label."""
    return field.indent > label.indent or (field.bullet and not label.bullet)


def body_rows(units: list[Unit]) -> Iterator[tuple[Unit, Unit]]:
    """(head row, body row) for every body row of the tables."""
    previous = -3
    head: Unit | None = None
    for unit in units:
        if unit.kind == "row":
            if head is None or unit.start > previous + 2:
                head = unit
            else:
                yield head, unit
            previous = unit.start


def _rows(units: list[Unit]) -> list[str]:
    """The body rows of tables."""
    found: list[str] = []
    for _, row in body_rows(units):
        values = [c for c in cells(row.text) if c]
        found.append(" | ".join(values[1:] if len(values) > 1 and _COUNTER.fullmatch(values[0]) else values))
    return [shorten(row) for row in found]


def table_rows(units: list[Unit]) -> Iterator[tuple[list[str], list[str]]]:
    """(cells of the head, cells of the row) for every body row of the tables."""
    for head, row in body_rows(units):
        yield cells(head.text), cells(row.text)


def _paragraphs(units: list[Unit], lines: list[str] | None = None) -> list[str]:
    """The paragraphs in a run of units; one whose `lines` all begin with a mark such as ✅ or → is a list."""
    found: list[str] = []
    for unit in units:
        if unit.kind not in ("prose", "quote") or _LEAD_IN.search(unit.plain):
            continue
        own = lines[unit.start : unit.end] if lines is not None else []
        marked = len(own) > 1 and all(map(_SYMBOL_LINE.match, own))
        found += [shorten(plain(line)) for line in own] if marked else [shorten(unit.plain)]
    return found


def entry_heading(document: Document, index: int) -> str:
    """The heading of a section that is an entry of the section above it."""
    return heading_text(document.titles[index]).rstrip(": ")


def entries(document: Document, index: int, headed: Callable[[Document, int], str] = entry_heading) -> list[str]:
    """The entries of a section; `headed` says what one is whose text is a subsection."""
    own = document.units_of(index)
    items = _top_items(own)
    children = document.children(index)
    rows = [] if items else _rows(own)
    if len(items) >= 2 or rows or (items and not children):
        return distinct(items or rows)
    if children:
        alone = len(children) == 1 and not items
        for i in children:
            heading = heading_text(document.titles[i])
            groups = heading.endswith(":") or bool(_CATEGORY.match(heading))
            inner = entries(document, i, headed) if groups or alone else []
            items += inner if groups or len(inner) > 1 else [headed(document, i)]
        return distinct(items)
    found = _paragraphs(own, document.structure.lines) or [unit_text(u) for u in own if u.kind != "code"]
    return distinct(text for text in found if not _LEAD_IN.search(text))


def distinct(found: Iterable[str]) -> list[str]:
    """Entries without duplicates, ignoring case, marks and spaces; the first spelling is kept."""
    kept: dict[str, str] = {}
    for entry in found:
        key = "".join(c for c in entry.casefold() if c.isalnum())
        if key:
            kept.setdefault(key, entry)
    return list(kept.values())
