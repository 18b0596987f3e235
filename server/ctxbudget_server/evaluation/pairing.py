"""Finds what came after each report, by folders, names, numbers and citations. Files' times say nothing after a clone.

A *unit* is one piece of work: the folder that holds `reports/` and `plans/`, or `research.md` and `plan.md`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ctxbudget_server.evaluation.model import After, Document, Kind, LeftOut, Pair, Why

MAX_TOGETHER = 40
"""Maximum number of documents that are taken to follow the same reports only because they are in one folder."""

_REPORT_FOLDER = re.compile(r"reports?|research|analys[ie]s|findings|investigations?|designs?")
_AFTER_FOLDER = re.compile(r"plans?|tasks?|summar(?:y|ies)|implementation|handoffs?")
_OTHER_FOLDER = re.compile(r"diffs?|patch(?:es)?|transcripts?|sessions?|conversations?")
_REPORT_WORD = re.compile(
    r"reports?|research|analysis|audit|findings|investigation|study|survey|review|design|proposal|comparison"
    r"|assessment|evaluation"
)
_AFTER_WORD = re.compile(r"plans?|tasks?|todo|roadmap|summary|handoff")
_EMPTY_WORD = re.compile(r"implementation|session|transcript|diff|the|a|of|for|and")
"""A word that does not tell one piece of work from another; the same is true of all words above."""

_PROMPTS = re.compile(r"templates?|[\w-]*-templates?|commands|skills|agents|prompts|rules|steering|memory|\.github")
"""Folders whose files tell an agent what to do: they come before reports and plans alike."""
_FIRST_DRAFT = re.compile(r"reports?|research|analysis|findings|design")
"""Last word of a name in a folder of plans that makes the file a report."""

_EMPTY = (_REPORT_WORD, _AFTER_WORD, _EMPTY_WORD)
_SUFFIX_KINDS: dict[str, Kind] = {".diff": "diff", ".patch": "diff", ".jsonl": "transcript"}
_DATE = re.compile(r"(\d{4})[-_]?(\d\d)[-_]?(\d\d)(?!\d)[-_]?")
_NUMBER = re.compile(r"0*(\d{1,5})(?:[-_. ]+|$)")
_WORD = re.compile(r"[^\W_]+")
_TITLE = re.compile(r"^#[ \t]+(.+)$", re.M)
_RELATIVE = re.compile(r"^(?:\.{0,2}/)+")
_CITED = re.compile(r"[\w.+@-]+(?:/[\w.+@-]+)*\.(?:md|markdown|mdx|txt|rst|adoc)\b")

NO_PLAN = "reports with no plan, diff or transcript after them"
NO_REPORT = "no report comes before them"
PROMPT = "prompts, rules or templates, by folder"
NO_ROLE = "neither a report nor what comes after one, by folder, name or title"


class Key(NamedTuple):
    """What the name of a file or folder says."""

    date: str
    number: str
    words: frozenset[str]


class _Placed(NamedTuple):
    document: Document
    kind: Kind
    unit: str
    key: Key


class Pairing(NamedTuple):
    """The pairs, by the report's path, and what is in none."""

    pairs: tuple[Pair, ...]
    left_out: tuple[LeftOut, ...]


def pair(documents: Iterable[Document]) -> Pairing:
    """Pair the documents of a folder."""
    placed, left_out = [], []
    for document in documents:
        kind = kind_of(document)
        if is_prompt(document.path):
            left_out.append(LeftOut(document.path, PROMPT))
        elif kind is None:
            left_out.append(LeftOut(document.path, NO_ROLE))
        else:
            placed.append(_Placed(document, kind, unit_of(document.path, kind), key_of(document.name)))
    reports = [each for each in placed if each.kind == "report"]
    later = [each for each in placed if each.kind != "report"]
    pairs = _Finder(reports, later).pairs()
    used = {after.document.path for found in pairs for after in found.after}
    paired = {found.report.path for found in pairs}
    left_out += [LeftOut(each.document.path, NO_PLAN) for each in reports if each.document.path not in paired]
    left_out += [LeftOut(each.document.path, NO_REPORT) for each in later if each.document.path not in used]
    return Pairing(tuple(pairs), tuple(left_out))


def kind_of(document: Document) -> Kind | None:
    """What a file is: by its suffix, the nearest folder with a role, its name, its title; None if none decides."""
    *folders, name = document.path.lower().split("/")
    for suffix, kind in _SUFFIX_KINDS.items():
        if name.endswith(suffix):
            return kind
    words = _WORD.findall(_split(name)[2])
    for folder in reversed(folders):
        if _REPORT_FOLDER.fullmatch(folder):
            return "report"
        if _AFTER_FOLDER.fullmatch(folder):
            return "report" if words and _FIRST_DRAFT.fullmatch(words[-1]) else "document"
    title = _TITLE.search(document.text[:4_000])
    return _kind_of_words([*words[-1:], *words[:1], *(_WORD.findall(title[1].lower()) if title else ())])


def is_prompt(path: str) -> bool:
    """Whether a file is in a folder of prompts, rules or templates."""
    return any(_PROMPTS.fullmatch(folder) for folder in path.lower().split("/")[:-1])


def _kind_of_words(words: Iterable[str]) -> Kind | None:
    """What the first word with a role says."""
    for word in words:
        if _REPORT_WORD.fullmatch(word):
            return "report"
        if _AFTER_WORD.fullmatch(word):
            return "document"
    return None


def unit_of(path: str, kind: Kind) -> str:
    """The folder of the piece of work: the one above the nearest folder with a role, else the file's own."""
    folders = path.split("/")[:-1]
    roles = (_REPORT_FOLDER,) if kind == "report" else (_AFTER_FOLDER, _OTHER_FOLDER)
    for index in range(len(folders) - 1, -1, -1):
        if any(role.fullmatch(folders[index].lower()) for role in roles):
            return "/".join(folders[:index])
    return "/".join(folders)


def key_of(name: str) -> Key:
    """Date, number and words of a name; words that only say what kind of file it is do not count."""
    date, number, rest = _split(name)
    words = (word for word in _WORD.findall(rest) if not any(empty.fullmatch(word) for empty in _EMPTY))
    return Key(date, number, frozenset(words))


def _split(name: str) -> tuple[str, str, str]:
    """(date, number, rest) of the name of a file or folder, without its suffix."""
    rest, date, number = re.sub(r"\.\w{1,8}$", "", name.lower()), "", ""
    if dated := _DATE.match(rest):
        date, rest = "-".join(dated.groups()), rest[dated.end() :]
    if numbered := _NUMBER.match(rest):
        number, rest = numbered[1], rest[numbered.end() :]
    return date, number, rest


def _named_alike(one: Key, other: Key) -> bool:
    """Whether two names have the same words, or one has all of the other's, which are at least two."""
    fewer, more = sorted((one.words, other.words), key=len)
    return bool(fewer) and (fewer == more or (len(fewer) >= 2 and fewer < more))


class _Finder:
    """Finds what came after each report."""

    def __init__(self, reports: Sequence[_Placed], later: Sequence[_Placed]) -> None:
        self._reports = reports
        self._units: dict[str, list[_Placed]] = defaultdict(list)
        with_reports = {each.unit for each in reports}
        self._strays: list[_Placed] = []
        """What came after something, with no report in its unit or a folder above it."""
        for each in later:
            unit = _nearest(each.unit, with_reports)
            if unit is None:
                self._strays.append(each)
            else:
                self._units[unit].append(each)
        self._citations = _citations(reports, later)
        self._later = {each.document.path: each for each in later}

    def pairs(self) -> list[Pair]:
        """The pairs, by the report's path."""
        pools: dict[str, bool] = {}
        found = []
        for report in sorted(self._reports, key=lambda each: each.document.path):
            unit = report.unit if self._units.get(report.unit) else _nearest(_above(report.unit), self._units)
            if unit is not None and unit not in pools:
                pools[unit] = self._is_pool(unit)
            after = {each.document.path: why for each, why in self._matched(report, unit, pools)}
            if after:
                listed = (
                    After(self._later[path].document, self._later[path].kind, after[path]) for path in sorted(after)
                )
                found.append(Pair(report.document, tuple(listed)))
        return found

    def _matched(self, report: _Placed, unit: str | None, pools: dict[str, bool]) -> Iterable[tuple[_Placed, Why]]:
        cited = self._citations[report.document.path]
        folder = key_of(report.unit.rsplit("/", 1)[-1])
        together = self._units[unit] if unit is not None else []
        is_pool = unit is None or pools[unit]
        for each in together:
            why = _relation(report, each, by_number=is_pool)
            if why is None and not is_pool and len(together) <= MAX_TOGETHER and _is_beside(report, each, unit or ""):
                why = "same folder"
            if why is not None and each.document.path not in cited and not _is_earlier(each, report):
                yield each, why
        for each in self._strays:
            alike = _named_alike(report.key, each.key) or _named_alike(folder, each.key)
            if alike and each.document.path not in cited and not _is_earlier(each, report):
                yield each, "same name"
        for path in cited:
            yield self._later[path], "names it"

    def _is_pool(self, unit: str) -> bool:
        """Whether a folder holds many pieces of work, so that what came after a report must have its name or number."""
        documents = [each for each in self._units[unit] if each.kind == "document"]
        key = key_of(unit.rsplit("/", 1)[-1])
        if len(self._units[unit]) < 2 or key.number or key.date:
            return False
        reports = [each for each in self._reports if each.unit == unit]
        if any(_named_alike(report.key, each.key) for report in reports for each in self._units[unit]):
            return True
        numbers = {each.key.number for each in documents}
        return len(numbers) > 1 and "" not in numbers and numbers <= {report.key.number for report in reports}


def _relation(report: _Placed, later: _Placed, *, by_number: bool) -> Why | None:
    if _named_alike(report.key, later.key):
        return "same name"
    if by_number and report.key.number and report.key.number == later.key.number and not report.key.date:
        return "same number"
    return None


def _is_beside(report: _Placed, later: _Placed, unit: str) -> bool:
    """Whether two documents belong to the same piece of work by where they are, and no date speaks against it."""
    if report.key.date and later.key.date and report.key.date != later.key.date:
        return False
    folder = key_of(unit.rsplit("/", 1)[-1])
    return report.unit == later.unit or bool(folder.number or folder.date)


def _is_earlier(later: _Placed, report: _Placed) -> bool:
    return bool(later.key.date and report.key.date) and later.key.date < report.key.date


def _nearest(unit: str, units: Iterable[str]) -> str | None:
    """The unit itself or the nearest folder above it that is in `units`; the top folder only if it is the unit."""
    known = units if isinstance(units, set | dict) else set(units)
    if unit in known:
        return unit
    while unit := _above(unit):
        if unit in known:
            return unit
    return None


def _above(unit: str) -> str:
    return unit.rpartition("/")[0]


def _citations(reports: Sequence[_Placed], later: Sequence[_Placed]) -> dict[str, set[str]]:
    """By a report's path, the paths of the documents and transcripts that name it. A diff names what it changes."""
    by_name: dict[str, list[_Placed]] = defaultdict(list)
    for report in reports:
        by_name[report.document.name].append(report)
    found: dict[str, set[str]] = defaultdict(set)
    for each in later:
        if each.kind != "diff":
            for cited in set(_CITED.findall(each.document.text)):
                namesakes = by_name.get(cited.rsplit("/", 1)[-1], [])
                for report in namesakes:
                    if _names(cited, each, report, is_only=len(namesakes) == 1):
                        found[report.document.path].add(each.document.path)
    return found


def _names(cited: str, later: _Placed, report: _Placed, *, is_only: bool) -> bool:
    """Whether a path in a later document is that of the report: they end alike, and no other report is meant."""
    if report.unit == later.unit:
        is_only = is_only or "/" not in report.document.path[len(report.unit) + 1 :]
    shown, path = _RELATIVE.sub("", cited), report.document.path
    if "/" not in shown:
        return is_only and bool(report.unit == later.unit or report.key.words or report.key.number)
    if not (f"/{path}".endswith(f"/{shown}") or f"/{shown}".endswith(f"/{path}")):
        return False
    return is_only or shown.count("/") > 1 or path.startswith(f"{later.unit}/") or not later.unit
