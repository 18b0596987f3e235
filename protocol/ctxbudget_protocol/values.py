"""`NamedTuple`, `dataclass`, `field` and `replace` of the standard library, made in less time.

For modules that one-shot commands import: a hook is a process of its own, and `dataclasses` imports `inspect` and
compiles six methods for each class, and `typing.NamedTuple` compiles each annotation. Here only `__init__` is compiled.
Type checkers see the originals. What those modules do not use is left out, and refused where it would go unnoticed:
dataclasses with bases or `__post_init__`, and options other than those below.
"""

from __future__ import annotations

from collections import namedtuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_MISSING = object()
_OF_CLASSES = frozenset({"__slots__", "__dict__", "__weakref__"})


class _NamedTupleMaker(type):
    """Makes a named tuple of the body of a class."""

    def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> Any:
        if not bases:
            return super().__new__(cls, name, bases, body)
        names = tuple(body["__annotations__"])
        defaults = [body[field] for field in names if field in body]
        if any(field in body for field in names[: len(names) - len(defaults)]):
            raise TypeError(f"{name}: a field without a default follows one with a default")
        made = namedtuple(name, names, defaults=defaults, module=body["__module__"])  # type: ignore[misc]
        for key, value in body.items():
            if key not in names and key not in _OF_CLASSES:
                setattr(made, key, value)
        return made


class _Field:
    """The default of a field that is made for each object."""

    def __init__(self, *, default_factory: Callable[[], Any]) -> None:
        self.make = default_factory


class _StandardFields:
    """`__dataclass_fields__`, for the functions of `dataclasses`; made when one of them asks."""

    def __init__(self) -> None:
        self._made: dict[str, Any] | None = None

    def __get__(self, value: object, owner: Any) -> dict[str, Any]:
        if self._made is None:
            self._made = self._fields(owner)
        return self._made

    def _fields(self, owner: Any) -> dict[str, Any]:
        import dataclasses

        columns: list[Any] = []
        for name in owner.__field_names__:
            default = owner.__defaults__.get(name, dataclasses.MISSING)
            if isinstance(default, _Field):
                default = dataclasses.field(default_factory=default.make)
            elif default is not dataclasses.MISSING:
                default = dataclasses.field(default=default)
            columns.append((name, owner.__annotations__[name], default))
        standard: Any = dataclasses.make_dataclass(owner.__name__, columns, kw_only=True)
        made: dict[str, Any] = standard.__dataclass_fields__
        return made


def _dataclass(*, frozen: bool = False, slots: bool = False, kw_only: bool = False) -> Callable[[Any], Any]:
    def make(cls: Any) -> Any:
        if cls.__bases__ != (object,) or hasattr(cls, "__post_init__"):
            raise TypeError(f"{cls.__name__} must be a dataclass of the standard library")
        own = cls.__dict__
        names = tuple(name for name, kind in cls.__annotations__.items() if not kind.startswith("ClassVar"))
        defaults = {name: own[name] for name in names if name in own}
        body = {
            "__qualname__": cls.__qualname__,
            "__init__": _initializer(cls.__name__, names, defaults, frozen, kw_only),
            "__repr__": _shown,
            "__eq__": _is_equal,
            "__hash__": _hash if frozen else None,
            "__match_args__": () if kw_only else names,
            "__field_names__": names,
            "__defaults__": defaults,
            "__dataclass_fields__": _StandardFields(),
        }
        if frozen:
            body |= {"__setattr__": _refuse, "__delattr__": _refuse, "__reduce__": _reduce}
        if slots:
            body["__slots__"] = names
        body |= {name: value for name, value in own.items() if name not in names and name not in _OF_CLASSES}
        return type(cls.__name__, cls.__bases__, body)

    return make


def field_names(kind: Any) -> tuple[str, ...]:
    """The names of the fields of a dataclass made here, in order."""
    names: tuple[str, ...] = kind.__field_names__
    return names


def _initializer(cls: str, names: tuple[str, ...], defaults: dict[str, Any], frozen: bool, kw_only: bool) -> Any:
    scope: dict[str, Any] = {"_missing": _MISSING, "_set": object.__setattr__, "__name__": __name__}
    params, lines = ["self", "*"] if kw_only and names else ["self"], []
    for name in names:
        param = value = name
        default = defaults.get(name, _MISSING)
        if isinstance(default, _Field):
            scope[f"_make_{name}"] = default.make
            param, value = f"{name}=_missing", f"_make_{name}() if {name} is _missing else {name}"
        elif default is not _MISSING:
            scope[f"_default_{name}"] = default
            param = f"{name}=_default_{name}"
        params.append(param)
        lines.append(f" _set(self, {name!r}, {value})" if frozen else f" self.{name} = {value}")
    exec("\n".join([f"def __init__({', '.join(params)}):", *lines, " return None"]), scope)
    made = scope["__init__"]
    made.__qualname__ = f"{cls}.__init__"
    return made


def _values(value: Any) -> tuple[Any, ...]:
    return tuple(getattr(value, name) for name in value.__field_names__)


def _shown(self: Any) -> str:
    shown = (f"{name}={getattr(self, name)!r}" for name in self.__field_names__)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _is_equal(self: Any, other: Any) -> Any:
    return _values(self) == _values(other) if type(other) is type(self) else NotImplemented


def _hash(self: Any) -> int:
    return hash(_values(self))


def _refuse(self: Any, name: str, value: object = None) -> None:
    from dataclasses import FrozenInstanceError

    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _reduce(self: Any) -> Any:
    """How `copy` and `pickle` make another one."""
    return _rebuilt, (type(self), {name: getattr(self, name) for name in self.__field_names__})


def _rebuilt(cls: Any, values: dict[str, Any]) -> Any:
    return cls(**values)


def _replace(value: Any, /, **changes: Any) -> Any:
    return type(value)(**{name: getattr(value, name) for name in value.__field_names__} | changes)


if TYPE_CHECKING:
    from dataclasses import dataclass, field, replace
    from typing import NamedTuple
else:
    dataclass, field, replace = _dataclass, _Field, _replace

    class NamedTuple(metaclass=_NamedTupleMaker):
        """A tuple with names, which the body of the class declares."""


__all__ = ["NamedTuple", "dataclass", "field", "field_names", "replace"]
