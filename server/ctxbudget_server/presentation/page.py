"""A short text for a person, in Markdown or without it: what is said is said once, and is safe in both."""

from __future__ import annotations

from typing import Protocol

from ctxbudget_server.presentation import markdown, terminal


class Page(Protocol):
    """How words are written. `strong` takes what is written already; the others take text from elsewhere."""

    def text(self, words: str) -> str:
        """Words in a sentence."""

    def strong(self, written: str) -> str:
        """What matters most."""

    def code(self, words: str) -> str:
        """A name or a path."""

    def fenced(self, words: str) -> str:
        """A text of several lines."""


class Markdown:
    """For clients that render it."""

    def text(self, words: str) -> str:
        """Words in a sentence."""
        return markdown.text(words)

    def strong(self, written: str) -> str:
        """What matters most."""
        return f"**{written}**"

    def code(self, words: str) -> str:
        """A name or a path."""
        return markdown.code(words)

    def fenced(self, words: str) -> str:
        """A text of several lines."""
        return markdown.fenced(words)


class Plain:
    """For clients that show what they are given."""

    def text(self, words: str) -> str:
        """Words in a sentence."""
        return terminal.line(words)

    def strong(self, written: str) -> str:
        """What matters most."""
        return written

    def code(self, words: str) -> str:
        """A name or a path."""
        return terminal.line(words)

    def fenced(self, words: str) -> str:
        """A text of several lines."""
        return terminal.block(words)
