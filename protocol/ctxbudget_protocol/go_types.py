"""The types and typed methods of the Go client, generated from the contract by `python -m ctxbudget_protocol.generate`.

Objects become structs, enums become named strings with constants. A field that may be absent or null is a pointer, but
lists and maps are nil instead. Forms of which exactly one is given (`oneOf`) become one struct with the fields of all.
"""

from __future__ import annotations

import re
from typing import Any

from ctxbudget_protocol import contract
from ctxbudget_protocol.generated import COMMAND

FILE_NAME = "contract.go"

Schema = dict[str, Any]

HEAD = f"""// Code generated from the method table by `{COMMAND}`. DO NOT EDIT.

package ctxbudget

import (
\t"context"
\t"encoding/json"
\t"fmt"
)

// Error is an answer of the server that is not a result. Programs decide by Name, which is one of Reason….
type Error struct {{
\tCode    int             `json:"code"`
\tMessage string          `json:"message"`
\tData    json.RawMessage `json:"data,omitempty"` // a BudgetExceededData, and so on
}}

// Error is for people; it ends with the name.
func (e *Error) Error() string {{ return fmt.Sprintf("%s (%s)", e.Message, e.Name()) }}

// Name is one of Reason…, or empty if the server gave none.
func (e *Error) Name() string {{ return e.common().Name }}

// Retryable says whether the same request may succeed later, by waiting alone.
func (e *Error) Retryable() bool {{ return e.common().Retryable }}

func (e *Error) common() (said struct {{
\tName      string
\tRetryable bool
}}) {{
\t_ = json.Unmarshal(e.Data, &said) // without data, code and message are all that is known
\treturn said
}}

func ask[Result any](ctx context.Context, c *Client, method string, params any) (*Result, error) {{
\tresult := new(Result)
\tif err := c.Call(ctx, method, params, result); err != nil {{
\t\treturn nil, err
\t}}
\treturn result, nil
}}
"""
PLAIN = {"string": "string", "integer": "int64", "number": "float64", "boolean": "bool"}
ANYTHING = "json.RawMessage"


def render() -> str:
    """The text of the generated file, in gofmt's form."""
    contents = contract.contract()
    methods: Schema = contents["methods"]
    requests = {name: row for name, row in methods.items() if row["direction"] == "clientToServer"}
    keyed = [name for name, row in requests.items() if row["mutates"] and not row["repeatable"]]
    blocks = [
        HEAD.rstrip(),
        "// ProtocolVersion is the version of the contract.\n"
        f"const ProtocolVersion = {_text(contents['protocolVersion'])}",
        _constants(
            "Names of errors, in Error.Name.",
            [(f"Reason{_exported(name)}", "", name, row["doc"]) for name, row in contents["errors"].items()],
        ),
        *(_definition(name, schema) for name, schema in contents["$defs"].items()),
        _keyed(keyed),
        *(_method(name, row) for name, row in requests.items()),
    ]
    return "\n\n".join(blocks) + "\n"


def _definition(name: str, schema: Schema) -> str:
    about = _comment(name, schema.get("description", ""))
    if "enum" in schema:
        values = [(f"{name}{_exported(value)}", f" {name}", value, "") for value in schema["enum"]]
        return f"{about}type {name} string\n\n" + _constants(f"Values of {name}.", values)
    lines = [f"{about}type {name} struct {{"]
    for field, (hint, said, optional) in _fields(schema).items():
        # A line of its own before each field keeps gofmt from aligning them.
        lines.append(f"\t// {said or field}")
        lines.append(f'\t{_exported(field)} {hint} `json:"{field}{",omitempty" if optional else ""}"`')
    return "\n".join([*lines, "}"])


def _fields(schema: Schema) -> dict[str, tuple[str, str, bool]]:
    """Of each field: its type, its meaning, and whether it may be left out."""
    forms = schema.get("oneOf", [schema])
    required = set.intersection(*(set(form.get("required", ())) for form in forms))
    found: dict[str, Schema] = {}
    for form in forms:
        for field, value in form.get("properties", {}).items():
            if field not in found or found[field].get("type") == "null":
                found[field] = value
    return {
        field: (
            _hint(value, optional=field not in required),
            " ".join(value.get("description", "").split()),
            field not in required,
        )
        for field, value in found.items()
    }


def _hint(schema: Schema, *, optional: bool = False) -> str:
    options = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    optional = optional or len(options) < len(schema.get("anyOf", ()))
    hint = _of_options(options) if options else _of_one(schema)
    return f"*{hint}" if optional and not hint.startswith(("[]", "map[", "json.")) else hint


def _of_options(options: list[Schema]) -> str:
    hints = {_of_one(one) for one in options}
    if len(hints) == 1:
        return hints.pop()
    # A named string, or a word besides: a string holds both.
    return "string" if all(_is_text(one) for one in options) else ANYTHING


def _is_text(schema: Schema) -> bool:
    return schema.get("type") == "string" or schema.get("$ref", "").endswith("/Policy")


def _of_one(schema: Schema) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "const" in schema:
        return "bool" if isinstance(schema["const"], bool) else "string"
    if "enum" in schema:
        return "string"
    match schema.get("type"):
        case "array":
            return "[]" + _hint(schema.get("items", {}))
        case "object":
            return "map[string]any"
        case kind:
            return PLAIN.get(str(kind), ANYTHING)


def _method(name: str, row: Schema) -> str:
    go_name = _exported(name)
    params, result = (str(row[side]["$ref"]).rpartition("/")[2] for side in ("params", "result"))
    return (
        f"// {go_name} asks `{name}`. {row['doc']}\n"
        f"func (c *Client) {go_name}(ctx context.Context, params {params}) (*{result}, error) {{\n"
        f"\treturn ask[{result}](ctx, c, {_text(name)}, params)\n"
        "}"
    )


def _keyed(names: list[str]) -> str:
    # gofmt aligns the values of a map.
    width = max(map(len, names)) + 4
    lines = "".join(f"\t{_text(name) + ':':{width}}true,\n" for name in names)
    return (
        "// keyed are the requests that count twice when they are sent twice without a request key.\n"
        f"var keyed = map[string]bool{{\n{lines}}}"
    )


def _constants(about: str, rows: list[tuple[str, str, str, str]]) -> str:
    lines = [f"// {about}", "const ("]
    for name, kind, value, said in rows:
        lines.append(f"\t// {said or name}")
        lines.append(f"\t{name}{kind} = {_text(value)}")
    return "\n".join([*lines, ")"])


def _comment(name: str, description: str) -> str:
    return f"// {name}: {' '.join(description.split())}\n" if description else f"// {name} is of the contract.\n"


def _exported(name: str) -> str:
    """A name of the wire as Go exports it: `sessionId` is SessionID, `context/add` ContextAdd."""
    words = [word for word in re.split(r"[^A-Za-z0-9]+", name) if word]
    joined = "".join(word[0].upper() + word[1:] for word in words)
    return re.sub(r"Id(?=$|[A-Z])", "ID", joined)


def _text(value: str) -> str:
    return f'"{value}"'
