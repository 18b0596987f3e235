"""The methods, one class a namespace. Made from the method table by `python -m ctxbudget_protocol.generate`."""

from __future__ import annotations

from typing import Unpack

from ctxbudget_client import params as p
from ctxbudget_client.namespaces import Ask, Namespace
from ctxbudget_protocol.methods import budget as budget_results
from ctxbudget_protocol.methods import context as context_results
from ctxbudget_protocol.methods import metadata as metadata_results
from ctxbudget_protocol.methods import session as session_results
from ctxbudget_protocol.methods import store as store_results
from ctxbudget_protocol.methods import tokens as tokens_results
from ctxbudget_protocol.methods import usage as usage_results
from ctxbudget_protocol.methods import workflow as workflow_results


class Session(Namespace):
    """`session/*`."""

    def open(self, **params: Unpack[p.SessionOpenParams]) -> session_results.OpenResult:
        """Create or resume a session by id, and configure it."""
        return self._ask("session/open", params, session_results.OpenResult)

    def close(self, **params: Unpack[p.SessionCloseParams]) -> session_results.CloseResult:
        """End a session; its policy prunes what is left to prune."""
        return self._ask("session/close", params, session_results.CloseResult)

    def recalibrate(self, **params: Unpack[p.SessionRecalibrateParams]) -> session_results.RecalibrateResult:
        """Count the items of a session at the present calibration, as one logged event."""
        return self._ask("session/recalibrate", params, session_results.RecalibrateResult)

    def list(self, **params: Unpack[p.SessionListParams]) -> session_results.ListResult:
        """The sessions of the workspace, page by page."""
        return self._ask("session/list", params, session_results.ListResult)

    def delete(self, **params: Unpack[p.SessionDeleteParams]) -> session_results.DeleteResult:
        """Forget a session for good, originals included."""
        return self._ask("session/delete", params, session_results.DeleteResult)


class Workflow(Namespace):
    """`workflow/*`."""

    def start_phase(self, **params: Unpack[p.WorkflowStartPhaseParams]) -> workflow_results.WorkflowResult:
        """Start a phase, or go back to one."""
        return self._ask("workflow/startPhase", params, workflow_results.WorkflowResult)

    def complete_phase(self, **params: Unpack[p.WorkflowCompletePhaseParams]) -> workflow_results.WorkflowResult:
        """Complete a phase; the answer says what the policy pruned, kept and marked."""
        return self._ask("workflow/completePhase", params, workflow_results.WorkflowResult)

    def start_wave(self, **params: Unpack[p.WorkflowStartWaveParams]) -> workflow_results.WorkflowResult:
        """Start a wave of the running phase."""
        return self._ask("workflow/startWave", params, workflow_results.WorkflowResult)

    def complete_wave(self, **params: Unpack[p.WorkflowCompleteWaveParams]) -> workflow_results.WorkflowResult:
        """Complete a wave; the answer says what the policy pruned, kept and marked."""
        return self._ask("workflow/completeWave", params, workflow_results.WorkflowResult)


class Budget(Namespace):
    """`budget/*`."""

    def allocate(self, **params: Unpack[p.BudgetAllocateParams]) -> budget_results.AllocateResult:
        """Share the budget out to phases."""
        return self._ask("budget/allocate", params, budget_results.AllocateResult)

    def status(self, **params: Unpack[p.BudgetStatusParams]) -> budget_results.StatusResult:
        """Window, budget, the four accounts, layers, phases, leases, level and advice."""
        return self._ask("budget/status", params, budget_results.StatusResult)

    def reserve(self, **params: Unpack[p.BudgetReserveParams]) -> budget_results.ReserveResult:
        """Lease tokens for work in flight."""
        return self._ask("budget/reserve", params, budget_results.ReserveResult)

    def settle(self, **params: Unpack[p.BudgetSettleParams]) -> budget_results.SettleResult:
        """End a lease with what it used; the rest is refunded."""
        return self._ask("budget/settle", params, budget_results.SettleResult)

    def release(self, **params: Unpack[p.BudgetReleaseParams]) -> budget_results.ReleaseResult:
        """End a lease that used nothing."""
        return self._ask("budget/release", params, budget_results.ReleaseResult)

    def renew(self, **params: Unpack[p.BudgetRenewParams]) -> budget_results.RenewResult:
        """Give a lease more time."""
        return self._ask("budget/renew", params, budget_results.RenewResult)

    def report(self, **params: Unpack[p.BudgetReportParams]) -> budget_results.ReportResult:
        """Actual against budget, per phase and layer, with overruns, peaks and net savings."""
        return self._ask("budget/report", params, budget_results.ReportResult)


class Context(Namespace):
    """`context/*`."""

    def add(self, **params: Unpack[p.ContextAddParams]) -> context_results.AddResult:
        """Items enter the account; never refused for the budget."""
        return self._ask("context/add", params, context_results.AddResult)

    def update(self, **params: Unpack[p.ContextUpdateParams]) -> context_results.UpdateResult:
        """Pin, unpin, retitle an item, or move it to a layer or phase."""
        return self._ask("context/update", params, context_results.UpdateResult)

    def append(self, **params: Unpack[p.ContextAppendParams]) -> context_results.AppendResult:
        """Grow an item; only its tail is counted again."""
        return self._ask("context/append", params, context_results.AppendResult)

    def list(self, **params: Unpack[p.ContextListParams]) -> context_results.ListResult:
        """The items of the session, filtered."""
        return self._ask("context/list", params, context_results.ListResult)

    def get(self, **params: Unpack[p.ContextGetParams]) -> context_results.GetResult:
        """An item's original: whole, by section, by lines or by search. A pure read."""
        return self._ask("context/get", params, context_results.GetResult)

    def search(self, **params: Unpack[p.ContextSearchParams]) -> context_results.SearchResult:
        """The lines of all originals that match a query, whatever was pruned. A pure read."""
        return self._ask("context/search", params, context_results.SearchResult)

    def restore(self, **params: Unpack[p.ContextRestoreParams]) -> context_results.RestoreResult:
        """Bring removed items back into the account."""
        return self._ask("context/restore", params, context_results.RestoreResult)

    def prune(self, **params: Unpack[p.ContextPruneParams]) -> context_results.PruneResult:
        """Remove by policy and target, or with dryRun say what would go."""
        return self._ask("context/prune", params, context_results.PruneResult)

    def undo(self, **params: Unpack[p.ContextUndoParams]) -> context_results.UndoResult:
        """Restore exactly the items that a prune changed."""
        return self._ask("context/undo", params, context_results.UndoResult)

    def render(self, **params: Unpack[p.ContextRenderParams]) -> context_results.RenderResult:
        """The text for the next agent within N tokens. A pure read."""
        return self._ask("context/render", params, context_results.RenderResult)

    def fit(self, **params: Unpack[p.ContextFitParams]) -> context_results.FitResult:
        """A message array cut to at most N tokens, legal for the provider; all that goes comes back."""
        return self._ask("context/fit", params, context_results.FitResult)


class Metadata(Namespace):
    """`metadata/*`."""

    def extract(self, **params: Unpack[p.MetadataExtractParams]) -> metadata_results.ExtractResult:
        """Turn an artifact into at most N tokens of metadata."""
        return self._ask("metadata/extract", params, metadata_results.ExtractResult)


class Tokens(Namespace):
    """`tokens/*`."""

    def count(self, **params: Unpack[p.TokensCountParams]) -> tokens_results.CountResult:
        """Count texts or files, with provenance."""
        return self._ask("tokens/count", params, tokens_results.CountResult)

    def fits(self, **params: Unpack[p.TokensFitsParams]) -> tokens_results.FitsResult:
        """Whether a text has at most so many tokens; costs in proportion to the limit, not the text."""
        return self._ask("tokens/fits", params, tokens_results.FitsResult)

    def truncate(self, **params: Unpack[p.TokensTruncateParams]) -> tokens_results.TruncateResult:
        """The beginning of a text that has at most so many tokens, and what was cut."""
        return self._ask("tokens/truncate", params, tokens_results.TruncateResult)


class Usage(Namespace):
    """`usage/*`."""

    def record(self, **params: Unpack[p.UsageRecordParams]) -> usage_results.RecordResult:
        """What the provider billed for what was counted: calibrates the model's figures."""
        return self._ask("usage/record", params, usage_results.RecordResult)


class Store(Namespace):
    """`store/*`."""

    def losses(self, **params: Unpack[p.StoreLossesParams]) -> store_results.LossesResult:
        """Losses of the store that were not acknowledged yet."""
        return self._ask("store/losses", params, store_results.LossesResult)

    def acknowledge(self, **params: Unpack[p.StoreAcknowledgeParams]) -> store_results.AcknowledgeResult:
        """Tell no more of losses that somebody has seen."""
        return self._ask("store/acknowledge", params, store_results.AcknowledgeResult)


class Api:
    """All methods of the contract."""

    def __init__(self, ask: Ask) -> None:
        self.session = Session(ask)
        self.workflow = Workflow(ask)
        self.budget = Budget(ask)
        self.context = Context(ask)
        self.metadata = Metadata(ask)
        self.tokens = Tokens(ask)
        self.usage = Usage(ask)
        self.store = Store(ask)
