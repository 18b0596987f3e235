"""Detects what kind of artifact a text is, and what its lines consist of: by its path, then by its content."""

from __future__ import annotations

import json
import re

from ctxbudget_server.extract.readers.json_shape import MAX_TEXT
from ctxbudget_server.markdown.document import Document
from ctxbudget_server.markdown.lines import strip_ansi

KINDS = ("report", "plan", "summary", "debug", "test-output", "log", "tool-output", "instructions", "other")

_FOLDERS = (
    ("plan", re.compile(r"(?:^|/)plans?/")),
    ("report", re.compile(r"(?:^|/)(?:reports?|research)/")),
    ("summary", re.compile(r"(?:^|/)summar(?:y|ies)/|handoffs?/")),
    ("debug", re.compile(r"(?:^|/)debug/")),
)
_NAMES = (
    (
        "instructions",
        re.compile(
            r"^(?:claude|agents|gemini|skill|copilot-instructions|\.cursorrules|contributing)(?:\.local)?(?:\.md)?$"
        ),
    ),
    ("plan", re.compile(r"(?:^|[-_. ])(?:plan|tasks|roadmap)\b.*\.md$|^phase[-_]\d+.*\.md$")),
    (
        "test-output",
        re.compile(
            r"(?:^|[-_.])(?:tests?|junit|pytest|jest|results?)[-_.].*\.(?:log|txt|xml|tap)$|\.tap$|^junit.*\.xml$"
        ),
    ),
    ("summary", re.compile(r"(?:implementation|execution|work)[-_ ]?summary|[-_]summary\.md$|handoff")),
    ("debug", re.compile(r"(?:^|[-_])(?:debug|diagnosis|root[-_]cause|post-?mortem)(?![a-z])")),
    ("report", re.compile(r"(?:report|research|analysis|audit|findings|overview)[\w-]*\.md$")),
    ("log", re.compile(r"\.log(?:\.\d+)?$")),
)
_PHASE_HEADING = re.compile(r"^\W*(?:phase|stage|milestone)\s+\d", re.I)
_NUMBERED_HEADING = re.compile(r"\d{1,2}[.)]\s")
_INVESTIGATION = re.compile(r"(?:\w+ )?(?:investigation|analysis)\b")
_LOG_LINE = re.compile(
    r"^\W{0,2}(?:\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d|\d\d:\d\d:\d\d|[A-Z][a-z]{2} +\d{1,2} \d\d:\d\d:\d\d"
    r"|(?:DEBUG|INFO|WARN(?:ING)?|ERROR|FATAL|TRACE|CRITICAL)\b|[IWEF]\d{4} |time=\"?\d)"
)
_LISTING_LINE = re.compile(r"^ *\d+(?:→|\t)|^[\w./@-]+[:-]\d+[:-]|^\d+[:-]|^(?:[\w.@-]*/)+[\w.@-]+$")
_CODE_LINE = re.compile(
    r"[{};,(\[]\s*$|^\s*(?:import|from|def|class|func|package|const|let|var|return|if|for|while|else|elif"
    r"|#include|use|pub|fn|"
    r"public|private|static|export|type|struct|@\w+|//|/\*|\*)\b|^\s*[)\]}]+[;,]?\s*$"
)
_CHANGE = re.compile(r"^--- \S.*\n\+\+\+ \S.*\n@@ -\d", re.M)
_INSTRUCTIONS = re.compile(r"\b(?:you (?:must|should|are)|never|always|do not|don't|must not)\b", re.I)

_CODE_PATH = re.compile(
    r"\.(?:py|pyi|js|jsx|mjs|cjs|ts|tsx|go|rs|rb|sh|bash|zsh|lua|java|kt|kts|c|h|cc|cpp|hpp|cs|php|swift|scala|sql|css|scss"
    r"|proto|tf|nix|vim|zig|ex|exs|erl|hs|ml|clj|pl|r|jl|dart|toml|ya?ml|ini|cfg)$",
    re.I,
)
_STATEMENT = re.compile(
    r"[{};,(\[:]\s*$"
    r"|^\s*(?:import|from|def|class|func|fn|package|const|let|var|return|raise|if|for|while|else|elif|try|except|with|yield"
    r"|async|await|assert|pass|break|continue|use|pub|public|private|static|export|type|struct|end)\b.{0,100}$"
    r"|^\s*(?:@\w|//|/\*|\*|#include\b)"
    r"|^\s*[\w.\[\]\"']{1,60}(?:: [\w.\[\], |]{1,60})? (?:[-+*/|]?=|:=) \S"
    r"|^\s*[\w.]{1,60}\(.*\)\s*(?:#.*)?$|^\s*[)\]}]+[;,]?\s*$"
)
_MARKDOWN = re.compile(r" {0,3}(?:```|~~~|#{2,6} \S)")
_SENTENCE = re.compile(r"\W{0,4}[A-Z][^=(){};]*(?: [^ =(){};]+){7,}[.!?]$")
_CODE_SHARE, _PROSE_SHARE = 0.6, 0.08
_SAMPLE = 400


def kind_from_path(path: str | None) -> str | None:
    """The kind that a path indicates, or None."""
    if not path:
        return None
    folded = path.replace("\\", "/").lower()
    name = folded.rsplit("/", 1)[-1]
    for kind, pattern in _NAMES[:1]:
        if pattern.search(name):
            return kind
    for kind, pattern in _FOLDERS:
        if pattern.search(folded):
            return kind
    for kind, pattern in _NAMES:
        if pattern.search(name):
            return kind
    return None


def looks_like_json(text: str) -> bool:
    """Whether a text is a JSON object or array, by its ends and its first tokens."""
    head = text.lstrip()[:200]
    return (
        bool(re.match(r"(?:\{\s*(?:\"|\})|\[\s*(?:[\[{\"\d\]]|true|false|null))", head)) and text.rstrip()[-1:] in "}]"
    )


def is_json(text: str) -> bool:
    """Whether a text parses as a JSON object or array; a huge one only needs to look like it."""
    if not looks_like_json(text):
        return False
    if len(text) > MAX_TEXT:
        return True
    try:
        json.loads(text)
    except RecursionError:
        return True  # nested too deeply for the parser, but nothing else looks like this
    except ValueError:
        return False
    return True


def _medium_by_lines(text: str) -> str:
    """What the lines consist of; the lines of a listing are numbered or begin with a path."""
    if is_json(text):
        return "json"
    lines = [x for x in strip_ansi(text[:60_000]).splitlines() if x.strip()][:400]
    if not lines:
        return "prose"
    if _CHANGE.search(text[:20_000]):
        return "code"
    share = 1.0 / len(lines)
    if sum(bool(_LOG_LINE.match(x)) for x in lines) * share > 0.4:
        return "log"
    if len(lines) > 2 and sum(bool(_LISTING_LINE.match(x)) for x in lines) * share > 0.6:
        return "listing"
    fences = sum(x.lstrip().startswith(("```", "~~~")) for x in lines)
    if len(lines) > 3 and fences < 2 and sum(bool(_CODE_LINE.search(x)) for x in lines) * share > 0.45:
        return "code"
    return "prose"


def medium_of(text: str, path: str | None) -> str:
    """What the lines consist of, judged by content and path: json, log, listing, code or prose."""
    found = _medium_by_lines(text)
    if found == "prose" and ((path and _CODE_PATH.search(path)) or _is_mostly_code(text)):
        return "code"
    return found


def _is_mostly_code(text: str) -> bool:
    """Whether most lines are statements and hardly any is a sentence, as in code with many comments."""
    lines = [x for x in text[:60_000].splitlines() if x.strip() and len(x) < 500][:_SAMPLE]
    marked = sum(bool(_MARKDOWN.match(x)) for x in lines)
    if len(lines) < 4 or marked > 1:
        return False
    statements = sum(bool(_STATEMENT.search(x)) for x in lines)
    sentences = sum(bool(_SENTENCE.match(x)) for x in lines)
    return statements >= _CODE_SHARE * len(lines) and sentences <= _PROSE_SHARE * len(lines)


def kind_from_content(document: Document, medium: str, tested: bool) -> str:
    """The kind that a text's form indicates; `tested` says that a test framework's report was recognised."""
    if medium != "prose":
        return "test-output" if tested else "log" if medium == "log" else "tool-output"
    first = next((x for x in document.structure.lines if x.strip()), "")
    if tested and (len(document.sections) < 3 or not re.match(r"#|---|\*\*", first)):
        return "test-output"
    title = document.sections[0].heading.lower() if document.sections else ""
    head = title + " " + " ".join(x[:400] for x in document.structure.lines[:12]).lower()
    phases = sum(bool(_PHASE_HEADING.match(s.heading)) for s in document.sections)
    boxes = sum(u.done is not None for u in document.units)
    if _INVESTIGATION.match(title) and _solved(document):
        return "debug"
    return _by_title(title) or _by_form(document, head, phases, boxes)


def _solved(document: Document) -> bool:
    """Whether a document has a section for the cause of a defect and one for its fix, and gives no advice."""
    titles = " | ".join(t.lower() for t in document.titles[1:])
    cause = re.search(r"\b(?:root cause|cause|diagnosis)\b", titles)
    fix = re.search(r"\b(?:fix|solution|resolution)\b", titles)
    return bool(cause and fix) and "recommend" not in titles


def _by_title(title: str) -> str | None:
    for kind, pattern in (
        (
            "summary",
            r"\b(?:implementation|execution|completion|work|handoff|hand-off) summary\b"
            r"|^(?:implementation )?summary:|\bhandoff\b|\b(?:implementation|phase|sprint|work)\b.*\bcompleted?\W*$",
        ),
        ("plan", r"\bplan\b|\broad ?map\b|^\W*(?:implementation )?tasks\W*$"),
        ("debug", r"\b(?:debug|root cause|diagnosis|postmortem|incident)\b"),
        (
            "report",
            r"\b(?:report|research|analysis|audit|findings|investigation|review|observations|comparison|assessment)\b",
        ),
    ):
        if re.search(pattern, title):
            return kind
    return None


def _by_form(document: Document, head: str, phases: int, boxes: int) -> str:
    titles = " | ".join(s.heading.lower() for s in document.sections)
    if phases >= 2 or (phases and (boxes >= 5 or _PHASE_HEADING.match(document.titles[0]))):
        return "plan"
    numbered = [i for i, s in enumerate(document.sections) if _NUMBERED_HEADING.match(s.heading)]
    if boxes >= 3 and sum(any(u.done is not None for u in document.units_of(i)) for i in numbered) >= 2:
        return "plan"
    if re.search(r"\broot cause\b", titles):
        return "debug"
    if re.search(r"\bfiles? (?:changed|modified|created)\b|\bchanges made\b", titles):
        return "summary"
    if re.search(r"\bexecutive summary\b|\bkey findings?\b|\brecommendations\b", titles):
        return "report"
    if re.search(r"\breport_type\b|\bfindings_count\b", head):
        return "report"
    if re.search(r"\b(?:work_remaining|summary_brief|phases_completed)\b", head):
        return "summary"
    strict = sum(bool(_INSTRUCTIONS.search(u.text[:2_000])) for u in document.units)
    if len(document.units) >= 8 and strict * 3 > len(document.units):
        return "instructions"
    return "other"
