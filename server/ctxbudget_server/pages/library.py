"""What draws the charts: Vega, Vega-Lite and Vega-Embed as one script, from the extra `report`."""

from __future__ import annotations

import os
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Final

_MODULES: Final = ("vl_convert", "jinja2", "markupsafe")
"""What the extra installs."""
ADVICE: Final = "pages need the extra `report`: pip install 'vl-convert-python>=1.9,<2' 'jinja2>=3.1,<4'"
"""What to say then."""
_SNIPPET: Final = "window.vegaEmbed = vegaEmbed;"


def has_extra() -> bool:
    """Whether pages can be made: whether all of the extra is installed."""
    try:
        for module in _MODULES:
            import_module(module)
    except ImportError:
        return False
    return True


def chart_script() -> str:
    """The library as a script that defines `vegaEmbed`. Putting it together takes a second, so it is kept."""
    from importlib.metadata import version

    kept = _cache_folder() / f"charts-{version('vl-convert-python')}.js"
    with suppress(OSError, UnicodeDecodeError):
        if script := kept.read_text(encoding="utf-8"):
            return script
    import vl_convert

    script = vl_convert.javascript_bundle(_SNIPPET)
    with suppress(OSError):  # without a cache it is made again the next time
        _keep(kept, script)
    return script


def _keep(place: Path, script: str) -> None:
    """Write it whole or not at all."""
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = place.with_suffix(f".{os.getpid()}")
    try:
        part.write_text(script, encoding="utf-8")
        part.replace(place)
    finally:
        part.unlink(missing_ok=True)


def _cache_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME", "")
    return Path(base if Path(base).is_absolute() else Path("~/.cache").expanduser(), "ctxbudget")
