"""Text from elsewhere, for Markdown: it is shown as it is, and is never a link, an image, HTML or a structure.

Only what would mean something where it is gets a backslash, so that the same Markdown also reads well on a terminal.
Invisible characters are written out as they are for a terminal.
"""

from __future__ import annotations

import re

from ctxbudget_server.presentation import terminal

_MEANINGFUL = re.compile(
    "|".join(
        (
            r"[`*\[\]<|~$]",
            r"\\(?=[!-/:-@\[-`{-~]|$)",  # before punctuation it would vanish, or undo an escape
            r"(?<![^\W_])_|_(?![^\W_])",  # within a word it means nothing
            r"&(?=#?\w+(?:;|$))",
            r":(?=//)|@(?=\w)|(?i:(?<=www)\.)",  # addresses, of which renderers make links unasked
            r"#(?=#*\s*$)",  # the end of a heading
            r"^[#>+=-]",
        )
    )
)
_NUMBERED = re.compile(r"^(\d{1,9})([.)])(?=\s|$)")
_BACKTICKS = re.compile("`+")


def text(words: str) -> str:
    """The words as a part of a paragraph, a heading, an entry of a list or a cell of a table, on one line."""
    escaped = _MEANINGFUL.sub(r"\\\g<0>", terminal.line(words).strip())
    return _NUMBERED.sub(r"\1\\\2", escaped)


def code(words: str) -> str:
    """The words as a code span. It is not for tables, where a bar would end the cell."""
    shown = terminal.line(words)
    if not shown:
        return ""
    fence = "`" * (_longest_run(shown) + 1)
    is_padded = "`" in (shown[0], shown[-1]) or (shown[0] == shown[-1] == " " and not shown.isspace())
    return f"{fence} {shown} {fence}" if is_padded else f"{fence}{shown}{fence}"


def fenced(words: str) -> str:
    """The words as a block of code, with their own lines."""
    shown = terminal.block(words)
    fence = "`" * max(3, _longest_run(shown) + 1)
    return f"{fence}text\n{shown}\n{fence}"


def _longest_run(words: str) -> int:
    return max(map(len, _BACKTICKS.findall(words)), default=0)
