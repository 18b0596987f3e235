import hashlib
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from token_reference import openai_definition

from ctxbudget_server.tokens import encodings, vocabulary
from ctxbudget_server.tokens.data import build


@pytest.mark.parametrize("name", sorted(build.TIKTOKEN_SHA256))
def test_data_rebuilds_the_file_that_tiktoken_expects(name):
    published = build.unpack(vocabulary.load(name).token_bytes())
    digest = hashlib.sha256(published).hexdigest()
    assert digest == build.TIKTOKEN_SHA256[name]
    source = Path(sys.modules[openai_definition.__module__].openai_public.__file__).read_text()
    assert digest in source


def test_packing_a_published_file_gives_the_shipped_vocabulary(tmp_path):
    import zlib

    tokens = vocabulary.load("cl100k_base").token_bytes()
    (tmp_path / "cl100k_base.tiktoken").write_bytes(build.unpack(tokens))
    blob = build.pack(build.read_published(tmp_path, "cl100k_base"))
    shipped = Path(build.__file__).parent / "cl100k_base.bin"
    assert zlib.decompress(blob) == zlib.decompress(shipped.read_bytes())


def test_a_foreign_file_is_not_packed(tmp_path):
    (tmp_path / "o200k_base.tiktoken").write_bytes(b"IQ== 0\n")
    with pytest.raises(ValueError, match="not the file"):
        build.read_published(tmp_path, "o200k_base")


def test_patterns_are_those_of_tiktoken(encoding):
    assert encodings.ENCODINGS[encoding].pattern == openai_definition(encoding)["pat_str"]


def test_sizes_and_longest_token(encoding):
    tokens = vocabulary.load(encoding).token_bytes()
    assert len(tokens) == encodings.ENCODINGS[encoding].size
    assert max(map(len, tokens)) == encodings.MAX_TOKEN_BYTES
    assert min(map(len, tokens)) == 1


def test_white_space_is_that_of_the_patterns():
    import regex

    everything = "".join(map(chr, range(0x110000)))
    assert "".join(regex.findall(r"[^\S\r\n]", everything)) == "".join(sorted(vocabulary.WHITE_SPACE))
    assert set(regex.findall(r"\s", everything)) < set(re.findall(r"\s", everything))


def test_loaded_once_for_all_threads_and_both_o200k_names():
    seen = []
    threads = [threading.Thread(target=lambda: seen.append(vocabulary.load("o200k_base"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(each) for each in seen}) == 1
    assert vocabulary.load("o200k_harmony") is seen[0]
    assert vocabulary.is_loaded("o200k_harmony")


def test_unknown_encoding():
    with pytest.raises(vocabulary.UnknownEncodingError, match="p50k_base"):
        vocabulary.load("p50k_base")
    with pytest.raises(vocabulary.UnknownEncodingError):
        vocabulary.is_loaded("")


@pytest.mark.parametrize("damage", ["changed", "missing"])
def test_damaged_data_is_refused(tmp_path, monkeypatch, damage):
    package = Path(vocabulary.__file__).parent
    (tmp_path / "data").mkdir()
    if damage == "changed":
        blob = bytearray((package / "data" / "cl100k_base.bin").read_bytes())
        blob[1000] ^= 1
        (tmp_path / "data" / "cl100k_base.bin").write_bytes(blob)
    shutil.copy(vocabulary.__file__, tmp_path)
    monkeypatch.setattr(vocabulary, "__file__", str(tmp_path / "vocabulary.py"))
    with pytest.raises(vocabulary.VocabularyDataError):
        vocabulary.Vocabulary(encodings.CL100K)


OFFLINE = """
import sys
# What `site` imports at start-up differs from machine to machine; only our own import is judged.
BEFORE = set(sys.modules)
sys.addaudithook(lambda event, args: event.startswith("socket") and sys.exit(f"{event}{args}"))
import ctxbudget_server.tokens as tokens
heavy = {"tiktoken", "regex", "hashlib", "re", "typing", "pydantic", "logging", "pygls"}
early = sorted(heavy & set(sys.modules) - BEFORE)
assert not early, early
assert not tokens.is_loaded("o200k_base")
assert tokens.count("hello world") == 2
assert tokens.is_loaded("o200k_base")
assert tokens.count("hello world", "cl100k_base") == 2
assert not {"requests", "logging.config", "pydantic", "pygls"} & set(sys.modules)
"""


def test_import_is_light_and_nothing_touches_the_network():
    done = subprocess.run([sys.executable, "-c", OFFLINE], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
