"""`context/get`: an original, whole or in part. Changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctxbudget_protocol.errors import ProtocolError, invalid
from ctxbudget_protocol.methods.context.get import GetResult, Match
from ctxbudget_server.account.content import decode, encode
from ctxbudget_server.account.counter import calibrated_counter
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.transactions import reading

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.context.get import GetParams


MAX_CANDIDATES = 50
"""Maximum number of sections listed in an error."""


def get(request: Request, params: GetParams) -> GetResult:
    """An item's original content, whole or by section, lines or search, even if it was pruned since."""
    asked = [name for name in ("section", "lines", "search") if getattr(params, name) is not None]
    if len(asked) > 1:
        raise invalid([asked[1]], f"at most one of section, lines and search is allowed, not {', '.join(asked)}")
    with reading(request, params.session_id) as snapshot:
        session = snapshot.session
        item = snapshot.item_with_content(params.item_id)
        data = snapshot.reader.content(item)
        counter = calibrated_counter(snapshot.reader, request.settings_of(session).model)
    text = decode(data)
    if params.search is not None:
        matches = _matches(text, params.search, params.limit)
        found = "".join(match.text for match in matches)
        part, start, end, shown = None, None, None, found
    else:
        matches = []
        start, end = _range(params, text)
        part = shown = text if start is None or end is None else _lines(text, start, end)
    counted = counter.figure(shown, request.cancellation.check)
    return GetResult(
        session_id=session.id,
        revision=session.revision,
        item_id=item.id,
        content=part,
        start_line=start,
        end_line=end,
        tokens=counted.tokens,
        provenance=counted.provenance,
        bytes=len(encode(shown)),
        hash=item.hash or "",
        matches=matches,
    )


def _range(params: GetParams, text: str) -> tuple[int | None, int | None]:
    if params.section is not None:
        return _section(text, params.section)
    if params.lines is None:
        return None, None
    if params.lines.end < params.lines.start:
        raise invalid(["lines", "end"], "must not be before the start")
    from ctxbudget_server.markdown.lines import split_lines

    last = max(1, len(split_lines(text)))
    if params.lines.start > last:
        raise invalid(["lines", "start"], f"is beyond the end: the document has {last} lines")
    return params.lines.start, min(params.lines.end, last)


def _lines(text: str, start: int, end: int) -> str:
    from ctxbudget_server.extract import line_range

    return line_range(text, start, end)


def _section(text: str, wanted: str) -> tuple[int, int]:
    from ctxbudget_server.extract import find_section, outline
    from ctxbudget_server.markdown.lines import unnumbered

    text = unnumbered(text)
    found = find_section(text, wanted)
    if len(found) != 1:
        raise ProtocolError(
            "unknownSection",
            f"{len(found)} sections match {wanted!r}; give a path of headings, or ask for lines"
            if found
            else f"no section matches {wanted!r}",
            loc=["section"],
            section=wanted,
            candidates=[
                {"path": list(section.path), "startLine": section.start_line, "endLine": section.end_line}
                for section in found or outline(text, lambda _: 0)[:MAX_CANDIDATES]
            ],
        )
    return found[0].start_line, found[0].end_line


def _matches(text: str, wanted: str, limit: int) -> list[Match]:
    from ctxbudget_server.extract import search_text

    return [Match(line=hit.line, text=hit.text) for hit in search_text(text, wanted, limit)]
