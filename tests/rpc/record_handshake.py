"""Records what `initialize` needs of lsprotocol and pygls, so that the server can answer before it loads them.

`make generate` runs it: the shapes of the params from lsprotocol's classes, and pygls' answer to a client without
capabilities, and to one that has those that change the answer.
"""

from __future__ import annotations

import asyncio
import enum
import types
import typing
from collections.abc import Sequence
from pathlib import Path
from pprint import pformat
from typing import Any

import attrs
from lsprotocol import types as lsp
from pygls.capabilities import _SUPPORTED_ENCODINGS

from ctxbudget_server.rpc.lsp_params import camel

FILE = Path(__file__).parents[2] / "server" / "ctxbudget_server" / "rpc" / "recorded_handshake.py"
PRIMITIVES: dict[Any, Any] = {
    type(None): None,
    str: "string",
    int: "integer",
    bool: "boolean",
    Any: "any",
    object: "any",
}
HEAD = '''"""What `initialize` needs of lsprotocol and pygls; tests/rpc/record_handshake.py writes it."""

# fmt: off
from typing import Any, Final

Shape = str | tuple[Any, ...] | None
"""A type of JSON, `any`, a name in MEMBERS, None (null), or a tuple: `or`, `list` with shapes, `of` with values."""
'''

Client = dict[str, Any]


class Shapes:
    """The members of each class that is reached, and which of them are required."""

    def __init__(self) -> None:
        self.members: dict[str, dict[str, Any]] = {}
        self.required: dict[str, tuple[str, ...]] = {}

    def of(self, kind: Any) -> Any:
        """The shape of a type."""
        origin, parts = typing.get_origin(kind), typing.get_args(kind)
        if kind in PRIMITIVES:
            return PRIMITIVES[kind]
        if origin in (typing.Union, types.UnionType):
            return ("or", *map(self.of, parts))
        if origin in (list, Sequence):
            return ("list", self.of(parts[0]))
        if issubclass(kind, enum.Enum):
            return ("of", *(one.value for one in kind))
        self._add(kind)
        return kind.__name__

    def _add(self, kind: Any) -> None:
        if kind.__name__ in self.members:
            return
        members = self.members[kind.__name__] = {}
        attrs.resolve_types(kind)
        for field in attrs.fields(kind):
            members[camel(field.name)] = self.of(field.type)
        required = tuple(camel(field.name) for field in attrs.fields(kind) if field.default is attrs.NOTHING)
        if required:
            self.required[kind.__name__] = required


def answer_of_pygls(params: Client) -> dict[str, Any]:
    """The answer of pygls with our features to a client with these params."""
    from ctxbudget_protocol.limits import Limits
    from ctxbudget_server.rpc.connection import ConnectionContext, Served
    from ctxbudget_server.rpc.language import LanguagePart, prepared
    from ctxbudget_server.rpc.transport import Outlet
    from rpc.fake_server import FakeBackend

    async def ask() -> dict[str, Any]:
        connection = ConnectionContext(Outlet(), Limits(), lambda *_: Served(FakeBackend(None)), None)
        backend = connection.open_backend(None, None, None)
        return LanguagePart(connection, prepared(params), backend).result

    return asyncio.run(ask())


def rendered() -> str:
    """The text of the file."""
    shapes = Shapes()
    shapes.of(lsp.InitializeParams)
    bare = answer_of_pygls({})["capabilities"]
    del bare["experimental"]
    renaming = answer_of_pygls({"capabilities": {"workspace": {"fileOperations": {"didRename": True}}}})
    values = {
        "CAPABILITIES: Final[dict[str, Any]]": bare,
        "DID_RENAME: Final[dict[str, Any]]": renaming["capabilities"]["workspace"]["fileOperations"]["didRename"],
        "ENCODINGS: Final": tuple(sorted(str(getattr(one, "value", one)) for one in _SUPPORTED_ENCODINGS)),
        "REQUIRED: Final[dict[str, tuple[str, ...]]]": shapes.required,
        "MEMBERS: Final[dict[str, dict[str, Shape]]]": shapes.members,
    }
    texts = (
        f"{name} = {pformat(value, width=118, compact=True, sort_dicts=False)}\n" for name, value in values.items()
    )
    return "\n".join([HEAD, *texts])


if __name__ == "__main__":
    FILE.write_text(rendered(), encoding="utf-8")
