"""`context/render`: its params, its result and its row of the table."""

from __future__ import annotations

from ctxbudget_protocol.common import SessionParams, SessionResult
from ctxbudget_protocol.fields import (
    PhaseNumber,
    PositiveTokens,
    Text,
)
from ctxbudget_protocol.method import SESSION_ERRORS, Example, Method
from ctxbudget_protocol.records import Record, described
from ctxbudget_protocol.words import (
    Detail,
    Provenance,
    RenderReason,
)


class RenderParams(SessionParams):
    """Params of `context/render`."""

    max_tokens: PositiveTokens = described("A hard limit, in tokens of the session's model.")
    phase: PhaseNumber | None = described(
        "The phase whose phase-scoped items are included. Absent: the running phase.", default=None
    )
    focus: Text | None = described("What the next step is about: items and passages about it come first.", default=None)


class RenderedItem(Record):
    """A retained item, and how it is shown in the text."""

    id: str
    detail: Detail = described(
        "`metadata`: an extract, of its source if it replaces one. `brief`: one of half the size. "
        "`line`: title, kind and tokens. `marker`: a marker, or covered by that of its phase."
    )
    tokens: int = described("Tokens of its part of the text; 0 if omitted or covered by its phase's marker.")
    reason: RenderReason = described(
        "pinned, permanent, fits: shown whole for this reason; focus: extracted again, because its source is about the "
        "focus; room: finer detail did not fit; noContent: only a token figure; otherPhase: instructions and state of "
        "another phase; marker, phaseMarker; sourceRetained: the item that it replaces is retained itself."
    )


class RenderResult(SessionResult):
    """Result of `context/render`."""

    text: str = described("Markdown: permanent, phase-scoped, metadata, transient.")
    tokens: int = described("Tokens of `text`, as counted by `tokens/count` for the session; at most `maxTokens`.")
    provenance: Provenance
    max_tokens: int
    phase: int | None = described("The phase whose phase-scoped items are included; null: no phase is running.")
    stable_prefix_tokens: int = described(
        "Tokens of the permanent items at the beginning of `text`: the same bytes as long as none of them changes."
    )
    omitted: int = described("Number of items that are not in `text` at all.")
    items: list[RenderedItem] = described("All retained items, in the order in which they were added.")


RENDER = Method(
    name="context/render",
    doc="Render the text for the next agent within N tokens. Changes nothing.",
    params=RenderParams,
    result=RenderResult,
    errors=(*SESSION_ERRORS, "unknownPhase", "budgetExceeded"),
    example=Example(
        params={"sessionId": "run-1", "maxTokens": 200},
        result={
            "sessionId": "run-1",
            "revision": 15,
            "text": "# Permanent\n"
            "\n"
            "## task [item i482915036000002]\n"
            "\n"
            "Keep people signed in for 30 days.\n"
            "\n"
            "# Metadata\n"
            "\n"
            "## Phase 1 summary [item i482915036000009, summary, phase 1]\n"
            "\n"
            "Rotate refresh tokens on every use.\n"
            "\n"
            "# Transient\n"
            "\n"
            "## report.md [item i482915036000003, report, from 554 tokens, phase 1]\n"
            "\n"
            "# Token rotation for the gateway\n"
            "\n"
            "Refresh tokens are rotated on every use. A stolen token is found out when its twin is "
            "presented a second time. The gateway keeps the family id of each token in "
            "`auth/families.py` and revokes the whole family at once.\n"
            "\n"
            "The grace period was measured, not guessed.\n"
            "\n"
            "Rest: item i482915036000003\n"
            "\n"
            '> context/get {"sessionId": "run-1", "itemId": …} has an item whole, context/list has '
            "what is left out.\n",
            "tokens": 186,
            "provenance": "exact",
            "maxTokens": 200,
            "phase": None,
            "stablePrefixTokens": 23,
            "omitted": 1,
            "items": [
                {"id": "i482915036000002", "detail": "whole", "tokens": 20, "reason": "pinned"},
                {"id": "i482915036000003", "detail": "metadata", "tokens": 98, "reason": "room"},
                {"id": "i482915036000007", "detail": "omitted", "tokens": 0, "reason": "sourceRetained"},
                {"id": "i482915036000009", "detail": "whole", "tokens": 27, "reason": "fits"},
            ],
        },
    ),
)
