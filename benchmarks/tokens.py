"""Speed, memory and accuracy of `ctxbudget_server.tokens`, as ratios measured in one run.

    python benchmarks/tokens.py [FOLDER …]

The texts are files of this Python: its sources, and the Markdown, text and JSON files installed beside it; FOLDERs add
to them. With `ctok` installed, the figures for Claude are compared with it as well.
"""

import json
import os
import random
import statistics
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from ctxbudget_server.tokens import (
    count,
    count_appended,
    count_for,
    estimate,
    fits,
    resolve,
    tail_start,
    truncate,
    vocabulary,
)
from ctxbudget_server.tokens.encodings import ENCODINGS
from ctxbudget_server.tokens.fast import SWITCH
from ctxbudget_server.tokens.vocabulary import Vocabulary, is_fast

SUFFIXES = {
    "prose": {".md", ".rst", ".txt"},
    "code": {".py", ".js", ".c", ".h", ".go", ".rs", ".ts"},
    "json": {".json"},
}
LONGEST = 30_000


def corpora(folders: list[Path]) -> dict[str, list[str]]:
    paths = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    dice = random.Random(1)
    found = {}
    for kind, suffixes in SUFFIXES.items():
        chosen = sorted(path for path in paths if path.suffix in suffixes)
        dice.shuffle(chosen)
        found[kind] = list(readable(chosen, 300))
    found["minified json"] = [text for text in map(minified, found["json"]) if text]
    return {kind: texts for kind, texts in found.items() if len(texts) >= 10}


def readable(paths: list[Path], most: int) -> Iterator[str]:
    for path in paths:
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        if len(text) >= 500:
            yield text[:LONGEST]
            most -= 1
        if most == 0:
            return


def minified(text: str) -> str:
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, separators=(",", ":"))
    except ValueError:
        return ""


def numbered(text: str) -> str:
    """The text as agents read it."""
    return "\n".join(f"{number:6d}→{line}" for number, line in enumerate(text.splitlines(), 1))


def chinese() -> str:
    """Frequent characters in random order: good for the speed of Chinese, but not for its tokens."""
    dice = random.Random(2)
    frequent = "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里"
    sentences = ("".join(dice.choices(frequent, k=dice.randrange(8, 40))) for _ in range(200))
    return "。\n".join(sentences)


def seconds(action: Callable[[], object], rounds: int = 9) -> float:
    """The median processor time of one call: other work on the machine matters less than on the clock."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        action()
        times.append(time.process_time() - start)
    return statistics.median(times)


def quantiles(errors: list[float]) -> str:
    ordered = sorted(map(abs, errors))
    return f"{statistics.median(ordered):6.1%} /{ordered[int(0.95 * len(ordered))]:6.1%}"


def throughput(texts: dict[str, list[str]]) -> None:
    """`count` without and with the extra `fast`, each against tiktoken by itself."""
    from tiktoken import Encoding

    source = ENCODINGS["o200k_base"]
    counters: dict[str, Callable[[str], int]] = {}
    for name in ("tiktoken", "fast"):
        os.environ[SWITCH] = name
        own = Vocabulary(source)
        counters["base" if name == "tiktoken" else name] = lambda text, own=own: count_with(own, text)
    del os.environ[SWITCH]
    raw = Encoding(
        "raw",
        pat_str=source.pattern,
        mergeable_ranks={token: rank for rank, token in enumerate(own.token_bytes())},
        special_tokens={},
    ).encode_ordinary
    counters["tiktoken"] = lambda text: len(raw(text))
    print("Throughput of count, as ratios to encode_ordinary of tiktoken (goal: base 0.95, fast 2.5 or more)")
    if not is_fast("o200k_base"):
        print("  (the extra fast is not installed)")
    for kind, parts in texts.items():
        data = "\n".join(parts)[:1_500_000].encode()
        times: dict[str, list[float]] = {name: [] for name in counters}
        for turn in range(10):
            # Taking turns, so that a busy moment of the machine meets all; on a fresh `str`, since one that has been
            # encoded before keeps its UTF-8.
            order = list(counters.items())
            for name, counter in order if turn % 2 else reversed(order):
                text = data.decode()
                times[name].append(seconds(lambda text=text, counter=counter: counter(text), 1))
        ratios = {
            name: statistics.median(a / b for a, b in zip(times["tiktoken"], mine, strict=True))
            for name, mine in times.items()
        }
        first = times["tiktoken"][0] / times["fast"][0]
        speed = len(data) / statistics.median(times["tiktoken"]) / 1e6
        print(
            f"  {kind:14} tiktoken {speed:5.1f} MB/s   base {ratios['base']:.2f}   fast {ratios['fast']:.2f}"
            f"   fast, words not seen before {first:.2f}"
        )


def count_with(own: Vocabulary, text: str) -> int:
    """The count by a vocabulary that was made for it."""
    vocabulary._loaded[ENCODINGS["o200k_base"]] = own
    return count(text)


def proportion(texts: dict[str, list[str]]) -> None:
    text = "\n".join(texts["prose"] + texts["code"])[:1_000_000]
    addition = texts["code"][0][:1000]
    tokens = count(text)
    whole = seconds(lambda: count(text + addition))
    tail = text[tail_start(text) :]
    append = seconds(lambda: count_appended(tokens, tail, addition))
    print(f"Append of 1 kB to {len(text) / 1e6:.1f} MB, against a full recount (goal: 1 % or less)")
    print(f"  {append * 1e3:.3f} ms, {append / whole:.2%} of {whole * 1e3:.0f} ms")
    print(f"Limit of 10,000 tokens on the same text, against a full count of {tokens:,}")
    for action in (fits, truncate):
        spent = seconds(lambda action=action: action(text, 10_000))
        print(f"  {action.__name__:10} {spent * 1e3:.2f} ms, {spent / whole:.2%}")


def estimator(texts: dict[str, list[str]]) -> None:
    print("Estimates without a vocabulary, median / 95th percentile of the error (goal: 6 % / 20 %)")
    for kind, parts in texts.items():
        exact = [count(text) for text in parts]
        ours = [estimate(text) / tokens - 1 for text, tokens in zip(parts, exact, strict=True)]
        quarter = [len(text) / 4 / tokens - 1 for text, tokens in zip(parts, exact, strict=True)]
        print(f"  {kind:14} {quantiles(ours)}   characters / 4: {quantiles(quarter)}   {len(parts)} texts")
    large = "\n".join(texts["code"])[:100_000]
    spent = seconds(lambda: estimate(large))
    print(
        f"  speed          {len(large) / spent / 1e6:.0f} MB/s; above 128 K characters always {spent * 1.31e3:.1f} ms"
    )


def claude(texts: dict[str, list[str]]) -> None:
    print("Claude against ctok, median / 95th percentile of the error")
    try:
        import ctok
    except ImportError:
        print("  (ctok is not installed)")
        return
    texts = {**texts, "numbered lines": list(map(numbered, texts["code"]))}
    for model, version, frame in (("claude-3", "3.0", 7), ("claude-4.7", "4.8", 6)):
        family = resolve(model)
        for kind, parts in texts.items():
            errors, raw = [], []
            for text in (part[:4000] for part in parts[:40]):
                exact = ctok.token_count(text, version) - frame
                figure = count_for(text, family)
                errors.append(figure.tokens / exact - 1)
                raw.append(figure.raw_tokens / exact - 1)
            print(f"  {model:10} {kind:14} {quantiles(errors)}   raw o200k: {quantiles(raw)}")


PROBE = """
import sys, time
def resident():
    return int(next(line for line in open("/proc/self/status") if line.startswith("VmRSS")).split()[1]) / 1024
start, before = time.perf_counter(), resident()
import ctxbudget_server.tokens as tokens
imported = time.perf_counter()
tokens.load(sys.argv[1])
print((imported - start) * 1e3, (time.perf_counter() - imported) * 1e3, before, resident())
"""


def start_up() -> None:
    print("Fresh process: import, load (ms, medians of 7), resident memory before and after (MB)")
    for switch in ("tiktoken", "fast"):
        for encoding in ("o200k_base", "cl100k_base"):
            runs = []
            for _ in range(7):
                done = subprocess.run(
                    [sys.executable, "-c", PROBE, encoding],
                    capture_output=True,
                    text=True,
                    check=True,
                    timeout=60,
                    env={**os.environ, SWITCH: switch},
                )
                runs.append([float(figure) for figure in done.stdout.split()])
            figures = [statistics.median(column) for column in zip(*runs, strict=True)]
            print("  {:9} {:12} {:.1f}   {:.0f}   {:.0f} -> {:.0f}".format(switch, encoding, *figures))


def main() -> None:
    library = [Path(sysconfig.get_path("stdlib")), Path(sysconfig.get_path("purelib"))]
    texts = corpora(library + [Path(folder) for folder in sys.argv[1:]])
    start_up()
    throughput({**texts, "chinese": [chinese() for _ in range(60)]})
    proportion(texts)
    estimator(texts)
    claude(texts)


if __name__ == "__main__":
    main()
