"""The method table: every method of the contract, once.

The server's registration, the client, the JSON Schema, the protocol page and the conformance suite are derived
from it. It names models by module and class, so that reading the table builds none of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Literal, cast

if TYPE_CHECKING:
    from pydantic import BaseModel

Direction = Literal["clientToServer", "serverToClient"]


@dataclass(frozen=True, slots=True)
class Method:
    """One method: its models by name, who sends it, whether it writes, and the errors that it may answer with."""

    name: str
    doc: str
    params: str
    result: str | None
    errors: tuple[str, ...] = ()
    mutates: bool = False
    direction: Direction = "clientToServer"

    @property
    def namespace(self) -> str:
        """What the method acts on, e.g. `context`."""
        return self.name.partition("/")[0]

    def params_model(self) -> type[BaseModel]:
        """The pydantic model of the params; imports and, for what the server sends, makes it."""
        if self.direction == "serverToClient":
            return self._model_of(self.params)
        module = import_module(f"ctxbudget_protocol.params.{self.namespace}")
        return cast("type[BaseModel]", getattr(module, self.params))

    def result_model(self) -> type[BaseModel] | None:
        """The pydantic model of the result, or None for a notification."""
        return self._model_of(self.result) if self.result else None

    def _model_of(self, name: str) -> type[BaseModel]:
        from ctxbudget_protocol.schema import model_of

        return model_of(getattr(import_module(f"ctxbudget_protocol.results.{self.namespace}"), name))


_SESSION = ("unknownSession",)
_WRITE = (*_SESSION, "sessionClosed", "conflict", "requestKeyReused")
_READ_FILE = ("pathNotAllowed", "pathUnreadable", "notText", "payloadTooLarge")

_TABLE = (
    Method("session/open", "Create or resume a session by id, and configure it.", "OpenParams", "OpenResult",
           ("conflict", "requestKeyReused"), mutates=True),
    Method("session/close", "End a session; its policy prunes what is left to prune.", "CloseParams", "CloseResult",
           _WRITE, mutates=True),
    Method("session/recalibrate", "Count the items of a session at the present calibration, as one logged event.",
           "RecalibrateParams", "RecalibrateResult", _WRITE, mutates=True),
    Method("session/list", "The sessions of the workspace, page by page.", "ListParams", "ListResult",
           ("unknownSession",)),
    Method("session/delete", "Forget a session for good, originals included.", "DeleteParams", "DeleteResult",
           (*_SESSION, "conflict", "requestKeyReused"), mutates=True),
    Method("workflow/startPhase", "Start a phase, or go back to one.", "StartPhaseParams", "WorkflowResult",
           (*_WRITE, "phaseOrder"), mutates=True),
    Method("workflow/completePhase", "Complete a phase; the answer says what the policy pruned, kept and marked.",
           "CompletePhaseParams", "WorkflowResult", (*_WRITE, *_READ_FILE, "unknownPhase", "phaseOrder"), mutates=True),
    Method("workflow/startWave", "Start a wave of the running phase.", "StartWaveParams", "WorkflowResult",
           (*_WRITE, "unknownPhase", "phaseOrder"), mutates=True),
    Method("workflow/completeWave", "Complete a wave; the answer says what the policy pruned, kept and marked.",
           "CompleteWaveParams", "WorkflowResult", (*_WRITE, "unknownPhase", "phaseOrder"), mutates=True),
    Method("budget/allocate", "Share the budget out to phases.", "AllocateParams", "AllocateResult",
           (*_WRITE, "budgetExceeded"), mutates=True),
    Method("budget/status", "Window, budget, the four accounts, layers, phases, leases, level and advice.",
           "StatusParams", "StatusResult", _SESSION),
    Method("budget/reserve", "Lease tokens for work in flight.", "ReserveParams", "ReserveResult",
           (*_WRITE, "unknownPhase", "budgetExceeded"), mutates=True),
    Method("budget/settle", "End a lease with what it used; the rest is refunded.", "SettleParams", "SettleResult",
           (*_WRITE, "unknownLease", "leaseClosed"), mutates=True),
    Method("budget/release", "End a lease that used nothing.", "ReleaseParams", "ReleaseResult",
           (*_WRITE, "unknownLease", "leaseClosed"), mutates=True),
    Method("budget/renew", "Give a lease more time.", "RenewParams", "RenewResult",
           (*_WRITE, "unknownLease", "leaseClosed", "budgetExceeded"), mutates=True),
    Method("budget/report", "Actual against budget, per phase and layer, with overruns, peaks and net savings.",
           "ReportParams", "ReportResult", _SESSION),
    Method("context/add", "Items enter the account; never refused for the budget.", "AddParams", "AddResult",
           (*_WRITE, *_READ_FILE, "unknownItem", "protectedItem"), mutates=True),
    Method("context/update", "Pin, unpin, retitle an item, or move it to a layer or phase.", "UpdateParams",
           "UpdateResult", (*_WRITE, "unknownItem"), mutates=True),
    Method("context/append", "Grow an item; only its tail is counted again.", "AppendParams", "AppendResult",
           (*_WRITE, "unknownItem", "noContent", "contentDropped", "contentDamaged", "payloadTooLarge"), mutates=True),
    Method("context/list", "The items of the session, filtered.", "ListParams", "ListResult", _SESSION),
    Method("context/get", "An item's original: whole, by section, by lines or by search. A pure read.", "GetParams",
           "GetResult", (*_SESSION, "unknownItem", "noContent", "contentDropped", "contentDamaged", "unknownSection")),
    Method("context/search", "The lines of all originals that match a query, whatever was pruned. A pure read.",
           "SearchParams", "SearchResult", _SESSION),
    Method("context/restore", "Bring removed items back into the account.", "RestoreParams", "RestoreResult",
           (*_WRITE, "unknownItem", "contentDropped"), mutates=True),
    Method("context/prune", "Remove by policy and target, or with dryRun say what would go.", "PruneParams",
           "PruneResult", (*_WRITE, "unknownItem", "unknownPhase"), mutates=True),
    Method("context/undo", "Restore exactly the items that a prune changed.", "UndoParams", "UndoResult",
           (*_WRITE, "unknownUndo"), mutates=True),
    Method("context/render", "The text for the next agent within N tokens. A pure read.", "RenderParams",
           "RenderResult", (*_SESSION, "unknownPhase", "budgetExceeded")),
    Method("context/fit", "A message array cut to at most N tokens, legal for the provider; all that goes comes back.",
           "FitParams", "FitResult", _WRITE, mutates=True),
    Method("metadata/extract", "Turn an artifact into at most N tokens of metadata.", "ExtractParams", "ExtractResult",
           (*_SESSION, *_READ_FILE, "unknownItem", "noContent", "contentDropped", "contentDamaged")),
    Method("tokens/count", "Count texts or files, with provenance.", "CountParams", "CountResult",
           (*_SESSION, *_READ_FILE)),
    Method("tokens/fits", "Whether a text has at most so many tokens; costs in proportion to the limit, not the text.",
           "FitsParams", "FitsResult", (*_SESSION, *_READ_FILE)),
    Method("tokens/truncate", "The beginning of a text that has at most so many tokens, and what was cut.",
           "TruncateParams", "TruncateResult", (*_SESSION, *_READ_FILE)),
    Method("usage/record", "What the provider billed for what was counted: calibrates the model's figures.",
           "RecordParams", "RecordResult", ("requestKeyReused",), mutates=True),
    Method("store/losses", "What the store has lost and nobody has acknowledged yet.", "LossesParams", "LossesResult"),
    Method("store/acknowledge", "Tell no more of losses that somebody has seen.", "AcknowledgeParams",
           "AcknowledgeResult"),
    Method("budget/didChange", "The session's account changed; coalesced.", "DidChange", None,
           direction="serverToClient"),
    Method("budget/alert", "The session's level rose.", "AlertNote", None, direction="serverToClient"),
)  # fmt: skip

METHODS: dict[str, Method] = {method.name: method for method in _TABLE}
"""Every method by name, in the order of the protocol page."""

COMMON_ERRORS = (
    "invalidParams", "internalError", "requestCancelled", "payloadTooLarge",
    "storeBusy", "storeFull", "storeUnavailable", "storeTooNew", "storeUnsafe",
)  # fmt: skip
"""What any request may answer with, beside the errors of its row."""


def requests() -> list[Method]:
    """The methods that a client calls."""
    return [method for method in METHODS.values() if method.direction == "clientToServer"]
