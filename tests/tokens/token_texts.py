"""Texts that are hard to cut or to count."""

from hypothesis import strategies as st

# fmt: off
PIECES = (
    " ", "  ", "\t", "\n", "\n\n", "\r\n", "\r", "\n ", " \n", "\v", "\f", "\x1c", "\x1f", "\x85", "\xa0",
    "\u2028", "\u3000", "\u200b", "/", "//", "/\n", "\n/", "'", "'s", "'S", "'ll", "'\u017f", "n't",
    "\u2019s", ".", "...", '"', '":"', "{", "}", "};\n", "),\n", "-", "--", "=", "_", "#", "`", "\x00",
    "\x7f", "a", "b", "s", "ll", "the", "The", "HTTPServer", "fooBar", "I'm", "x'y", "0", "12", "1234",
    "3.14", "²", "Ⅷ", "é", "e\u0301", "\u0301", "ß", "ǅ", "ʰ", "ʼ", "я", "Ж", "ا", "\u0650", "अ", "ि",
    "中", "文字", "。", "、", "，", "！", "ひ", "カ", "ー", "한글", "ㄱ", "｡", "Ａ",
    "🙂", "👩\u200d👩\u200d👧", "👍🏽", "🇫🇷", "\ufe0f", "\ufeff", "\ufffd", "𝒳", "\ud83d", "\ude42", "\udfff",
    "<|endoftext|>", "<|endofprompt|>", "<|start|>", "<|fim_prefix|>", "<|reserved_200013|>",
)
# fmt: on

awkward = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)
anything = st.text(alphabet=st.characters(exclude_categories=()), max_size=60)
texts = awkward | anything | st.tuples(awkward, anything, awkward).map("".join)

LONG_RUNS = {
    "letters": "a" * 1_000_000,
    "dashes": "-" * 1_000_000,
    "line feeds": "\n" * 1_000_000,
    "spaces": " " * 1_000_000,
    "spaces, then a letter": "x\n" + " " * 1_000_000 + "x = 1\n",
    "spaces, then a line feed": " " * 1_000_000 + "\ny",
    "spaces and tabs, then a separator": "(" + " \t" * 600_000 + "\x1c",
    "ideographic spaces": "中" + "\u3000" * 1_000_000 + "文",
    "two runs": "a" + "\xa0" * 999_999 + "b\r\n" + "\t" * 1_000_000 + "c",
}
