"""The client's capabilities that matter to the features."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from lsprotocol import types as lsp
from pygls.capabilities import get_capability

from ctxbudget_server.editor.positions import Encoding

if TYPE_CHECKING:
    from ctxbudget_protocol.settings import EditorSettings


@dataclass(frozen=True, slots=True)
class Client:
    """Capabilities from the params of `initialize`."""

    encoding: Encoding = "utf-16"
    lenses: bool = False
    markdown: bool = True
    applies_edits: bool = False
    versioned_edits: bool = False
    creates_files: bool = False
    related: bool = False
    configuration: bool = False
    registers_configuration: bool = False
    registers_watchers: bool = False
    progress: bool = False
    refreshes_hints: bool = False
    refreshes_lenses: bool = False
    relative_patterns: bool = False

    @classmethod
    def of(cls, params: lsp.InitializeParams, encoding: str) -> Client:
        """Read the client's capabilities."""
        capabilities = params.capabilities

        def says(path: str) -> Any:
            return get_capability(capabilities, path, None)

        formats = says("text_document.hover.content_format")
        operations = says("workspace.workspace_edit.resource_operations") or ()
        return cls(
            encoding=cast(Encoding, encoding),
            # lsp-mode mentions lenses only there.
            lenses=any(says(f"{part}.code_lens") is not None for part in ("text_document", "workspace")),
            markdown=formats is None or lsp.MarkupKind.Markdown in formats,
            applies_edits=bool(says("workspace.apply_edit")),
            versioned_edits=bool(says("workspace.workspace_edit.document_changes")),
            # Neovim lists only the operations, which imply `documentChanges`.
            creates_files=lsp.ResourceOperationKind.Create in operations,
            related=bool(says("text_document.publish_diagnostics.related_information")),
            configuration=bool(says("workspace.configuration")),
            registers_configuration=bool(says("workspace.did_change_configuration.dynamic_registration")),
            registers_watchers=bool(says("workspace.did_change_watched_files.dynamic_registration")),
            progress=bool(says("window.work_done_progress")),
            refreshes_hints=bool(says("workspace.inlay_hint.refresh_support")),
            refreshes_lenses=bool(says("workspace.code_lens.refresh_support")),
            relative_patterns=bool(says("workspace.did_change_watched_files.relative_pattern_support")),
        )

    def wants_summary(self, settings: EditorSettings) -> bool:
        """Whether the document's total is a diagnostic on line 1."""
        wanted = settings.summary_diagnostic
        return wanted == "on" or (wanted == "auto" and not self.lenses)

    def shows_total(self, settings: EditorSettings) -> bool:
        """Whether the document's total is shown at line 1, by a lens or a diagnostic."""
        return (self.lenses and settings.code_lens) or (settings.diagnostics and self.wants_summary(settings))
