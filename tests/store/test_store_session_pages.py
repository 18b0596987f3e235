"""`session/list` has pages."""

from __future__ import annotations

from pathlib import Path

from support.client import Client
from support.session import conforms, serve_command


def test_all_sessions_page_by_page(tmp_path: Path) -> None:
    with Client(serve_command(tmp_path), cwd=tmp_path, root=tmp_path) as client:
        for n in range(7):
            client.request("session/open", {"sessionId": f"s{n}"})
        client.request("session/close", {"sessionId": "s3"})
        whole = client.request("session/list")
        conforms("session/list", whole)
        assert (whole["total"], whole["next"], len(whole["sessions"])) == (7, None, 7)
        found, after = [], None
        while True:
            page = client.request("session/list", {"limit": 3, "after": after})
            assert page["total"] == 7
            found += page["sessions"]
            if (after := page["next"]) is None:
                break
        assert found == whole["sessions"]
        still_open = client.request("session/list", {"state": "open", "limit": 3, "after": "s1"})
        assert [one["sessionId"] for one in still_open["sessions"]] == ["s2", "s4", "s5"]
        assert (still_open["total"], still_open["next"]) == (6, "s5")
        error = client.request_error("session/list", {"after": "none"})
        assert (error["data"]["name"], error["data"]["sessionId"]) == ("unknownSession", "none")
        assert client.request_error("session/list", {"limit": 0})["data"]["name"] == "invalidParams"
