"""Token estimates without a vocabulary: a linear sum over the kinds of bytes in a text.

The terms count bytes of a kind (letters, digits, …) and places where kinds meet, such as ends of words. The
coefficients are tokens of o200k_base for each, fitted by robust least squares of the relative error on half
of some 3,000 files and tool outputs (Markdown, plain text, Python, JavaScript, C, shell, configuration, JSON,
base64); those of the first bytes of longer characters come from Chinese, Japanese, Korean and emoji texts. On
the other half the error is 2 to 5 % at the median and 6 to 19 % at the 95th percentile of each kind of prose,
code and JSON. `benchmarks/tokens.py` measures it.

The four for characters that begin with 0xE2 (arrows, curly quotes, boxes, check marks) were fitted afterwards, the
others left as they were, on 520 of the texts of `models` where 1 in 500 characters is such a one. On the half not
fitted, the error is 4 % at the median and 11 % at the 95th percentile of lines numbered with arrows, 7 % and 20 % of
tables and trees drawn with lines, 3 % and 19 % of lists of check marks.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ctxbudget_protocol.values import NamedTuple
from ctxbudget_server.tokens.cuts import no_check

if TYPE_CHECKING:
    from collections.abc import Callable

_COEFFICIENTS: Final = {
    # Bytes: lower case, upper case, digit, space, line break, tab, other ASCII.
    b"l": 0.018,
    b"u": 0.229,
    b"d": 0.758,
    b"s": 0.125,
    b"n": 1.195,
    b"t": 1.543,
    b"p": 0.529,
    # First bytes of characters of 2, 3 and 4 bytes.
    b"2": 0.55,
    b"3": 0.83,
    b"4": 2.0,
    # Signs and symbols (0xE2), runs of them, before a space, and after a number.
    b"e": 0.877,
    b"eeee": -2.740,
    b"es": 1.261,
    b"de": 0.987,
    # Ends of words, and humps inside them.
    b"ls": 0.875,
    b"lp": 0.880,
    b"lu": 0.729,
    # Ends of numbers; identifiers and hexadecimal.
    b"dp": 0.620,
    b"dl": 1.462,
    b"du": 4.453,
    # Runs share tokens.
    b"ddd": -1.508,
    b"ppp": -0.710,
    b"sss": -0.350,
    # Longer than words are: between one letter repeated (2 tokens) and random letters (7).
    b"l" * 16: 4.5,
    b"u" * 16: 4.5,
    # Indentation, and punctuation beside white space.
    b"ns": 1.090,
    b"sp": 0.407,
    b"pn": -1.574,
}


def _kind(byte: int) -> str:
    if byte == 0xE2:
        return "e"
    if byte >= 0x80:
        return "4" if byte >= 0xF0 else "3" if byte >= 0xE0 else "2"
    character = chr(byte)
    if character.islower():
        return "l"
    if character.isupper():
        return "u"
    if character.isdigit():
        return "d"
    return {" ": "s", "\t": "t", "\n": "n", "\r": "n"}.get(character, "p")


_KINDS: Final = "".join(map(_kind, range(256))).encode()
_TABS_AS_SPACES: Final = _KINDS.replace(b"t", b"s")
_CONTINUATION_BYTES: Final = bytes(range(0x80, 0xC0))

_SAMPLED: Final = 1 << 17
"""Characters above which `estimate` uses a sample, to answer within milliseconds."""
_WINDOWS: Final = 128
_PART: Final = 1 << 18
"""Characters whose kinds are counted at a time, about 1 ms, since counting holds the GIL."""


JOINTS: Final = (b"lp", b"pl", b"pp", b"ppp", b"ds", b"dd", b"ns", b"sss")
"""Where kinds of bytes meet, in the letters of `_COEFFICIENTS`: ends of words and numbers, runs, indentation."""
_LINE: Final = re.compile(r"\n(?=\S)")

_SIGNS: Final = (b"\xe2\x80", b"\xe2\x86")


class ByteKinds(NamedTuple):
    """How many bytes of each kind a text has in UTF-8; of characters of 2, 3 and 4 bytes, the first byte only.

    Those of 3 bytes that begin with 0xE2 are kinds of their own, since they are not writing: `sign` is U+2000 to U+203F
    and U+2180 to U+21BF (curly quotes, dashes, bullets, arrows), `symbol` the others (mathematics, boxes, check marks).
    """

    lower: int
    upper: int
    digit: int
    space: int
    newline: int
    punctuation: int
    lead2: int
    lead3: int
    lead4: int
    symbol: int
    sign: int


def estimate(text: str) -> int:
    """Estimated tokens of `text` in o200k_base.

    Texts above 128 K characters are estimated from 128 evenly spread windows of 1 K.
    """
    if len(text) <= _SAMPLED:
        return _linear(_kinds(text)) if text else 0
    width = _SAMPLED // _WINDOWS
    gap = (len(text) - width) / (_WINDOWS - 1)
    starts = (round(window * gap) for window in range(_WINDOWS))
    sample = sum(_linear(_kinds(text[start : start + width])) for start in starts)
    return round(sample * len(text) / _SAMPLED)


def byte_kinds(text: str, check: Callable[[], None] = no_check) -> ByteKinds:
    """The kinds of all bytes of `text`; tabs count as spaces. Sums of parts are those of the whole."""
    totals = [0] * len(ByteKinds._fields)
    for start in range(0, len(text), _PART):
        check()
        data = text[start : start + _PART].encode("utf-8", "surrogatepass")
        kinds = data.translate(_TABS_AS_SPACES, _CONTINUATION_BYTES)
        symbol = kinds.count(b"e")
        sign = sum(map(data.count, _SIGNS)) if symbol else 0
        part = (
            *map(kinds.count, (b"l", b"u", b"d", b"s", b"n", b"p", b"2", b"3", b"4")),
            symbol - sign,
            sign,
        )
        totals = [total + more for total, more in zip(totals, part, strict=True)]
    return ByteKinds(*totals)


def byte_joints(text: str, check: Callable[[], None] = no_check) -> tuple[int, ...]:
    """How often each of `JOINTS` occurs in the kinds of bytes of `text`; tabs count as spaces.

    Sums of parts are those of the whole if each part but the first begins a line with something other than white space.
    """
    totals, start = [0] * len(JOINTS), 0
    while start < len(text):
        check()
        found = _LINE.search(text, start + _PART)
        end = found.end() if found else len(text)
        kinds = text[start:end].encode("utf-8", "surrogatepass").translate(_TABS_AS_SPACES, _CONTINUATION_BYTES)
        totals = [total + kinds.count(joint) for total, joint in zip(totals, JOINTS, strict=True)]
        start = end
    return tuple(totals)


def _kinds(text: str) -> bytes:
    """One letter for each character of `text`: its kind."""
    return text.encode("utf-8", "surrogatepass").translate(_KINDS, _CONTINUATION_BYTES)


def _linear(kinds: bytes) -> int:
    tokens = sum(weight * kinds.count(term) for term, weight in _COEFFICIENTS.items())
    # The coefficients mean little on text unlike what they were fitted on.
    return min(max(round(tokens), 1), 4 * len(kinds))
