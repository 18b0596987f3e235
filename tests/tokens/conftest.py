from collections.abc import Iterator
from importlib.util import find_spec

import pytest

from ctxbudget_server.tokens import fast, vocabulary
from ctxbudget_server.tokens.encodings import ENCODINGS, VocabularySource

LOADED: dict[str, dict[VocabularySource, vocabulary.Vocabulary]] = {"fast": {}, "tiktoken": {}}


@pytest.fixture(params=sorted(ENCODINGS))
def encoding(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module", autouse=True, params=list(LOADED))
def encoder(request: pytest.FixtureRequest) -> Iterator[str]:
    """Every test runs with the extra `fast` and without it."""
    if request.param == "fast" and find_spec("splintr") is None:
        pytest.skip("splintr-rs is not installed: pip install 'ctxbudget[fast]'")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vocabulary, "_loaded", LOADED[request.param])
        patch.setenv(fast.SWITCH, "" if request.param == "fast" else "tiktoken")
        yield request.param
