"""Escapes text from elsewhere for Markdown, so that it is shown literally and is never a link, an image, HTML or
structure.

A backslash is added only where a character would have a meaning, so that the same Markdown also reads well on a
terminal. Invisible characters are written out as for a terminal.
"""

from __future__ import annotations

import re

from ctxbudget_server.presentation import terminal

_MEANINGFUL = re.compile(
    "|".join(
        (
            r"[`*\[\]<|~$]",
            r"\\(?=[!-/:-@\[-`{-~]|$)",  # before punctuation it would vanish, or undo an escape
            r"(?<![^\W_])_|_(?![^\W_])",  # within a word it has no meaning
            r"&(?=#?\w+(?:;|$))",
            r":(?=//)|@(?=\w)|(?i:(?<=www)\.)",  # addresses, which renderers turn into links
            r"#(?=#*\s*$)",  # the end of a heading
            r"^[#>+=-]",
        )
    )
)
_NUMBERED = re.compile(r"^(\d{1,9})([.)])(?=\s|$)")
_BACKTICKS = re.compile("`+")


def text(words: str) -> str:
    """The words on one line, for a paragraph, a heading, a list entry or a table cell."""
    escaped = _MEANINGFUL.sub(r"\\\g<0>", terminal.line(words).strip())
    return _NUMBERED.sub(r"\1\\\2", escaped)


def code(words: str) -> str:
    """The words as a code span. Not for tables, where a bar would end the cell."""
    shown = terminal.line(words)
    if not shown:
        return ""
    fence = "`" * (_longest_run(shown) + 1)
    is_padded = "`" in (shown[0], shown[-1]) or (shown[0] == shown[-1] == " " and not shown.isspace())
    return f"{fence} {shown} {fence}" if is_padded else f"{fence}{shown}{fence}"


def fenced(words: str) -> str:
    """The words as a code block, keeping their lines."""
    shown = terminal.block(words)
    fence = "`" * max(3, _longest_run(shown) + 1)
    return f"{fence}text\n{shown}\n{fence}"


def _longest_run(words: str) -> int:
    return max(map(len, _BACKTICKS.findall(words)), default=0)
