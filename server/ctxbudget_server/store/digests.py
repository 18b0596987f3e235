"""sha256 without OpenSSL for short data: loading it takes longer than a hook has for all of its digests."""

from __future__ import annotations

import sys

SHORT_BYTES = 64 * 1024
"""Up to here Python's own sha256 takes less time than loading OpenSSL's, which is faster."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType


def sha256_hex(data: bytes) -> str:
    """sha256, in hexadecimal."""
    module = _own_module() if len(data) <= SHORT_BYTES else __import__("hashlib")
    digest: str = module.sha256(data).hexdigest()
    return digest


def _own_module() -> ModuleType:
    try:
        return __import__("_sha2" if sys.version_info >= (3, 12) else "_sha256")
    except ImportError:  # a Python built with OpenSSL's only
        return __import__("hashlib")
