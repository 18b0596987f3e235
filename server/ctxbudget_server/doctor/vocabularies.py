"""Checks that the included vocabularies are unchanged, since otherwise counts would be wrong, and says what counts."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from ctxbudget_server.doctor.finding import Finding, command
from ctxbudget_server.tokens.fast import DifferentTokensError
from ctxbudget_server.tokens.vocabulary import VocabularyDataError, is_fast, shipped, verify


def findings() -> Iterator[Finding]:
    """One finding for each damaged vocabulary, or one that says that all are as shipped and one on what counts."""
    wrong = []
    names = shipped()
    for name in names:
        try:
            verify(name)
        except VocabularyDataError as fault:
            remedy = command(sys.executable, "-m", "pip", "install", "--force-reinstall", "--no-deps", "ctxbudget")
            wrong.append(Finding("vocabularies.hash", "error", str(fault), remedy, {"encoding": name}))
    if wrong:
        yield from wrong
    else:
        yield Finding("vocabularies.hash", "ok", f"the vocabularies are as shipped: {', '.join(names)}")
        yield _encoder(names)


def _encoder(names: list[str]) -> Finding:
    """Whether the extra `fast` counts, or tiktoken."""
    try:
        by = "splintr" if all(map(is_fast, names)) else "tiktoken"
    except DifferentTokensError as difference:
        remedy = command(sys.executable, "-m", "pip", "install", "--upgrade", "ctxbudget[fast]")
        message = f"tiktoken counts, because splintr of the extra 'fast' differs: {difference}"
        return Finding("vocabularies.encoder", "warning", message, remedy, {"encoder": "tiktoken"})
    message = (
        "the extra 'fast' counts; known texts have the tokens of tiktoken" if by == "splintr" else "tiktoken counts"
    )
    return Finding("vocabularies.encoder", "ok", message, data={"encoder": by})
