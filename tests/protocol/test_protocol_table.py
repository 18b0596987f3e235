"""The method table, the models, the services and the published contract cannot drift apart."""

from __future__ import annotations

import json
from dataclasses import fields
from importlib.resources import files
from pathlib import Path

from support.client import Client

import ctxbudget_server.methods
from ctxbudget_protocol.contract import definitions, render
from ctxbudget_protocol.errors import ERRORS
from ctxbudget_protocol.method import COMMON_ERRORS
from ctxbudget_protocol.methods import METHODS, requests
from ctxbudget_protocol.methods.context.item_info import ItemInfo
from ctxbudget_protocol.methods.context.list import ListParams
from ctxbudget_protocol.methods.session.open import Config
from ctxbudget_protocol.page import render as render_page
from ctxbudget_server.account.settings import DEFAULTS
from ctxbudget_server.rules.items import Item
from ctxbudget_server.service.registry import address, implementation
from ctxbudget_server.store.records import ItemFilter


def test_the_published_contract_is_what_the_models_say() -> None:
    """`python -m ctxbudget_protocol.generate` makes it."""
    published = files("ctxbudget_protocol").joinpath("contract.json").read_text("utf-8")
    assert json.loads(published) == json.loads(render())  # older versions of pydantic write 0 as 0.0


def test_every_request_has_its_implementation() -> None:
    assert all(callable(implementation(method.name)) for method in requests())


def test_every_module_under_methods_is_the_address_of_a_request() -> None:
    folder = Path(ctxbudget_server.methods.__file__).parent
    modules = {
        ".".join((ctxbudget_server.methods.__name__, *path.relative_to(folder).with_suffix("").parts))
        for path in folder.rglob("*.py")
        if path.name != "__init__.py"
    }

    assert modules == {address(method.name)[0] for method in requests()}


def test_the_server_advertises_the_table(client: Client) -> None:
    advertised = client.initialize_result["capabilities"]["experimental"]["ctxbudget"]

    assert advertised["protocolVersion"] == "1.0"
    assert sorted(advertised["methods"]) == sorted(METHODS)
    assert advertised["limits"]["maxMessageBytes"] == 64 * 1024 * 1024


def test_errors_have_codes_of_their_own() -> None:
    codes = [spec.code for spec in ERRORS.values()]

    assert len(set(codes)) == len(codes)
    assert all(1001 <= code <= 1099 or code <= -32000 for code in codes)
    assert all(name in ERRORS for method in METHODS.values() for name in (*method.errors, *COMMON_ERRORS))


def test_items_have_the_fields_that_the_wire_and_the_filters_name() -> None:
    kept = set(Item._fields)

    assert kept > set(ItemInfo.names)
    assert kept > {field.name for field in fields(ItemFilter)}
    assert set(ListParams.names) > {field.name for field in fields(ItemFilter)}


def test_stored_defaults_are_the_models_defaults() -> None:
    assert Config().wire() == DEFAULTS


def test_the_protocol_page_is_what_the_table_says() -> None:
    """`python -m ctxbudget_protocol.generate` makes it."""
    page = Path(__file__).parents[2] / "docs" / "protocol.md"

    assert page.read_text("utf-8") == render_page()


def test_every_field_has_a_meaning() -> None:
    types = definitions()
    fields = [
        (name, field, schema) for name, made in types.items() for field, schema in made.get("properties", {}).items()
    ]

    assert len(fields) > 500
    assert [f"{name}.{field}" for name, field, schema in fields if not schema.get("description")] == []
