"""Tokens over time as text: one panel per policy, with the whole conversation in grey."""

from __future__ import annotations

from collections.abc import Sequence

from ctxbudget_server.replay.model import Outcome, Replay
from ctxbudget_server.replay.scale import short, ticks

BLOCKS = " ▁▂▃▄▅▆▇█"
SHADE = "░"
CUT = "┴"
"""On the axis: a call before which the policy changed what was sent."""
EDGE = " ┤"
"""Separates the figures of a panel from its bars."""
HEIGHT = 8
"""Height of a panel in lines."""
MARGIN = 7
"""Columns to the left of a panel, for figures."""
SENT, WHOLE, PLAIN = "\x1b[36m", "\x1b[90m", "\x1b[0m"


def panels(replay: Replay, width: int, *, window: int | None = None) -> list[str]:
    """The plot as lines of at most `width` columns."""
    columns = max(10, min(width - MARGIN - 1, 4 * len(replay.baseline.tokens)))
    outcomes = replay.outcomes or [replay.baseline]
    steps = ticks(max([*replay.baseline.tokens, *(t for one in outcomes for t in one.tokens), 1]), 6)
    whole = _columns(replay.baseline.tokens, columns)
    lines = [f"tokens sent by each call ({SHADE} = none: the whole conversation)"]
    for outcome in outcomes:
        lines += ["", f"{'':{MARGIN}} {_title(replay, outcome)}"]
        lines += _panel(_columns(outcome.tokens, columns), whole, steps, _columns_of(outcome.cuts, replay, columns))
    lines += _axis(replay, columns)
    if any(outcome.cuts for outcome in outcomes):
        lines.append(f"{'':{MARGIN}} {CUT} a cut: what was sent before changed")
    if window is not None:
        over = sum(tokens > window for tokens in replay.baseline.tokens)
        lines.append(f"{'':{MARGIN}} window {short(window)}: {over} calls of none are over it")
    return lines


def _title(replay: Replay, outcome: Outcome) -> str:
    if outcome is replay.baseline:
        return outcome.policy
    return f"{outcome.policy}: {replay.saved(outcome):.1%} of the token-turns saved"


def _columns(tokens: Sequence[int], columns: int) -> list[int]:
    """The maximum over the calls that share a column; if there are few calls, each has several columns."""
    found = []
    for column in range(columns):
        start = column * len(tokens) // columns
        end = max(start + 1, (column + 1) * len(tokens) // columns)
        found.append(max(tokens[start:end], default=0))
    return found


def _columns_of(calls: Sequence[int], replay: Replay, columns: int) -> set[int]:
    """Columns of these calls, counted from 1: the first of each."""
    total = len(replay.baseline.tokens)
    return {min(columns - 1, -(-(call - 1) * columns // total)) for call in calls}


def _panel(sent: Sequence[int], whole: Sequence[int], steps: Sequence[int], cuts: set[int]) -> list[str]:
    most = steps[-1]
    labels = {round(step / most * HEIGHT): short(step) for step in steps[1:]}
    lines = []
    for level in range(HEIGHT, 0, -1):
        cells = [_cell(a, b, level, most) for a, b in zip(sent, whole, strict=True)]
        lines.append(f"{labels.get(level, ''):>{MARGIN - 1}}{EDGE}{''.join(cells)}".rstrip())
    axis = "".join(CUT if column in cuts else "─" for column in range(len(sent)))
    return [*lines, f"{'0':>{MARGIN - 1}} ┼{axis}"]


def _cell(sent: int, whole: int, level: int, most: int) -> str:
    """One character: how far the bar of `sent` fills this level, with the shade of `whole` above it."""
    eighths = max(0, min(8, round((sent / most * HEIGHT - (level - 1)) * 8)))
    if eighths:
        return BLOCKS[eighths]
    return SHADE if whole / most * HEIGHT > level - 0.5 else " "


def painted(line: str) -> str:
    """A line of a panel with coloured bars, for a terminal; any other line unchanged."""
    label, edge, bars = line.partition(EDGE)
    if not edge or not bars:
        return line
    ink = ""
    cells = []
    for cell in bars:
        wanted = WHOLE if cell == SHADE else SENT
        cells.append(cell if cell == " " or wanted == ink else wanted + cell)
        ink = ink if cell == " " else wanted
    return f"{label}{edge}{''.join(cells)}{PLAIN}"


def _axis(replay: Replay, columns: int) -> list[str]:
    calls = len(replay.baseline.tokens)
    marks = [" "] * columns
    for call in replay.breaks:
        marks[min(columns - 1, call * columns // calls)] = "^"
    last = f"call {calls}"
    lines = [f"{'':{MARGIN}} {'call 1':{max(0, columns - len(last))}}{last}"]
    if replay.breaks:
        lines = [f"{'':{MARGIN}} {''.join(marks)}".rstrip(), *lines, f"{'':{MARGIN}} ^ the conversation starts over"]
    return lines
