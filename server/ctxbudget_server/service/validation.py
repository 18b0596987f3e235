"""Validates params: with the pydantic models, or with a fast check that leaves only doubtful cases to the models.

Importing pydantic takes longer than a hook's whole request. So `ctxbudget call`, and a server that has just started,
check the params against the published contract, which is generated from the models. Only what that does not clearly
allow goes to the models themselves, so all errors are theirs, word for word. What the contract cannot express (a rule
in code) must not be decided here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_protocol.method import Method
from ctxbudget_protocol.param_types import published_types
from ctxbudget_protocol.records import type_name
from ctxbudget_protocol.schema_reader import NotClearlyValid, SchemaReader

if TYPE_CHECKING:
    from pydantic import BaseModel

Validate = Callable[[Method, dict[str, Any]], object]
"""Returns the params as attributes, or raises `invalidParams` with a location for each fault."""


def validate(row: Method, given: dict[str, Any]) -> BaseModel:
    """The params as a model; raises `invalidParams` with a location for each fault."""
    from pydantic import ValidationError

    from ctxbudget_protocol.fault_messages import entries
    from ctxbudget_protocol.known_fields import known_fields
    from ctxbudget_protocol.models import model_of

    model = model_of(row.params)
    try:
        return model.model_validate(given)
    except ValidationError as fault:
        faults = entries(fault.errors(include_url=False), lambda place: known_fields(model, place))
        raise ProtocolError.invalid_params(faults) from fault


def fast_validate(row: Method, given: dict[str, Any]) -> object:
    """The params with their defaults as attributes; raises the same errors as `validate`."""
    name = type_name(row.params)
    types = published_types(name)
    try:
        return SchemaReader(types).read(types[name], given)
    except NotClearlyValid:
        return validate(row, given)
