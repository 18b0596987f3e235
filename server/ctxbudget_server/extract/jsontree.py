"""The shape of a JSON tool result: what it is, how many of what, and the values that tell its parts apart."""

from __future__ import annotations

import json
from collections import Counter

MAX_TEXT = 2_000_000
"""Characters of the longest JSON that is parsed: the parser holds the interpreter until it is done."""
_WALK = 20_000
_VALUE_CHARS = 100


class JsonShape:
    """What a JSON text looks like; both lists are empty when it cannot be parsed."""

    def __init__(self, text: str) -> None:
        self.lines: list[str] = []
        self.values: list[str] = []
        try:
            tree = json.loads(text) if len(text) <= MAX_TEXT else None
        except (ValueError, RecursionError):
            return
        if isinstance(tree, list | dict):
            self._describe(tree)
            self._collect(tree)

    def _describe(self, tree: list[object] | dict[str, object]) -> None:
        """One line for the whole, one for each array of objects on the first levels."""
        queue: list[tuple[str, object, int]] = [("", tree, 0)]
        while queue and len(self.lines) < 12:
            name, node, depth = queue.pop(0)
            label = f"{name}: " if name else ""
            if isinstance(node, list):
                keys: Counter[str] = Counter()
                for entry in node[:500]:
                    if isinstance(entry, dict):
                        keys.update(str(k) for k in entry)
                kind = f"array of {len(node)}"
                self.lines.append(f"{label}{kind}" + (f", keys {' '.join(list(keys)[:24])}" if keys else ""))
            elif isinstance(node, dict):
                if depth == 0:
                    self.lines.append(f"{label}object, keys {' '.join([str(k) for k in node][:40])}")
                if depth < 2:
                    queue += [
                        (str(k), v, depth + 1) for k, v in list(node.items())[:60] if isinstance(v, list | dict) and v
                    ]

    def _collect(self, tree: object) -> None:
        """`key: value` of the scalar values that are short and seldom, the nearest to the root first."""
        seen: Counter[str] = Counter()
        pairs: list[tuple[str, str]] = []
        queue: list[tuple[str, object]] = [("", tree)]
        at = 0
        while at < len(queue) and at < _WALK:
            key, node = queue[at]
            at += 1
            if isinstance(node, dict):
                queue += [(str(k), v) for k, v in node.items()]
            elif isinstance(node, list):
                queue += [(key, v) for v in node[:2000]]
            elif isinstance(node, str) and 0 < len(node) <= _VALUE_CHARS and "\n" not in node:
                pairs.append((key, node))
                seen[node] += 1
            elif isinstance(node, int | float) and not isinstance(node, bool):
                value = json.dumps(node)
                pairs.append((key, value))
                seen[value] += 1
        shown: Counter[str] = Counter()
        for key, value in pairs:
            if seen[value] <= 2 and shown[key] < 3 and key and "://" not in value:
                shown[key] += 1
                self.values.append(f"{key}: {value}")
