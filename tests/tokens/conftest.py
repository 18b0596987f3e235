import pytest

from ctxbudget_server.tokens.encodings import ENCODINGS


@pytest.fixture(params=sorted(ENCODINGS))
def encoding(request: pytest.FixtureRequest) -> str:
    return request.param
