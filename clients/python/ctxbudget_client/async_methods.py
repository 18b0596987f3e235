"""The methods, one class a namespace. Generated from the method table by `python -m ctxbudget_protocol.generate`."""

from __future__ import annotations

from typing import Unpack

from ctxbudget_client import params as p
from ctxbudget_client.namespaces import AsyncAsk, AsyncNamespace
from ctxbudget_protocol.methods import budget as budget_results
from ctxbudget_protocol.methods import context as context_results
from ctxbudget_protocol.methods import metadata as metadata_results
from ctxbudget_protocol.methods import session as session_results
from ctxbudget_protocol.methods import settings as settings_results
from ctxbudget_protocol.methods import store as store_results
from ctxbudget_protocol.methods import tokens as tokens_results
from ctxbudget_protocol.methods import usage as usage_results
from ctxbudget_protocol.methods import workflow as workflow_results


class AsyncSession(AsyncNamespace):
    """Methods `session/*`."""

    async def open(self, **params: Unpack[p.SessionOpenParams]) -> session_results.OpenResult:
        """Create or resume a session by id, and configure it."""
        return await self._ask("session/open", params, session_results.OpenResult)

    async def close(self, **params: Unpack[p.SessionCloseParams]) -> session_results.CloseResult:
        """End a session; unless told otherwise, its policy makes a final prune. `session/open` resumes it."""
        return await self._ask("session/close", params, session_results.CloseResult)

    async def archive(self, **params: Unpack[p.SessionArchiveParams]) -> session_results.ArchiveResult:
        """Keep a session for analysis: it ends if it is open, its figures and its log stay, its content goes."""
        return await self._ask("session/archive", params, session_results.ArchiveResult)

    async def receipt(self, **params: Unpack[p.SessionReceiptParams]) -> session_results.ReceiptResult:
        """The hash of the log's last entry. Whoever keeps it can tell later whether anything before it was changed."""
        return await self._ask("session/receipt", params, session_results.ReceiptResult)

    async def export(self, **params: Unpack[p.SessionExportParams]) -> session_results.ExportResult:
        """A session as lines of JSON: log, account, items and, if wanted, content. Anyone can verify them."""
        return await self._ask("session/export", params, session_results.ExportResult)

    async def import_(self, **params: Unpack[p.SessionImportParams]) -> session_results.ImportResult:
        """Take in an exported session under its own id, after verifying every line."""
        return await self._ask("session/import", params, session_results.ImportResult)

    async def recalibrate(self, **params: Unpack[p.SessionRecalibrateParams]) -> session_results.RecalibrateResult:
        """Recount a session's items with the current calibration, as one logged event."""
        return await self._ask("session/recalibrate", params, session_results.RecalibrateResult)

    async def list(self, **params: Unpack[p.SessionListParams]) -> session_results.ListResult:
        """List the sessions of the workspace, page by page."""
        return await self._ask("session/list", params, session_results.ListResult)

    async def history(self, **params: Unpack[p.SessionHistoryParams]) -> session_results.HistoryResult:
        """What the runs of the workspace came to: budget, use, peak, overruns, net savings and cost, page by page."""
        return await self._ask("session/history", params, session_results.HistoryResult)

    async def delete(self, **params: Unpack[p.SessionDeleteParams]) -> session_results.DeleteResult:
        """Delete a session for good, including its originals."""
        return await self._ask("session/delete", params, session_results.DeleteResult)


class AsyncWorkflow(AsyncNamespace):
    """Methods `workflow/*`."""

    async def start_phase(self, **params: Unpack[p.WorkflowStartPhaseParams]) -> workflow_results.WorkflowResult:
        """Start a phase, or go back to one."""
        return await self._ask("workflow/startPhase", params, workflow_results.WorkflowResult)

    async def complete_phase(self, **params: Unpack[p.WorkflowCompletePhaseParams]) -> workflow_results.WorkflowResult:
        """Complete a phase; the result says what the policy pruned, kept and marked."""
        return await self._ask("workflow/completePhase", params, workflow_results.WorkflowResult)

    async def start_wave(self, **params: Unpack[p.WorkflowStartWaveParams]) -> workflow_results.WorkflowResult:
        """Start a wave of the running phase."""
        return await self._ask("workflow/startWave", params, workflow_results.WorkflowResult)

    async def complete_wave(self, **params: Unpack[p.WorkflowCompleteWaveParams]) -> workflow_results.WorkflowResult:
        """Complete a wave; the result says what the policy pruned, kept and marked."""
        return await self._ask("workflow/completeWave", params, workflow_results.WorkflowResult)

    async def plan(self, **params: Unpack[p.WorkflowPlanParams]) -> workflow_results.PlanResult:
        """Turn a plan into phases with waves, complexities and allocations; set them up if asked to."""
        return await self._ask("workflow/plan", params, workflow_results.PlanResult)


class AsyncBudget(AsyncNamespace):
    """Methods `budget/*`."""

    async def allocate(self, **params: Unpack[p.BudgetAllocateParams]) -> budget_results.AllocateResult:
        """Divide the budget among phases."""
        return await self._ask("budget/allocate", params, budget_results.AllocateResult)

    async def status(self, **params: Unpack[p.BudgetStatusParams]) -> budget_results.StatusResult:
        """Window, budget, the four figures, layers, phases, leases, level and advice."""
        return await self._ask("budget/status", params, budget_results.StatusResult)

    async def reserve(self, **params: Unpack[p.BudgetReserveParams]) -> budget_results.ReserveResult:
        """Lease tokens for work in flight."""
        return await self._ask("budget/reserve", params, budget_results.ReserveResult)

    async def settle(self, **params: Unpack[p.BudgetSettleParams]) -> budget_results.SettleResult:
        """End a lease with the tokens it used; the rest is refunded."""
        return await self._ask("budget/settle", params, budget_results.SettleResult)

    async def release(self, **params: Unpack[p.BudgetReleaseParams]) -> budget_results.ReleaseResult:
        """End a lease whose tokens were not used."""
        return await self._ask("budget/release", params, budget_results.ReleaseResult)

    async def renew(self, **params: Unpack[p.BudgetRenewParams]) -> budget_results.RenewResult:
        """Extend a lease."""
        return await self._ask("budget/renew", params, budget_results.RenewResult)

    async def report(self, **params: Unpack[p.BudgetReportParams]) -> budget_results.ReportResult:
        """Actual figures against the budget, per phase and layer, with overruns, peaks and net savings."""
        return await self._ask("budget/report", params, budget_results.ReportResult)

    async def timeline(self, **params: Unpack[p.BudgetTimelineParams]) -> budget_results.TimelineResult:
        """The account over time: each change, who made it, and the figures after it."""
        return await self._ask("budget/timeline", params, budget_results.TimelineResult)

    async def diagnose(self, **params: Unpack[p.BudgetDiagnoseParams]) -> budget_results.DiagnoseResult:
        """What is wrong with the account, why, and the requests that cure it, with the figure that they reach."""
        return await self._ask("budget/diagnose", params, budget_results.DiagnoseResult)

    async def breakdown(self, **params: Unpack[p.BudgetBreakdownParams]) -> budget_results.BreakdownResult:
        """What the window holds by source, what of it costs most, why its cache was written again, and money."""
        return await self._ask("budget/breakdown", params, budget_results.BreakdownResult)


class AsyncContext(AsyncNamespace):
    """Methods `context/*`."""

    async def add(self, **params: Unpack[p.ContextAddParams]) -> context_results.AddResult:
        """Add items to the account; never refused because of the budget."""
        return await self._ask("context/add", params, context_results.AddResult)

    async def hand_over(self, **params: Unpack[p.ContextHandOverParams]) -> context_results.HandOverResult:
        """Add an artifact so that only its metadata enters the context, in one transaction."""
        return await self._ask("context/handOver", params, context_results.HandOverResult)

    async def update(self, **params: Unpack[p.ContextUpdateParams]) -> context_results.UpdateResult:
        """Pin, unpin or retitle an item, or move it to another layer or phase."""
        return await self._ask("context/update", params, context_results.UpdateResult)

    async def append(self, **params: Unpack[p.ContextAppendParams]) -> context_results.AppendResult:
        """Append to an item; only its tail is counted again."""
        return await self._ask("context/append", params, context_results.AppendResult)

    async def list(self, **params: Unpack[p.ContextListParams]) -> context_results.ListResult:
        """List the session's items, with filters."""
        return await self._ask("context/list", params, context_results.ListResult)

    async def get(self, **params: Unpack[p.ContextGetParams]) -> context_results.GetResult:
        """Get an item's original: whole, by section, by lines or by search. Changes nothing."""
        return await self._ask("context/get", params, context_results.GetResult)

    async def search(self, **params: Unpack[p.ContextSearchParams]) -> context_results.SearchResult:
        """Search all originals, including pruned ones, for lines that match a query. Changes nothing."""
        return await self._ask("context/search", params, context_results.SearchResult)

    async def restore(self, **params: Unpack[p.ContextRestoreParams]) -> context_results.RestoreResult:
        """Restore removed items to the account."""
        return await self._ask("context/restore", params, context_results.RestoreResult)

    async def prune(self, **params: Unpack[p.ContextPruneParams]) -> context_results.PruneResult:
        """Remove items by policy and target, or with dryRun show what would be removed."""
        return await self._ask("context/prune", params, context_results.PruneResult)

    async def undo(self, **params: Unpack[p.ContextUndoParams]) -> context_results.UndoResult:
        """Revert a prune: restore exactly the items that it changed. Reverts the setup of `workflow/plan` as well."""
        return await self._ask("context/undo", params, context_results.UndoResult)

    async def render(self, **params: Unpack[p.ContextRenderParams]) -> context_results.RenderResult:
        """Render the text for the next agent within N tokens. Changes nothing."""
        return await self._ask("context/render", params, context_results.RenderResult)

    async def fit(self, **params: Unpack[p.ContextFitParams]) -> context_results.FitResult:
        """Cut a message array to at most N tokens, legal for the provider; everything removed can be restored."""
        return await self._ask("context/fit", params, context_results.FitResult)


class AsyncMetadata(AsyncNamespace):
    """Methods `metadata/*`."""

    async def extract(self, **params: Unpack[p.MetadataExtractParams]) -> metadata_results.ExtractResult:
        """Condense an artifact to at most N tokens of metadata."""
        return await self._ask("metadata/extract", params, metadata_results.ExtractResult)


class AsyncTokens(AsyncNamespace):
    """Methods `tokens/*`."""

    async def count(self, **params: Unpack[p.TokensCountParams]) -> tokens_results.CountResult:
        """Count texts or files, with provenance."""
        return await self._ask("tokens/count", params, tokens_results.CountResult)

    async def fits(self, **params: Unpack[p.TokensFitsParams]) -> tokens_results.FitsResult:
        """Whether a text has at most `limit` tokens; the cost is in proportion to the limit, not the text."""
        return await self._ask("tokens/fits", params, tokens_results.FitsResult)

    async def truncate(self, **params: Unpack[p.TokensTruncateParams]) -> tokens_results.TruncateResult:
        """The longest beginning of a text with at most `limit` tokens, and what was cut."""
        return await self._ask("tokens/truncate", params, tokens_results.TruncateResult)


class AsyncUsage(AsyncNamespace):
    """Methods `usage/*`."""

    async def record(self, **params: Unpack[p.UsageRecordParams]) -> usage_results.RecordResult:
        """Record what the provider billed for what was counted, to calibrate the model's figures."""
        return await self._ask("usage/record", params, usage_results.RecordResult)

    async def bill(self, **params: Unpack[p.UsageBillParams]) -> usage_results.BillResult:
        """Record what a provider billed for a request of a session, for `budget/breakdown` and the limit `maxCost`."""
        return await self._ask("usage/bill", params, usage_results.BillResult)


class AsyncSettings(AsyncNamespace):
    """Methods `settings/*`."""

    async def get(self, **params: Unpack[p.SettingsGetParams]) -> settings_results.GetResult:
        """Every setting in force, where it comes from, and what is wrong in the files."""
        return await self._ask("settings/get", params, settings_results.GetResult)


class AsyncStore(AsyncNamespace):
    """Methods `store/*`."""

    async def losses(self, **params: Unpack[p.StoreLossesParams]) -> store_results.LossesResult:
        """List the store's losses that have not been acknowledged."""
        return await self._ask("store/losses", params, store_results.LossesResult)

    async def acknowledge(self, **params: Unpack[p.StoreAcknowledgeParams]) -> store_results.AcknowledgeResult:
        """Stop reporting losses that someone has seen."""
        return await self._ask("store/acknowledge", params, store_results.AcknowledgeResult)


class AsyncApi:
    """All methods of the contract."""

    def __init__(self, ask: AsyncAsk) -> None:
        self.session = AsyncSession(ask)
        self.workflow = AsyncWorkflow(ask)
        self.budget = AsyncBudget(ask)
        self.context = AsyncContext(ask)
        self.metadata = AsyncMetadata(ask)
        self.tokens = AsyncTokens(ask)
        self.usage = AsyncUsage(ask)
        self.settings = AsyncSettings(ask)
        self.store = AsyncStore(ask)
