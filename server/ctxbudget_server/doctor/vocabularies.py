"""Checks that the included vocabularies are unchanged, since otherwise counts would be wrong."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from ctxbudget_server.doctor.finding import Finding, command
from ctxbudget_server.tokens.vocabulary import VocabularyDataError, shipped, verify


def findings() -> Iterator[Finding]:
    """One finding for each damaged vocabulary, or one that says that all are as shipped."""
    wrong = []
    names = shipped()
    for name in names:
        try:
            verify(name)
        except VocabularyDataError as fault:
            remedy = command(sys.executable, "-m", "pip", "install", "--force-reinstall", "--no-deps", "ctxbudget")
            wrong.append(Finding("vocabularies.hash", "error", str(fault), remedy, {"encoding": name}))
    yield from wrong or [Finding("vocabularies.hash", "ok", f"the vocabularies are as shipped: {', '.join(names)}")]
