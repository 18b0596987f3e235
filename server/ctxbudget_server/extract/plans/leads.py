"""What names a phase in a plan: its word and number, and where it begins."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ctxbudget_server.markdown.blocks import Unit

WORDS = (
    "phase", "stage", "milestone", "sprint", "iteration", "wp", "work package", "task", "step", "part", "week", "day",
)  # fmt: skip
"""What plans call their phases, most reliable first; only one of them counts in a plan."""
OUTER_WORDS = WORDS[:7]
"""Words that rarely name anything else than a phase."""
PACKAGES = ("wp", "work package")
"""Words of plans whose packages may be in a list of their own, beside phases without tasks."""
INNER_WORDS = {"task", "step", "part", "week", "day"}
"""Words that in lists usually name parts of a phase."""
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10}
_SPELLED = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
}
LEAD = re.compile(
    rf"^\W*?(?:\d+(?:\.\d+)*[.)]?\s+)?(?:work packages?\s+(?=wp))?({'|'.join(WORDS)})s?"
    r"\s*[#_-]?\s*(\d{1,3}(?:\.\d+)?|(?-i:[A-Z])"
    rf"|{'|'.join([*_ROMAN, *_SPELLED])})"
    r"(?:\s*[-–&]\s*\d{1,3})?(?![\w])(\s*[:.)\-–—|·]+)?\s*(.*)$",
    re.I,
)
NUMBERED = re.compile(r"^(\d{1,2})[.)]?\s+(.*)$")
STATUS = re.compile(r"(?:phase )?(?:status|state)|progress")
DEPENDS = re.compile(
    r"depends(?: on)?|dependent on|dependency|dependencies|deps|blocked by|requires|prerequisites?"
    r"|predecessors?|after|waits for"
)


@dataclass(slots=True)
class Lead:
    """Where a phase begins: its word and number as written, its label, and what belongs to it."""

    word: str
    key: str
    label: str
    start: int
    end: int
    units: list[Unit] = field(default_factory=list)
    more: str = ""
    box: bool | None = None
    section: int = -1


def phase_number(key: str, *, roman: bool = False) -> int | None:
    """The number that a phase's mark means: 2, `II`, `two`, but not 2.5 or `B`; `roman` also reads `I` and `V`."""
    folded = key.lower()
    if key.replace(".", "", 1).isdigit():
        value = float(key)
        return int(value) if value.is_integer() else None
    return _SPELLED.get(folded) or (_ROMAN.get(folded) if roman or len(folded) > 1 else None)
