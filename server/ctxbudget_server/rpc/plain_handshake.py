"""`initialize` without pygls, which loads afterwards: params that are clearly valid, and pygls' own answer to them.

What `recorded_handshake` does not clearly allow is left to pygls, so all errors are its own, word for word.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any, NamedTuple

from ctxbudget_server import __version__
from ctxbudget_server.rpc.codec import Json
from ctxbudget_server.rpc.recorded_handshake import CAPABILITIES, DID_RENAME, ENCODINGS, MEMBERS, REQUIRED, Shape

MAX_INTEGER = 2**31 - 1
"""The largest number that both of LSP's integers allow."""


class Hello(NamedTuple):
    """Who is calling, and for which workspace."""

    root_uri: str | None
    process_id: int | None
    client_name: str | None


def understood(params: dict[str, Any]) -> Hello | None:
    """What the params say; None if they are not clearly valid, or need pygls for another reason."""
    if not fits({"capabilities": {}, **params}, "InitializeParams"):
        return None
    root_uri, folders = params.get("rootUri") or None, params.get("workspaceFolders")
    if root_uri is None and folders:
        root_uri = folders[0]["uri"]
    elif root_uri is None and params.get("rootPath"):  # pygls makes a URI of it
        return None
    client = params.get("clientInfo")
    return Hello(root_uri, params.get("processId"), client["name"] if client else None)


def fits(value: Json, shape: Shape) -> bool:
    """Whether a JSON value clearly has a shape of LSP. Members that LSP does not know are allowed, as in pygls."""
    if isinstance(shape, str):
        return _is_of(value, shape)
    if shape is None:
        return value is None
    kind, *rest = shape
    if kind == "or":
        return any(fits(value, one) for one in rest)
    if kind == "list":
        return isinstance(value, list) and all(fits(one, rest[0]) for one in value)
    return isinstance(value, str | int) and not isinstance(value, bool) and value in rest


def _is_of(value: Json, name: str) -> bool:
    match name:
        case "any":
            return True
        case "string":
            return isinstance(value, str)
        case "boolean":
            return isinstance(value, bool)
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_INTEGER
    members = MEMBERS[name]
    return (
        isinstance(value, dict)
        and all(member in value for member in REQUIRED.get(name, ()))
        and all(fits(inner, members[member]) for member, inner in value.items() if member in members)
    )


def result(params: dict[str, Any], experimental: dict[str, Any]) -> dict[str, Any]:
    """What pygls would answer to params that are clearly valid."""
    client = params.get("capabilities") or {}
    capabilities: dict[str, Any] = deepcopy(CAPABILITIES)
    wanted = _member(client, "general", "positionEncodings") or ()
    capabilities["positionEncoding"] = next((one for one in wanted if one in ENCODINGS), "utf-16")
    for name in ("willSave", "willSaveWaitUntil"):  # the features that pygls does not find are denied, if asked for
        if _member(client, "textDocument", "synchronization", name) is not None:
            capabilities["textDocumentSync"][name] = False
    if _member(client, "workspace", "fileOperations", "didRename"):
        capabilities["workspace"]["fileOperations"]["didRename"] = deepcopy(DID_RENAME)
    capabilities["experimental"] = experimental
    return {"capabilities": capabilities, "serverInfo": {"name": "ctxbudget", "version": __version__}}


def is_editor(params: dict[str, Any]) -> bool:
    """Whether the client will use the features for editors: it says how it shows documents."""
    return bool(_member(params, "capabilities", "textDocument"))


def has_workspace(params: dict[str, Any]) -> bool:
    """Whether the client can be asked for settings, or told what to watch."""
    return bool(_member(params, "capabilities", "workspace"))


def _member(value: Any, *names: str) -> Any:
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value
