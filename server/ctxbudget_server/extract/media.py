"""What the lines of a text are made of, by its path and, where that tells nothing, by a closer look at the lines."""

from __future__ import annotations

import re

from ctxbudget_server.extract.kinds import medium_of

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


def medium(text: str, path: str | None) -> str:
    """json, log, listing, code or prose."""
    found = medium_of(text)
    if found == "prose" and ((path and _CODE_PATH.search(path)) or _is_code(text)):
        return "code"
    return found


def _is_code(text: str) -> bool:
    """Whether most lines are statements and hardly any is a sentence, as in code with many comments."""
    lines = [x for x in text[:60_000].splitlines() if x.strip() and len(x) < 500][:_SAMPLE]
    marked = sum(bool(_MARKDOWN.match(x)) for x in lines)
    if len(lines) < 4 or marked > 1:
        return False
    statements = sum(bool(_STATEMENT.search(x)) for x in lines)
    sentences = sum(bool(_SENTENCE.match(x)) for x in lines)
    return statements >= _CODE_SHARE * len(lines) and sentences <= _PROSE_SHARE * len(lines)
