"""`ctxbudget store`: shows where the store is and what takes its space; cleans it."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.account.request import utc_now
from ctxbudget_server.account.retention import configured
from ctxbudget_server.account.storage import Cleaned, cleaned, shown
from ctxbudget_server.cli.columns import columns
from ctxbudget_server.cli.options import add_retention_option, add_store_options, services
from ctxbudget_server.presentation.look import tell
from ctxbudget_server.presentation.output import complain, show_json
from ctxbudget_server.service.service import BudgetService
from ctxbudget_server.store.errors import StoreReplacedError
from ctxbudget_server.store.location import is_url

MAX_SESSIONS = 20
"""Number of sessions listed, largest first; `--json` lists all of them."""

EXAMPLES = (
    ("ctxbudget store", "where it is, and what takes its space"),
    ("ctxbudget store --clean", "apply the settings for retention now"),
    ("ctxbudget store --rewrite", "give freed space back to the disk"),
)


def add_arguments(parser: ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("--json", action="store_true", help="the figures as JSON, sizes in bytes, every session")
    parser.add_argument(
        "--clean",
        action="store_true",
        help="apply retention, remove expired request keys, return free space to the disk",
    )
    parser.add_argument(
        "--rewrite",
        action="store_true",
        help="clean, and rewrite the whole file, so that no trace of what was deleted remains",
    )
    add_store_options(parser)
    add_retention_option(parser)


def run(options: Namespace) -> int:
    """Print what the store holds, after cleaning it if asked to; returns the exit code."""
    try:
        opened = services(options, "store")
        place = opened.whereabouts.store
        try:
            done, found = _done_and_found(opened, place, options)
        except StoreReplacedError:  # it was damaged, and what could be read of it is in a new file
            done, found = _done_and_found(opened, place, options)
    except (ProtocolError, ValueError) as error:
        complain("store", str(error))
        return 1
    if options.json:
        show_json({**found, "cleaned": _wire(done) if done else None})
    else:
        tell([*_lines(found), *(_done(done) if done else [])])
    return 0 if done is None or done.complete else 1


def _done_and_found(opened: BudgetService, place: str, options: Namespace) -> tuple[Cleaned | None, dict[str, Any]]:
    is_there = is_url(place) or Path(place).exists()
    done = _clean(opened, place, options) if (options.clean or options.rewrite) and is_there else None
    found = shown(opened.store, place)
    for loss in opened.store.losses() if found["exists"] else ():
        complain("store", loss.message)
    return done, found


def _clean(opened: BudgetService, place: str, options: Namespace) -> Cleaned:
    return cleaned(opened.store, place, configured(options.retain), utc_now(), rewrite=options.rewrite)


def _wire(done: Cleaned) -> dict[str, Any]:
    return {
        "sessions": done.retained.sessions,
        "items": done.retained.items,
        "contentBytes": done.retained.content_bytes,
        "expiredKeys": done.expired_keys,
        "beforeBytes": done.before_bytes,
        "afterBytes": done.after_bytes,
        "complete": done.complete,
    }


def _lines(found: dict[str, Any]) -> list[str]:
    lines = [f"store  {found['path']}"]
    if not found["exists"]:
        lines.append("There is no store yet; the first request that writes creates it.")
    else:
        lines += ["", *columns(_parts(found), (1,)), "", *_sessions(found["sessions"])]
    for aside in found["setAside"]:
        lines.append(f"set aside  {size(aside['bytes'])}  {aside['path']}")
    return lines


def _parts(found: dict[str, Any]) -> list[list[str]]:
    log, keys, blobs = found["log"], found["requestKeys"], found["blobs"]
    on_disk = [
        ["on disk", size(sum(found["files"].values())), "the file, its WAL, and the small files beside it"],
        ["  free", size(found["freeBytes"]), "pages of the file that are not in use"],
    ]
    if is_url(found["path"]):
        on_disk = [["tables", size(found["usedBytes"]), "with their indexes, and what vacuum has not freed yet"]]
    return [
        *on_disk,
        ["content", size(blobs["storedBytes"]), f"{blobs['count']:,} texts of {size(found['contentBytes'])}"],
        ["log", size(log["storedBytes"]), f"{log['count']:,} transactions"],
        ["request keys", size(keys["storedBytes"]), f"{keys['count']:,}, {found['expiredKeys']:,} of them expired"],
    ]


def _sessions(sessions: list[dict[str, Any]]) -> list[str]:
    if not sessions:
        return ["no sessions"]
    rows = [["session", "state", "last change", "items", "content", "stored", "log"]]
    for one in sessions[:MAX_SESSIONS]:
        sizes = (size(one[name]) for name in ("contentBytes", "storedBytes", "logBytes"))
        rows.append([one["id"], one["state"], one["updatedAt"][:16].replace("T", " "), f"{one['items']:,}", *sizes])
    more = len(sessions) - MAX_SESSIONS
    return columns(rows, (3, 4, 5, 6)) + ([f"and {more:,} smaller ones"] if more > 0 else [])


def _done(done: Cleaned) -> list[str]:
    dropped = done.retained
    lines = [
        "",
        f"cleaned: {size(done.before_bytes)} before, {size(done.after_bytes)} now; "
        f"content of {dropped.sessions:,} sessions dropped ({size(dropped.content_bytes)}), "
        f"{done.expired_keys:,} request keys removed",
    ]
    if not done.complete:
        lines.append("Another process is still reading the old contents: run this again later to empty the WAL.")
    return lines


def size(count: int) -> str:
    """A size for people, e.g. `12.3 MB`."""
    if count < 1_000:
        return f"{count} B"
    value, units = count / 1_000, ["kB", "MB", "GB", "TB"]
    while value >= 999.95 and len(units) > 1:
        value, units = value / 1_000, units[1:]
    return f"{value:.1f} {units[0]}"
