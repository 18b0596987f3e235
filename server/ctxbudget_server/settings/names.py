"""Which settings there are, and which of them a project's file may make."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from ctxbudget_protocol.generated import read
from ctxbudget_protocol.methods.session.open import Config
from ctxbudget_protocol.param_types import published_types
from ctxbudget_protocol.records import camel

Schema = dict[str, Any]

ACCOUNT: Final = frozenset(map(camel, Config.names))
"""Settings of a session's account."""

PRICES: Final = "prices"
"""What a million tokens of a model cost; it is read by commands alone, and checked in a module of its own."""

_ABSOLUTE: Final = {"type": "string", "minLength": 1, "maxLength": 4096, "pattern": r"^(/|~|[A-Za-z]:[\\/]).*$"}

ACCESS: Final[dict[str, Schema]] = {
    "roots": {"type": "array", "items": _ABSOLUTE, "maxItems": 1000},
    "store": {**_ABSOLUTE, "pattern": r"^(/|~|[A-Za-z]:[\\/]|postgres(ql)?://).*$"},
    "durability": {"type": "string", "enum": ["full", "fast"]},
    "retain": {"type": "string", "maxLength": 200, "pattern": r"^\s*(age|sessions|size)\s*=.*$"},
}
"""Settings of what is read, where the account is kept, and for how long. A repository must not make them."""

ACCESS_FORMS: Final = {
    "roots": "must be a list of folders, absolute or below ~",
    "store": "must be a path, absolute or below ~, or a URL such as postgresql://host/database",
    "durability": 'must be "full" or "fast"',
    "retain": 'must be text such as "age=90d" or "size=2GiB"',
}


@cache
def editor_schema() -> Schema:
    """The JSON Schema of an editor's settings."""
    return read("settings.schema.json")


@cache
def editor_names() -> frozenset[str]:
    """Settings of editors alone."""
    return frozenset(editor_schema()["properties"]) - ACCOUNT - ACCESS.keys()


def schema_of(name: str) -> tuple[Schema, dict[str, Schema]] | None:
    """The schema of a setting, and the types that it refers to; None if there is no such setting."""
    if name in ACCOUNT:
        types = published_types("Config")
        return types["Config"]["properties"][name], types
    if name in ACCESS:
        return ACCESS[name], {}
    schema = editor_schema()
    return (schema["properties"][name], schema["$defs"]) if name in schema["properties"] else None


def editor_defaults() -> dict[str, Any]:
    """The settings of editors alone, with their defaults."""
    properties = editor_schema()["properties"]
    return {name: schema.get("default") for name, schema in properties.items() if name in editor_names()}
