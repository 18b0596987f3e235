"""Writing a file that is complete or not there at all."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path


def write_whole(path: Path, lines: Iterable[bytes], *, overwrite: bool) -> None:
    """Write the lines to a file that only its owner may read. Raises OSError as the system does.

    Raises FileExistsError if there is one already and it is not to be overwritten, even if it was made meanwhile.
    """
    import tempfile  # a hook does not need it

    descriptor, made = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(lines)
            file.flush()
            os.fsync(file.fileno())
        if overwrite:
            Path(made).replace(path)
        else:
            path.hardlink_to(made)
    finally:
        with suppress(OSError):
            Path(made).unlink()
