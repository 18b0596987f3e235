"""The figures of files as a sorted tree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(slots=True)
class Node:
    """A folder or file in the tree, with the tokens of everything below it."""

    tokens: int = 0
    children: dict[str, Node] = field(default_factory=dict)


def tree_lines(root: str, figures: Mapping[Path, int]) -> Iterator[tuple[int, str]]:
    """(tokens, indented name) of a folder and everything below it; in each folder the largest first, ties by name.

    The paths of `figures` are relative to the folder.
    """
    top = Node()
    for path, tokens in figures.items():
        node = top
        node.tokens += tokens
        for part in path.parts:
            node = node.children.setdefault(part, Node())
            node.tokens += tokens
    yield top.tokens, f"{root}/"
    yield from _lines(top, 1)


def _lines(node: Node, depth: int) -> Iterator[tuple[int, str]]:
    for name, child in sorted(node.children.items(), key=lambda entry: (-entry[1].tokens, entry[0])):
        yield child.tokens, "  " * depth + name + ("/" if child.children else "")
        yield from _lines(child, depth + 1)
