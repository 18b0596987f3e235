"""What only the provider understands stays; what is not understood here is refused; people are told from hosts."""

from __future__ import annotations

import base64
import json
import random
from typing import Any

import pytest
from fit_legal import faults
from hypothesis import given, settings
from hypothesis import strategies as st
from support.client import Client

from ctxbudget_protocol.limits import MAX_DEPTH
from ctxbudget_server.fit.people import is_hosts

Messages = list[dict[str, Any]]
FORMS = ("anthropic", "openai-chat", "openai-responses")


def ask(client: Client, messages: Messages, limit: int, form: str = "anthropic", **more: Any) -> Any:
    return client.request("context/fit", {"messages": messages, "format": form, "maxTokens": limit, **more})


def filler(name: str, lines: int = 40) -> str:
    return "\n".join(f"{name}_{line}: value {line * 7919 % 1000}" for line in range(lines))


def step(form: str, number: int, person: str = "", lines: int = 40) -> Messages:
    """The agent reads a file, says so, and a person goes on."""
    call, text, went_on = f"c{number}", filler(f"f{number}", lines), {"role": "user", "content": person or "Go on."}
    done = {"role": "assistant", "content": f"File {number} is read."}
    if form == "anthropic":
        use = {"type": "tool_use", "id": call, "name": "Read", "input": {"file_path": f"{number}.py"}}
        result = {"type": "tool_result", "tool_use_id": call, "content": text}
        return [{"role": "assistant", "content": [use]}, {"role": "user", "content": [result]}, done, went_on]
    if form == "openai-chat":
        function = {"name": "read", "arguments": json.dumps({"path": f"{number}.py"})}
        made = {"id": call, "type": "function", "function": function}
        asked = {"role": "assistant", "content": None, "tool_calls": [made]}
        return [asked, {"role": "tool", "tool_call_id": call, "content": text}, done, went_on]
    item = {"type": "function_call", "call_id": call, "name": "read", "arguments": "{}"}
    return [item, {"type": "function_call_output", "call_id": call, "output": text}, done, went_on]


def steps(form: str, count: int, start: int = 0, lines: int = 40) -> Messages:
    return [message for number in range(start, start + count) for message in step(form, number, lines=lines)]


GO = {"role": "user", "content": "Port the service."}
LOADED = [
    {
        "role": "assistant",
        "content": [{"type": "tool_use", "id": "find", "name": "find_tools", "input": {"query": "mail"}}],
    },
    {
        "role": "user",
        "content": [
            {
                "type": "tool_result",
                "tool_use_id": "find",
                "content": [{"type": "tool_reference", "tool_name": "send_mail"}],
            }
        ],
    },
]
SEARCHED = {
    "role": "assistant",
    "content": [
        {"type": "server_tool_use", "id": "srv", "name": "tool_search_tool_regex", "input": {"query": "mail"}},
        {"type": "tool_search_tool_result", "tool_use_id": "srv", "content": {"tool_references": []}},
        {"type": "text", "text": "I have the tool."},
    ],
}
UPLOADED = {
    "role": "user",
    "content": [{"type": "text", "text": "Use this."}, {"type": "container_upload", "file_id": "file_9"}],
}
ATTACHED = {
    "role": "user",
    "content": [{"type": "document", "source": {"type": "file", "file_id": "file_8"}}],
}
LISTED = {"role": "assistant", "content": [{"type": "mcp_tool_listing", "mcp_server_name": "m", "tools": []}]}
CHANGED = {"role": "system", "content": [{"type": "tool_addition", "tool": {"type": "tool_reference", "name": "x"}}]}
FAILED = {"role": "assistant", "content": [{"type": "compaction", "content": None}, {"type": "text", "text": "Hm."}]}
YES = {"role": "assistant", "content": "Yes."}
ON = {"role": "user", "content": "Go on."}

STAYS: list[tuple[str, Messages, Messages]] = [
    ("anthropic", [*LOADED], LOADED),
    ("anthropic", [SEARCHED, ON], [SEARCHED]),
    ("anthropic", [YES, UPLOADED], [UPLOADED]),
    ("anthropic", [YES, ATTACHED], [ATTACHED]),
    ("anthropic", [LISTED, ON], [LISTED]),
    ("anthropic", [CHANGED], [CHANGED]),
    ("anthropic", [FAILED, ON], [FAILED]),
    (
        "openai-responses",
        [{"type": "compaction", "id": "cmp", "encrypted_content": "eA" * 90}],
        [{"type": "compaction", "id": "cmp", "encrypted_content": "eA" * 90}],
    ),
    (
        "openai-responses",
        [
            {"type": "mcp_list_tools", "id": "l", "server_label": "s", "tools": []},
            {"type": "tool_search_call", "call_id": None, "execution": "server", "arguments": {}},
            {"type": "tool_search_output", "call_id": None, "execution": "server", "tools": []},
            {"type": "additional_tools", "role": "developer", "tools": []},
        ],
        [
            {"type": "mcp_list_tools", "id": "l", "server_label": "s", "tools": []},
            {"type": "tool_search_call", "call_id": None, "execution": "server", "arguments": {}},
            {"type": "tool_search_output", "call_id": None, "execution": "server", "tools": []},
            {"type": "additional_tools", "role": "developer", "tools": []},
        ],
    ),
    (
        "openai-responses",
        [
            {"type": "item_reference", "id": "fc_1"},
            {"type": "function_call_output", "call_id": "held", "output": "word " * 50},
        ],
        [
            {"type": "item_reference", "id": "fc_1"},
            {"type": "function_call_output", "call_id": "held", "output": "word " * 50},
        ],
    ),
    (
        "openai-responses",
        [{"type": "code_interpreter_call", "id": "ci", "code": "1", "container_id": "box", "outputs": []}],
        [{"type": "code_interpreter_call", "id": "ci", "code": "1", "container_id": "box", "outputs": []}],
    ),
    (
        "openai-responses",
        [YES, {"role": "user", "content": [{"type": "input_file", "file_id": "file-1"}]}],
        [{"role": "user", "content": [{"type": "input_file", "file_id": "file-1"}]}],
    ),
]


@pytest.mark.parametrize(("form", "early", "staying"), STAYS)
@pytest.mark.parametrize("limit", [3_000, 1_200, 250, 20])
def test_what_only_the_provider_understands_stays_whatever_the_limit(
    client: Client, form: str, early: Messages, staying: Messages, limit: int
) -> None:
    messages = [GO, *early, *steps(form, 8)]

    found = ask(client, messages, limit, form)

    assert found["removed"], "something goes"
    assert not faults(form, found["messages"])
    for message in staying:
        assert message in found["messages"]


def test_of_items_in_one_container_only_the_latest_stays(client: Client) -> None:
    ran = [
        {"type": "code_interpreter_call", "id": f"ci{n}", "code": filler("x"), "container_id": "box", "outputs": []}
        for n in range(3)
    ]
    messages = [GO, ran[0], ON, ran[1], ON, ran[2], ON, *steps("openai-responses", 6)]
    kept = json.dumps(ask(client, messages, 900, "openai-responses")["messages"])
    assert ["ci0" in kept, "ci1" in kept, "ci2" in kept] == [False, False, True]


SUMMARY = {
    "role": "assistant",
    "content": [
        {"type": "compaction", "content": "The ledger is ported; rounding is HALF_EVEN."},
        {"type": "text", "text": "I go on."},
    ],
}


def test_what_precedes_a_summary_counts_nothing(client: Client) -> None:
    alone = ask(client, [GO, SUMMARY, ON], 100_000)["sourceTokens"]
    long = ask(client, [GO, *steps("anthropic", 9), SUMMARY, ON], 100_000)
    assert long["unchanged"]
    assert abs(long["sourceTokens"] - alone) < len(json.dumps(GO))
    assert long["sourceTokens"] < 100


@pytest.mark.parametrize("limit", [1_500, 700, 100])
def test_what_precedes_a_summary_goes_first_and_comes_back(client: Client, limit: int) -> None:
    before = [GO, *step("anthropic", 900, person="Rule nine holds."), *steps("anthropic", 3, start=901)]
    messages = [*before, SUMMARY, ON, *steps("anthropic", 8)]

    found = ask(client, messages, limit)

    assert not faults("anthropic", found["messages"])
    assert SUMMARY in found["messages"]
    at = found["messages"].index(SUMMARY)
    assert at == 1, "a record replaces all that came before"
    removed = [gone for gone in found["removed"] if gone["index"] < len(before)]
    kept = [
        message
        for gone in removed
        for message in json.loads(
            client.request("context/get", {"sessionId": found["sessionId"], "itemId": gone["id"]})["content"]
        )
    ]
    assert kept == before
    assert {gone["tokensBefore"] for gone in removed} == {0}
    again = ask(client, found["messages"], limit)
    assert again["unchanged"]
    assert again["messages"] == found["messages"]


def test_the_latest_of_several_summaries_counts(client: Client) -> None:
    later = {"role": "assistant", "content": [{"type": "compaction", "content": "Later."}]}
    messages = [GO, SUMMARY, *[ON, *steps("anthropic", 3)], later, ON, *steps("anthropic", 6)]
    found = ask(client, messages, 600)
    assert later in found["messages"]
    assert SUMMARY not in found["messages"]
    assert not faults("anthropic", found["messages"])


def test_a_pin_before_a_summary_stays(client: Client) -> None:
    messages = [GO, *steps("anthropic", 2), SUMMARY, ON, *steps("anthropic", 6)]
    found = ask(client, messages, 700, pins=[4])
    assert messages[4] in found["messages"]
    assert not faults("anthropic", found["messages"])


def test_what_only_the_provider_can_read_goes_after_all_other_turns(client: Client) -> None:
    secret = base64.b64encode(random.Random(2).randbytes(900)).decode()
    page = {"type": "web_search_result", "url": "https://e.org", "title": "T", "encrypted_content": secret}
    search = {
        "role": "assistant",
        "content": [
            {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {"query": "q"}},
            {"type": "web_search_tool_result", "tool_use_id": "s", "content": [page]},
            {"type": "text", "text": "Found."},
        ],
    }
    messages = [GO, search, ON, *steps("anthropic", 8)]
    for limit, stays in ((2_600, True), (150, False)):
        found = ask(client, messages, limit, minReclaim=0)
        assert (search in found["messages"]) == stays, f"whole or not at all, at {limit}"
        assert (secret in json.dumps(found["messages"])) == stays
        assert not faults("anthropic", found["messages"])


@pytest.mark.parametrize(
    ("form", "call", "result"),
    [
        (
            "openai-responses",
            {"type": "mcp_approval_request", "id": "m1", "name": "f", "arguments": "{}", "server_label": "s"},
            {"type": "mcp_approval_response", "approval_request_id": "m1", "approve": True},
        ),
        (
            "openai-responses",
            {"type": "program", "id": "p", "call_id": "p1", "code": "x", "fingerprint": "f"},
            {"type": "program_output", "id": "o", "call_id": "p1", "result": "1", "status": "completed"},
        ),
        (
            "openai-chat",
            {"role": "assistant", "content": None, "function_call": {"name": "read", "arguments": "{}"}},
            {"role": "function", "name": "read", "content": "word " * 300},
        ),
    ],
)
@pytest.mark.parametrize("limit", [2_000, 1_000, 400, 60])
@pytest.mark.parametrize("keep", [0, 1, 2])
def test_pairs_without_a_common_id_stay_pairs(
    client: Client, form: str, call: dict[str, Any], result: dict[str, Any], limit: int, keep: int
) -> None:
    for where in (0, 2, 5):
        messages = [GO, *steps(form, where, lines=20), call, result, YES, ON, *steps(form, 5 - where, start=9)]
        found = ask(client, messages, limit, form, keepTurns=keep)
        assert not faults(form, found["messages"])


@pytest.mark.parametrize("limit", [1_500, 800, 300, 100])
@pytest.mark.parametrize("keep", [0, 1, 2, 3])
def test_calls_that_are_counted_from_0_in_every_answer_stay_pairs(client: Client, limit: int, keep: int) -> None:
    text = json.dumps(steps("openai-chat", 6))
    for number in range(6):
        text = text.replace(f'"c{number}"', '"call_0"')
    found = ask(client, [GO, *json.loads(text)], limit, "openai-chat", keepTurns=keep)
    assert not faults("openai-chat", found["messages"])
    assert {gone["callId"] for gone in found["removed"]} <= {None, "call_0"}


def test_an_unknown_block_goes_only_with_its_turn_and_costs_an_estimate(client: Client) -> None:
    known = [GO, *steps("anthropic", 6)]
    assert ask(client, known, 500, dryRun=True)["provenance"] == "exact"
    new = {"type": "hologram", "layers": [{"rgb": filler("h")}]}
    result = {"type": "tool_result", "tool_use_id": "n", "content": [new]}
    use = {"type": "tool_use", "id": "n", "name": "Show", "input": {}}
    messages = [GO, {"role": "assistant", "content": [use]}, {"role": "user", "content": [result]}, YES, ON, *known[1:]]
    for limit in (3_000, 2_000, 1_500, 900, 300):
        found = ask(client, messages, limit)
        assert found["provenance"] == "estimated"
        kept = json.dumps(found["messages"])
        assert (new in [b for m in found["messages"] for b in _results(m)]) == ('"id": "n"' in kept)
        assert not faults("anthropic", found["messages"])


def _results(message: dict[str, Any]) -> list[Any]:
    blocks = message["content"] if isinstance(message["content"], list) else []
    return [inner for block in blocks if isinstance(block.get("content"), list) for inner in block["content"]]


PARTS = {"role": "user", "parts": [{"text": "Go."}]}
REFUSED: list[tuple[str, dict[str, Any], str]] = [
    *((form, PARTS, "parts") for form in FORMS),
    *((form, {"role": "robot", "content": "x"}, "role") for form in FORMS),
    *((form, {"type": "user", "message": {"role": "user", "content": "x"}, "uuid": "1"}, "message") for form in FORMS),
    *((form, {"type": "response_item", "payload": {"type": "message"}}, "payload") for form in FORMS),
    *((form, {"type": "human", "content": "x"}, "role" if "resp" not in form else "type") for form in FORMS),
    *((form, {"lc": 1, "type": "constructor", "kwargs": {"content": "x"}}, "kwargs") for form in FORMS),
    *((form, {"role": "user", "content": None}, "content") for form in FORMS),
    *((form, {"role": "user"}, "content") for form in FORMS),
    *((form, {"role": "user", "content": 7}, "content") for form in FORMS),
    *((form, {"role": "user", "content": ["x"]}, "content[0]") for form in FORMS),
    *((form, {"role": "user", "content": [{"text": "x"}]}, "content[0].type") for form in FORMS),
    *((form, {"role": "assistant", "content": [{"toolUse": {}}]}, "content[0].type") for form in FORMS),
    *((form, {"role": "assistant", "content": [{"type": "tool-call"}]}, "content[0].type") for form in FORMS),
    *((form, {"role": "user", "content": "x", "toolInvocations": []}, "toolInvocations") for form in FORMS),
    ("anthropic", {"role": "assistant", "content": "", "tool_calls": []}, "tool_calls"),
    ("anthropic", {"role": "tool", "tool_call_id": "c", "content": "x"}, "tool_call_id"),
    ("anthropic", {"role": "user", "content": [{"type": "input_text", "text": "x"}]}, "content[0].type"),
    ("anthropic", {"role": "user", "content": [{"type": "image_url", "image_url": {}}]}, "content[0].type"),
    ("anthropic", {"role": "assistant", "content": [{"type": "tool_use", "name": "f"}]}, "content[0].id"),
    ("anthropic", {"role": "user", "content": [{"type": "tool_result"}]}, "content[0].tool_use_id"),
    (
        "anthropic",
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "a", "content": [{"text": "x"}]}]},
        "content[0].content[0].type",
    ),
    ("openai-chat", {"role": "assistant", "content": [{"type": "tool_use", "id": "a"}]}, "content[0].type"),
    ("openai-chat", {"role": "user", "content": [{"type": "image", "source": {}}]}, "content[0].source"),
    ("openai-chat", {"role": "assistant", "content": None}, "content"),
    ("openai-chat", {"role": "tool", "tool_call_id": "a", "content": None}, "content"),
    ("openai-chat", {"role": "tool", "content": "x"}, "tool_call_id"),
    ("openai-chat", {"role": "assistant", "content": None, "tool_calls": [{"name": "f"}]}, "tool_calls[0].id"),
    (
        "openai-chat",
        {"role": "assistant", "content": "", "tool_calls": [{"id": "a", "name": "f", "args": {}}]},
        "tool_calls[0].function",
    ),
    ("openai-chat", {"type": "function_call", "call_id": "a", "name": "f"}, "call_id"),
    ("openai-responses", {"role": "user", "content": [{"type": "input_text"}]}, "content[0].text"),
    ("openai-responses", {"role": "assistant", "content": "", "tool_calls": []}, "tool_calls"),
    ("openai-responses", {"role": "tool", "content": "x"}, "role"),
    ("openai-responses", {"type": "tool_use", "id": "a"}, "type"),
    ("openai-responses", {"type": "function_call", "name": "f"}, "call_id"),
    ("openai-responses", {"type": "function_call_output", "call_id": "a", "output": None}, "output"),
    ("openai-responses", {}, "role"),
]


@pytest.mark.parametrize(("form", "message", "member"), REFUSED)
def test_what_is_not_understood_is_refused_with_its_place(
    client: Client, form: str, message: dict[str, Any], member: str
) -> None:
    """Refused even if the array fits, since an array that is not understood cannot be relied on."""
    for limit in (10, 1_000_000):
        params = {"messages": [GO, message], "format": form, "maxTokens": limit}
        error = client.request_error("context/fit", params)
        data = error["data"]
        assert (data["name"], data["format"], data["index"], data["member"]) == ("unknownFormat", form, 1, member)
        assert data["errors"][0]["loc"][:2] == ["messages", 1]
        assert member in error["message"]


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ("anthropic", {"type": "message", "id": "msg_1", "role": "assistant", "content": [], "model": "m"}),
        ("anthropic", {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "a", "content": None}]}),
        ("anthropic", {"role": "assistant", "content": [{"type": "invented", "x": 1}]}),
        ("openai-chat", {"role": "assistant", "content": None, "refusal": "No."}),
        ("openai-chat", {"role": "assistant", "content": None, "audio": {"id": "a"}}),
        ("openai-chat", {"role": "function", "name": "f", "content": None}),
        ("openai-responses", {"type": "invented_call", "id": "x"}),
        ("openai-responses", {"type": None, "role": "user", "content": "x"}),
        ("openai-responses", {"role": "user", "content": [{"type": "input_hologram"}]}),
    ],
)
def test_what_providers_take_is_taken(client: Client, form: str, message: dict[str, Any]) -> None:
    assert ask(client, [GO, message], 100_000, form)["messages"] == [GO, message]


PEOPLE = [
    "<Button> must never call onClick twice.",
    "<= 3 retries, please.",
    "<div> elements stay as they are: <div>x</div>",
    "<100 ms is the limit.",
    "[ctxbudget said so] and I agree.",
    "[Request a review] is the label.",
    "<!-- a comment --> and then this.",
    "Why does <system-reminder> appear in my log?",
    "<system-reminder> is what I see in my log, why?",
    "<system-reminder>Be brief.</system-reminder>\n\nKeep the old names.",
    "<command-name>/fix</command-name>\n<command-args>only the parser, no other file</command-args>",
    "<task>Rename it everywhere.</task>",
    "<user_query>Rename it.</user_query>",
    "Caveat: nothing below may change.",
    "# AGENTS.md must say so too.",
    "<skillful> is not a tag.",
    "<image> tags need an alt text.",
]
HOSTS = [
    "<system-reminder>\nBe brief.\n</system-reminder>",
    "  <command-name>/clear</command-name>\n<command-message>clear</command-message>\n<command-args></command-args>",
    "<local-command-stdout>done <b>x</b></local-command-stdout>",
    "<task-notification>\n<task-id>7</task-id>\n</task-notification>\n<system-reminder>x</system-reminder>",
    "<environment_context>\n<cwd>/a</cwd>\n</environment_context>",
    "# AGENTS.md instructions for /a\n\n<INSTRUCTIONS>\nBe kind.\n</INSTRUCTIONS>",
    "<user_instructions>\n\nBe kind.\n\n</user_instructions>",
    "[Request interrupted by user for tool use]",
    '<image name="a.png">',
    "Caveat: The messages below were generated by the user while running local commands. DO NOT respond to them.",
    "This is the Gemini CLI. We are setting up the context for our chat.\nToday is Monday.",
]


@pytest.mark.parametrize("text", PEOPLE)
def test_people_are_not_taken_for_hosts(text: str) -> None:
    assert not is_hosts(text)


@pytest.mark.parametrize("text", HOSTS)
def test_hosts_are_told_by_what_they_write(text: str) -> None:
    assert is_hosts(text)


@pytest.mark.parametrize("form", FORMS)
def test_what_people_said_is_kept_whatever_it_begins_with(client: Client, form: str) -> None:
    said = [message for number, text in enumerate(PEOPLE) for message in step(form, number, text)]
    messages = [GO, *step(form, 90, HOSTS[0]), *said, *steps(form, 3, start=91)]
    found = ask(client, messages, 2_300, form, minReclaim=0)
    kept = [text for message in found["messages"] if message.get("role") == "user" for text in _texts(message)]
    assert sum(gone["kind"] == "turn" for gone in found["removed"]) > len(PEOPLE)
    assert [text for text in PEOPLE if text not in kept] == []
    assert HOSTS[0] not in kept


def _texts(message: dict[str, Any]) -> list[str]:
    content = message["content"]
    return [content] if isinstance(content, str) else [block.get("text") for block in content]


ODD = st.sampled_from(["\ud83d", "\udc00", "\0", "a\ud99cb", "\ud83d\ude00", "\ud83d \ude00", "\x1b[31m", "\u2028"])
ODD_TEXT = st.lists(ODD | st.sampled_from(["word ", "name_1 ", "x/y.py "]), min_size=1, max_size=6).map("".join)


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=15, deadline=None)
@given(said=ODD_TEXT, given_=ODD_TEXT, tool=ODD_TEXT, result=ODD_TEXT, limit=st.sampled_from([40, 150, 400]))
def test_no_character_is_too_odd(
    client: Client, form: str, said: str, given_: str, tool: str, result: str, limit: int
) -> None:
    messages: Messages = [GO]
    for number in range(4):
        for message in step(form, number, person=f"x{said}", lines=10):
            text = json.dumps(message)
            for old, new in (('"Read"', tool), ('"read"', tool), (f'"{number}.py"', given_)):
                text = text.replace(old, json.dumps(new))
            messages.append(json.loads(text.replace(f"f{number}_0:", json.dumps(result)[1:-1])))
    found = ask(client, messages, limit, form, focus=said)
    assert not faults(form, found["messages"])
    given_before = {json.dumps(message) for message in messages}
    for message in found["messages"]:
        if json.dumps(message) not in given_before and not _holds_calls(message):
            json.dumps(message, ensure_ascii=False).encode()
    for gone in found["removed"]:
        gone["title"].encode()


def _holds_calls(message: dict[str, Any]) -> bool:
    """Whether a message keeps blocks of the given array beside what was written."""
    content = message.get("content")
    return "tool_calls" in message or (isinstance(content, list) and len(content) > 1)


def nested(levels: int) -> dict[str, Any]:
    value: Any = "x"
    for _ in range(levels):
        value = {"a": value}
    use = {"type": "tool_use", "id": "n", "name": "f", "input": value}
    return {"role": "assistant", "content": [use]}


def test_depth_has_one_limit(client: Client) -> None:
    result = {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "n", "content": filler("x", 200)}]}
    limits = client.initialize_result["capabilities"]["experimental"]["ctxbudget"]["limits"]
    assert limits["maxDepth"] == MAX_DEPTH

    deepest = [GO, nested(MAX_DEPTH - 3), result, YES, ON, *steps("anthropic", 3)]
    assert ask(client, deepest, 200)["removed"]
    for levels in (MAX_DEPTH - 2, 400, 850):
        params = {"messages": [GO, nested(levels), result], "format": "anthropic", "maxTokens": 200}
        error = client.request_error("context/fit", params)
        assert (error["data"]["name"], error["data"]["errors"][0]["loc"]) == ("invalidParams", ["messages", 1])


def test_bytes_cost_what_the_provider_bills_also_on_a_session(client: Client) -> None:
    noise = base64.b64encode(random.Random(4).randbytes(60_000)).decode()
    picture = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": noise}}
    result = {"type": "tool_result", "tool_use_id": "shot", "content": [picture]}
    use = {"type": "tool_use", "id": "shot", "name": "Shot", "input": {}}
    shown = [{"role": "assistant", "content": [use]}, {"role": "user", "content": [result]}]
    messages = [{"role": "user", "content": [picture, {"type": "text", "text": "Like this."}]}, *shown, YES, ON]
    client.request("session/open", {"sessionId": "bytes"})
    found = ask(client, messages, 50_000, sessionId="bytes", archive=True)
    assert 3_200 < found["sourceTokens"] < 3_600
    assert found["provenance"] == "estimated"
    status = client.request("budget/status", {"sessionId": "bytes"})
    assert 3_200 < status["retained"] < 3_600

    longer = ask(client, [*messages, *steps("anthropic", 6)], 2_600, sessionId="bytes")
    gone = {part["index"]: part for part in longer["removed"]}
    assert any(index in gone for index in (1, 2))
    items = client.request("context/list", {"sessionId": "bytes"})["items"]
    assert max(item["tokens"] for item in items) < 2_000


def test_a_reduced_result_with_a_picture_is_one_item_that_returns_all_of_it(client: Client) -> None:
    noise = base64.b64encode(random.Random(5).randbytes(20_000)).decode()
    picture = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": noise}}
    log = "\n".join(f"step {n} of the build of module_{n} took {n * 7} ms" for n in range(600))
    content = [{"type": "text", "text": log}, picture]
    use = {"type": "tool_use", "id": "shot", "name": "Shot", "input": {}}
    result = {"type": "tool_result", "tool_use_id": "shot", "content": content}
    messages = [GO, {"role": "assistant", "content": [use]}, {"role": "user", "content": [result]}]
    client.request("session/open", {"sessionId": "mixed"})

    found = ask(client, messages, 5_000, sessionId="mixed", archive=True)

    assert found["fits"]
    (gone,) = found["removed"]
    assert gone["reason"] == "newestResult"
    text, kept = found["messages"][2]["content"][0]["content"]
    assert kept == picture
    items = {item["id"]: item for item in client.request("context/list", {"sessionId": "mixed"})["items"]}
    assert items[gone["id"]]["state"] == "reduced"
    stand_in = client.request("context/get", {"sessionId": "mixed", "itemId": items[gone["id"]]["standIn"]})
    assert json.loads(stand_in["content"]) == [text, picture]
    kept = client.request("context/get", {"sessionId": "mixed", "itemId": gone["id"]})
    assert json.loads(kept["content"]) == content
    again = ask(client, found["messages"], 5_000, sessionId="mixed", archive=True)
    assert again["messages"] == found["messages"]
