"""Records the tokens that tiktoken gives for texts which together pass every branch of the encodings' patterns.

    python -m ctxbudget_server.tokens.data.build_known_tokens

Writes `known_tokens.json`, against which the encoder of the extra `fast` is checked when it is loaded.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from ctxbudget_server.tokens.encodings import CL100K, O200K
from ctxbudget_server.tokens.vocabulary import tiktoken_encoding

TARGET: Final = Path(__file__).parent / "known_tokens.json"

TEXTS: Final = (
    "Hello, world! The quick brown fox jumps over the lazy dog.",
    "it's I'm you're we've he'll they'd don't IT'S I'M YOU'RE 's 'll' 'x y'all o'clock's'S",
    "fooBar HTTPServer XMLHttpRequest camelCaseID ALLCAPS aB Ab ABc aBC _Private __init__ x1y2Z3 ǅungla ʰʼ",
    "1 12 123 1234 12345678901234567890 3.14 1,000,000 0xDEADBEEF ½ Ⅷ ² ١٢٣٤ १२३४ 𝟙𝟚𝟛𝟜",
    "a  b   c    d\te\t\tf \t g\n h\n\n  i\r\n\r\n\tj \n \n  k  \n\n\n   \r\r ",
    " \v\f\u0085x\u00a0\u00a0y\u2028z\u3000\u3000w ",
    "   leading\n\n\n\ntrailing   ", " ", "  ", "\n", "\r\n", "\t\n ", " \n x", "\n\n/\n//\r\n/",
    "...!!!---===***###~~~ ((({[<>]}))) <!-- --> =>/ ://\n/** */\n\n// #!/bin/sh\n\"\"\":\"\",\n};\n),\n",
    '{"id":17,"tags":["a","b"],"ok":true,"none":null,"deep":{"x":[1,2.5e-7]}}',
    "def f(x: int) -> str:\n    return f'{x!r}'\n\n\nclass A:\n\tpass\n",
    "https://example.org/a/b?c=d&e=%20f#g user@example.org C:\\Users\\x\\y.txt",
    "中文分词，没有空格。日本語のテキスト、カタカナー。한국어 문장입니다. ㄱㄴ ｡Ａ１",
    "Привет, мир! Ёж ЖЖ Ελληνικά καλημέρα שלום עולם مرحبا بِكُم नमस्ते हिन्दी ไทย ភាសា አማርኛ ქართული",
    "é e\u0301 e\u0301\u0323\u0301 n\u0303'\u0301s \u0301\u0301 \u0301a İstanbul ß ﬁ Å K",
    "🙂👍🏽 👩\u200d👩\u200d👧 🇫🇷🇩🇪 ❤\ufe0f ✓ → ∑ ≤ € ™ ﷽ \u200b\ufeff\ufffd",
    "\x00\x01\x1b[31m\x7f a\x00b \x1c\x1d \x1f",
    "<|endoftext|><|im_start|>user<|im_sep|><|fim_prefix|><|endofprompt|><|reserved_200013|><|think|>",
    "VGhlIHF1aWNrIGJyb3duIGZveA== 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "SolidGoldMagikarp antidisestablishmentarianism qzxjkvwq qqqqqqqqqqqq zxcvbnmasdfghjklqwertyuiop",
    # What Unicode 16 and 17 made letters, marks or digits: encoders that know them cut in other places.
    "a\u088fb a\u0c5cb a\u0cdcb a\u1acfb a\ua7ceb a\ua7cbb a\u1c89b a\U00010940b a\U00010d4ab a\U00016ea0b",
    "a\U0002b73ab a\U000323b0b a\U00018d09b a\U00011db0b 1\U00011de01 1\U00010d401 x\U0001e6e0's \U000105c0Z",
    "𝒳𝓎 \U0001d7ce \U000e0020 \U0010fffd \ue000",
    "a" * 300, " " * 300 + "x", "-" * 300, "=" * 129 + "\n", "\n" * 200, "ab" * 150, "中" * 100,
    "\u0301" * 100, "9" * 100,
)  # fmt: skip


def main() -> None:
    """Write the file."""
    known: dict[str, object] = {"texts": TEXTS}
    for source in (O200K, CL100K):
        encode = tiktoken_encoding(source).encode_ordinary
        known[source.blob.removesuffix(".bin")] = [encode(text) for text in TEXTS]
    TARGET.write_text(json.dumps(known, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
