"""The typed methods of the Python client, generated from the contract by `python -m ctxbudget_protocol.generate`.

Top-level params become keyword arguments in snake_case; objects inside them keep their wire form.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from ctxbudget_protocol.contract import WORDS, definitions
from ctxbudget_protocol.method import Method
from ctxbudget_protocol.methods import requests
from ctxbudget_protocol.records import Record, attribute, type_name

ORIGIN = "Generated from the method table by `python -m ctxbudget_protocol.generate`."

SESSION_FIELDS = ("sessionId",)
WRITE_FIELDS = (*SESSION_FIELDS, "requestKey", "ifRevision")

Schema = dict[str, Any]


def render() -> dict[str, str]:
    """The text of each generated module by its file name."""
    return {
        "params.py": _params_module(definitions()),
        "methods.py": _methods_module(""),
        "async_methods.py": _methods_module("async "),
    }


# ---------------------------------------------------------------------- params


def _params_module(types: dict[str, Schema]) -> str:
    schemas = {method.name: types[type_name(method.params)] for method in requests()}
    wanted = {name for schema in schemas.values() for name in _named(schema, types)}
    inner = {name: types[name] for name in wanted if "properties" in types[name]}
    # Objects come before those that refer to them.
    nested = sorted(inner, key=lambda name: (len(list(_named(inner[name], inner))), name))
    write = schemas["context/undo"]
    blocks = [
        *(_typed_dict(name, inner[name]) for name in nested),
        _typed_dict("SessionParams", _part(write, SESSION_FIELDS, "Which session."), snake=True),
        _typed_dict(
            "WriteParams", _part(write, WRITE_FIELDS[1:], "What a write may add."), "SessionParams", snake=True
        ),
        *(_params(params_name(method), schemas[method.name]) for method in requests()),
    ]
    about = [method.name for method in requests() if "sessionId" in schemas[method.name]["properties"]]
    blocks.append(
        "SESSION_METHODS = frozenset(\n    {\n"
        + "".join(f'        "{name}",\n' for name in about)
        + '    }\n)\n"""The methods that take `sessionId`."""'
    )
    used = sorted(name for name in WORDS.values() if re.search(rf"\b{name}\b", "\n".join(blocks)))
    lines = ",\n    "
    head = f'''"""Params of the methods. {ORIGIN}"""

from __future__ import annotations

from typing import Any, Literal, Required, TypedDict

from ctxbudget_protocol.words import (
    {lines.join(used)},
)
'''
    return "\n\n\n".join([head.rstrip(), *blocks]) + "\n"


def _params(name: str, schema: Schema) -> str:
    """The params of one method; members shared by all writes, or all session methods, are inherited."""
    properties = schema.get("properties", {})
    for base, shared in (("WriteParams", WRITE_FIELDS), ("SessionParams", SESSION_FIELDS)):
        if properties.keys() >= set(shared):
            own = {member: value for member, value in properties.items() if member not in shared}
            return _typed_dict(name, {**schema, "properties": own}, base, snake=True)
    return _typed_dict(name, schema, snake=True)


def _part(schema: Schema, members: Iterable[str], description: str) -> Schema:
    return {"description": description, "properties": {name: schema["properties"][name] for name in members}}


def _named(schema: Schema, inner: dict[str, Schema]) -> Iterator[str]:
    for name in re.findall(r"#/\$defs/(\w+)", json.dumps(schema)):
        if name in inner:
            yield name
            yield from _named(inner[name], inner)


def _typed_dict(name: str, schema: Schema, base: str = "TypedDict", *, snake: bool = False) -> str:
    lines = [f"class {name}({base}, total=False):", f'    """{_sentence(schema.get("description", ""))}"""']
    required = schema.get("required", ())
    properties = schema.get("properties", {})
    if properties:
        lines.append("")
    for member, value in properties.items():
        hint = _hint(value)
        shown = attribute(member) if snake else member
        lines.append(f"    {shown}: {f'Required[{hint}]' if member in required else hint}")
        if said := value.get("description"):
            lines.append(f'    """{_sentence(said)}"""')
    return "\n".join(lines)


def _hint(schema: Schema) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(_hint(option) for option in schema["anyOf"]))
    if "const" in schema:
        return f"Literal[{_literal(schema['const'])}]"
    if "enum" in schema:
        return f"Literal[{', '.join(map(_literal, schema['enum']))}]"
    match schema.get("type"):
        case "array":
            return f"list[{_hint(schema.get('items', {}))}]"
        case "object":
            return "dict[str, Any]"
        case other:
            names = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
            return names.get(str(other), "Any")


def _literal(value: Any) -> str:
    return json.dumps(value) if isinstance(value, str) else repr(value)


def _sentence(text: str) -> str:
    text = " ".join(text.split())
    return text if text.endswith(".") or not text else text + "."


# ---------------------------------------------------------------------- methods


def _methods_module(flavour: str) -> str:
    prefix = "Async" if flavour else ""
    base = f"{prefix}Namespace"
    spaces = list(dict.fromkeys(method.namespace for method in requests()))
    results = sorted({method.result for method in requests() if method.result}, key=lambda result: result.__module__)
    imports = [
        f"from ctxbudget_client import params as p\nfrom ctxbudget_client.namespaces import {prefix}Ask, {base}",
        "\n".join(f"from {one.__module__} import {_named_apart(one)}" for one in results),
    ]
    classes = [_namespace(space, prefix, base, flavour) for space in spaces]
    head = [
        f'"""The methods, one class a namespace. {ORIGIN}"""',
        "from __future__ import annotations",
        "from typing import Unpack",
        "\n".join(imports),
    ]
    return "\n\n".join(head) + "\n\n\n" + "\n\n\n".join([*classes, _api(spaces, prefix)]) + "\n"


def _named_apart(result: type[Record]) -> str:
    """A result by its name in the contract, since those of several namespaces are called alike."""
    name = type_name(result)
    return name if name == result.__name__ else f"{result.__name__} as {name}"


def _namespace(space: str, prefix: str, base: str, flavour: str) -> str:
    lines = [f"class {prefix}{space.capitalize()}({base}):", f'    """Methods `{space}/*`."""']
    for method in requests():
        if method.namespace != space:
            continue
        name = attribute(method.name.partition("/")[2])
        result = type_name(method.result) if method.result else "None"
        ask = f'self._ask("{method.name}", params, {result})'
        lines += [
            "",
            f"    {flavour}def {name}(self, **params: Unpack[p.{params_name(method)}]) -> {result}:",
            f'        """{method.doc}"""',
            f"        return {'await ' if flavour else ''}{ask}",
        ]
    return "\n".join(lines)


def _api(spaces: list[str], prefix: str) -> str:
    lines = [
        f"class {prefix}Api:",
        '    """All methods of the contract."""',
        "",
        f"    def __init__(self, ask: {prefix}Ask) -> None:",
    ]
    lines += [f"        self.{space} = {prefix}{space.capitalize()}(ask)" for space in spaces]
    return "\n".join(lines)


def params_name(method: Method) -> str:
    """The name of a method's params in the client, e.g. `BudgetStatusParams`."""
    space, _, name = method.name.partition("/")
    return f"{space.capitalize()}{name[0].upper()}{name[1:]}Params"
