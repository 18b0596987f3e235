"""The table of settings in `docs/editors.md`, generated from their JSON Schema."""

from __future__ import annotations

import json
from typing import Any

from ctxbudget_protocol.settings import schema

FIRST_ROW = "| setting | type | default | meaning |"


def render(page: str) -> str:
    """The page with its table generated from the schema. Raises ValueError if it has no table of settings."""
    before, first, rest = page.partition(FIRST_ROW)
    if not first:
        raise ValueError(f"docs/editors.md has no line {FIRST_ROW!r}")
    _, blank, after = rest.partition("\n\n")
    return before + "\n".join(rows()) + blank + after


def rows() -> list[str]:
    """The lines of the table."""
    made = schema()
    lines = [FIRST_ROW, "| --- | --- | --- | --- |"]
    for name, entry in made["properties"].items():
        lines.append(f"| `{name}` | {_type(entry, made)} | {_default(entry)} | {entry['description']} |")
    return lines


def _type(entry: dict[str, Any], made: dict[str, Any]) -> str:
    if "$ref" in entry:
        target = made["$defs"][entry["$ref"].rpartition("/")[2]]
        return "object of " + ", ".join(f"`{name}`" for name in target["properties"])
    if "enum" in entry:
        return ", ".join(f"`{value}`" for value in entry["enum"])
    if "anyOf" in entry:
        return " or ".join(_type(each, made) for each in entry["anyOf"] if each.get("type") != "null")
    if entry["type"] == "array":
        item = entry["items"]
        if "$ref" in item:
            target = made["$defs"][item["$ref"].rpartition("/")[2]]
            return "list of objects with " + " and ".join(f"`{name}`" for name in target["properties"])
        return "list of strings"
    return str(entry["type"])


def _default(entry: dict[str, Any]) -> str:
    value = entry.get("default")
    if value is None or isinstance(value, dict):
        return ""
    if isinstance(value, list):
        return ", ".join(f"`{item}`" for item in value) or "none"
    return f"`{json.dumps(value)}`"
