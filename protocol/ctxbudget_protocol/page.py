"""The protocol page, made from the method table: `python -m ctxbudget_protocol.page > docs/protocol.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from ctxbudget_protocol.errors import ERRORS
from ctxbudget_protocol.methods import COMMON_ERRORS
from ctxbudget_protocol.schema import contract

HEAD = """\
# The protocol

Made from the method table by `python -m ctxbudget_protocol.page`; a test holds this page against it. The same
contract as JSON Schema is `protocol/ctxbudget_protocol/contract.json`, part of the package.

ctxbudget speaks the base protocol of LSP on stdin and stdout (JSON-RPC 2.0 in `Content-Length` frames) and its
lifecycle: `initialize`, `initialized`, requests in any order, `shutdown`, `exit`. `initialize` answers
`capabilities.experimental.ctxbudget = {protocolVersion, methods, limits}`; a client may ask for a major version
with `initializationOptions: {"protocolVersion": "1.0"}`.

- Names are camelCase. Unknown fields of params are refused with their location, except `workDoneToken`,
  `partialResultToken` and `_meta`. Absent, `null` and `[]` params mean `{}`. Clients ignore result fields they
  do not know.
- `sessionId` absent means the workspace's default session. Every answer about a session carries its `revision`.
- Methods that write take `requestKey` (the same key answers the first result, also after a restart) and
  `ifRevision` (else `conflict {revision}`). A refused request changes nothing.
- Writes to one session are worked on in the order of their arrival. Reads may overtake writes that were sent
  before them: wait for the answer of a write whose effect you want to read.
- `$/cancelRequest` answers -32800 at once and leaves nothing behind, unless the write was committed already:
  then its result is answered.
- Paths are absolute, `file:` URIs, or relative to the workspace, resolved through links; only regular UTF-8
  files inside the workspace (and the folders of `CTXBUDGET_ROOTS`) are read, once, at that moment.
- Token figures are integers with a provenance: `exact`, `calibrated`, `estimated` or `reported`. Shares are
  fractions that name their base: `ofWindow`, `ofBudget`, `ofAllocation`. Times are RFC 3339 UTC, durations
  `...Ms`.
"""


def render() -> str:
    """The page."""
    document = contract()
    return "\n".join([HEAD, *_methods(document), *_errors()]) + "\n"


def _methods(document: dict[str, Any]) -> Iterator[str]:
    yield "## Methods\n"
    for name, method in document["methods"].items():
        arrow = "server → client, a notification" if method["direction"] == "serverToClient" else "client → server"
        yield f"### `{name}`\n"
        yield f"{method['doc']} ({arrow}{', writes' if method['mutates'] else ''})\n"
        yield from _object("params", method["params"])
        if method["result"]:
            yield from _object("result", method["result"])
        if method["errors"]:
            yield f"Errors: {', '.join(f'`{error}`' for error in method['errors'])}.\n"
    yield "## Objects\n"
    seen = set()
    for method in document["methods"].values():
        for schema in (method["params"], method["result"] or {}):
            for name, definition in schema.get("$defs", {}).items():
                if name not in seen and "properties" in definition:
                    seen.add(name)
                    yield f"### {name}\n"
                    yield f"{definition.get('description', '')}\n"
                    yield from _fields(definition)


def _object(title: str, schema: dict[str, Any]) -> Iterator[str]:
    if not schema.get("properties"):
        yield f"**{title}**: `{{}}`\n"
        return
    yield f"**{title}**\n"
    yield from _fields(schema)


def _fields(schema: dict[str, Any]) -> Iterator[str]:
    required = schema.get("required", ())
    yield "| field | type | meaning |"
    yield "| --- | --- | --- |"
    for name, field in schema["properties"].items():
        meaning = " ".join(field.get("description", _nested_description(field)).split()).replace("|", "\\|")
        default = field.get("default")
        if name not in required and default is not None and not isinstance(default, dict):
            meaning = f"{meaning} Default: `{default}`.".strip()
        optional = "" if name in required else "?"
        yield f"| `{name}{optional}` | {_type(field)} | {meaning} |"
    yield ""


def _nested_description(field: dict[str, Any]) -> str:
    return next((option["description"] for option in field.get("anyOf", ()) if "description" in option), "")


def _type(field: dict[str, Any]) -> str:
    if name := field.get("$ref"):
        return str(name.rpartition("/")[2])
    if options := field.get("anyOf"):
        return " \\| ".join(_type(option) for option in options)
    if "enum" in field:
        return " \\| ".join(f"`{value}`" for value in field["enum"])
    if "const" in field:
        return f"`{str(field['const']).lower() if isinstance(field['const'], bool) else field['const']}`"
    if field.get("type") == "array":
        return f"{_type(field['items'])}[]"
    return str(field.get("type", "any"))


def _errors() -> Iterator[str]:
    yield "## Errors\n"
    yield "Every error has `data.name`, which never changes, and `data.retryable`; `data.errors[{loc, msg, type}]`"
    yield f"points at fields. Any request may answer {', '.join(f'`{name}`' for name in COMMON_ERRORS)}.\n"
    yield "| name | code | retryable | meaning, and members of `data` |"
    yield "| --- | --- | --- | --- |"
    for name, spec in ERRORS.items():
        yield f"| `{name}` | {spec.code} | {'yes' if spec.retryable else 'no'} | {spec.doc} |"


if __name__ == "__main__":
    sys.stdout.write(render())
