"""The contract is one JSON Schema that other programs can build on."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from support.session import conforms_to

from ctxbudget_protocol.contract import DIALECT, published
from ctxbudget_protocol.errors import ERRORS
from ctxbudget_protocol.methods import METHODS

CONTRACT = published()


def every_schema(schema: Any) -> Iterator[dict[str, Any]]:
    """A schema and all within it."""
    if isinstance(schema, dict):
        yield schema
        for value in schema.values():
            yield from every_schema(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from every_schema(value)


def test_the_contract_is_a_json_schema() -> None:
    assert CONTRACT["$schema"] == DIALECT == Draft202012Validator.META_SCHEMA["$id"]
    Draft202012Validator.check_schema(CONTRACT)


def test_every_type_is_defined_once_and_used() -> None:
    referred = {schema["$ref"] for schema in every_schema(CONTRACT) if "$ref" in schema}

    assert referred == {f"#/$defs/{name}" for name in CONTRACT["$defs"]}
    assert not [schema for schema in every_schema(CONTRACT["$defs"]) if "$defs" in schema]


def test_a_reference_stands_alone() -> None:
    """Generators of types would make another type of a reference that has a description of its own."""
    assert not [schema for schema in every_schema(CONTRACT) if "$ref" in schema and len(schema) > 1]


def test_titles_do_not_repeat_names() -> None:
    assert not [schema for schema in every_schema(CONTRACT["$defs"]) if isinstance(schema.get("title"), str)]


def test_methods_notifications_and_errors_are_all_there() -> None:
    assert CONTRACT["methods"].keys() == METHODS.keys()
    assert CONTRACT["errors"].keys() == ERRORS.keys()
    notifications = [name for name, method in CONTRACT["methods"].items() if method["result"] is None]
    assert notifications == [name for name, method in METHODS.items() if method.direction == "serverToClient"]


def test_errors_are_raised_with_the_members_that_the_contract_promises() -> None:
    for package in ("ctxbudget_protocol", "ctxbudget_server"):
        for path in Path(str(files(package))).rglob("*.py"):
            for name, given in raised_errors(path):
                spec = ERRORS[name].data
                promised = {member for member, kind in spec.items() if not kind.endswith("?")}
                assert promised <= given <= spec.keys(), (path, name)


def raised_errors(path: Path) -> Iterator[tuple[str, set[str]]]:
    """The names of the errors that a module makes, with the members that it gives them."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.Call(func=ast.Name("ProtocolError"), args=[ast.Constant(name), *_], keywords=members):
                yield name, {str(member.arg) for member in members} - {"loc", "retryable"}


def test_initialize_answers_what_the_contract_says(client: Any) -> None:
    conforms_to("Advertisement", client.initialize_result["capabilities"]["experimental"]["ctxbudget"])
