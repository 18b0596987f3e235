"""The example of `docs/fit.md`, run as it stands there."""

from __future__ import annotations

import json
import re
from pathlib import Path

from support.client import Client

PAGE = (Path(__file__).parents[2] / "docs" / "fit.md").read_text("utf-8")


def test_the_example_is_what_the_server_answers(client: Client) -> None:
    asked = re.findall(r"^ctxbudget call context/fit '([^']*)'$", PAGE, re.MULTILINE)
    params = json.loads(asked[0])
    shown = PAGE.split("\n```\n[")[1].split("\n```\n")[0]

    found = client.request("context/fit", params)

    reduced = next(one["content"] for one in found["messages"] if "[ctxbudget i" in str(one["content"]))
    assert re.sub(r"\bi\d{15}", "i482915036000001", reduced) == f"[{shown}"
    assert f"Of {found['sourceTokens']} tokens, {found['tokens']} remain" in PAGE
    kept = client.request("context/get", {"sessionId": "archive", "itemId": found["removed"][0]["id"]})["content"]
    assert json.loads(kept) == params["messages"][2]["content"]
