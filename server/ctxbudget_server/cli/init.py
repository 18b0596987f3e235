"""`ctxbudget init`: writes a file of settings for the workspace, after three questions."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, get_args

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_protocol.words import Policy
from ctxbudget_server.presentation.output import complain, show
from ctxbudget_server.settings.places import PROJECT_FILES
from ctxbudget_server.settings.reader import parsed, read_source
from ctxbudget_server.tokens.windows import known_window
from ctxbudget_server.workspace.documents import find_workspace

WRITTEN, FAILED, MISUSED = 0, 1, 2
"""Exit codes: the file is written; it is not; nobody can be asked and nothing was said."""

POLICIES = ("auto", *get_args(Policy))
MAX_TRIES = 3
"""How often a question is asked."""


class Answers(NamedTuple):
    """What the file sets; None: left to the host and the defaults."""

    window: int | None = None
    model: str | None = None
    share: float | None = None
    policy: str | None = None


EXAMPLES = (
    ("ctxbudget init", "answer three questions"),
    ("ctxbudget init --yes --window 200000 --policy moderate", "without questions, for a script"),
)


def add_arguments(parser: ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("--yes", action="store_true", help="ask nothing: take what the options say, else the defaults")
    parser.add_argument("--model", type=_model, metavar="NAME", help="the model, such as claude-opus-4-5")
    parser.add_argument(
        "--window", type=_window, metavar="TOKENS", help="the model's context window: 200000, 200k or 1m"
    )
    parser.add_argument("--share", type=_share, metavar="SHARE", help="the budget's share of the window (0.3)")
    parser.add_argument("--policy", choices=POLICIES, help="when finished work leaves the context (auto)")
    parser.add_argument("--workspace", metavar="DIR", help="the workspace (default: found from the current directory)")


def run(options: Namespace) -> int:
    """Ask, and write `ctxbudget.toml`; an existing file is never changed."""
    try:
        workspace = find_workspace(options.workspace, None)
    except ProtocolError as error:
        complain("init", error.message)
        return FAILED
    path = workspace / PROJECT_FILES[0]
    if there := _settings_there(workspace):
        says = _is_link_or_says_something(there)
        state = "has settings already" if says else "is there already, though it sets nothing"
        complain("init", f"{there} {state}: edit it; `ctxbudget config` shows what is in force")
        return FAILED
    if not options.yes and not sys.stdin.isatty():
        complain("init", "stdin is not a terminal, so nobody can be asked: use --yes, with options for the answers")
        return MISUSED
    try:
        answers = _answers(options)
    except (EOFError, ValueError):
        complain("init", "no answer; nothing is written")
        return FAILED
    try:
        _write(path, file_text(answers))
    except FileExistsError:
        complain("init", f"{path} exists by now: edit it")
        return FAILED
    except OSError as fault:
        complain("init", f"{path}: {fault.strerror}; nothing is written")
        return FAILED
    show([f"wrote {path}; `ctxbudget config` shows what is in force"])
    if answers.window is None and (answers.model is None or known_window(answers.model) is None):
        whose = f"of {answers.model!r} is not known" if answers.model else "is not set"
        show([f"the window {whose}: until an agent reports it or contextWindow is set, shares are not shown"])
    return WRITTEN


def _is_link_or_says_something(path: Path) -> bool:
    return path.is_symlink() or read_source(str(path), of_user=False).says_something


def _settings_there(workspace: Path) -> Path | None:
    """The project's file that has settings, or that is in the way of one."""
    first, second = (workspace / name for name in PROJECT_FILES)
    if os.path.lexists(first):
        return first
    if second.exists() and read_source(str(second), of_user=False).says_something:
        return second
    return None


def _answers(options: Namespace) -> Answers:
    def asked(option: Any, question: str, read: Any) -> Any:
        return option if option is not None or options.yes else _ask(question, read)

    given = options.model if options.window is None else options.window
    size = asked(given, "Model or context window, such as claude-opus-4-5, 200k or 1m [as the agent reports]: ", _size)
    share = asked(options.share, "The budget's share of that window [0.3]: ", _share)
    policy = asked(options.policy, f"When finished work leaves the context: {', '.join(POLICIES)} [auto]: ", _policy)
    window, model = (size, options.model) if isinstance(size, int) else (None, size)
    return Answers(window, model, share, policy)


def _ask(question: str, read: Any) -> Any:
    """The answer to a question; None: the default. Raises EOFError, and ValueError if no answer can be used."""
    for _ in range(MAX_TRIES):
        text = input(question).strip()
        if not text:
            return None
        try:
            return read(text)
        except ArgumentTypeError as fault:
            show([f"  {fault}"], sys.stderr)
    raise ValueError(question)


def _window(text: str) -> int:
    plain = re.sub(r"[\s,_]", "", text.lower())
    factor = {"k": 1_000, "m": 1_000_000}.get(plain[-1:], 1)
    digits = plain[:-1] if factor > 1 else plain
    if digits.isascii() and digits.isdecimal() and len(digits) <= 10:
        value = int(digits) * factor
        if not parsed("answer", f"contextWindow = {_toml(value)}").problems:
            return value
    raise ArgumentTypeError(f"expected a number of tokens from 1 to 1,000,000,000, such as 200k, got {text!r}")


def _model(text: str) -> str:
    name = text.strip()
    # No model is called 1e6 or -5.
    if not name[:1].isalpha() or parsed("answer", f"model = {_toml(name)}").problems:
        raise ArgumentTypeError(f"expected a model, such as claude-opus-4-5, got {text!r}")
    return name


def _size(text: str) -> int | str:
    """A window or a model."""
    for read in (_window, _model):
        with suppress(ArgumentTypeError):
            return read(text)
    raise ArgumentTypeError(f"expected a model or a number of tokens from 1 to 1,000,000,000, got {text!r}")


def _share(text: str) -> float:
    try:
        percent = text.strip().endswith("%")
        value = float(text.strip().rstrip("%")) / (100 if percent else 1)
    except ValueError:
        value = 0
    if not 0 < value <= 1:
        raise ArgumentTypeError(f"expected a share above 0 and up to 1, such as 0.3 or 30%, got {text!r}")
    return value


def _policy(text: str) -> str:
    if text not in POLICIES:
        raise ArgumentTypeError(f"expected one of {', '.join(POLICIES)}, got {text!r}")
    return text


def _toml(value: object) -> str:
    if isinstance(value, str):
        escaped = "".join(f"\\u{ord(c):04x}" if c in '"\\' or not c.isprintable() else c for c in value)
        return f'"{escaped}"'
    return f"{value:_}" if isinstance(value, int) else repr(value)


def file_text(answers: Answers) -> str:
    """The file: what was answered is set, the rest is there as comments."""

    def line(name: str, value: object, example: object) -> str:
        return f"# {name} = {_toml(example)}" if value is None else f"{name} = {_toml(value)}"

    return f"""\
# Settings of ctxbudget for this project: for every caller, whatever it is written in. `ctxbudget config` shows what is
# in force and where it comes from. Your own file (`ctxbudget config` names it) and a session's settings count more;
# what is in comments here is left to the host and the defaults.

# The model, whose vocabulary counts, and its context window in tokens. Without the window, the agent's own report is
# used, else the size that is known of the model.
{line("model", answers.model, "claude-opus-4-5")}
{line("contextWindow", answers.window, 200_000)}

# The budget's share of the window.
{line("targetShare", answers.share, 0.3)}

# When finished work leaves the context: "auto", "aggressive", "moderate" or "minimal".
{line("policy", answers.policy, "auto")}

# Which phases there are: "full-implementation", "research-and-plan", "research-only" or "debug-only".
# scope = "full-implementation"

# Completing phase N leaves a marker of the phases up to N - 2.
# metadataHorizon = 2

# [thresholds]                 # shares of the budget; above 1 tokens
# warn = 0.75
# critical = 0.95

# [layerCeilings]              # shares of the window
# permanent = 0.04
# phase = 0.12
# metadata = 0.06
"""


def _write(path: Path, text: str) -> None:
    """Write a new file as a whole or not at all. Raises FileExistsError if something is there."""
    descriptor, made = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(made).chmod(0o666 & ~_mask())
        try:
            os.link(made, path)
        except FileExistsError:
            raise
        except OSError:  # a file system without links
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
    finally:
        with suppress(OSError):
            Path(made).unlink()


def _mask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
