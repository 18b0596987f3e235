"""The protocol page, `docs/protocol.md`, generated from the method table by `python -m ctxbudget_protocol.generate`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ctxbudget_protocol.contract import definitions
from ctxbudget_protocol.errors import ERRORS
from ctxbudget_protocol.limits import Limits
from ctxbudget_protocol.method import COMMON_ERRORS, Method
from ctxbudget_protocol.methods import METHODS
from ctxbudget_protocol.records import type_name

Schema = dict[str, Any]

TITLE = """\
# The protocol

This page is generated from the method table by `python -m ctxbudget_protocol.generate`. The same contract is included
in the package as one JSON Schema, which `ctxbudget schema` prints.
"""

RULES = """\
## Rules

ctxbudget speaks the base protocol of LSP on stdin and stdout (JSON-RPC 2.0 in `Content-Length` frames) and its
lifecycle: `initialize`, `initialized`, requests in any order, `shutdown`, `exit`. The result of `initialize` has
`capabilities.experimental.ctxbudget = {protocolVersion, methods, limits}`; a client may request a major version with
`initializationOptions: {"protocolVersion": "1.0"}`.

- Names are camelCase. Unknown fields of params are refused with their location, except `workDoneToken`,
  `partialResultToken` and `_meta`. Absent, `null` and `[]` params mean `{}`. Clients ignore result fields they do not
  know.
- Without `sessionId` a request acts on the workspace's default session. Every answer about a session carries its
  `revision`.
- Methods that write accept `requestKey` (the same key returns the first result, even after a restart) and `ifRevision`
  (any other revision is refused with `conflict {revision}`). A refused request changes nothing.
- Writes to one session are processed in the order in which they arrive. Reads may overtake earlier writes: wait for the
  answer to a write whose effect you want to read.
- After `$/cancelRequest` the request is answered with -32800 at once and leaves nothing behind, unless its write has
  already been committed: then its result is returned.
- Paths are absolute, `file:` URIs, or relative to the workspace, resolved through links; only regular UTF-8 files
  inside the workspace (and the folders of `--root` and `CTXBUDGET_ROOTS`) are read, once, at that moment.
- Token figures are integers with a provenance: `exact`, `calibrated`, `estimated` or `reported`. Shares are fractions
  that name their base: `ofWindow`, `ofBudget`, `ofAllocation`. Times are RFC 3339 UTC, durations `...Ms`.
"""


def render() -> str:
    """The page."""
    return "\n".join([TITLE, *_overview(), RULES, *_methods(), *_objects(), *_limits(), *_errors()]) + "\n"


def _overview() -> Iterator[str]:
    yield "| method | what it does | writes |"
    yield "| --- | --- | --- |"
    for method in METHODS.values():
        yield f"| [`{method.name}`](#{_anchor(method.name)}) | {method.doc} | {_effect(method)} |"
    yield ""


def _anchor(name: str) -> str:
    return name.lower().replace("/", "")


def _effect(method: Method) -> str:
    if method.direction == "serverToClient":
        return "notification from the server"
    if not method.mutates:
        return "no"
    return "yes; may be repeated" if method.repeatable else "yes"


def _methods() -> Iterator[str]:
    types = definitions()
    yield "## Methods\n"
    for name, method in METHODS.items():
        arrow = "server → client, a notification" if method.direction == "serverToClient" else "client → server"
        yield f"### `{name}`\n"
        yield f"{method.doc} ({arrow}{', writes' if method.mutates else ''})\n"
        yield from _object("params", types[type_name(method.params)])
        if method.result:
            yield from _object("result", types[type_name(method.result)])
        if method.errors:
            yield f"Errors: {', '.join(f'`{error}`' for error in method.errors)}.\n"
        yield from _example(method)


def _example(method: Method) -> Iterator[str]:
    if (example := method.example) is not None:
        for value in (example.params, example.result):
            yield f"```json\n{json.dumps(value, indent=2, ensure_ascii=False)}\n```\n"


def _objects() -> Iterator[str]:
    named = {type_name(record) for method in METHODS.values() for record in (method.params, method.result) if record}
    yield "## Objects\n"
    for name, schema in definitions().items():
        if name in named or name.endswith("Data") or name in ("Advertisement", "Limits"):
            continue
        yield f"### {name}\n"
        if "enum" in schema:
            yield f"One of {', '.join(f'`{value}`' for value in schema['enum'])}.\n"
        else:
            yield f"{schema.get('description', '')}\n"
            yield from _fields(schema)


def _object(title: str, schema: Schema) -> Iterator[str]:
    if not schema.get("properties"):
        yield f"**{title}**: `{{}}`\n"
        return
    yield f"**{title}**\n"
    yield from _fields(schema)


def _fields(schema: Schema) -> Iterator[str]:
    required = schema.get("required", ())
    yield "| field | type | meaning |"
    yield "| --- | --- | --- |"
    for name, field in schema["properties"].items():
        meaning = " ".join(field.get("description", "").split()).replace("|", "\\|")
        default = field.get("default")
        if name not in required and default is not None and not isinstance(default, dict):
            meaning = f"{meaning} Default: `{json.dumps(default)}`.".strip()
        optional = "" if name in required else "?"
        yield f"| `{name}{optional}` | {_type(field)} | {meaning} |"
    yield ""


def _type(field: Schema) -> str:
    if name := field.get("$ref"):
        plain = str(name.rpartition("/")[2])
        return f"[{plain}](#{plain.lower()})"
    if options := field.get("anyOf"):
        return " \\| ".join(_type(option) for option in options)
    if "enum" in field:
        return " \\| ".join(f"`{value}`" for value in field["enum"])
    if "const" in field:
        return f"`{json.dumps(field['const'])}`" if isinstance(field["const"], bool) else f"`{field['const']}`"
    if field.get("type") == "array":
        return f"{_type(field['items'])}[]"
    return str(field.get("type", "any"))


def _limits() -> Iterator[str]:
    yield "## Limits\n"
    yield "`initialize` advertises the limits of what the server accepts; these are the defaults.\n"
    yield "| limit | default |"
    yield "| --- | --- |"
    for name, figure in Limits().wire().items():
        yield f"| `{name}` | {figure:,} |"
    yield ""


def _errors() -> Iterator[str]:
    yield "## Errors\n"
    yield "Every error has `data.name`, which is stable, and `data.retryable`; `data.errors[{loc, msg, type}]`"
    yield f"points at fields. Any request may fail with {', '.join(f'`{name}`' for name in COMMON_ERRORS)}.\n"
    yield "| name | code | retryable | meaning | members of `data` |"
    yield "| --- | --- | --- | --- | --- |"
    retryable = {True: "yes", False: "no", None: "it depends"}
    for name, spec in ERRORS.items():
        members = ", ".join(f"`{member}`" for member in spec.data)
        yield f"| `{name}` | {spec.code} | {retryable[spec.retryable]} | {spec.doc} | {members} |"
