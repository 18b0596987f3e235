"""The methods, one class a namespace. Generated from the method table by `python -m ctxbudget_protocol.generate`."""

from __future__ import annotations

from typing import Unpack

from ctxbudget_client import params as p
from ctxbudget_client.namespaces import Ask, Namespace
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


class Session(Namespace):
    """Methods `session/*`."""

    def open(self, **params: Unpack[p.SessionOpenParams]) -> SessionOpenResult:
        """Create or resume a session by id, and configure it."""
        return self._ask("session/open", params, SessionOpenResult)

    def close(self, **params: Unpack[p.SessionCloseParams]) -> SessionCloseResult:
        """End a session; unless told otherwise, its policy makes a final prune. `session/open` resumes it."""
        return self._ask("session/close", params, SessionCloseResult)

    def archive(self, **params: Unpack[p.SessionArchiveParams]) -> SessionArchiveResult:
        """Keep a session for analysis: it ends if it is open, its figures and its log stay, its content goes."""
        return self._ask("session/archive", params, SessionArchiveResult)

    def receipt(self, **params: Unpack[p.SessionReceiptParams]) -> SessionReceiptResult:
        """The hash of the log's last entry. Whoever keeps it can tell later whether anything before it was changed."""
        return self._ask("session/receipt", params, SessionReceiptResult)

    def export(self, **params: Unpack[p.SessionExportParams]) -> SessionExportResult:
        """A session as lines of JSON: log, account, items and, if wanted, content. Anyone can verify them."""
        return self._ask("session/export", params, SessionExportResult)

    def import_(self, **params: Unpack[p.SessionImportParams]) -> SessionImportResult:
        """Take in an exported session under its own id, after verifying every line."""
        return self._ask("session/import", params, SessionImportResult)

    def recalibrate(self, **params: Unpack[p.SessionRecalibrateParams]) -> SessionRecalibrateResult:
        """Recount a session's items with the current calibration, as one logged event."""
        return self._ask("session/recalibrate", params, SessionRecalibrateResult)

    def list(self, **params: Unpack[p.SessionListParams]) -> SessionListResult:
        """List the sessions of the workspace, page by page."""
        return self._ask("session/list", params, SessionListResult)

    def history(self, **params: Unpack[p.SessionHistoryParams]) -> SessionHistoryResult:
        """What the runs of the workspace came to: budget, use, peak, overruns, net savings and cost, page by page."""
        return self._ask("session/history", params, SessionHistoryResult)

    def delete(self, **params: Unpack[p.SessionDeleteParams]) -> SessionDeleteResult:
        """Delete a session for good, including its originals."""
        return self._ask("session/delete", params, SessionDeleteResult)


class Workflow(Namespace):
    """Methods `workflow/*`."""

    def start_phase(self, **params: Unpack[p.WorkflowStartPhaseParams]) -> WorkflowResult:
        """Start a phase, or go back to one."""
        return self._ask("workflow/startPhase", params, WorkflowResult)

    def complete_phase(self, **params: Unpack[p.WorkflowCompletePhaseParams]) -> WorkflowResult:
        """Complete a phase; the result says what the policy pruned, kept and marked."""
        return self._ask("workflow/completePhase", params, WorkflowResult)

    def start_wave(self, **params: Unpack[p.WorkflowStartWaveParams]) -> WorkflowResult:
        """Start a wave of the running phase."""
        return self._ask("workflow/startWave", params, WorkflowResult)

    def complete_wave(self, **params: Unpack[p.WorkflowCompleteWaveParams]) -> WorkflowResult:
        """Complete a wave; the result says what the policy pruned, kept and marked."""
        return self._ask("workflow/completeWave", params, WorkflowResult)

    def plan(self, **params: Unpack[p.WorkflowPlanParams]) -> WorkflowPlanResult:
        """Turn a plan into phases with waves, complexities and allocations; set them up if asked to."""
        return self._ask("workflow/plan", params, WorkflowPlanResult)


class Budget(Namespace):
    """Methods `budget/*`."""

    def allocate(self, **params: Unpack[p.BudgetAllocateParams]) -> BudgetAllocateResult:
        """Divide the budget among phases."""
        return self._ask("budget/allocate", params, BudgetAllocateResult)

    def status(self, **params: Unpack[p.BudgetStatusParams]) -> BudgetStatusResult:
        """Window, budget, the four figures, layers, phases, leases, level and advice."""
        return self._ask("budget/status", params, BudgetStatusResult)

    def reserve(self, **params: Unpack[p.BudgetReserveParams]) -> BudgetReserveResult:
        """Lease tokens for work in flight."""
        return self._ask("budget/reserve", params, BudgetReserveResult)

    def settle(self, **params: Unpack[p.BudgetSettleParams]) -> BudgetSettleResult:
        """End a lease with the tokens it used; the rest is refunded."""
        return self._ask("budget/settle", params, BudgetSettleResult)

    def release(self, **params: Unpack[p.BudgetReleaseParams]) -> BudgetReleaseResult:
        """End a lease whose tokens were not used."""
        return self._ask("budget/release", params, BudgetReleaseResult)

    def renew(self, **params: Unpack[p.BudgetRenewParams]) -> BudgetRenewResult:
        """Extend a lease."""
        return self._ask("budget/renew", params, BudgetRenewResult)

    def report(self, **params: Unpack[p.BudgetReportParams]) -> BudgetReportResult:
        """Actual figures against the budget, per phase and layer, with overruns, peaks and net savings."""
        return self._ask("budget/report", params, BudgetReportResult)

    def timeline(self, **params: Unpack[p.BudgetTimelineParams]) -> BudgetTimelineResult:
        """The account over time: each change, who made it, and the figures after it."""
        return self._ask("budget/timeline", params, BudgetTimelineResult)

    def diagnose(self, **params: Unpack[p.BudgetDiagnoseParams]) -> BudgetDiagnoseResult:
        """What is wrong with the account, why, and the requests that cure it, with the figure that they reach."""
        return self._ask("budget/diagnose", params, BudgetDiagnoseResult)

    def breakdown(self, **params: Unpack[p.BudgetBreakdownParams]) -> BudgetBreakdownResult:
        """What the window holds by source, what of it costs most, why its cache was written again, and money."""
        return self._ask("budget/breakdown", params, BudgetBreakdownResult)


class Context(Namespace):
    """Methods `context/*`."""

    def add(self, **params: Unpack[p.ContextAddParams]) -> ContextAddResult:
        """Add items to the account; never refused because of the budget."""
        return self._ask("context/add", params, ContextAddResult)

    def hand_over(self, **params: Unpack[p.ContextHandOverParams]) -> ContextHandOverResult:
        """Add an artifact so that only its metadata enters the context, in one transaction."""
        return self._ask("context/handOver", params, ContextHandOverResult)

    def update(self, **params: Unpack[p.ContextUpdateParams]) -> ContextUpdateResult:
        """Pin, unpin or retitle an item, or move it to another layer or phase."""
        return self._ask("context/update", params, ContextUpdateResult)

    def append(self, **params: Unpack[p.ContextAppendParams]) -> ContextAppendResult:
        """Append to an item; only its tail is counted again."""
        return self._ask("context/append", params, ContextAppendResult)

    def list(self, **params: Unpack[p.ContextListParams]) -> ContextListResult:
        """List the session's items, with filters."""
        return self._ask("context/list", params, ContextListResult)

    def get(self, **params: Unpack[p.ContextGetParams]) -> ContextGetResult:
        """Get an item's original: whole, by section, by lines or by search. Changes nothing."""
        return self._ask("context/get", params, ContextGetResult)

    def search(self, **params: Unpack[p.ContextSearchParams]) -> ContextSearchResult:
        """Search all originals, including pruned ones, for lines that match a query. Changes nothing."""
        return self._ask("context/search", params, ContextSearchResult)

    def restore(self, **params: Unpack[p.ContextRestoreParams]) -> ContextRestoreResult:
        """Restore removed items to the account."""
        return self._ask("context/restore", params, ContextRestoreResult)

    def prune(self, **params: Unpack[p.ContextPruneParams]) -> ContextPruneResult:
        """Remove items by policy and target, or with dryRun show what would be removed."""
        return self._ask("context/prune", params, ContextPruneResult)

    def undo(self, **params: Unpack[p.ContextUndoParams]) -> ContextUndoResult:
        """Revert a prune: restore exactly the items that it changed. Reverts the setup of `workflow/plan` as well."""
        return self._ask("context/undo", params, ContextUndoResult)

    def render(self, **params: Unpack[p.ContextRenderParams]) -> ContextRenderResult:
        """Render the text for the next agent within N tokens. Changes nothing."""
        return self._ask("context/render", params, ContextRenderResult)

    def fit(self, **params: Unpack[p.ContextFitParams]) -> ContextFitResult:
        """Cut a message array to at most N tokens, legal for the provider; everything removed can be restored."""
        return self._ask("context/fit", params, ContextFitResult)


class Metadata(Namespace):
    """Methods `metadata/*`."""

    def extract(self, **params: Unpack[p.MetadataExtractParams]) -> MetadataExtractResult:
        """Condense an artifact to at most N tokens of metadata."""
        return self._ask("metadata/extract", params, MetadataExtractResult)


class Tokens(Namespace):
    """Methods `tokens/*`."""

    def count(self, **params: Unpack[p.TokensCountParams]) -> TokensCountResult:
        """Count texts or files, with provenance."""
        return self._ask("tokens/count", params, TokensCountResult)

    def fits(self, **params: Unpack[p.TokensFitsParams]) -> TokensFitsResult:
        """Whether a text has at most `limit` tokens; the cost is in proportion to the limit, not the text."""
        return self._ask("tokens/fits", params, TokensFitsResult)

    def truncate(self, **params: Unpack[p.TokensTruncateParams]) -> TokensTruncateResult:
        """The longest beginning of a text with at most `limit` tokens, and what was cut."""
        return self._ask("tokens/truncate", params, TokensTruncateResult)


class Usage(Namespace):
    """Methods `usage/*`."""

    def record(self, **params: Unpack[p.UsageRecordParams]) -> UsageRecordResult:
        """Record what the provider billed for what was counted, to calibrate the model's figures."""
        return self._ask("usage/record", params, UsageRecordResult)

    def bill(self, **params: Unpack[p.UsageBillParams]) -> UsageBillResult:
        """Record what a provider billed for a request of a session, for `budget/breakdown` and the limit `maxCost`."""
        return self._ask("usage/bill", params, UsageBillResult)


class Settings(Namespace):
    """Methods `settings/*`."""

    def get(self, **params: Unpack[p.SettingsGetParams]) -> SettingsGetResult:
        """Every setting in force, where it comes from, and what is wrong in the files."""
        return self._ask("settings/get", params, SettingsGetResult)


class Store(Namespace):
    """Methods `store/*`."""

    def losses(self, **params: Unpack[p.StoreLossesParams]) -> StoreLossesResult:
        """List the store's losses that have not been acknowledged."""
        return self._ask("store/losses", params, StoreLossesResult)

    def acknowledge(self, **params: Unpack[p.StoreAcknowledgeParams]) -> StoreAcknowledgeResult:
        """Stop reporting losses that someone has seen."""
        return self._ask("store/acknowledge", params, StoreAcknowledgeResult)


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
        self.settings = Settings(ask)
        self.store = Store(ask)
