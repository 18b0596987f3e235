"""Views of documents, made on worker threads one at a time, and only while someone waits for them."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.account.counter import Counter
from ctxbudget_server.editor import imports, layers
from ctxbudget_server.editor.analysis import Analysis, measured
from ctxbudget_server.editor.chunks import Measure
from ctxbudget_server.editor.lines import split_document
from ctxbudget_server.editor.view import Basis, View
from ctxbudget_server.extract import Extraction
from ctxbudget_server.rpc.editor.configuration import Configuration
from ctxbudget_server.rpc.editor.documents import OpenDocument, OpenDocuments
from ctxbudget_server.workspace.files import Stamp, read_text, stamp_of
from ctxbudget_server.workspace.opening import OutsideError, inside

if TYPE_CHECKING:
    from ctxbudget_protocol.settings import EditorSettings
    from ctxbudget_server.service.backend import Backend

log = logging.getLogger(__name__)

Check = Callable[[], None]
T = TypeVar("T")

MAX_KEPT_FILES = 256
MAX_KEPT_EXTRACTS = 128
MAX_EXTRACTED = 400_000
"""Characters of a section that a hover extracts: about a second of work."""


class Views:
    """Makes views of documents. All methods but the constructor are for worker threads."""

    def __init__(self, documents: OpenDocuments, configuration: Configuration) -> None:
        self.configuration = configuration
        self._documents = documents
        self._lock = threading.RLock()
        self._files: OrderedDict[str, tuple[Stamp, Analysis]] = OrderedDict()
        self._extracts: OrderedDict[tuple[object, ...], Extraction] = OrderedDict()
        self._counts: dict[tuple[str, str], tuple[Stamp, Measure]] = {}
        self._imported: dict[str, frozenset[str]] = {}
        self._bases: dict[str, Basis] = {}
        self._backend: Backend | None = None
        self._failing = False

    def open(self, backend: Backend) -> None:
        """Set the backend; called once, before anything else."""
        self._backend = backend

    def settings_of(self, document: OpenDocument) -> EditorSettings:
        """The settings for a document."""
        return self.configuration.settings_for(document.path)

    def look(self, document: OpenDocument, version: int | None, check: Check, render: Callable[[View], T]) -> T | None:
        """What `render` returns for a version of a document, or for the latest; None if it is not analysed.

        Raises `contentModified`. Rendering must be quick, since it blocks work on all other documents.
        """
        settings = self.settings_of(document)
        place = self.configuration.place_of(document.path)
        if document.binary or document.size > settings.max_file_bytes:
            return None
        if not layers.is_looked_at(place, document.language, settings):
            return None
        basis = self.basis(settings, document.path)
        with self._lock:
            check()
            analysis, analysed = document.analysis()
            if version is not None and analysed != version:
                raise stale()
            self._bases[document.uri] = basis
            name = Path(document.path).name if document.path else document.uri.rpartition(":")[2]
            view = self._view(name, document.path, analysis, basis, check)
            self._imported[document.uri] = frozenset(path for each in view.imports for path in each.paths())
            return render(view)

    def look_at_file(self, path: str, check: Check, render: Callable[[View], T]) -> T | None:
        """What `render` returns for a file as it is open in the editor or on the disk; None if it is not text."""
        settings = self.configuration.settings_for(path)
        basis = self.basis(settings, path)
        with self._lock:
            check()
            analysis = self._analysis_of(path, settings.max_file_bytes, self.configuration.roots_for(path))
            if analysis is None:
                return None
            return render(self._view(Path(path).name, path, analysis, basis, check))

    def _view(self, name: str, path: str | None, analysis: Analysis, basis: Basis, check: Check) -> View:
        settings, place = self.configuration.settings_for(path), self.configuration.place_of(path)
        outline = analysis.outline(basis.counter, check)
        found: list[imports.Import] = []
        if path is not None and layers.follows_imports(place):
            load = self._loader(path, settings, basis.counter, check)
            found = imports.resolve(path, analysis.mentions(), load)
        return View(name, place, analysis, outline, basis, layers.layer_of(place, settings), found)

    def outdated(self) -> list[OpenDocument]:
        """The documents last viewed with a basis that has changed since; each is returned once."""
        now: dict[int, Basis] = {}
        found: list[OpenDocument] = []
        for document in self._documents:
            settings = self.settings_of(document)
            basis = now.setdefault(id(settings), self.basis(settings, document.path))
            if self._bases.get(document.uri, basis) != basis:
                self._bases[document.uri] = basis
                found.append(document)
        return found

    def forget(self, uri: str) -> None:
        """A document was closed. May be called on the event loop too."""
        self._bases.pop(uri, None)
        self._imported.pop(uri, None)

    def basis(self, settings: EditorSettings, path: str | None = None) -> Basis:
        """What shares are relative to: by the client's settings, else as for the followed session and its files."""
        from ctxbudget_server.account.settings import Settings
        from ctxbudget_server.rules.shares import floor_share
        from ctxbudget_server.service.tracked_session import TrackedSession

        files = self.configuration.files_for(path)
        try:
            assert self._backend is not None
            followed = self._backend.followed(settings.session, settings.model, files)
            self._failing = False
        except ProtocolError as fault:
            if not self._failing:  # once, not with each keystroke
                log.warning("the session's figures cannot be read: %s", fault)
            self._failing = True
            followed = TrackedSession(None, Settings.of({}, files), Counter(settings.model))
        given = {"contextWindow": settings.context_window, "targetShare": settings.target_share}
        own = followed.settings.changed_by({name: value for name, value in given.items() if value is not None})
        source = "request" if settings.context_window is not None else own.window_source
        is_known = source != "default"
        ceilings = dict(own.ceilings) if is_known else {}  # a share of a window that nobody chose: nothing to warn of
        for layer, value in settings.ceilings.model_dump().items():
            if value is not None and value > 1:
                ceilings[layer] = int(value)
            elif value is not None and is_known:
                ceilings[layer] = floor_share(own.window, value)
        return Basis(own.window, own.budget, ceilings, followed.counter, followed.session_id, source)

    def extract(self, view: View, text: str, most: int, check: Check) -> Extraction:
        """The metadata of a part of a document, cached."""
        from ctxbudget_server.extract import extract  # imported late, so that `initialize` is answered sooner

        counter = view.basis.counter
        key = (counter, view.path, most, text)
        with self._lock:
            if (known := self._extracts.get(key)) is not None:
                self._extracts.move_to_end(key)
                return known
        found = extract(text, count=counter.tokens(check), path=view.path, max_tokens=most, check=check)
        with self._lock:
            self._extracts[key] = found
            while len(self._extracts) > MAX_KEPT_EXTRACTS:
                self._extracts.popitem(last=False)
        return found

    def count(self, path: str, settings: EditorSettings, counter: Counter, check: Check) -> int | None:
        """Tokens of a file, as it is open in the editor or on the disk; None if it is not text."""
        document = self._documents.at(path)
        if document is not None:
            with self._lock:
                return document.analysis()[0].outline(counter, check).tokens
        stamp = stamp_of(path)
        key = (counter.family.name, path)
        known = self._counts.get(key)
        if known is not None and known[0] == stamp:
            return counter.of_sums()(*known[1])
        text = read_text(path, settings.max_file_bytes, self.configuration.roots_for(path))
        if text is None or stamp is None:
            return None
        measure = measured(text, counter, check)
        self._counts[key] = (stamp, measure)
        return counter.of_sums()(*measure)

    def importers_of(self, path: str | None) -> list[OpenDocument]:
        """The open documents that import a file."""
        if path is None:
            return []
        return [document for document in self._documents if path in self._imported.get(document.uri, ())]

    def imported(self) -> set[str]:
        """The real paths of all files that open documents import."""
        return {path for paths in list(self._imported.values()) for path in paths}

    def _loader(self, importer: str, settings: EditorSettings, counter: Counter, check: Check) -> imports.Load:
        roots = self.configuration.roots_for(importer)

        def load(path: str) -> imports.Loaded | None:
            if self._documents.at(path) is None and not _is_in(path, roots):
                return imports.OUTSIDE if stamp_of(path) else None
            analysis = self._analysis_of(path, settings.max_file_bytes, roots)
            if analysis is None:
                return None
            return imports.Loaded(analysis.outline(counter, check).tokens, analysis.mentions())

        return load

    def _analysis_of(self, path: str, max_bytes: int, roots: tuple[str, ...]) -> Analysis | None:
        """Load the editor's open document, else the file on the disk."""
        document = self._documents.at(path)
        if document is not None:
            return None if document.binary else document.analysis()[0]
        stamp = stamp_of(path)
        if stamp is None:
            return None
        known = self._files.get(path)
        if known is None or known[0] != stamp:
            text = read_text(path, max_bytes, roots)
            if text is None:
                return None
            known = self._files[path] = (stamp, Analysis(split_document(text)))
        self._files.move_to_end(path)
        while len(self._files) > MAX_KEPT_FILES:
            self._files.popitem(last=False)
        return known[1]


def _is_in(path: str, roots: tuple[str, ...]) -> bool:
    try:
        inside(path, roots)
    except OutsideError:
        return False
    return True


def stale() -> ProtocolError:
    """The error for an outdated version of a document."""
    return ProtocolError("contentModified", "the document changed in the meantime")
