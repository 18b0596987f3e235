"""A short text for people, as Markdown or plain text: written once, and safe in both forms."""

from __future__ import annotations

from typing import Protocol

from ctxbudget_server.presentation import markdown, terminal


class Page(Protocol):
    """How to write words. `strong` takes text already written by the page; the others take raw text."""

    def text(self, words: str) -> str:
        """Words in a sentence."""

    def strong(self, written: str) -> str:
        """Emphasized words."""

    def code(self, words: str) -> str:
        """A name or a path."""

    def fenced(self, words: str) -> str:
        """A text of several lines, set apart."""


class Markdown:
    """For clients that render Markdown."""

    def text(self, words: str) -> str:
        """Words in a sentence."""
        return markdown.text(words)

    def strong(self, written: str) -> str:
        """Emphasized words."""
        return f"**{written}**"

    def code(self, words: str) -> str:
        """A name or a path."""
        return markdown.code(words)

    def fenced(self, words: str) -> str:
        """A text of several lines, set apart."""
        return markdown.fenced(words)


class Plain:
    """For clients that show text as it is."""

    def text(self, words: str) -> str:
        """Words in a sentence."""
        return terminal.line(words)

    def strong(self, written: str) -> str:
        """Emphasized words."""
        return written

    def code(self, words: str) -> str:
        """A name or a path."""
        return terminal.line(words)

    def fenced(self, words: str) -> str:
        """A text of several lines, set apart."""
        return terminal.block(words)
