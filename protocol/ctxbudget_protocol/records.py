"""The base of all params and results: plain records that are cheap to import and know their wire form.

Hooks run one process per event, and importing pydantic takes longer than all their work. So records are declared and
built without it; `ctxbudget_protocol.models` makes the pydantic model of a record when one is needed: to explain what
is wrong with params, for the JSON Schema, and for the tests that check every answer against it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from keyword import iskeyword
from operator import attrgetter
from typing import Any, ClassVar, Self, dataclass_transform

from ctxbudget_protocol.values import NamedTuple

Check = Callable[[], None]

_MISSING = object()
_PLAIN = frozenset((str, int, bool, float, dict, type(None)))
"""Types of values that are their own JSON form."""


class Constraint(NamedTuple):
    """What a value must satisfy besides its type; used in `Annotated`. Absent limits are None.

    Lengths are of characters or elements; `finite` refuses infinities and NaN; `any_characters` accepts lone
    surrogates.
    """

    ge: float | None = None
    gt: float | None = None
    le: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    finite: bool = False
    any_characters: bool = False


class Meaning(NamedTuple):
    """The meaning of a field's type, and its unit; used in `Annotated`. A field's own description takes precedence."""

    text: str


class Described:
    """The description of a field, and its default if it has one."""

    def __init__(self, text: str, default: Any) -> None:
        self.text = text
        self.default = default


def described(text: str, *, default: Any = _MISSING) -> Any:
    """Declare a field of a record with its meaning and unit."""
    return Described(text, default)


@cache
def camel(name: str) -> str:
    """The wire form of a Python name; an underscore at its end is not part of it."""
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


@cache
def attribute(name: str) -> str:
    """The Python name of a wire name; that of a keyword ends with an underscore."""
    snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
    return f"{snake}_" if iskeyword(snake) else snake


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(described,))
class Record:
    """Values by name; `wire` is their JSON form, in camelCase. Records with equal values are equal."""

    descriptions: ClassVar[dict[str, str]] = {}
    names: ClassVar[tuple[str, ...]] = ()
    shown: ClassVar[tuple[str, ...]] = ()
    """The names' wire forms."""
    _values_of: ClassVar[Callable[[Any], tuple[Any, ...]]]
    """What gives the values of all names of a record."""
    exactly_one: ClassVar[tuple[str, ...]] = ()
    """Names of fields of which exactly one must be given and not be null."""
    beside: ClassVar[dict[str, str]] = {}
    """Fields among them that may also be given beside a certain other one: its name."""

    def __init_subclass__(
        cls, *, exactly_one: tuple[str, ...] | None = None, beside: dict[str, str] | None = None
    ) -> None:
        own = cls.__annotations__
        inherited = [base for base in cls.__bases__ if issubclass(base, Record)]
        cls.names = tuple(dict.fromkeys([*(name for base in inherited for name in base.names), *own]))
        cls.shown = tuple(map(camel, cls.names))
        cls._values_of = _reader_of(cls.names)
        cls.descriptions = {name: text for base in inherited for name, text in base.descriptions.items()}
        if exactly_one is not None:
            cls.exactly_one = exactly_one
            cls.beside = beside or {}
        for name in own:
            value = cls.__dict__.get(name, _MISSING)
            if isinstance(value, Described):
                cls.descriptions[name] = value.text
                if value.default is _MISSING:
                    delattr(cls, name)
                else:
                    setattr(cls, name, value.default)

    def __init__(self, **values: Any) -> None:
        self.__dict__.update(values)

    def __repr__(self) -> str:
        from ctxbudget_protocol.record_repr import short_repr

        return short_repr(self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Record) or type(other) is not type(self):
            return NotImplemented
        return self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        """Raises `TypeError` if a value is a list or an object."""
        return hash((type(self), *(getattr(self, name, None) for name in self.names)))

    @property
    def unknown(self) -> dict[str, Any]:
        """What came with the record and has no field in it, by wire name: members that a newer server has added."""
        kept: dict[str, Any] = self.__dict__.get("unknown", {})
        return kept

    def to_dict(self) -> dict[str, Any]:
        """The record as a JSON object, as it came: with unknown members, without those that an older server lacks."""
        came = {camel(name): _came(getattr(self, name)) for name in self.names if hasattr(self, name)}
        return {**came, **self.unknown}

    def copy(self, **changes: Any) -> Self:
        """The record with some values changed."""
        return type(self)(**{**self.__dict__, **changes})

    def wire(self, check: Check | None = None) -> dict[str, Any]:
        """The record as a JSON object. `check` is called for each record in it, and may raise to stop."""
        values = type(self)._values_of(self)
        if _PLAIN.issuperset(map(type, values)):
            return dict(zip(self.shown, values, strict=True))
        return {
            name: value if type(value) in _PLAIN else wire_value(value, check)
            for name, value in zip(self.shown, values, strict=True)
        }

    @classmethod
    def from_wire(cls, value: dict[str, Any]) -> Self:
        """The record from a flat JSON object made by `wire`."""
        return cls(**{name: value[camel(name)] for name in cls.names if camel(name) in value})


def _reader_of(names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    if len(names) > 1:
        return attrgetter(*names)
    return lambda record: tuple(getattr(record, name) for name in names)


def _came(value: Any) -> Any:
    if isinstance(value, Record):
        return value.to_dict()
    if isinstance(value, list):
        return [_came(element) for element in value]
    if isinstance(value, dict):
        return {key: _came(element) for key, element in value.items()}
    return wire_value(value)


def type_name(record: type[Record]) -> str:
    """The name of a record in the contract; for params and results it includes the namespace."""
    name = record.__name__
    if record.__module__.startswith("ctxbudget_protocol.methods.") and name.endswith(("Params", "Result")):
        namespace = record.__module__.split(".")[2].capitalize()
        return name if name.startswith(namespace) else namespace + name
    return name


def wire_value(value: Any, check: Check | None = None) -> Any:
    """The JSON form of a record, a dataclass, a named tuple, a list of these, or a JSON value."""
    if type(value) in _PLAIN:
        return value
    if type(value) is list:
        return [wire_value(element, check) for element in value]
    if isinstance(value, Record):
        if check is not None:
            check()
        return value.wire(check)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return {camel(name): wire_value(getattr(value, name), check) for name in value._fields}
    if isinstance(value, list | tuple):
        return [wire_value(element, check) for element in value]
    from dataclasses import fields, is_dataclass

    if is_dataclass(value) and not isinstance(value, type):
        return {camel(field.name): wire_value(getattr(value, field.name), check) for field in fields(value)}
    return value
