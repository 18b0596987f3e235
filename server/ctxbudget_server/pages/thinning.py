"""Fewer points for a chart, chosen so that it still says what all of them would: peaks, lows and ends stay."""

from __future__ import annotations

from collections.abc import Collection, Sequence


def thinned(figures: Sequence[int], most: int, kept: Collection[int] = ()) -> list[int]:
    """Indexes of about `most` points, in order: of each run of points the highest, the lowest and the last; and all of
    `kept`. The first and the last point are always there. With at most `most` points, all of them."""
    if len(figures) <= most:
        return list(range(len(figures)))
    groups = max(1, most // 3)
    chosen = {0, len(figures) - 1, *kept}
    for group in range(groups):
        run = range(group * len(figures) // groups, (group + 1) * len(figures) // groups)
        chosen |= {max(run, key=figures.__getitem__), min(run, key=figures.__getitem__), run[-1]}
    return sorted(chosen)
