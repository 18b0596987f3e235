"""The example of `docs/render.md`, run as it stands there."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from support.client import Client
from support.session import serve_command

PAGE = (Path(__file__).parents[2] / "docs" / "render.md").read_text("utf-8")
CALL = re.compile(r"^ctxbudget call (\S+) '([^']*)'$", re.MULTILINE)


def test_the_example_is_what_the_server_answers(tmp_path: Path) -> None:
    example = PAGE[PAGE.index("## An example") :]
    calls = CALL.findall(example)
    shown = example.split("```markdown\n")[1].split("```\n")[0]
    answer: dict[str, Any] = {}
    with Client(serve_command(tmp_path), cwd=tmp_path, root=tmp_path) as client:
        for method, params in calls:
            answer = client.request(method, json.loads(params))
        finest = client.request("context/render", {"maxTokens": 500})

    assert len(calls) == example.split("```sh\n")[1].split("```\n")[0].count("ctxbudget call")
    assert re.sub(r"\bi\d{9}(\d{6})", r"i482915036\1", answer["text"]) == shown
    assert answer["tokens"] <= 165
    assert [(item["detail"], item["reason"]) for item in answer["items"]] == [
        ("whole", "permanent"), ("whole", "fits"), ("whole", "fits"), ("line", "room"), ("omitted", "room"),
    ]  # fmt: skip
    assert [(item["detail"], item["reason"]) for item in finest["items"][3:]] == [
        ("whole", "fits"), ("line", "noContent"),
    ]  # fmt: skip
