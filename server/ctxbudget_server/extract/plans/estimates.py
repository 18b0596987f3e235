"""Reads how long a plan says it will take and how complex it says it is, in the author's words."""

from __future__ import annotations

import re
from collections import Counter

from ctxbudget_server.extract.readers.fields import Field
from ctxbudget_server.markdown.blocks import Unit, cells
from ctxbudget_server.markdown.document import Document, unit_text
from ctxbudget_server.markdown.sentences import split_sentences

_SPELLED = r"(?:half an?|an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|a few|a couple of|several)"
_AMOUNT = rf"(?:\d+(?:[.,]\d+)?|{_SPELLED}(?=[ -]))"
_UNIT = (
    r"(?:h\b|hrs?\b|hours?|d\b|days?|working days|person[- ]days|man[- ]days|weeks?|wks?\b|mins?\b|minutes?|months?"
    r"|sprints?"
    r"|m\b|w\b|story points?|sessions?|quarters?)"
)
TIME = re.compile(
    rf"[~≈<>]?\s*(?<![\w.]){_AMOUNT}\s*(?:(?:-|–|—|to|or|\+)\s*{_AMOUNT})?\s*\+?[ -]?{_UNIT}(?:\s*\d+\s*m(?:in)?\b)?",
    re.I,
)
_DIGIT_TIME = re.compile(
    r"\d+(?:\.\d+)?\s*(?:-|–|to|\+)?\s*(?:\d+(?:\.\d+)?)?\s*\+?[ -]?(?:working |person-|man-)?(?:h\b|hrs?\b|hours?"
    r"|d\b|days?|weeks?"
    r"|mins?\b|minutes?\b|months?|sprints?|m\b|w\b|story points?|sessions?|quarters?)|\d+h\d+m?\b",
    re.I,
)
_SPELLED_TIME = re.compile(
    rf"^\W*(?:about |around |roughly |approximately |approx\.? |some |less than |under |up to )?{_AMOUNT}"
    rf"(?: (?:to|or) {_AMOUNT})? (?:full |working )?{_UNIT}",
    re.I,
)
_BARE_NUMBER = re.compile(r"~?\d+(?:\.\d+)?(?:\s*[-–]\s*\d+(?:\.\d+)?)?\+?$")
_KEY_UNIT = re.compile(r"\b(hours?|hrs?|days?|weeks?|minutes?|mins?|months?|sprints?|points)\b", re.I)
_FIELDS = (
    re.compile(
        r"(?:total )?(?:estimated|estimate|planned)(?: total)? ?(?:hours?|days?|weeks?|minutes?|time"
        r"|duration|effort|total"
        r"|timeline|completion time)?(?: estimate| hours| days)?"
        r"|expected (?:total )?(?:effort|duration|timeline|completion time|(?:working )?(?:hours|days|weeks))"
        r"|(?:time|effort|duration|total|overall)(?: effort| time| duration)?(?: estimates?| hours| days)?"
        r"|total(?: estimated)? (?:time|effort|hours|duration|scope|days)|(?:estimate|effort|duration) (?:hours|days"
        r"|minutes|weeks)"
    ),
    re.compile(r"effort|duration|timeline|timing|hours|days|time|eta|time ?box|schedule|(?:estimated )?scope"),
)
_HEADING = re.compile(
    r"^\W*(?:\d+(?:\.\d+)*[.)]?\s+)?(?:(?:total|overall|time|effort|work|project|estimated|rough|resource|level of) )*"
    r"(?:estimat(?:es?|ions?|ed)|effort|duration|timeline|time ?frame|schedule)"
    r"(?: (?:estimat(?:es?|ions?)|required|and effort|summary|breakdown|time|effort|duration|timeline|hours))*\W*$",
    re.I,
)
_TOTAL = re.compile(r"\b(?:total|overall|altogether|in all|sum|grand total)\b", re.I)
_SENTENCE = re.compile(
    r"\b(?:"
    r"(?:this|it|the (?:\w+ ){0,2}?(?:plan|work|project|migration|implementation|effort|change|feature"
    r"|refactor(?:ing)?|rollout|task|job)"
    r"|everything|we|all (?:\w+ )?phases|the whole|i)\b[^.]{0,60}?\b(?:should|will|would|expect\w*|estimate\w*"
    r"|plan\w*|is going|likely)\b"
    r"[^.]{0,40}?\b(?:tak(?:e|es|ing)|need|require|last|be done in|be finished (?:in|within)|cost|spend|effort)"
    r"|(?:this|the) (?:\w+ )?(?:plan|work|project|migration|implementation|task|change|refactor(?:ing)?) (?:takes?"
    r"|needs?|requires?)"
    r"|(?:estimated?|estimation|budget(?:ed)?|expected)\b[^.]{0,30}?\b(?:at|to|of|is|as|effort|duration|time|total|for)"
    r"|(?:we|i) (?:estimate|expect|budget|plan|allow)\b"
    r"|(?:total|overall|estimated|expected) (?:\w+ )?(?:effort|time|duration|estimate|work|scope)\b[^.\d]{0,30}"
    r"|(?:effort|estimate|duration|timeline|eta)\b\s*(?:[:=(]|is|of|about|around)"
    r"|(?:total|altogether|in all)\b\s*[:=(]?"
    r")[^.\d]{0,30}?(?=[~≈]?(?:\d|half|one|two|three|four|five|six|seven|eight|nine|ten|twelve|a |an |several))",
    re.I,
)
_OF_WORK = re.compile(r"\b(?:of (?:work|effort|development)|(?:person|man)[- ]days)\b", re.I)
_COMPLEXITY = re.compile(
    r"(?:overall |plan |total |project |estimated )?complexity(?: score| level| rating| estimate)?"
)
_COMPLEXITY_HEADING = re.compile(
    r"^\W*(?:\d+(?:\.\d+)*[.)]?\s+)?(?:overall |plan |project |estimated )?complexity"
    r"(?: (?:score|level|rating|estimate|assessment|analysis))?\W*$",
    re.I,
)
_FIGURE = re.compile(
    r"^\W*(\d+(?:\.\d+)?)(?![\d.]*\d)(?!\s*(?:files?|phases?|tasks?|hours?|days?|steps?|modules?|lines?)\b)"
    r"|(\d+(?:\.\d+)?)\s*(?:/|out of|of)\s*\d+"
    r"|\(\s*(\d+(?:\.\d+)?)\s*\)"
    r"|\b(?:score|complexity|level|rating)\b\D{0,20}?(\d+(?:\.\d+)?)",
    re.I,
)
_GAIN = re.compile(
    r"→|->|=>|\b(?:improve\w*|faster|slower|quicker|speed-?ups?|reduc\w+|sav(?:e[sd]?|ings?)|shorten\w*|latency"
    r"|run[- ]?time|timeouts?|uptime|downtime|expir\w+|retention|cached?|ttl|instead of|down (?:from|to)|ago"
    r"|(?:per|each|every) (?:\d+ )?(?:run|day|request|hour|week|month|build|user)s?)\b",
    re.I,
)
"""What is gained, how long something runs, or how often: not how long the work takes."""
_EXPLICIT = re.compile(r"\b(?:estimate[ds]?|effort)\b")
"""A label that can only mean how long the work takes, wherever it stands."""
_GAINS_SECTION = re.compile(
    r"\b(?:(?:expected|anticipated|projected) (?:\w+ )?(?:results?|outcomes?|impact)"
    r"|improvements?|benefits?|gains|savings)\b",
    re.I,
)
_FIGURES_SECTION = re.compile(
    r"\b(?:impact|performance|benchmarks?|baselines?|metrics|results?|before (?:and|/) after|current state|slas?"
    r"|monitoring|maintenance)\b",
    re.I,
)
_BRACKETED = re.compile(
    rf"[(\[]\s*(?:(?:est(?:imated?|imate|\.)?|effort|duration|time)\b[.:]?\s*|about |approx\.? |roughly )*"
    rf"({TIME.pattern})(?: (?:total|each|of work|effort))?\s*[)\]]",
    re.I,
)
BETWEEN_PHASES = " + "
_SHORT = 12
"""A line with at most this many words is itself the estimate; from a longer one only the time is taken."""
_HOURS = re.compile(rf"({_AMOUNT})(?:\s*(?:-|–|—|to|or)\s*({_AMOUNT}))?\s*\+?[ -]?([a-z]*)", re.I)
_VALUES = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "twelve": 12, "a": 1, "an": 1, "half a": 0.5, "half an": 0.5, "a few": 3, "a couple of": 2, "several": 4,
}  # fmt: skip
_SCALE = {"d": 8.0, "w": 40.0, "mi": 1 / 60, "mo": 160.0, "s": 80.0, "m": 1 / 60, "p": 8.0, "q": 480.0}


def estimate_of(document: Document, plan_level: list[Field], by_phase: list[str | None]) -> str | None:
    """The plan's estimate of its duration: a labelled value, what is under a heading for it, or a sentence.

    Failing these, the times of all phases (`by_phase`) joined by plus signs, since one phase's time is not the plan's.
    `plan_level` are the fields outside the phases' sections; a label repeated in each phase does not count.
    """
    plan_level = [
        f for f in plan_level if _EXPLICIT.search(f.name) or not _is_about(_GAINS_SECTION, document, f.section)
    ]
    labels = Counter(f.name for f in plan_level)
    own = [f for f in plan_level if labels[f.name] == 1 or f.value.strip("*` ") not in by_phase]
    told = labelled_estimate(own) or _from_heading(document) or _from_sentences(document)
    return told or (BETWEEN_PHASES.join(map(str, by_phase)) if by_phase and all(by_phase) else None)


def _is_about(pattern: re.Pattern[str], document: Document, section: int) -> bool:
    """Whether a section, or one above it, has such a name."""
    if section < 0 or document.is_title(section):
        return False
    return any(map(pattern.search, (*document.headings_above(section), document.titles[section])))


def bracketed_estimate(text: str) -> str | None:
    """The time in brackets behind a phase's name, such as `(est. 2-3 days)`, but not a date such as `(week 2)`."""
    match = _BRACKETED.search(text)
    return match[1].strip() if match else None


def labelled_estimate(fields: list[Field]) -> str | None:
    """The first value with a time, in fields labelled as estimates."""
    for pattern in _FIELDS:
        for entry in fields:
            if not pattern.fullmatch(entry.name):
                continue
            value = entry.value.strip("*` ")
            if _GAIN.search(value):
                continue
            if _DIGIT_TIME.search(value) or _SPELLED_TIME.match(value):
                return value
            unit = _KEY_UNIT.search(entry.name)
            if _BARE_NUMBER.match(value) and (unit or "effort" in entry.name):
                return f"{value} {unit[1]}" if unit else value
    return None


def _from_heading(document: Document) -> str | None:
    """The total under a heading for the estimate, or the only time there."""
    for index in document.matching(_HEADING):
        if _is_about(_GAINS_SECTION, document, index):
            continue
        timed = [u for u in document.units_below(index) if u.kind != "code" and TIME.search(unit_text(u))]
        totals = [u for u in timed if _TOTAL.search(unit_text(u))]
        chosen = totals[-1:] or (timed if len(timed) == 1 or (timed and timed[0].kind == "prose") else [])
        if chosen:
            return _time_in(chosen[0])
    return None


def _time_in(unit: Unit) -> str | None:
    if unit.kind == "row":
        return next((c for c in cells(unit.text) if TIME.search(c)), None)
    if unit.kind == "field" and TIME.search(unit.plain) and len(unit.plain.split()) <= _SHORT:
        return unit.plain
    text = unit.plain if unit.kind == "field" and TIME.search(unit.plain) else unit_text(unit)
    if len(text.split()) <= 4:
        return text
    match = TIME.search(text)
    return match[0].strip() if match else None


def _from_sentences(document: Document) -> str | None:
    for unit in document.units:
        if unit.kind not in ("prose", "item", "quote", "field") or unit.done is not None:
            continue
        if not TIME.search(unit.text):
            continue
        if any(_is_about(pattern, document, unit.section) for pattern in (_GAINS_SECTION, _FIGURES_SECTION)):
            continue
        for sentence in split_sentences(unit_text(unit)):
            if _GAIN.search(sentence):
                continue
            lead = _SENTENCE.search(sentence)
            match = TIME.match(sentence, lead.end()) if lead else None
            if match is None and _OF_WORK.search(sentence):
                match = TIME.search(sentence)
            if match:
                return match[0].strip()
    return None


def hours_of(estimate: str | None) -> float:
    """Hours of an estimate, the middle of a range; 0 without one. A day is 8 hours, a week 40, a month 160."""
    return sum(map(_hours, estimate.split(BETWEEN_PHASES))) if estimate else 0.0


def _hours(estimate: str) -> float:
    match = _HOURS.search(estimate)
    if match is None:
        return 0.0
    low = _amount(match[1])
    unit = match[3].lower()
    scale = next((value for start, value in _SCALE.items() if unit.startswith(start)), 1.0)
    return (low + _amount(match[2] or match[1])) / 2 * scale


def _amount(text: str) -> float:
    known = _VALUES.get(text.lower())
    return float(text.replace(",", ".")) if known is None else float(known)


def given_complexity(document: Document, fields: list[Field]) -> float | None:
    """The complexity that the plan states in a field or under a heading; for `8/10 → 7/10`, the last figure."""
    for entry in fields:
        if _COMPLEXITY.fullmatch(entry.name) and (figure := figure_in(entry.value)) is not None:
            return figure
    for index in document.matching(_COMPLEXITY_HEADING):
        for unit in document.units_of(index)[:4]:
            text = unit.plain if unit.kind == "field" and figure_in(unit.plain) is not None else unit_text(unit)
            if unit.kind != "code" and (figure := figure_in(text)) is not None:
                return figure
    return None


def figure_in(value: str) -> float | None:
    """The figure of a complexity such as `7`, `8/10`, `High (7)`; of `8 → 7` the last."""
    match = _FIGURE.search(re.split(r"→|->|=>", value)[-1])
    return float(next(g for g in match.groups() if g)) if match else None
