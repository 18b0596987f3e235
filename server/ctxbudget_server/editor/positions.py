"""Converts columns between code points and the units negotiated with the client."""

from __future__ import annotations

from typing import Literal

Encoding = Literal["utf-8", "utf-16", "utf-32"]


def to_units(line: str, column: int, encoding: Encoding) -> int:
    """How many units the first `column` code points of a line take."""
    if encoding == "utf-32" or line.isascii():
        return column
    head = line[:column]
    if encoding == "utf-8":
        return len(head.encode("utf-8", "surrogatepass"))
    return len(head) + sum(char > "\uffff" for char in head)


def from_units(line: str, units: int, encoding: Encoding) -> int:
    """How many code points are complete within the first `units` units."""
    if encoding == "utf-32" or line.isascii():
        return min(units, len(line))
    if encoding == "utf-8":
        data = line.encode("utf-8", "surrogatepass")
        units = min(units, len(data))
        while units < len(data) and data[units] & 0xC0 == 0x80:
            units -= 1
        return len(data[:units].decode("utf-8", "surrogatepass"))
    taken = 0
    for column, char in enumerate(line):
        taken += 1 + (char > "\uffff")
        if taken > units:
            return column
    return len(line)
