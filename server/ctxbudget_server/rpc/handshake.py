"""What `initialize` carries about our own protocol, in both directions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ctxbudget_protocol.errors import ProtocolError, invalid
from ctxbudget_protocol.limits import PROTOCOL_VERSION, Limits
from ctxbudget_protocol.methods import METHODS
from ctxbudget_server.rpc.codec import Json

if TYPE_CHECKING:
    from lsprotocol.types import InitializeParams

_MAJOR = int(PROTOCOL_VERSION.partition(".")[0])


def advertisement(limits: Limits) -> dict[str, Any]:
    """The value of `capabilities.experimental`."""
    return {
        "ctxbudget": {
            "protocolVersion": PROTOCOL_VERSION,
            "methods": list(METHODS),
            "limits": limits.wire(),
        }
    }


def check_version(initialization_options: Json) -> None:
    """Refuse a client that asks for another major version, in a form such as `"2.0"`, `2` or `{"major": 2}`."""
    asked = initialization_options.get("protocolVersion") if isinstance(initialization_options, dict) else None
    if asked is None:
        return
    if isinstance(asked, dict):
        asked = asked.get("major")
    if isinstance(asked, bool) or not isinstance(asked, str | int):
        raise invalid(["initializationOptions", "protocolVersion"], 'must be a version such as "1.0"', "string_type")
    if str(asked).partition(".")[0] != str(_MAJOR):
        raise ProtocolError(
            "unsupportedVersion",
            f"protocol version {str(asked)[:40]} is not supported; {PROTOCOL_VERSION} is",
            supported=[PROTOCOL_VERSION],
        )


def root_uri(params: InitializeParams) -> str | None:
    """The workspace that the client names, if any."""
    if params.root_uri:
        return params.root_uri
    if params.workspace_folders:
        return params.workspace_folders[0].uri
    from pygls.uris import from_fs_path

    return from_fs_path(params.root_path) if params.root_path else None
