"""The methods, one class a namespace. Generated from the method table by `python -m ctxbudget_protocol.generate`."""

from __future__ import annotations

from typing import Unpack

from ctxbudget_client import params as p
from ctxbudget_client.namespaces import AsyncAsk, AsyncNamespace
from ctxbudget_protocol.methods.budget.allocate import AllocateResult as BudgetAllocateResult
from ctxbudget_protocol.methods.budget.breakdown import BreakdownResult as BudgetBreakdownResult
from ctxbudget_protocol.methods.budget.diagnose import DiagnoseResult as BudgetDiagnoseResult
from ctxbudget_protocol.methods.budget.release import ReleaseResult as BudgetReleaseResult
from ctxbudget_protocol.methods.budget.renew import RenewResult as BudgetRenewResult
from ctxbudget_protocol.methods.budget.report import ReportResult as BudgetReportResult
from ctxbudget_protocol.methods.budget.reserve import ReserveResult as BudgetReserveResult
from ctxbudget_protocol.methods.budget.settle import SettleResult as BudgetSettleResult
from ctxbudget_protocol.methods.budget.status import StatusResult as BudgetStatusResult
from ctxbudget_protocol.methods.budget.timeline import TimelineResult as BudgetTimelineResult
from ctxbudget_protocol.methods.context.add import AddResult as ContextAddResult
from ctxbudget_protocol.methods.context.append import AppendResult as ContextAppendResult
from ctxbudget_protocol.methods.context.fit import FitResult as ContextFitResult
from ctxbudget_protocol.methods.context.get import GetResult as ContextGetResult
from ctxbudget_protocol.methods.context.hand_over import HandOverResult as ContextHandOverResult
from ctxbudget_protocol.methods.context.list import ListResult as ContextListResult
from ctxbudget_protocol.methods.context.prune import PruneResult as ContextPruneResult
from ctxbudget_protocol.methods.context.render import RenderResult as ContextRenderResult
from ctxbudget_protocol.methods.context.restore import RestoreResult as ContextRestoreResult
from ctxbudget_protocol.methods.context.search import SearchResult as ContextSearchResult
from ctxbudget_protocol.methods.context.undo import UndoResult as ContextUndoResult
from ctxbudget_protocol.methods.context.update import UpdateResult as ContextUpdateResult
from ctxbudget_protocol.methods.metadata.extract import ExtractResult as MetadataExtractResult
from ctxbudget_protocol.methods.session.archive import ArchiveResult as SessionArchiveResult
from ctxbudget_protocol.methods.session.close import CloseResult as SessionCloseResult
from ctxbudget_protocol.methods.session.delete import DeleteResult as SessionDeleteResult
from ctxbudget_protocol.methods.session.export import ExportResult as SessionExportResult
from ctxbudget_protocol.methods.session.history import HistoryResult as SessionHistoryResult
from ctxbudget_protocol.methods.session.import_ import ImportResult as SessionImportResult
from ctxbudget_protocol.methods.session.list import ListResult as SessionListResult
from ctxbudget_protocol.methods.session.open import OpenResult as SessionOpenResult
from ctxbudget_protocol.methods.session.recalibrate import RecalibrateResult as SessionRecalibrateResult
from ctxbudget_protocol.methods.session.receipt import ReceiptResult as SessionReceiptResult
from ctxbudget_protocol.methods.settings.get import GetResult as SettingsGetResult
from ctxbudget_protocol.methods.store.acknowledge import AcknowledgeResult as StoreAcknowledgeResult
from ctxbudget_protocol.methods.store.losses import LossesResult as StoreLossesResult
from ctxbudget_protocol.methods.tokens.count import CountResult as TokensCountResult
from ctxbudget_protocol.methods.tokens.fits import FitsResult as TokensFitsResult
from ctxbudget_protocol.methods.tokens.truncate import TruncateResult as TokensTruncateResult
from ctxbudget_protocol.methods.usage.bill import BillResult as UsageBillResult
from ctxbudget_protocol.methods.usage.record import RecordResult as UsageRecordResult
from ctxbudget_protocol.methods.workflow.plan import PlanResult as WorkflowPlanResult
from ctxbudget_protocol.methods.workflow.workflow_result import WorkflowResult


class AsyncSession(AsyncNamespace):
    """Methods `session/*`."""

    async def open(self, **params: Unpack[p.SessionOpenParams]) -> SessionOpenResult:
        """Create or resume a session by id, and configure it."""
        return await self._ask("session/open", params, SessionOpenResult)

    async def close(self, **params: Unpack[p.SessionCloseParams]) -> SessionCloseResult:
        """End a session; unless told otherwise, its policy makes a final prune. `session/open` resumes it."""
        return await self._ask("session/close", params, SessionCloseResult)

    async def archive(self, **params: Unpack[p.SessionArchiveParams]) -> SessionArchiveResult:
        """Keep a session for analysis: it ends if it is open, its figures and its log stay, its content goes."""
        return await self._ask("session/archive", params, SessionArchiveResult)

    async def receipt(self, **params: Unpack[p.SessionReceiptParams]) -> SessionReceiptResult:
        """The hash of the log's last entry. Whoever keeps it can tell later whether anything before it was changed."""
        return await self._ask("session/receipt", params, SessionReceiptResult)

    async def export(self, **params: Unpack[p.SessionExportParams]) -> SessionExportResult:
        """A session as lines of JSON: log, account, items and, if wanted, content. Anyone can verify them."""
        return await self._ask("session/export", params, SessionExportResult)

    async def import_(self, **params: Unpack[p.SessionImportParams]) -> SessionImportResult:
        """Take in an exported session under its own id, after verifying every line."""
        return await self._ask("session/import", params, SessionImportResult)

    async def recalibrate(self, **params: Unpack[p.SessionRecalibrateParams]) -> SessionRecalibrateResult:
        """Recount a session's items with the current calibration, as one logged event."""
        return await self._ask("session/recalibrate", params, SessionRecalibrateResult)

    async def list(self, **params: Unpack[p.SessionListParams]) -> SessionListResult:
        """List the sessions of the workspace, page by page."""
        return await self._ask("session/list", params, SessionListResult)

    async def history(self, **params: Unpack[p.SessionHistoryParams]) -> SessionHistoryResult:
        """What the runs of the workspace came to: budget, use, peak, overruns, net savings and cost, page by page."""
        return await self._ask("session/history", params, SessionHistoryResult)

    async def delete(self, **params: Unpack[p.SessionDeleteParams]) -> SessionDeleteResult:
        """Delete a session for good, including its originals."""
        return await self._ask("session/delete", params, SessionDeleteResult)


class AsyncWorkflow(AsyncNamespace):
    """Methods `workflow/*`."""

    async def start_phase(self, **params: Unpack[p.WorkflowStartPhaseParams]) -> WorkflowResult:
        """Start a phase, or go back to one."""
        return await self._ask("workflow/startPhase", params, WorkflowResult)

    async def complete_phase(self, **params: Unpack[p.WorkflowCompletePhaseParams]) -> WorkflowResult:
        """Complete a phase; the result says what the policy pruned, kept and marked."""
        return await self._ask("workflow/completePhase", params, WorkflowResult)

    async def start_wave(self, **params: Unpack[p.WorkflowStartWaveParams]) -> WorkflowResult:
        """Start a wave of the running phase."""
        return await self._ask("workflow/startWave", params, WorkflowResult)

    async def complete_wave(self, **params: Unpack[p.WorkflowCompleteWaveParams]) -> WorkflowResult:
        """Complete a wave; the result says what the policy pruned, kept and marked."""
        return await self._ask("workflow/completeWave", params, WorkflowResult)

    async def plan(self, **params: Unpack[p.WorkflowPlanParams]) -> WorkflowPlanResult:
        """Turn a plan into phases with waves, complexities and allocations; set them up if asked to."""
        return await self._ask("workflow/plan", params, WorkflowPlanResult)


class AsyncBudget(AsyncNamespace):
    """Methods `budget/*`."""

    async def allocate(self, **params: Unpack[p.BudgetAllocateParams]) -> BudgetAllocateResult:
        """Divide the budget among phases."""
        return await self._ask("budget/allocate", params, BudgetAllocateResult)

    async def status(self, **params: Unpack[p.BudgetStatusParams]) -> BudgetStatusResult:
        """Window, budget, the four figures, layers, phases, leases, level and advice."""
        return await self._ask("budget/status", params, BudgetStatusResult)

    async def reserve(self, **params: Unpack[p.BudgetReserveParams]) -> BudgetReserveResult:
        """Lease tokens for work in flight."""
        return await self._ask("budget/reserve", params, BudgetReserveResult)

    async def settle(self, **params: Unpack[p.BudgetSettleParams]) -> BudgetSettleResult:
        """End a lease with the tokens it used; the rest is refunded."""
        return await self._ask("budget/settle", params, BudgetSettleResult)

    async def release(self, **params: Unpack[p.BudgetReleaseParams]) -> BudgetReleaseResult:
        """End a lease whose tokens were not used."""
        return await self._ask("budget/release", params, BudgetReleaseResult)

    async def renew(self, **params: Unpack[p.BudgetRenewParams]) -> BudgetRenewResult:
        """Extend a lease."""
        return await self._ask("budget/renew", params, BudgetRenewResult)

    async def report(self, **params: Unpack[p.BudgetReportParams]) -> BudgetReportResult:
        """Actual figures against the budget, per phase and layer, with overruns, peaks and net savings."""
        return await self._ask("budget/report", params, BudgetReportResult)

    async def timeline(self, **params: Unpack[p.BudgetTimelineParams]) -> BudgetTimelineResult:
        """The account over time: each change, who made it, and the figures after it."""
        return await self._ask("budget/timeline", params, BudgetTimelineResult)

    async def diagnose(self, **params: Unpack[p.BudgetDiagnoseParams]) -> BudgetDiagnoseResult:
        """What is wrong with the account, why, and the requests that cure it, with the figure that they reach."""
        return await self._ask("budget/diagnose", params, BudgetDiagnoseResult)

    async def breakdown(self, **params: Unpack[p.BudgetBreakdownParams]) -> BudgetBreakdownResult:
        """What the window holds by source, what of it costs most, why its cache was written again, and money."""
        return await self._ask("budget/breakdown", params, BudgetBreakdownResult)


class AsyncContext(AsyncNamespace):
    """Methods `context/*`."""

    async def add(self, **params: Unpack[p.ContextAddParams]) -> ContextAddResult:
        """Add items to the account; never refused because of the budget."""
        return await self._ask("context/add", params, ContextAddResult)

    async def hand_over(self, **params: Unpack[p.ContextHandOverParams]) -> ContextHandOverResult:
        """Add an artifact so that only its metadata enters the context, in one transaction."""
        return await self._ask("context/handOver", params, ContextHandOverResult)

    async def update(self, **params: Unpack[p.ContextUpdateParams]) -> ContextUpdateResult:
        """Pin, unpin or retitle an item, or move it to another layer or phase."""
        return await self._ask("context/update", params, ContextUpdateResult)

    async def append(self, **params: Unpack[p.ContextAppendParams]) -> ContextAppendResult:
        """Append to an item; only its tail is counted again."""
        return await self._ask("context/append", params, ContextAppendResult)

    async def list(self, **params: Unpack[p.ContextListParams]) -> ContextListResult:
        """List the session's items, with filters."""
        return await self._ask("context/list", params, ContextListResult)

    async def get(self, **params: Unpack[p.ContextGetParams]) -> ContextGetResult:
        """Get an item's original: whole, by section, by lines or by search. Changes nothing."""
        return await self._ask("context/get", params, ContextGetResult)

    async def search(self, **params: Unpack[p.ContextSearchParams]) -> ContextSearchResult:
        """Search all originals, including pruned ones, for lines that match a query. Changes nothing."""
        return await self._ask("context/search", params, ContextSearchResult)

    async def restore(self, **params: Unpack[p.ContextRestoreParams]) -> ContextRestoreResult:
        """Restore removed items to the account."""
        return await self._ask("context/restore", params, ContextRestoreResult)

    async def prune(self, **params: Unpack[p.ContextPruneParams]) -> ContextPruneResult:
        """Remove items by policy and target, or with dryRun show what would be removed."""
        return await self._ask("context/prune", params, ContextPruneResult)

    async def undo(self, **params: Unpack[p.ContextUndoParams]) -> ContextUndoResult:
        """Revert a prune: restore exactly the items that it changed. Reverts the setup of `workflow/plan` as well."""
        return await self._ask("context/undo", params, ContextUndoResult)

    async def render(self, **params: Unpack[p.ContextRenderParams]) -> ContextRenderResult:
        """Render the text for the next agent within N tokens. Changes nothing."""
        return await self._ask("context/render", params, ContextRenderResult)

    async def fit(self, **params: Unpack[p.ContextFitParams]) -> ContextFitResult:
        """Cut a message array to at most N tokens, legal for the provider; everything removed can be restored."""
        return await self._ask("context/fit", params, ContextFitResult)


class AsyncMetadata(AsyncNamespace):
    """Methods `metadata/*`."""

    async def extract(self, **params: Unpack[p.MetadataExtractParams]) -> MetadataExtractResult:
        """Condense an artifact to at most N tokens of metadata."""
        return await self._ask("metadata/extract", params, MetadataExtractResult)


class AsyncTokens(AsyncNamespace):
    """Methods `tokens/*`."""

    async def count(self, **params: Unpack[p.TokensCountParams]) -> TokensCountResult:
        """Count texts or files, with provenance."""
        return await self._ask("tokens/count", params, TokensCountResult)

    async def fits(self, **params: Unpack[p.TokensFitsParams]) -> TokensFitsResult:
        """Whether a text has at most `limit` tokens; the cost is in proportion to the limit, not the text."""
        return await self._ask("tokens/fits", params, TokensFitsResult)

    async def truncate(self, **params: Unpack[p.TokensTruncateParams]) -> TokensTruncateResult:
        """The longest beginning of a text with at most `limit` tokens, and what was cut."""
        return await self._ask("tokens/truncate", params, TokensTruncateResult)


class AsyncUsage(AsyncNamespace):
    """Methods `usage/*`."""

    async def record(self, **params: Unpack[p.UsageRecordParams]) -> UsageRecordResult:
        """Record what the provider billed for what was counted, to calibrate the model's figures."""
        return await self._ask("usage/record", params, UsageRecordResult)

    async def bill(self, **params: Unpack[p.UsageBillParams]) -> UsageBillResult:
        """Record what a provider billed for a request of a session, for `budget/breakdown` and the limit `maxCost`."""
        return await self._ask("usage/bill", params, UsageBillResult)


class AsyncSettings(AsyncNamespace):
    """Methods `settings/*`."""

    async def get(self, **params: Unpack[p.SettingsGetParams]) -> SettingsGetResult:
        """Every setting in force, where it comes from, and what is wrong in the files."""
        return await self._ask("settings/get", params, SettingsGetResult)


class AsyncStore(AsyncNamespace):
    """Methods `store/*`."""

    async def losses(self, **params: Unpack[p.StoreLossesParams]) -> StoreLossesResult:
        """List the store's losses that have not been acknowledged."""
        return await self._ask("store/losses", params, StoreLossesResult)

    async def acknowledge(self, **params: Unpack[p.StoreAcknowledgeParams]) -> StoreAcknowledgeResult:
        """Stop reporting losses that someone has seen."""
        return await self._ask("store/acknowledge", params, StoreAcknowledgeResult)


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
