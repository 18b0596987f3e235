"""The shape of a JSON tool result: its structure, sizes, and the values that distinguish its parts."""

from __future__ import annotations

import json
from collections import Counter
from itertools import islice

from ctxbudget_server.markdown.sentences import split_sentences

MAX_TEXT = 2_000_000
"""Maximum characters of JSON that is parsed, since the parser holds the interpreter lock until it is done."""
_WALK = 20_000
_VALUE_CHARS = 100
_SHAPES = 12
_DEPTH = 12
_KEYS = 24
_SAMPLE = 500
_FEW, _MANY = 5, 6
"""A key with few distinct values that occur many times is shown with their counts."""
_LONG_LINES = 3
_LONG_READ = 4_000


class JsonShape:
    """The shape of a JSON text; both lists are empty if it cannot be parsed."""

    def __init__(self, text: str) -> None:
        self.lines: list[str] = []
        self.counted: list[str] = []
        """The keys of few values, with how often each occurs."""
        self.values: list[str] = []
        try:
            tree = json.loads(text) if len(text) <= MAX_TEXT else None
        except (ValueError, RecursionError):
            return
        if isinstance(tree, list | dict):
            self._describe(tree)
            self._collect(tree)

    def _describe(self, tree: object) -> None:
        """One line for the whole and one for each array (described by its first objects), the nearest to the root
        first.
        """
        queue: list[tuple[str, object, int]] = [("", tree, 0)]
        at = 0
        while at < len(queue) and len(self.lines) < _SHAPES:
            name, node, depth = queue[at]
            at += 1
            label = f"{name}: " if name else ""
            if isinstance(node, list):
                keys: Counter[str] = Counter(str(k) for x in node[:_SAMPLE] if isinstance(x, dict) for k in x)
                if name or not depth:
                    kind = f"array of {len(node)}"
                    self.lines.append(f"{label}{kind}" + (f", keys {' '.join(list(keys)[:_KEYS])}" if keys else ""))
                first = next((x for x in node[:_SAMPLE] if isinstance(x, list | dict) and x), None)
                inner = [] if first is None else [("", first)]
            elif isinstance(node, dict):
                if depth == 0 or len(node) == 1:
                    self.lines.append(f"{label}object, keys {' '.join([str(k) for k in islice(node, 40)])}")
                inner = [(str(k), v) for k, v in islice(node.items(), 60) if isinstance(v, list | dict) and v]
            else:
                inner = []
            if depth < _DEPTH:
                queue += [(k, v, depth + 1) for k, v in inner]
        self.lines = list(dict.fromkeys(self.lines))

    def _collect(self, tree: object) -> None:
        """The scalar values: those near the root, then frequent ones with their counts, then rare ones."""
        found = _scalars(tree)
        seen = Counter(value for _, value, _ in found)
        by_key: dict[str, Counter[str]] = {}
        for key, value, _ in found:
            by_key.setdefault(key, Counter())[value] += 1
        few = {key: v for key, v in by_key.items() if key and len(v) <= _FEW and v.total() >= _MANY}
        shown: Counter[str] = Counter()
        first: list[str] = []
        rest: list[str] = []
        for key, value, depth in found:
            if key not in few and seen[value] <= 2 and shown[key] < 3 and "://" not in value:
                shown[key] += 1
                (first if depth <= 1 else rest).append(f"{key}: {value}" if key else value)
        self.counted = [
            f"{k}: {', '.join(f'{v} (×{n})' for v, n in values.most_common(4))}" for k, values in few.items()
        ]
        self.values = first + self.counted + rest


def _scalars(tree: object) -> list[tuple[str, str, int]]:
    """(key, value, depth) of the scalar values, the nearest to the root first."""
    found: list[tuple[str, str, int]] = []
    queue: list[tuple[str, object, int]] = [("", tree, 0)]
    at = 0
    while at < len(queue) and at < _WALK:
        key, node, depth = queue[at]
        at += 1
        if isinstance(node, dict):
            queue += [(str(k), v, depth + 1) for k, v in node.items()]
        elif isinstance(node, list):
            queue += [(key, v, depth + 1) for v in node[:2000]]
        elif isinstance(node, str):
            found += [(key, part, depth) for part in _parts(node)]
        elif key and isinstance(node, bool | int | float):
            found.append((key, json.dumps(node), depth))
    return found


def _parts(text: str) -> list[str]:
    """A string; for a long one, its first sentences and lines."""
    if len(text) <= _VALUE_CHARS and "\n" not in text:
        return [text] if text.strip() else []
    lines = (x.strip() for x in text[:_LONG_READ].split("\n"))
    pieces = (s for line in lines for s in split_sentences(line) if len(s) <= 3 * _VALUE_CHARS)
    return list(islice(pieces, _LONG_LINES))
