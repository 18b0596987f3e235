"""Where a session's tokens came from, and what was pruned and read again, on the wire."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from heapq import nlargest
from typing import Final

from ctxbudget_protocol.methods.budget.report import ReadAgain, ReadAgainItem, SourceFigures, SourcesReport, SourceTable
from ctxbudget_server.rules.items import Item
from ctxbudget_server.rules.naming import title_of, tool_of
from ctxbudget_server.rules.sources import Key, shortened, sources

ROWS: Final = 20
LARGEST: Final = 10

Each = Callable[[Iterable[Item]], Iterable[Item]]
Shown = Callable[[str | None], str | None]


def sources_report(items: Sequence[Item], each: Each, shown: Shown) -> SourcesReport:
    """What entered and what is kept, by agent, tool and file. `each` raises if the request was cancelled."""

    def table(key: Key) -> SourceTable:
        rows, others = shortened(sources(each(items), key), ROWS)
        return SourceTable(
            rows=[SourceFigures(**row._asdict()) for row in rows],
            others=SourceFigures(**others._asdict()) if others else None,
        )

    return SourcesReport(
        by_agent=table(lambda item: item.agent),
        by_tool=table(tool_of),
        by_file=table(lambda item: shown(item.path)),
    )


def read_again(items: Sequence[Item], shown: Shown) -> ReadAgain:
    """Items that had left the context and came back: all that bring one item back count at most its tokens."""
    left = {item.id: item.tokens for item in items}
    back = []
    for item in items:
        if item.again_of is None or item.again_of not in left:
            continue
        tokens = min(item.tokens, left[item.again_of])
        left[item.again_of] -= tokens
        path = shown(item.path)
        back.append(
            ReadAgainItem(item_id=item.id, again_of=item.again_of, title=title_of(item), path=path, tokens=tokens)
        )
    return ReadAgain(
        tokens=sum(one.tokens for one in back),
        items=len(back),
        largest=nlargest(LARGEST, back, key=lambda one: one.tokens),
    )
