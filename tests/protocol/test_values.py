"""The quick `NamedTuple` and `dataclass` are those of the standard library, as far as they go."""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import pickle
from typing import Any
from typing import NamedTuple as StandardNamedTuple

import pytest

from ctxbudget_protocol import values
from ctxbudget_protocol.values import NamedTuple, field_names

OPTIONS = ({}, {"frozen": True}, {"slots": True}, {"frozen": True, "slots": True}, {"frozen": True, "kw_only": True})


class Pair(NamedTuple):
    """A pair."""

    one: int
    other: str = "b"

    @property
    def both(self) -> str:
        """Both."""
        return f"{self.one}{self.other}"


class StandardPair(StandardNamedTuple):
    """A pair."""

    one: int
    other: str = "b"

    @property
    def both(self) -> str:
        """Both."""
        return f"{self.one}{self.other}"


@values.dataclass(frozen=True, slots=True)
class Frozen:
    """At the top of a module, for pickle."""

    one: int
    rest: list[int] = values.field(default_factory=list)


def made(maker: Any, field: Any, **options: bool) -> Any:
    @maker(**options)
    class Sample:
        """A sample."""

        one: int
        other: str = "b"
        rest: list[int] = field(default_factory=list)

        def doubled(self) -> int:
            return 2 * self.one

        @classmethod
        def usual(cls) -> Any:
            return cls(one=7)

    return Sample


def behaviour(kind: Any) -> dict[str, Any]:
    """What can be seen of a class with the fields of `Sample`."""
    value = kind(one=1)
    seen: dict[str, Any] = {
        "repr": repr(value),
        "equal": [value == kind(one=1), value == kind(one=2), value == (1, "b", [])],
        "own list": value.rest is not kind(one=1).rest,
        "method": value.doubled(),
        "class method": kind.usual().one,
        "match": kind.__match_args__,
        "slots": getattr(kind, "__slots__", None),
        "annotations": kind.__annotations__,
        "names": (kind.__name__, kind.__module__, kind.__doc__),
        "fields": [field.name for field in dataclasses.fields(kind)],
        "asdict": dataclasses.asdict(value),
        "replaced": repr(dataclasses.replace(value, other="c")),
        "copied": copy.copy(value) == value,
        "deeply": copy.deepcopy(value).rest is not value.rest,
    }
    for name, attempt in {
        "no argument": kind,
        "unknown": lambda: kind(one=1, none=2),
        "by position": lambda: kind(1, "x").other,
        "changed": lambda: setattr(value, "one", 5),
        "deleted": lambda: delattr(value, "other"),
        "hash": lambda: hash(kind(one=1, rest=())),
    }.items():
        try:
            seen[name] = attempt()
        except (TypeError, AttributeError) as fault:
            seen[name] = TypeError if isinstance(fault, TypeError) else AttributeError
    with contextlib.suppress(TypeError, AttributeError):  # which of them differs by version of Python
        value.none = 5
    seen["new"] = hasattr(value, "none")
    return seen


@pytest.mark.parametrize("options", OPTIONS)
def test_a_dataclass_behaves_like_one_of_the_standard_library(options: dict[str, bool]) -> None:
    quick = behaviour(made(values.dataclass, values.field, **options))
    standard = behaviour(made(dataclasses.dataclass, dataclasses.field, **options))
    assert quick == standard


def test_replace_and_field_names() -> None:
    assert values.replace(Frozen(1, [2]), one=3) == Frozen(3, [2])
    assert field_names(Frozen) == ("one", "rest")
    assert pickle.loads(pickle.dumps(Frozen(1, [2]))) == Frozen(1, [2])


@pytest.mark.parametrize("body", [{"__post_init__": lambda self: None}, {}])
def test_what_would_go_unnoticed_is_refused(body: dict[str, Any]) -> None:
    bases = () if body else (Frozen,)
    kind = type("Odd", bases, {**body, "__annotations__": {"one": "int"}})
    with pytest.raises(TypeError, match="standard library"):
        values.dataclass(frozen=True)(kind)


def test_a_named_tuple_is_one_of_the_standard_library() -> None:
    for kind in (Pair, StandardPair):
        one: Any = kind(1)  # type: ignore[operator]
        assert (one, one.both, one._replace(one=2), kind._fields) == ((1, "b"), "1b", (2, "b"), ("one", "other"))
        assert (kind.__doc__, kind.__module__, kind._field_defaults) == ("A pair.", __name__, {"other": "b"})
        assert kind.__annotations__ in ({"one": "int", "other": "str"}, StandardPair.__annotations__)
        assert repr(one) == f"{kind.__name__}(one=1, other='b')"
    assert pickle.loads(pickle.dumps(Pair(1))) == Pair(1)
    with pytest.raises(TypeError, match="without a default"):
        type(NamedTuple)("Odd", (NamedTuple,), {"__annotations__": {"a": "int", "b": "int"}, "a": 1})
