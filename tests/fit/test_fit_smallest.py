"""Just above what must stay: ids, which lead back to everything, before names."""

from __future__ import annotations

import json
import re

import pytest
from fit_legal import faults
from test_fit_properties import count, fitted
from test_fit_shapes import conversation, text

from ctxbudget_server.fit.markers import read_record


@pytest.mark.parametrize("form", ["neutral", "vercel", "gemini", "bedrock"])
def test_no_names_without_a_way_back(form: str) -> None:
    messages = [text(form, "user", "Port the service, and be careful. " * 30), *conversation(form, 8)[1:]]
    least = count(json.dumps(messages[-1], ensure_ascii=False))
    records = []
    for limit in range(least, least + 700, 12):
        found = fitted(form, messages, limit, keep_turns=0)
        assert not faults(form, found.messages)
        written = json.dumps(found.messages)
        assert "Names: " not in written or re.search(r"i482915036\d{6}", written)
        records += [record for said in _texts(found.messages) if (record := read_record(said))]
    assert any(record.retrieval is None and record.lines for record in records), "an id without words on its use"
    assert any(record.retrieval is not None for record in records)


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [said for one in inner for said in _texts(one)]
