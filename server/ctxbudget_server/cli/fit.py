"""`ctxbudget fit`: cuts a recorded conversation to a limit and prints a table of what was removed."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any, NamedTuple

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_protocol.words import FitReason
from ctxbudget_server.account.cancellation import Cancellation
from ctxbudget_server.cli.columns import columns
from ctxbudget_server.cli.options import add_store_options, services
from ctxbudget_server.cli.recording import RecordingError, add_recordings, chosen, read_recording, refuse_overwrite
from ctxbudget_server.presentation.arguments import whole_number
from ctxbudget_server.presentation.look import tell
from ctxbudget_server.presentation.output import complain, show, show_json
from ctxbudget_server.presentation.terminal import line
from ctxbudget_server.store.location import is_url
from ctxbudget_server.transcripts.model import Transcript

FITS, OVER, FAILED = 0, 1, 2
"""Exit codes: the array fits; it cannot be made to fit; something could not be read or written."""

REASONS: dict[FitReason, str] = {
    "requested": "no longer needed",
    "repeated": "repeated",
    "superseded": "superseded",
    "retried": "retried",
    "oldResult": "old result",
    "newestResult": "large result",
    "oldTurn": "old turn",
}
DRY = "dry run: nothing was kept or written"
TITLE = 48
"""Width in columns of a part's title."""

EXAMPLES = (
    ("ctxbudget fit --last --max 100000 --dry-run", "what would be removed from the last recorded session"),
    ("ctxbudget fit session.jsonl --max 60000 --out smaller.json", "the smaller array, to a file"),
    ("ctxbudget fit --last --max 60000 --resume", "a smaller session that its agent can resume"),
)


def add_arguments(parser: ArgumentParser) -> None:
    """The command's arguments."""
    add_recordings(parser)
    parser.add_argument(
        "--max", type=whole_number(), metavar="N", help="maximum tokens of the array (default with --resume: none)"
    )
    parser.add_argument(
        "--keep-turns", type=whole_number(), metavar="N", help="latest turns to leave unchanged (default: 2)"
    )
    parser.add_argument("--focus", metavar="TEXT", help="what the next turns are about; names from it are kept first")
    parser.add_argument("--model", help="count for this model (default: o200k_base)")
    parser.add_argument(
        "--overhead", type=whole_number(), metavar="N", help="tokens of --max for what is sent besides the messages"
    )
    parser.add_argument(
        "--retrieve", metavar="WORDS", help="how an item is fetched back in the host, such as 'context_get {itemId}'"
    )
    parser.add_argument(
        "--text", action="store_true", help="print the conversation as one text, for compaction; --out writes it"
    )
    parser.add_argument("--dry-run", action="store_true", help="show what would be removed, and write nothing")
    parser.add_argument(
        "--resume",
        action="store_true",
        help="write, beside the transcript, a session that its host resumes (Claude Code, Codex): valid for the "
        "provider, whatever is torn or unfinished in the transcript",
    )
    parser.add_argument("--out", metavar="FILE", help="write the fitted array as JSON; - is stdout")
    parser.add_argument("--json", action="store_true", help="the answer of context/fit as JSON")
    add_store_options(parser)


def run(options: Namespace) -> int:
    """Fit the latest array of each transcript. The transcripts themselves are never written to."""
    try:
        names = chosen(options, "fit")
        if len(names) > 1 and options.out:
            raise RecordingError("--out takes one transcript")
        if options.max is None and not options.resume:
            raise RecordingError("--max is missing: how many tokens may the array have?")
        if options.text and (options.resume or options.json):
            raise RecordingError(f"--text and --{'resume' if options.resume else 'json'} exclude each other")
    except (RecordingError, ProtocolError) as fault:
        return _fail(str(fault))
    fits = [_fit(options, name, heading=len(names) > 1) for name in names]
    answers = [(name, each.result) for name, each in zip(names, fits, strict=True) if each.result is not None]
    if options.json and answers:
        several = [{"transcript": name, **result} for name, result in answers]
        show_json(several if len(names) > 1 else answers[0][1])
    return max(each.code for each in fits)


class _Fit(NamedTuple):
    code: int
    result: dict[str, Any] | None = None


def _fit(options: Namespace, name: str, *, heading: bool) -> _Fit:
    """Fit one transcript, and print its table unless JSON is wanted."""
    try:
        refuse_overwrite(name, options.out)
        recording = read_recording(name, options.format, "fit")
        if options.resume:
            from ctxbudget_server.recordings.resuming import refuse_others, write_resumable  # only here

            refuse_others(name, recording)
        result = _fitted(options, recording)
        if options.out and not options.dry_run:
            _write(options.out, result["text"] if options.text else result["messages"])
        if options.resume and result["fits"] and not options.dry_run:
            resumed = write_resumable(name, recording, result["messages"])._asdict()
            result = {**result, "resume": resumed}
    except RecordingError as fault:
        return _Fit(_fail(str(fault)))
    except ProtocolError as fault:
        return _Fit(_fail(_in_words(fault)))
    except OSError as fault:
        return _Fit(_fail(f"{fault.filename or options.out}: {fault.strerror}"))
    if options.text:
        if not options.out:
            show(result["text"].split("\n"), sys.stdout)
        if options.dry_run:
            show([f"{DRY}; no item has the ids in the text"], sys.stderr)
    elif not options.json:
        lines = [*([f"{name}:"] if heading else []), *_lines(options, recording, result), *([""] if heading else [])]
        show(lines, sys.stderr) if options.out == "-" else tell(lines)
    return _Fit(FITS if result["fits"] else OVER, result)


def _fitted(options: Namespace, recording: Transcript) -> dict[str, Any]:
    """The answer of `context/fit`; without a limit the array as it is."""
    if options.max is None:
        return {"messages": recording.messages, "fits": True, "unchanged": True, "removed": []}
    params = _params(options, recording)
    opened = services(options, "fit")
    if not options.dry_run or is_url(opened.whereabouts.store) or Path(opened.whereabouts.store).exists():
        return opened.call("context/fit", params, Cancellation())
    from contextlib import closing  # only here
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:  # a look creates no store
        aside = Namespace(**{**vars(options), "store": str(Path(folder, "store.db"))})
        with closing(services(aside, "fit")) as service:
            return service.call("context/fit", params, Cancellation())


def _params(options: Namespace, recording: Transcript) -> dict[str, Any]:
    params = {
        "messages": recording.messages,
        "format": recording.shape,
        "maxTokens": options.max,
        "keepTurns": options.keep_turns,
        "focus": options.focus,
        "model": options.model,
        "dryRun": options.dry_run,
        "overhead": options.overhead,
        "retrieve": options.retrieve,
        "answer": "text" if options.text else None,
    }
    return {name: value for name, value in params.items() if value is not None}


def _in_words(fault: ProtocolError) -> str:
    """The error message, with the command's names for what was given."""
    names = {"maxTokens": "--max", "messages": "the transcript"}
    names |= {"keepTurns": "--keep-turns"} | {name: f"--{name}" for name in ("format", "overhead", "retrieve")}
    errors = [error for error in fault.wire()["data"].get("errors", []) if error["loc"]]
    told = [f"{names.get(str(error['loc'][0]), error['loc'][0])}: {error['msg']}" for error in errors]
    return "; ".join(told) or fault.message


def _fail(message: str) -> int:
    complain("fit", message)
    return FAILED


def _write(name: str, fitted: list[dict[str, Any]] | str) -> None:
    if name == "-":
        show([fitted], sys.stdout) if isinstance(fitted, str) else show_json(fitted, indent=1)
    else:
        text = fitted if isinstance(fitted, str) else json.dumps(fitted, indent=1)
        Path(name).write_text(f"{text}\n", encoding="utf-8")


def _lines(options: Namespace, recording: Transcript, result: dict[str, Any]) -> list[str]:
    """The table, the totals, and how to get parts back."""
    lines = _table(result["removed"], with_ids=not options.dry_run)
    if options.max is None:
        return [f"{recording.source}, {len(recording.messages):,} messages, none cut", *_told(options, result)]
    source, tokens = result["sourceTokens"], result["tokens"]
    breaks = len(recording.segments) - 1
    lines.append(
        f"{recording.source}, {len(recording.messages):,} messages"
        + (f" since the last of {breaks} break{'s' * (breaks > 1)}" if breaks else "")
        + f": {source:,} → {tokens:,} of {options.max:,} tokens"
        + (f" ({1 - tokens / source:.0%} less)" if tokens < source else "")
    )
    lines += _verdict(options, result)
    return lines


def _verdict(options: Namespace, result: dict[str, Any]) -> list[str]:
    lines = []
    if not result["fits"]:
        lines.append(f"does not fit: what must stay takes {result['untouchable']:,} tokens")
    elif result["unchanged"]:
        lines.append("fits as it is: nothing goes")
    if not result["unchanged"]:
        turns = result["breakEvenTurns"]
        lines.append(
            f"first change at message {result['firstChanged']}: {result['stablePrefixTokens']:,} tokens stay cached; "
            + (f"pays for itself after {turns} turn{'s' * (turns > 1)}" if turns else "never pays for itself")
        )
    if options.dry_run:
        lines.append(DRY)
    elif result["removed"]:
        way = json.dumps({"sessionId": result["sessionId"], "itemId": result["removed"][0]["id"]})
        lines.append(f"any part comes back exactly: ctxbudget call context/get '{way}'")
    return [*lines, *_told(options, result)]


def _told(options: Namespace, result: dict[str, Any]) -> list[str]:
    """What was written."""
    lines = [f"written: {options.out}"] if options.out and not options.dry_run else []
    resumed = result.get("resume")
    if resumed is None:
        return lines
    if resumed["replaced"]:
        lines.append(f"lone surrogates were replaced in {resumed['replaced']:,} texts")
    lines.append(f"written: {resumed['path']}")
    if resumed["is_at_home"]:
        return [*lines, f"in the session's project: {resumed['command']}"]
    return [*lines, f"move it beside the host's own sessions, then: {resumed['command']}"]


def _table(removed: list[dict[str, Any]], *, with_ids: bool) -> list[str]:
    if not removed:
        return []
    head = ["index", "kind", "reason", "before", "after", *(["id"] if with_ids else []), "what"]
    rows = [
        [
            str(part["index"]),
            part["kind"],
            REASONS[part["reason"]],
            f"{part['tokensBefore']:,}",
            f"{part['tokensAfter']:,}",
            *([part["id"]] if with_ids else []),
            _short(part["title"]),
        ]
        for part in removed
    ]
    before, after = (sum(part[name] for part in removed) for name in ("tokensBefore", "tokensAfter"))
    rows.append(["", f"{len(removed)} parts", "", f"{before:,}", f"{after:,}", *([""] if with_ids else []), ""])
    return [*columns([head, *rows], right={0, 3, 4}), ""]


def _short(title: str) -> str:
    shown = line(title)
    return shown if len(shown) <= TITLE else shown[: TITLE - 1] + "…"
