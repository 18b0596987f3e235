"""What people state: which later statement takes the place of which, and what stands where words have little room."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_fit_properties import fitted, limit_of

from ctxbudget_server.fit.lines import SAID, folded, unfolded
from ctxbudget_server.fit.markers import read_record
from ctxbudget_server.fit.statements import brief, by_label, replaced, sentences, telling, weight


def gone(*remarks: str) -> list[int]:
    """Which remarks have a sentence that a later one replaces."""
    return [number for number, left_out in enumerate(replaced(remarks)) if left_out]


REPLACED = [
    ("The bucket for backups is s3://old-bucket/daily.", "The bucket for backups is s3://new-bucket/daily."),
    ("Invoices are due on 2026-03-01.", "Update: invoices are due on April 12."),
    ("The customer budget is $4,000.", "The customer has changed the budget: it is now $5,500."),
    ("Anna Berger is the contact for the audit.", "Tom Fischer is now the contact for the audit."),
    ("We work on feature/login-11.", "We switched to feature/login-12."),
]
BOTH_STAND = [
    ("The port of service 2 is 8080.", "The port of service 3 is 8081."),
    ("The staging database is in eu-west-1.", "The production database is in us-east-1."),
    ("Run make lint before a commit.", "Run make test before a release."),
    ("The budget is $500.", "Is the budget now $700?"),
    ("The deadline is 2026-03-01.", "If the deadline is now 2026-04-01, we need help."),
    ("Look at src/store.py.", "Look at src/wire.py."),
    ("Issue 12 is fixed.", "Issue 13 is fixed."),
]


@pytest.mark.parametrize("old, new", REPLACED)
def test_a_later_statement_of_the_same_replaces_the_earlier_one(old: str, new: str) -> None:
    assert gone(old, "Thanks, go on.", new) == [0]
    assert gone(new, "Thanks, go on.") == []


@pytest.mark.parametrize("old, new", BOTH_STAND)
def test_in_doubt_both_stand(old: str, new: str) -> None:
    assert gone(old, new) == []


def test_of_two_that_it_might_replace_it_replaces_neither() -> None:
    assert gone("Alice Moor owns the deploy.", "Bob Lund owns the release.", "Carl Dahl owns it now.") == []


def test_what_is_quoted_or_code_states_nothing() -> None:
    text = "> The limit is 5.\n```\nlimit = 6  # never more\n```\nSee above."
    assert sentences(text) == ["See above."]
    assert weight("The limit is 500 ms, never more.") > weight("Looking into the limits of the queue.")


@given(st.lists(st.text(max_size=80), max_size=6))
def test_only_sentences_of_a_remark_are_replaced_and_never_of_the_last(remarks: list[str]) -> None:
    found = replaced(remarks)
    assert len(found) == len(remarks)
    assert all(left_out <= set(sentences(text)) for text, left_out in zip(remarks, found, strict=True))
    assert not remarks or not found[-1]


@given(
    st.lists(st.sampled_from(["The key is `abc`.", "Hello there.", "Never push to main.", "We read on."]), max_size=8)
)
def test_what_stands_of_a_remark_is_its_own_sentences_within_the_room(said: list[str]) -> None:
    text = " ".join(said)
    stands = telling(text, 12, lambda words: len(words.split()), frozenset())
    assert len(stands.split()) <= 12
    assert all(one.strip(" ") in text for one in stands.split("…"))


def chat(remarks: list[str]) -> list[dict[str, Any]]:
    return [
        {"role": role, "content": text}
        for remark in remarks
        for role, text in (("user", remark), ("assistant", "I go on with the plan, step by step, as it was said."))
    ]


def test_where_words_have_little_room_what_is_valid_stands_with_its_subject() -> None:
    """Narration goes first, then what was replaced; neither a lead nor a name shows the old value."""
    facts = [f"The port of the {name} server is {8000 + n}." for n, name in enumerate(("mail", "file", "log", "build"))]
    idle = [f"Looking at the logs of the day before, part {word}." for word in ("one", "two", "three", "four")]
    remarks = [
        "Move the office.",
        *idle,
        "The address of the front door is https://old.example/door.",
        *idle,
        *facts,
        *idle,
    ]
    remarks += ["The address of the front door is https://new.example/door.", *idle, "Go on, please."]
    messages = chat(remarks)

    found = fitted("openai-chat", messages, limit_of(messages, 0.32), keep_turns=1)

    text = json.dumps(found.messages)
    assert found.fits
    assert all(fact in text for fact in facts)
    assert "https://new.example/door" in text and "old.example" not in text
    assert "https://old.example/door" in "".join(removal.original for removal in found.removals)


@pytest.mark.parametrize(
    "said, shown",
    [
        ("The budget of the office is $500.", "budget of office is $500"),
        ("Plan A is the best.", "Plan A is best"),
        ('Please call it "the new one" in a report.', 'call it "the new one" in report'),
        ("Choose option a or b.", "Choose option a or b"),
        ("Rule: never push. Rule: never merge!", "Rule: never push. Rule: never merge"),
    ],
)
def test_in_brief_words_lack_articles_alone(said: str, shown: str) -> None:
    assert brief(said) == shown


@pytest.mark.parametrize("said", ["```\nx = 1\n```", "> The limit is 5.\nWhy?", "word " * 100, "a | b", ""])
def test_what_is_more_than_sentences_is_not_put_in_brief(said: str) -> None:
    assert brief(said) is None


LINES = ["Rule: never push", "Rule: never merge", "Budget is $5", "Note: call Ann", "i482915036000001: Read a.py", "on"]


@given(st.lists(st.sampled_from(LINES), max_size=8))
def test_lines_under_one_label_are_read_as_they_were(given: list[str]) -> None:
    lines = [line if line.startswith("i4") else SAID + line for line in given]
    assert list(unfolded(folded(lines))) == lines


def test_a_label_is_written_once_and_no_line_passes_one_that_it_may_replace() -> None:
    rules = [f"{SAID}Rule: never push", f"{SAID}Note: call Ann", f"{SAID}Rule: never merge"]
    assert folded(by_label(rules)) == [f"{SAID}Rule: never push | never merge", f"{SAID}Note: call Ann"]
    ports = [f"{SAID}Fact: port is 80", f"{SAID}Note: port is 81 now", f"{SAID}Fact: port is 82"]
    assert by_label(ports) == ports


def test_records_of_earlier_versions_are_recognised() -> None:
    how = 'context/get {"sessionId": "archive", "itemId": ID}'
    old = read_record(
        f"[ctxbudget record: 7 earlier messages, 90 tokens, archived; {how} returns each turn exactly]\ni1: x"
    )
    assert old is not None and (old.messages, old.tokens, old.lines, old.retrieval) == (7, 90, ("i1: x",), how)


FACTS = [
    "Rule: The key of the safe is KEY-481 and must never be told.",
    "Rule: Never start the pump without Nora Lind.",
    "The depot is in Hamburg-7.",
    "The price of a ticket is $45.",
]


def test_statements_stand_in_brief_before_any_of_them_goes_and_old_values_go_first() -> None:
    """Cut twice: what the first record has in brief is replaced by what is said later."""
    idle = [
        "Looking around a bit.",
        "Reading on in the list.",
        "Going through the old notes.",
        "Waiting for the others.",
    ]
    messages = chat(["Plan the trip.", *idle, *FACTS, *idle, "Go on, please."])
    first = fitted("openai-chat", messages, limit_of(messages, 0.3), keep_turns=0)
    text = json.dumps(first.messages)
    assert first.fits
    assert all(value in text for value in ("depot is in Hamburg-7", "$45"))
    assert "user: Rule: key of safe is KEY-481 and must never be told | Never start pump without Nora Lind" in text

    grown = [*first.messages, *chat(["Update: the price of a ticket is now $52.", *idle, *idle, "Thanks."])]
    second = fitted("openai-chat", grown, first.tokens, keep_turns=0)
    again = json.dumps(second.messages)
    assert second.fits and "$52" in again and "$45" not in again
    assert "KEY-481" in again and "Nora Lind" in again


def test_small_calls_go_before_what_people_stated() -> None:
    """None of the turns is worth a record of its own; all of them together are."""
    messages: list[dict[str, Any]] = [{"role": "user", "content": "Plan the trip."}]
    for number in range(40):
        call = {"id": f"c{number}", "type": "function", "function": {"name": "read", "arguments": "{}"}}
        messages += [
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": f"c{number}", "content": f"row {number} of the list, and more of it"},
            {"role": "user", "content": f"Counter {number} must stay at {7000 + number}."},
        ]

    found = fitted("openai-chat", messages, limit_of(messages, 0.4), keep_turns=1)

    text = json.dumps(found.messages)
    assert found.fits
    assert all(f"ounter {number} must stay at {7000 + number}" in text for number in range(40))
