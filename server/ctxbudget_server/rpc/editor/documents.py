"""The client's open documents: their text is kept on the event loop, their analysis on worker threads."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Sequence
from urllib.parse import unquote

from lsprotocol import types as lsp

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.editor.analysis import Analysis
from ctxbudget_server.editor.lines import LineText, Point, Splice
from ctxbudget_server.editor.positions import Encoding, from_units
from ctxbudget_server.workspace.documents import path_of

SCHEMES = ("file:", "untitled:")
"""URI schemes of documents that are analysed; notebook cells and other programs' views have schemes of their own."""


class OpenDocument:
    """One open document. `version` and `text` belong to the event loop, `analysis` to `Views`."""

    def __init__(self, uri: str, language: str | None, version: int, text: str) -> None:
        self.uri = uri
        self.language = language
        self.version = version
        self.path = real_path(uri)
        self.text = LineText(text)
        self.size = _bytes(text)
        self.binary = "\0" in text
        self._first: list[str] | None = list(self.text.lines)
        self._pending: deque[tuple[int, Splice]] = deque()
        self._analysis: Analysis | None = None
        self._analysed = version

    def change(self, version: int, changes: Sequence[lsp.TextDocumentContentChangeEvent], encoding: Encoding) -> None:
        """Apply the edits of one notification."""
        for change in changes:
            if isinstance(change, lsp.TextDocumentContentChangePartial):
                start, end = (self.point(place, encoding) for place in (change.range.start, change.range.end))
                self.size += _bytes(change.text) - _bytes(self.text.slice(start, end))
                self._pending.append((version, self.text.replace(start, end, change.text)))
            else:
                self.size = _bytes(change.text)
                self._pending.append((version, self.text.replace_all(change.text)))
            self.binary = self.binary or "\0" in change.text
        self.version = version

    def point(self, position: lsp.Position, encoding: Encoding) -> Point:
        """Convert a position from the client's units."""
        lines = self.text.lines
        if position.line >= len(lines):
            return Point(position.line, 0)
        return Point(position.line, from_units(lines[position.line], position.character, encoding))

    def analysis(self) -> tuple[Analysis, int]:
        """The analysis of the latest version, and that version."""
        if self._analysis is None:
            self._analysis, self._first = Analysis(self._first or [""]), None
        while self._pending:
            self._analysed, splice = self._pending.popleft()
            self._analysis.apply(splice)
        return self._analysis, self._analysed


class OpenDocuments:
    """Open documents by URI. pygls' own copies are not used: they split lines where LSP does not."""

    def __init__(self) -> None:
        self._open: dict[str, OpenDocument] = {}
        self.encoding: Encoding = "utf-16"

    def open(self, item: lsp.TextDocumentItem) -> OpenDocument | None:
        """A document was opened; None if its scheme is not one of `SCHEMES`."""
        if not item.uri.lower().startswith(SCHEMES):
            return None
        document = OpenDocument(item.uri, item.language_id, item.version, item.text)
        self._open[_key(item.uri)] = document
        return document

    def change(self, params: lsp.DidChangeTextDocumentParams) -> OpenDocument | None:
        """A document was changed."""
        document = self.find(params.text_document.uri)
        if document is not None:
            document.change(params.text_document.version, params.content_changes, self.encoding)
        return document

    def close(self, uri: str) -> OpenDocument | None:
        """A document was closed."""
        return self._open.pop(_key(uri), None)

    def rename(self, old: str, new: str) -> OpenDocument | None:
        """A file was renamed while its document stays open; None if it is not open."""
        document = self._open.pop(_key(old), None)
        if document is not None:
            document.uri, document.path = new, real_path(new)
            self._open.setdefault(_key(new), document)
        return document

    def below(self, uri: str) -> list[str]:
        """The URIs of open documents in a folder."""
        return [document.uri for key, document in list(self._open.items()) if key.startswith(_key(uri) + "/")]

    def find(self, uri: str) -> OpenDocument | None:
        """An open document by URI."""
        return self._open.get(_key(uri))

    def get(self, uri: str) -> OpenDocument:
        """An open document by URI; raises `invalidParams`."""
        if (document := self.find(uri)) is None:
            raise ProtocolError.invalid_params(
                [{"loc": ["textDocument", "uri"], "msg": f"{uri} is not open", "type": "value_error"}]
            )
        return document

    def at(self, path: str) -> OpenDocument | None:
        """An open document by real path."""
        return next((document for document in list(self._open.values()) if document.path == path), None)

    def __iter__(self) -> Iterator[OpenDocument]:
        return iter(list(self._open.values()))


def real_path(uri: str) -> str | None:
    """The real path of a `file:` URI; None for others, such as those of documents never saved."""
    if not uri.lower().startswith("file:"):
        return None
    try:
        return os.path.realpath(path_of(uri))
    except (ProtocolError, ValueError):
        return None


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def _key(uri: str) -> str:
    """A URI in one spelling: clients write `%20` or `+`, `C:` or `c%3A`."""
    return unquote(uri)
