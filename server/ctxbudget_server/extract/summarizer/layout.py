"""Decides what goes into the text for each kind of artifact, and how the budget is divided between prose and names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ctxbudget_server.extract.facts import Facts
from ctxbudget_server.extract.listed import Listed, more_of
from ctxbudget_server.extract.model import PlanFields, TestFields
from ctxbudget_server.extract.search.passages import (
    Passage,
    best_passages,
    line_passages,
    prose_passages,
    score_passages,
)
from ctxbudget_server.extract.source import Source
from ctxbudget_server.extract.summarizer.composer import (
    ADVICE,
    BODY,
    BULLET,
    FINDINGS,
    HEAD,
    REST,
    SUMMARY,
    Composer,
)
from ctxbudget_server.extract.summarizer.fact_lines import add_facts, add_phases
from ctxbudget_server.extract.summarizer.lists import Inline, add_list, brief_entry, inline
from ctxbudget_server.extract.summarizer.ranked import Ranked
from ctxbudget_server.extract.summarizer.ranking import Candidate, choose
from ctxbudget_server.extract.summarizer.raw_lines import MIN_LEFT_SHARE, add_lines, fill
from ctxbudget_server.extract.summarizer.row_lines import add_rows
from ctxbudget_server.markdown.model import Check
from ctxbudget_server.markdown.sentences import is_sentence

_NAMES_SHARE = {"prose": (0.07, 0.5), "log": (0.1, 0.3), "json": (0.4, 0.7)}
"""Minimum and maximum share of the budget for names, by medium; other media are remembered mainly by names."""
_NAMES_OF_FAILED_RUN = 0.1
"""Share of the budget for names in a failed run, whose failed tests are its main index."""
_NAMES_OF_ROWS = (0.1, 0.3)
"""Shares of the budget for names beside the rows of a tool's output, except listings."""
_MIN_NAMED = 200
"""With a smaller budget, rows are not followed by names."""
_NAMES_OF_HANDED_OVER = {"plan": 0.1, "summary": 0.12}
_NAMES_OF_TASK = 0.25
"""Maximum share of the budget for names in a document that is handed over by what it says, by kind and by default."""
_NAMED = {"prose": (0.1, 0.24), "json": (0.2, 0.4)}
"""Shares of a text's characters in names at which names get their minimum and maximum."""
_MAX_NAMES_SHARE = 0.7
"""Maximum share of the budget for names even if nothing else needs it (for code they may take all)."""
_SUMMARY_SHARE = {"plan": 0.4, "summary": 0.8}
"""Share of the budget left by names that the author's summary may take beyond the summary field; by default a half."""
_PHASES_SHARE = 0.75
"""Maximum share of the budget, beside the title, for the phases of a plan, which come first."""
_FACTS_SHARE = {"plan": 0.85, "test-output": 1.0}
"""Share of the budget left by names that typed fields may take, by kind."""
_FINDINGS_SHARE, _ADVICE_SHARE, _BRIEF_ADVICE_SHARE = 0.4, 0.45, 0.75
"""Shares of what is left: for findings, for advice in full, and for advice in brief."""
_HEADING = -2
"""The paragraph number used for headings."""
_MIN_HEADED = 600
"""In a text with at least this many tokens, the sentences of a section are put under its heading."""
_MAX_LEADS = 3
"""Maximum number of lines that announce one another before one says something."""
_MAX_MISSES = 40
"""Number of consecutive passages that did not fit after which no more are tried."""


@dataclass(slots=True)
class Layout:
    """Offers the parts of one source to a composer; `item_id` is the original's id, given in the text."""

    source: Source
    facts: Facts
    ranked: Ranked
    composer: Composer
    item_id: str | None
    check: Check

    def write(self, focus: str | None = None) -> None:
        """Offer the parts of an extract, most valuable first; `focus` is what rows are asked for."""
        composer = self.composer
        self._add_head()
        self._add_rest()
        said = add_phases(self.facts, composer, int(composer.left * _PHASES_SHARE))
        names_room = 0 if focus else self._names_room()
        said += self._add_summary(max(0, composer.left - names_room))
        room = max(0, composer.left - names_room)
        said += add_facts(self.facts, composer, said, int(room * _FACTS_SHARE.get(self.source.kind, 0.6)))
        by_line = not self.source.is_prose or self.source.kind in ("test-output", "log")
        if self.source.table is not None:
            add_rows(self.source, composer, composer.left - names_room, focus, self.check)
        elif by_line:
            add_lines(self.source, composer, composer.left - names_room, self.check)
        else:
            self._add_prose(composer.left - names_room, said)
        share = 1.0 if self.source.medium in ("code", "listing") else _MAX_NAMES_SHARE
        room = names_room if self.source.table is not None else int(composer.budget * share)
        composer.add_names(self.ranked.names, min(composer.left, room))
        if self._may_be_filled() or not composer.says_something():
            fill(self.source.document, by_line, composer)

    def write_focused(self, focus: str) -> bool:
        """Offer what the source says about the focus, in the source's order, then what else there is room for; returns
        False if it says nothing.
        """
        document, composer = self.source.document, self.composer
        if self.source.table is not None:
            self.write(focus)
            return True
        by_line = not self.source.is_prose
        passages = line_passages(document.text) if by_line else prose_passages(document)
        score_passages(passages, focus, document.titles, self.check)
        groups = best_passages(passages, self.source.medium in ("code", "listing"))
        if not groups:
            return False
        if self.facts.title:
            composer.add(HEAD, f"# {self.facts.title}", limit=composer.budget // 12)
        if self.item_id is not None and composer.budget >= 60:
            composer.add(REST, f"Rest: item {self.item_id}")
        misses = 0
        taken: set[int] = set()
        for group in groups:
            for passage in group:
                wanted = [passage] if by_line else _with_what_follows(passages, passage)
                fresh = [p for p in wanted if p.order not in taken]
                if not wanted or fresh:
                    added = self._add_passages(fresh, by_line=by_line)
                    taken.update(p.order for p in fresh if added)
                    misses = 0 if added else misses + 1
            if composer.left < 4 or misses > _MAX_MISSES:
                break
        self._add_unasked()
        if not composer.says_something():
            fill(document, by_line, composer)
        return True

    def _add_passages(self, passages: list[Passage], *, by_line: bool) -> bool:
        """Add passages that belong together, if all of them fit."""
        if not passages or sum(self.composer.cost(p.text) for p in passages) > self.composer.left:
            return False
        added = True
        for passage in passages:
            place = _place(passage.line, passage.order)
            paragraph = passage.section if is_sentence(passage.text) and not by_line else None
            added = self.composer.add(BODY, passage.text, place, paragraph=paragraph) and added
        return added

    def _add_unasked(self) -> None:
        """Fill what the focus leaves with what an extract without one would say."""
        composer = self.composer
        if composer.left <= composer.budget * MIN_LEFT_SHARE:
            return
        if not self.source.is_prose:
            composer.add_names(self.ranked.names, composer.left // 2)
            fill(self.source.document, True, composer)
            return
        said = composer.said()
        known = " ".join(said)
        pool = [c for c in self.ranked.sentences if c.text not in known]
        for candidate in choose(pool, composer.left * 1.25, said, self.check):
            paragraph = candidate.section if is_sentence(candidate.text) else None
            text = candidate.text if paragraph is not None else f"{BULLET}{candidate.text}"
            composer.add(BODY, text, _place(candidate.unit.start, candidate.order), paragraph=paragraph)

    def _may_be_filled(self) -> bool:
        """Whether lines may follow that were not chosen."""
        return self.source.table is None and self.source.medium != "json"

    def _names_room(self) -> int:
        """Tokens for the index of names. Rows name what they are about, so with little room there are none."""
        room = int(self.composer.budget * self._names_share()) if self.ranked.names else 0
        if self.source.table is not None and self.composer.budget < _MIN_NAMED:
            return room // 2 if self.source.medium == "listing" else 0
        return room

    def _names_share(self) -> float:
        """Share of the budget for the index of names, by how much of the text is names.

        Prose with few names needs little; for a report about code, and for code itself, the names matter most.
        """
        tests = self.facts.of_kind
        if isinstance(tests, TestFields) and tests.failing:
            return _NAMES_OF_FAILED_RUN
        density = self.source.named.density
        low, high = _NAMES_SHARE.get(self.source.medium, (0.5, 0.7))
        if self.source.table is not None and self.source.medium != "listing":
            low, high = _NAMES_OF_ROWS
        if self._is_handed_over():
            high = min(high, _NAMES_OF_HANDED_OVER.get(self.source.kind, _NAMES_OF_TASK))
        few, many = _NAMED.get(self.source.medium, (0.13, 0.28))
        return low + (high - low) * min(1.0, max(0.0, (density - few) / (many - few)))

    def _is_handed_over(self) -> bool:
        """Whether a document is one step of a workflow, known by its task or by its phases' progress."""
        fields = self.facts.of_kind
        if isinstance(fields, PlanFields) and any(p.status or p.tasks_done or p.tasks_open for p in fields.phases):
            return True
        return bool(self.facts.task) and (bool(self.ranked.more_summary) or self.source.kind in _NAMES_OF_HANDED_OVER)

    def _add_head(self) -> None:
        composer = self.composer
        if self.facts.title:
            composer.add(HEAD, f"# {self.facts.title}", order=0, limit=max(composer.budget // 4, 12))
        if composer.budget >= 120:  # the figure has no separators: each would cost a token
            composer.add(HEAD, f"{_description(self.source)} of {self.source.tokens} tokens", order=1)

    def _add_rest(self) -> None:
        """Say how to get what is left out."""
        composer = self.composer
        if self.item_id is None or composer.budget < 60:
            return
        line = f"Rest: item {self.item_id}"
        document = self.source.document
        sections = [s.heading for s in document.sections if s.level <= 2 and s.heading != self.facts.title]
        full = inline(Inline(f"{line}, sections:", sections, " | "), composer, composer.budget // 6)
        named = full and self.source.is_prose and composer.add(REST, full)
        if not named:
            composer.add(REST, line, limit=composer.budget // 4)

    def _add_summary(self, room: int) -> list[str]:
        """Add the summary field, then more of the author's own summary, within its share of the budget."""
        composer, task, summary = self.composer, self.facts.task, self.ranked.summary
        floor = composer.left - int(room * _SUMMARY_SHARE.get(self.source.kind, 0.5))
        said: list[str] = []
        if task and task not in summary and composer.add(HEAD, task, order=2, limit=room // 4):
            said.append(task)
        if summary and composer.add(SUMMARY, summary, order=0, limit=room, paragraph=0):
            said.append(summary)
        for place, sentence in self.ranked.more_summary:
            if composer.left > floor and composer.add(SUMMARY, sentence, place, composer.left - floor, paragraph=0):
                said.append(sentence)
        return said

    def _add_prose(self, room: int, said: list[str]) -> None:
        """Add findings, advice, then the sentences that best cover the rest."""
        composer, task = self.composer, self.facts.task
        floor = composer.left - max(0, room)
        known = " ".join([*said, *self.facts.recommendations])
        pool = [c for c in self.ranked.sentences if c.text not in known and not (task and task in c.text)]
        if self.source.kind in ("report", "debug", "summary"):
            found = self._add_findings(floor, " ".join(said), rest=int(sum(c.cost for c in pool)))
            said, told = said + found, " ".join(found)
            pool = [c for c in pool if c.text not in told]
        chosen = choose(pool, max(0, composer.left - floor) * 1.25, said, self.check)
        self._add_body(chosen, composer.left - floor)

    def _add_findings(self, floor: int, known: str, rest: int) -> list[str]:
        """Add findings and advice that are not in the text yet, until `floor` tokens are left.

        Advice may take more than its share if what follows, `rest` tokens, leaves more, or if all of it then fits in
        brief: a list that says what it leaves out is worth less than the sentences that would take its place.
        """
        composer = self.composer
        bullets = _bullets(self.ranked.findings, [f for f in self.ranked.findings if f not in known])
        found = add_list(composer, FINDINGS, bullets, int(max(0, composer.left - floor) * _FINDINGS_SHARE))
        advice = [r for r in self.facts.recommendations if r not in known]
        bullets = _bullets(self.facts.recommendations, advice)
        brief = [f"{BULLET}{brief_entry(r)}" for r in advice]
        room = max(0, composer.left - floor)
        whole, ample = (max(int(room * share), room - rest) for share in (_BRIEF_ADVICE_SHARE, _ADVICE_SHARE))
        if not more_of(bullets) and composer.label_cost(ADVICE) + sum(map(composer.cost, brief)) <= room:
            whole = room
        given = add_list(composer, ADVICE, bullets, whole, brief=brief, ample=ample)
        return found + (given or add_list(composer, ADVICE, bullets, room, brief=brief, ample=0))

    def _add_body(self, chosen: list[Candidate], limit: int) -> None:
        """Add sentences: those of one section as running text, anything else, such as a list entry, as a bullet."""
        composer = self.composer
        floor = composer.left - limit
        waiting = self._headings(chosen) if composer.budget >= _MIN_HEADED else {}
        for candidate in chosen:
            whole = is_sentence(candidate.text)
            text = candidate.text if whole else f"{BULLET}{candidate.text}"
            heading = waiting.get(candidate.section)
            room = composer.left - floor
            if heading and composer.fits(f"{heading[1]}\n{text}", room):
                order, line = waiting.pop(candidate.section)
                composer.add(BODY, line, order, paragraph=_HEADING)
                heading = None
            if heading is None:
                paragraph = candidate.section if whole else None
                composer.add(BODY, text, candidate.order, composer.left - floor, paragraph)

    def _headings(self, chosen: list[Candidate]) -> dict[int, tuple[float, str]]:
        """By section: the position and line of its heading, which comes before the first of its sentences."""
        document = self.source.document
        found: dict[int, tuple[float, str]] = {}
        for candidate in sorted(chosen, key=lambda c: c.order):
            if candidate.section < 0 or candidate.section in found:
                continue
            title = document.titles[candidate.section]
            if title and title != self.facts.title:
                level = max(2, document.sections[candidate.section].level)
                found[candidate.section] = (candidate.order - 0.5, f"{'#' * level} {title}")
        return found


def _bullets(entries: Sequence[str], shown: list[str]) -> Listed:
    """Those `entries` that are to be shown as bullets, with how many the list leaves out."""
    return Listed.cut([f"{BULLET}{entry}" for entry in shown], len(shown), more_of(entries))


def _with_what_follows(passages: list[Passage], passage: Passage) -> list[Passage]:
    """A passage, with the next one if it announces it; nothing if nothing follows."""
    found = [passage]
    while found[-1].text.rstrip().endswith(":"):
        following = passages[found[-1].order + 1 : found[-1].order + 2]
        if not following or following[0].section != passage.section or len(found) == _MAX_LEADS:
            return []
        found += following
    return found


def _place(line: int, order: int) -> float:
    """The place of a passage in the source: by line, then by order."""
    return line + min(order, 1_000_000) / 1_000_001


def _description(source: Source) -> str:
    """What the source is: its kind, or if that is `other`, what its lines consist of."""
    media = {"prose": "document", "json": "JSON"}
    return media.get(source.medium, source.medium) if source.kind == "other" else source.kind.replace("-", " ")
