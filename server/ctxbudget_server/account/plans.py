"""A plan from a request: its text, what it says, and the phases of a workflow from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ctxbudget_protocol.common import Assumption
from ctxbudget_protocol.errors import Location, invalid
from ctxbudget_server.account.content import decode, encode
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.transactions import reading
from ctxbudget_server.rules.complexity import Work
from ctxbudget_server.rules.planning import Assumed, Entry, NumberError, Outline, outline_of_plan
from ctxbudget_server.workspace.documents import as_text, check_size

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.budget.allocate import PlanSource
    from ctxbudget_protocol.methods.workflow.plan import PlanParams
    from ctxbudget_server.extract.plans.survey import PhaseSurvey, PlanSurvey


class ReadPlan(NamedTuple):
    """What a plan says, and its phases as a workflow has them."""

    survey: PlanSurvey
    outline: Outline


def text_of_plan(
    request: Request, source: PlanParams | PlanSource, session_id: str | None, above: Location
) -> tuple[str, Location]:
    """The text of a plan and the field that it came in; `above` is where the request has the source.

    Raises the errors of reading a file, of an item without content, and of a document over the limit.
    """
    if source.item_id is not None:
        with reading(request, session_id) as snapshot:
            item = snapshot.item_with_content(source.item_id, [*above, "itemId"])
            return decode(snapshot.reader.content(item)), [*above, "itemId"]
    if source.path is not None:
        loc = [*above, "path"]
        return request.documents.read(source.path, loc).text, loc
    loc = [*above, "content"]
    return checked_text(request, source.content or "", loc), loc


def checked_text(request: Request, text: str, loc: Location) -> str:
    """A text of the request; raises `payloadTooLarge` or `notText`."""
    data = encode(text)
    check_size(len(data), request.limits.max_document_bytes, loc)
    return as_text(data, loc, "the content") if "\0" in text else text


def read_plan(request: Request, text: str, loc: Location, first_phase: int | None = None) -> ReadPlan:
    """Read a plan; it may turn out to have no phases. Raises `invalidParams` if their numbers would be too high."""
    from ctxbudget_server.extract.plans.survey import survey_plan  # its patterns take long to compile

    survey = survey_plan(text, request.cancellation.check)
    try:
        return ReadPlan(survey, outline_of_survey(survey, first_phase))
    except NumberError as fault:
        raise invalid(loc if first_phase is None else ["firstPhase"], str(fault)) from fault


def outline_of_survey(survey: PlanSurvey, first_phase: int | None = None) -> Outline:
    """The phases of a workflow from a plan; raises `NumberError`."""
    return outline_of_plan(
        [_entry(one) for one in survey.phases],
        survey.waves,
        waves_stated=survey.waves_stated,
        circle=survey.circle,
        outside=survey.outside,
        first_phase=first_phase,
    )


def wire_assumption(assumed: Assumed) -> Assumption:
    """An assumption in the protocol's form."""
    return Assumption(code=assumed.code, phases=assumed.phases, message=assumed.message)


def _entry(one: PhaseSurvey) -> Entry:
    phase = one.phase
    return Entry(
        number=phase.number,
        name=phase.name or None,
        work=Work(one.boxes, one.hours, one.lines, one.complexity),
        entries=one.entries,
        tasks_done=phase.tasks_done,
        depends_on=phase.depends_on,
        agents=one.agents,
        status=phase.status,
        estimate=phase.estimate,
    )
