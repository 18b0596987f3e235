"""`protocol/metaModel.json` is of the form of LSP's meta-model, and has all that the method table has.

`lsp/metaModel.schema.json` is Microsoft's, under the licence beside it, from the repository vscode-languageserver-node.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from ctxbudget_protocol.contract import published
from ctxbudget_protocol.limits import PROTOCOL_VERSION
from ctxbudget_protocol.meta_model import ANY, render
from ctxbudget_protocol.methods import METHODS, requests

HERE = Path(__file__).parent
FILE = HERE.parents[1] / "protocol" / "metaModel.json"
MODEL = json.loads(FILE.read_text("utf-8"))
SCHEMA = json.loads((HERE / "lsp" / "metaModel.schema.json").read_text("utf-8"))
VALIDATOR = Draft7Validator({**SCHEMA, "$ref": "#/definitions/MetaModel"})


def within(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in a value."""
    if isinstance(value, dict):
        yield value
        for each in value.values():
            yield from within(each)
    elif isinstance(value, list):
        for each in value:
            yield from within(each)


def named(kind: str) -> list[str]:
    return [each["name"] for each in MODEL[kind]]


def properties(name: str) -> set[str]:
    """The properties of a type, whether a structure or alternatives of it."""
    (found,) = [each for kind in ("structures", "typeAliases") for each in MODEL[kind] if each["name"] == name]
    return {each["name"] for inner in within(found) for each in inner.get("properties", [])}


def test_it_is_what_the_table_says() -> None:
    assert FILE.read_text("utf-8") == render(), "make generate"


def test_it_is_of_the_form_of_lsp() -> None:
    Draft7Validator.check_schema(SCHEMA)
    VALIDATOR.validate(MODEL)


@pytest.mark.parametrize("spoilt", [{"requests": 1}, {"metaData": {}}, {"structures": [{"name": "x"}]}, {"more": 1}])
def test_the_schema_refuses_what_is_not(spoilt: dict[str, Any]) -> None:
    assert not VALIDATOR.is_valid({**MODEL, **spoilt})


def test_every_method_is_in_it() -> None:
    rows = requests()
    assert MODEL["metaData"] == {"version": PROTOCOL_VERSION}
    assert [each["method"] for each in MODEL["requests"]] == [row.name for row in rows]
    assert [each["method"] for each in MODEL["notifications"]] == [
        row.name for row in METHODS.values() if row.result is None
    ]
    for each in (*MODEL["requests"], *MODEL["notifications"]):
        assert each["messageDirection"] == METHODS[each["method"]].direction
        assert each["documentation"] == METHODS[each["method"]].doc


def test_every_type_is_in_it_once_with_all_its_fields() -> None:
    types = published()["$defs"]
    names = Counter(named("structures") + named("enumerations") + named("typeAliases"))

    assert set(names) == {*types, ANY}
    assert set(names.values()) == {1}
    for name, schema in types.items():
        if "enum" not in schema:
            variants = schema.get("oneOf", [schema])
            assert properties(name) == {field for one in variants for field in one.get("properties", {})}, name


def test_every_reference_leads_somewhere() -> None:
    known = {*named("structures"), *named("enumerations"), *named("typeAliases")}

    assert {each["name"] for each in within(MODEL) if each.get("kind") == "reference"} <= known


def test_requests_name_the_data_of_their_errors() -> None:
    errors = published()["errors"]
    for each in MODEL["requests"]:
        allowed = {*METHODS[each["method"]].errors, *published()["commonErrors"]}
        told = {item["name"] for item in each["errorData"]["items"]}
        assert told == {errors[name]["data"]["$ref"].rpartition("/")[2] for name in allowed}
