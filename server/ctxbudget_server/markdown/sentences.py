"""Sentences of prose, and prose without Markdown markup (links, emphasis, comments)."""

from __future__ import annotations

import re
import sys
from bisect import bisect_right

_LINK = re.compile(
    r"!?\[([^\[\]]{0,500})\]\([^()\s]{0,800}(?:\([^()\s]{0,200}\))?[^()\s]{0,300}(?: +\"[^\"]{0,200}\")?\)"
)
_REFERENCE = re.compile(r"\[([^\[\]]{1,500})\]\[[^\[\]]{0,200}\]")
_RST_LINK = re.compile(r"`([^`<>]{1,300}?)\s*<[^<>`\s]{1,500}>`_{1,2}")
_RST_ROLE = re.compile(r"(?<![`\w]):[a-z:]{2,20}:`([^`]{1,200})`")
_COMMENT = re.compile(r"<!--.{0,2000}?-->", re.S)
_TAG = re.compile(
    r"</?(?:a|b|br|code|details|div|em|i|img|kbd|p|small|span|strong|sub|summary|sup|u)\b[^<>]{0,300}>", re.I
)
_STRONG = re.compile(
    r"(?<![\w*\\])\*\*\*(?=[^\s*])([^*]{1,2000}?)(?<=[^\s*])\*\*\*(?![\w*])"
    r"|(?<![\w*\\])\*\*(?=[^\s*]|\*[^\s*])((?:[^*]|\*(?!\*)){1,2000}?)(?<=\S)\*\*(?![\w*])"
    r"|(?<!\w)__(?=[^\s_])((?:[^_]|_(?!_)){1,2000}?)(?<=[^\s_])__(?!\w)"
)
_EMPHASIS = re.compile(r"(?<![\w*\\])\*(?=[^\s*])([^*\n]{1,300}?)(?<=[^\s*])\*(?![\w*])")
_CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`)([^\n]+?)(?<!`)\1(?!`)")
_GLOB_SIGN = r"[\w.@~{},$/*?\[\]!-]"
_CODE = re.compile(
    rf"{_CODE_SPAN.pattern}"
    # globs, __init__.py, and (*args, **kwargs) in plain prose
    rf"|(?<![\w.@~{{}},$/*?\[\]!-])(?={_GLOB_SIGN}{{0,120}}?(?:/\*|\*/|\*\.\w))"
    rf"(?!(\*+)\w[^*\s]*\3){_GLOB_SIGN}{{2,120}}"
    r"|(?<!\w)__[a-z0-9]+(?:_[a-z0-9]+)*__(?!\w)"
    r"|(?<![\w*])\*{1,2}(?:kw)?args\b(?!\*)"
    r"|[\ue000\ue001]"
)
"""What no markup is removed from; the signs of our own place holders too, so that each means one piece."""
_HOLDER = re.compile("\ue000(\\d+)\ue001")
_STRUCK = re.compile(r"~~(?=\S)[^~\n]{1,400}~~")
_STRUCK_TAG = re.compile(r"<(del|s|strike)>[^<>]{1,400}</\1>", re.I)
_FOOTNOTE = re.compile(r"\[\^[^\]\s]{1,40}\]")
_SPACES = re.compile(r"\s+")
_SPACE_RUN = re.compile(r"  +")

_PIECE = 16_000
"""Characters stripped of markup at a time, since the patterns hold the interpreter lock while they run."""
_END = re.compile(r"[.!?]['\")\]`*_]{0,4}\s+(?=[\"'(\[`*_]{0,4}[^\W_a-z])|[。！？]['\"」』）]?")
_LOOSE_END = re.compile(r"(?<=[^\s.])[.!?]['\")\]]{0,3}\s+(?=\S)|(?:\\n)+|; (?=\w)|[}\]], (?=[{\[\"'])")
_MAX_TIGHT = 120
_MIN_LOOSE = 25
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|cf|vs|etc|approx|resp|incl|no|fig|sec|ch|mr|mrs|ms|dr|prof|st|al|viz|ref|eq|vol|pp|ver|dept|est"
    r"|max|min)|(?:^|\s)[A-Z]|\b[A-Za-z]\.[A-Za-z])\.['\")\]]{0,3}$",
    re.I,
)
_NUMBERED = re.compile(r"^\W*\d{1,3}\.$")
_CJK = re.compile(r"[぀-ヿ㐀-䶿一-鿿豈-﫿가-힯]")


def plain(text: str) -> str:
    """Markdown as plain text: link texts without targets, no emphasis, no comments, nothing struck out."""
    if len(text) <= _PIECE:
        return _plain(text)
    read: list[str] = []
    start = 0
    while start < len(text):
        end = min(len(text), start + _PIECE)
        space = text.rfind(" ", start, end) if end < len(text) else -1
        end = space + 1 if space >= start else end
        read += [_plain(text[start:end]), " " if space >= start else ""]
        start = end
    return "".join(read).strip()


def _plain(text: str) -> str:
    kept: list[str] = []

    def keep(match: re.Match[str]) -> str:
        # reStructuredText marks code with two back-ticks, for which one is as good.
        kept.append(f"`{match[2]}`" if match[1] == "``" and "`" not in match[2] else match[0])
        return f"\ue000{len(kept) - 1}\ue001"

    if "`" in text or "*" in text or "__" in text:
        if ":`" in text:
            text = _RST_ROLE.sub(r"`\1`", text)
        if "`_" in text:
            text = _RST_LINK.sub(r"\1", text)
        text = _CODE.sub(keep, text)
    if "~~" in text:
        text = _STRUCK.sub(" ", text)
    if "[" in text:
        text = _FOOTNOTE.sub("", _REFERENCE.sub(r"\1", _LINK.sub(r"\1", text)))
    if "<" in text:
        text = _TAG.sub(" ", _STRUCK_TAG.sub(" ", _COMMENT.sub(" ", text)))
    if "*" in text or "__" in text:
        text = _EMPHASIS.sub(r"\1", _STRONG.sub(_inside, text))
    text = _SPACES.sub(" ", text).strip()
    return _HOLDER.sub(lambda match: kept[int(match[1])], text) if kept else text


def _inside(match: re.Match[str]) -> str:
    return match[1] or match[2] or match[3]


def split_sentences(text: str) -> list[str]:
    """The sentences of plain prose, in order and complete."""
    found: list[str] = []
    start = 0
    spans = _code_spans(text)
    for match in _END.finditer(text):
        end = match.end()
        if _is_within(spans, match.start()):
            continue
        tail = text[max(start, end - 28) : end].strip()[-24:]
        if not tail:
            continue
        if tail.rstrip("'\")]`*_").endswith(".") and (
            _ABBREVIATION.search(tail.split()[-1]) or (end - start < 40 and _NUMBERED.match(text[start:end].strip()))
        ):
            continue
        found.append(text[start:end].strip())
        start = end
    rest = text[start:].strip()
    if rest:
        found.append(rest)
    return found


def _code_spans(text: str) -> list[tuple[int, int]]:
    """Where the code spans of a text begin and end."""
    return [match.span() for match in _CODE_SPAN.finditer(text)] if "`" in text else []


def _is_within(spans: list[tuple[int, int]], place: int) -> bool:
    at = bisect_right(spans, (place, sys.maxsize)) - 1
    return at >= 0 and place < spans[at][1] - 1


def split_loosely(text: str) -> list[str]:
    """Sentences, including those without capitals and those separated by a literal `\\n`."""
    return [
        piece
        for sentence in split_sentences(text)
        for piece in ([sentence] if len(sentence) <= _MAX_TIGHT else _loose_pieces(sentence))
    ]


def _loose_pieces(sentence: str) -> list[str]:
    found: list[str] = []
    start = 0
    spans = _code_spans(sentence)
    for match in _LOOSE_END.finditer(sentence):
        end = match.end()
        if (
            end - start < _MIN_LOOSE
            or _is_within(spans, match.start())
            or _ABBREVIATION.search(sentence[max(start, match.start() - 24) : match.start() + 1].rsplit(maxsplit=1)[-1])
        ):
            continue
        found.append(sentence[start:end].strip())
        start = end
    rest = sentence[start:].strip()
    return [*found, rest] if rest else found


def word_count(text: str) -> int:
    """The number of words in a text; a CJK character counts as one."""
    return len(_CJK.sub(" x ", text).split())


def is_sentence(text: str) -> bool:
    """Whether prose ends like a sentence."""
    return text.rstrip("'\")]`*_ ")[-1:] in tuple(".!?。！？…")
