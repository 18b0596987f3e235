"""The typed methods of the Python client, made from the contract: `python -m ctxbudget_protocol.bindings FOLDER`.

Top-level params become keyword arguments in snake_case; objects inside them keep their wire form.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from ctxbudget_protocol import words
from ctxbudget_protocol.methods import Method, requests

ORIGIN = "Made from the method table by `python -m ctxbudget_protocol.bindings`."

SESSION_FIELDS = ("sessionId",)
WRITE_FIELDS = (*SESSION_FIELDS, "requestKey", "ifRevision")

Schema = dict[str, Any]


def render() -> dict[str, str]:
    """The text of each generated module by its file name."""
    contract = json.loads(Path(__file__).with_name("contract.json").read_text(encoding="utf-8"))
    return {
        "params.py": _params_module({name: method["params"] for name, method in contract["methods"].items()}),
        "methods.py": _methods_module(""),
        "async_methods.py": _methods_module("async "),
    }


_WORDS = {get_args(value): name for name, value in vars(words).items() if get_origin(value) is Literal}
"""The contract's own words by the values that they allow."""

# ---------------------------------------------------------------------- params


def _params_module(schemas: dict[str, Schema]) -> str:
    inner: dict[str, Schema] = {}
    for method in requests():
        inner |= schemas[method.name].get("$defs", {})
    # Objects come before those that name them.
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
    used = sorted(name for name in _WORDS.values() if re.search(rf"\b{name}\b", "\n".join(blocks)))
    head = f'''"""Params of the methods. {ORIGIN}"""

from __future__ import annotations

from typing import Any, Literal, Required, TypedDict

from ctxbudget_protocol.words import {", ".join(used)}
'''
    return "\n\n\n".join([head.rstrip(), *blocks]) + "\n"


def _params(name: str, schema: Schema) -> str:
    """The params of one method: what all writes or all methods of sessions share is inherited."""
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
        shown = _snake(member) if snake else member
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
        if word := _WORDS.get(tuple(schema["enum"])):
            return word
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
    results: dict[str, set[str]] = {}
    for method in requests():
        results.setdefault(method.namespace, set()).add(str(method.result))
    imports = [
        f"from ctxbudget_client import params as p\nfrom ctxbudget_client.namespaces import {prefix}Ask, {base}",
        "\n".join(f"from ctxbudget_protocol.results import {space} as {space}_results" for space in sorted(spaces)),
    ]
    classes = [_namespace(space, prefix, base, flavour) for space in spaces]
    head = [
        f'"""The methods, one class a namespace. {ORIGIN}"""',
        "from __future__ import annotations",
        "from typing import Unpack",
        "\n".join(imports),
    ]
    return "\n\n".join(head) + "\n\n\n" + "\n\n\n".join([*classes, _api(spaces, prefix)]) + "\n"


def _namespace(space: str, prefix: str, base: str, flavour: str) -> str:
    lines = [f"class {prefix}{space.capitalize()}({base}):", f'    """`{space}/*`."""']
    for method in requests():
        if method.namespace != space:
            continue
        name = _snake(method.name.partition("/")[2])
        result = f"{space}_results.{method.result}"
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


def _snake(name: str) -> str:
    return re.sub(r"[A-Z]", lambda letter: "_" + letter[0].lower(), name)


if __name__ == "__main__":
    for file_name, text in render().items():
        (Path(sys.argv[1]) / file_name).write_text(text, encoding="utf-8")
