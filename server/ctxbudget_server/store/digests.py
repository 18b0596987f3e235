"""sha256 without OpenSSL where that is not loaded: loading it takes longer than a hook has for all of its digests."""

from __future__ import annotations

import sys

SHORT_BYTES = 64 * 1024
"""Up to here Python's own sha256 takes less time than loading OpenSSL's, which is faster."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hashlib import _Hash
    from types import ModuleType


def sha256_hex(data: bytes) -> str:
    """sha256, in hexadecimal."""
    if len(data) > SHORT_BYTES:
        import hashlib

        return hashlib.sha256(data).hexdigest()
    digest = new_sha256()
    digest.update(data)
    return digest.hexdigest()


def new_sha256() -> _Hash:
    """A sha256 to be updated: OpenSSL's if it is loaded, as in a server, else Python's own."""
    # Another thread may be importing `hashlib` at this moment: then it is there, and its functions are not.
    make = getattr(sys.modules.get("hashlib"), "sha256", None) or _own_module().sha256
    digest: _Hash = make()
    return digest


def _own_module() -> ModuleType:
    try:
        return __import__("_sha2" if sys.version_info >= (3, 12) else "_sha256")
    except ImportError:  # a Python built with OpenSSL's only
        return __import__("hashlib")
