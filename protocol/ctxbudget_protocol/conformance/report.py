"""What the kit says: a line for each rule, or all of it as JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

from ctxbudget_protocol.conformance.judge import Outcome, Verdict
from ctxbudget_protocol.conformance.rule import Level, Rule
from ctxbudget_protocol.limits import PROTOCOL_VERSION

WORDS: dict[Outcome, str] = {"kept": "ok", "broken": "BROKEN", "notJudged": "not judged"}


def line(verdict: Verdict) -> str:
    """A rule and what came of it; if it is not kept, also its sentence, the reason, and where it is written down."""
    rule = verdict.rule
    text = f"{WORDS[verdict.outcome]:<10}  {rule.id}"
    if verdict.outcome == "kept":
        return text
    why = "\n".join(f"            {part}" for part in verdict.why.splitlines())
    if verdict.outcome == "notJudged":
        return f"{text}\n{why}"
    return f"{text}\n            {rule.sentence}\n            {rule.reference}\n{why}"


def summary(verdicts: Sequence[Verdict], level: Level) -> str:
    """The last line."""
    counts = Counter(verdict.outcome for verdict in verdicts)
    parts = [f"{counts['kept']} kept", f"{counts['broken']} broken"]
    if counts["notJudged"]:
        parts.append(f"{counts['notJudged']} not judged")
    seconds = sum(verdict.seconds for verdict in verdicts)
    return f"{len(verdicts)} rules of level {level}: {', '.join(parts)}; {seconds:.1f} s"


def as_json(verdicts: Sequence[Verdict], level: Level) -> str:
    """All verdicts, for programs."""
    counts = Counter(verdict.outcome for verdict in verdicts)
    rows = [
        {
            **described(verdict.rule),
            "outcome": verdict.outcome,
            "why": verdict.why,
            "seconds": round(verdict.seconds, 3),
        }
        for verdict in verdicts
    ]
    found = {
        "protocolVersion": PROTOCOL_VERSION,
        "level": level,
        "conforms": not counts["broken"],
        **{str(outcome): counts[outcome] for outcome in WORDS},
        "rules": rows,
    }
    return json.dumps(found, indent=1)


def described(rule: Rule) -> dict[str, str]:
    """A rule for programs."""
    return {"id": rule.id, "level": rule.level, "sentence": rule.sentence, "reference": rule.reference}


def listed(rules: Sequence[Rule]) -> str:
    """Rules without verdicts."""
    return "\n".join(f"{rule.level}  {rule.id}\n      {rule.sentence} ({rule.reference})" for rule in rules)
