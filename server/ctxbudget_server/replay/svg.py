"""Tokens over time as a picture: one line per policy, axes with units, a legend."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

from ctxbudget_server.replay.model import Outcome, Replay
from ctxbudget_server.replay.scale import short, ticks

WIDTH, HEIGHT = 960, 480
LEFT, RIGHT, TOP, BOTTOM = 80, 24, 56, 64
COLORS = ("#8a8f98", "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
"""Grey for the whole conversation, then colours that colour-blind people can distinguish (Okabe and Ito)."""
DASHES = ("", "", "7 3", "2 3", "9 3 2 3", "12 4", "4 4")


def svg(replay: Replay, title: str, window: int | None = None) -> str:
    """A standalone SVG document."""
    outcomes = replay.all
    plot = _Plot(replay, outcomes, window)
    legend = 22 * len(outcomes)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT + legend}" '
        f'width="{WIDTH}" height="{HEIGHT + legend}" font-family="sans-serif" font-size="13">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT + legend}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="28" font-size="17" fill="#1b1f24">{escape(title)}</text>',
        *plot.grid(),
        *plot.breaks(),
        *(plot.line(number, outcome) for number, outcome in enumerate(outcomes)),
        *(mark for number, outcome in enumerate(outcomes) for mark in plot.cuts(number, outcome)),
        *(part for number, outcome in enumerate(outcomes) for part in plot.entry(number, outcome)),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


class _Plot:
    def __init__(self, replay: Replay, outcomes: Sequence[Outcome], window: int | None) -> None:
        self._replay = replay
        self._calls = len(replay.baseline.tokens)
        most = max([t for one in outcomes for t in one.tokens] + [1])
        self._window = window if window is not None and window <= 3 * most else None
        self._steps = ticks(max(most, self._window or 0), 6)

    def _x(self, call: float) -> float:
        """Of a call, counted from 1."""
        return LEFT + (WIDTH - LEFT - RIGHT) * (call - 1) / max(1, self._calls - 1)

    def _y(self, tokens: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * tokens / self._steps[-1]

    def grid(self) -> list[str]:
        """Axes with figures and units."""
        end, floor = WIDTH - RIGHT, HEIGHT - BOTTOM
        lines = []
        for step in self._steps:
            y = self._y(step)
            lines.append(f'<line x1="{LEFT}" y1="{y:.1f}" x2="{end}" y2="{y:.1f}" stroke="#e3e6ea"/>')
            lines.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end" fill="#57606a">{short(step)}</text>')
        calls = [1, *(step for step in ticks(self._calls, 8)[1:] if step < self._calls * 0.96), self._calls]
        for call in dict.fromkeys(calls):
            x = self._x(call)
            lines.append(f'<line x1="{x:.1f}" y1="{floor}" x2="{x:.1f}" y2="{floor + 5}" stroke="#57606a"/>')
            lines.append(f'<text x="{x:.1f}" y="{floor + 20}" text-anchor="middle" fill="#57606a">{call}</text>')
        middle = (LEFT + end) / 2
        lines += [
            f'<line x1="{LEFT}" y1="{floor}" x2="{end}" y2="{floor}" stroke="#57606a"/>',
            f'<text x="{middle}" y="{floor + 42}" text-anchor="middle" fill="#1b1f24">API call</text>',
            f'<text transform="translate(22 {(TOP + floor) / 2}) rotate(-90)" text-anchor="middle" fill="#1b1f24">'
            "tokens sent</text>",
        ]
        if self._window is not None:
            y = self._y(self._window)
            lines.append(f'<line x1="{LEFT}" y1="{y:.1f}" x2="{end}" y2="{y:.1f}" stroke="#b3261e"/>')
            label = f"window {short(self._window)}"
            lines.append(f'<text x="{end}" y="{y - 5:.1f}" text-anchor="end" fill="#b3261e">{label}</text>')
        return lines

    def breaks(self) -> list[str]:
        """Where the conversation starts over."""
        lines = []
        for call in self._replay.breaks:
            x = self._x(call + 0.5)
            lines.append(
                f'<line x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{HEIGHT - BOTTOM}" stroke="#8a8f98" '
                'stroke-dasharray="3 4"><title>the conversation starts over</title></line>'
            )
        return lines

    def line(self, number: int, outcome: Outcome) -> str:
        """One policy's tokens, with a gap at each break."""
        starts = [0, *self._replay.breaks]
        ends = [*self._replay.breaks, self._calls]
        paths = []
        for start, end in zip(starts, ends, strict=True):
            points = [f"{self._x(call + 1):.1f},{self._y(outcome.tokens[call]):.1f}" for call in range(start, end)]
            paths.append("M" + " L".join(points if len(points) > 1 else points * 2))
        return f'<path d="{" ".join(paths)}" fill="none" {self._stroke(number)}/>'

    def cuts(self, number: int, outcome: Outcome) -> list[str]:
        """A dot where a policy changed what was sent before."""
        return [
            f'<circle cx="{self._x(call):.1f}" cy="{self._y(outcome.tokens[call - 1]):.1f}" r="3.5" '
            f'fill="{COLORS[number % len(COLORS)]}"><title>{escape(outcome.policy)}: cut at {call}</title></circle>'
            for call in outcome.cuts
        ]

    def entry(self, number: int, outcome: Outcome) -> list[str]:
        """A line of the legend."""
        y = HEIGHT - 8 + 22 * number
        text = outcome.policy
        if number:
            names = outcome.names
            text += f": {self._replay.saved(outcome):.1%} of token-turns saved"
            text += f", {names.share(names.lost):.1%} of later-used names lost"
        else:
            text += f": the whole conversation, {outcome.token_turns:,} token-turns"
        return [
            f'<line x1="{LEFT}" y1="{y}" x2="{LEFT + 34}" y2="{y}" {self._stroke(number)}/>',
            f'<text x="{LEFT + 44}" y="{y + 4}" fill="#1b1f24">{escape(text)}</text>',
        ]

    @staticmethod
    def _stroke(number: int) -> str:
        dash = DASHES[number % len(DASHES)]
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        return f'stroke="{COLORS[number % len(COLORS)]}" stroke-width="2" stroke-linecap="round"{dashes}'
