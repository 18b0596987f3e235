"""Text that means harm, and what makes a shown text harmless."""

from __future__ import annotations

import unicodedata

from hypothesis import strategies as st

PIECES = (
    "\x1b[2J", "\x1b]0;owned\x07", "\x1b]8;;http://evil.example\x1b\\here\x1b]8;;\x1b\\", "\x9b31m", "\x7f", "\x00",
    "\u202egnp.md", "\u2066x\u2069", "\u200b", "\u2028", "\ufeff", "\u00ad", "\U000e0041", "\u3164", "\ud800", "\udcff",
    "\r", "\n# forged", "\nctxbudget: all is well", "\t", "\x08\x08",
    "[a](command:x)", "![](http://evil.example/p.png)", "<img src=x onerror=1>", "<!--", "http://evil.example",
    "www.evil.example", "a@evil.example", "&lt;", "**", "__", "~~", "`", "```", "|", "\\", "$x$", "$(trash)", "%{x}",
    "- ", "1. ", "> ", "# ", "---", "+ ", "=", "    ", " #", "[x]: http://evil.example",
    "word", "計画", "👩‍🚀", "é", "%s",
)  # fmt: skip
WORDS = st.lists(st.one_of(st.sampled_from(PIECES), st.text(st.characters(), max_size=3)), max_size=6).map("".join)
"""All code points, lone surrogates among them, and the pieces above."""

UTF8 = WORDS.map(lambda words: words.encode("utf-8", "replace").decode())
"""What can cross the wire."""

FILE_NAMES = (
    b"\x1b[2Jscreen.md", b"title\x1b]0;owned\x07.md", b"\xffbytes.md", "\u202edm.gnp.md".encode(), b"two\nlines.md",
    b"back\rto the start.md", b"[a](command:x).md", b"a|b`c`.md", b"<img src=x>.md", b"\xc2\x9b31m.md", b"plain.md",
    "計画.md".encode(), b"tab\there.md", b"%s%n.md", b"$(trash).md",
)  # fmt: skip


def faults(shown: str, *, colours: bool = False) -> list[str]:
    """The characters of a shown text that a terminal would act on, or not show."""
    if colours:
        for code in ("\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[0m"):
            shown = shown.replace(code, "")
    joined = {"\u200c", "\u200d"}
    return [
        f"U+{ord(c):04X}" for c in shown
        if c != "\n" and c not in joined and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
    ]  # fmt: skip
