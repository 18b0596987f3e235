"""Arrays that are cut again and again: what people said can always be reached, and names outlive records."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from fit_conversations import MAKERS, STEPS, Step
from fit_legal import faults
from hypothesis import given, settings
from hypothesis import strategies as st
from test_fit_properties import FORMS, TOOLS, count, limit_of

from ctxbudget_server.fit import Fitted, Message, Options, Retrieval, fit
from ctxbudget_server.fit.conversation import Conversation
from ctxbudget_server.fit.shapes import SHAPES

ID = re.compile(r"i482915036(\d{6})(?:\.\.i482915036(\d{6}))?")


class Host:
    """A host that sends on what the last fit answered, and keeps what was archived."""

    def __init__(self, form: str, limit: int, **options: Any) -> None:
        self.form = form
        self.limit = limit
        self.array: list[Message] = []
        self.archive: list[str] = []
        self._options = Options(limit, min_reclaim=limit // 10, retrieval=Retrieval("archive"), **options)

    def add(self, messages: list[Message]) -> Fitted:
        found = fit([*self.array, *messages], self.form, self._options, TOOLS, self._keep)
        self.array = found.messages
        return found

    def _keep(self, _number: int, original: str) -> str:
        if original not in self.archive:
            self.archive.append(original)
        return f"i482915036{self.archive.index(original) + 1:06}"

    def reachable(self) -> str:
        """What stands in the array, and in every item to which ids lead from there."""
        waiting, known = [json.dumps(self.array, ensure_ascii=False)], set[int]()
        texts = list(waiting)
        while waiting:
            for first, last in ID.findall(waiting.pop()):
                new = set(range(int(first), int(last or first) + 1)) - known
                known |= new
                waiting += [self.archive[number - 1] for number in new]
        return "\n".join([*texts, *(self.archive[number - 1] for number in known)])


@FORMS
@settings(max_examples=20)
@given(steps=STEPS, share=st.sampled_from([0.1, 0.2, 0.4]), batch=st.integers(1, 3), keep=st.integers(0, 2))
def test_every_remark_stands_or_an_id_leads_to_it(
    form: str, steps: list[Step], share: float, batch: int, keep: int
) -> None:
    whole = MAKERS[form](steps)
    host = Host(form, limit_of(whole, share), keep_turns=keep)
    ends = [len(MAKERS[form](steps[:length])) for length in range(batch, len(steps), batch)] + [len(whole)]
    has_room = True
    for start, end in zip([0, *ends[:-1]], ends, strict=True):
        found = host.add(whole[start:end])
        assert not faults(form, found.messages)
        gaps = max(1, len([m for m in found.messages if "ctxbudget record" in json.dumps(m)]))
        joints = sum(count(json.dumps(m)) for m in SHAPES[form].record("x" * 200, [], ("user", "assistant"))) + 4
        has_room &= not found.fits or found.untouchable + (gaps + 1) * joints <= host.limit
    talk = Conversation(SHAPES[form], whole, Options(1))
    if not has_room:
        return
    held = host.reachable()
    for index, parts in enumerate(talk.parts):
        for part in (part for part in parts if part.key.slot in talk.words(index)):
            assert json.dumps(part.text, ensure_ascii=False)[1:-1] in held


def reading(number: int, size: int = 60) -> list[Message]:
    """A turn: the agent reads a file, and names what it has found in the one before."""
    use = {"type": "tool_use", "id": f"c{number}", "name": "Read", "input": {"file_path": f"src/mod_{number}.py"}}
    lines = [f"def step_{number}_{n}(order, ledger): return ledger.post_{number}_{n}(order)" for n in range(size)]
    said = {"type": "text", "text": f"`settleLedger{number - 1}` is where it goes wrong."}
    read = [*lines, f"def settleLedger{number}(order): return None"]
    return [
        {"role": "assistant", "content": [said, use]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": use["id"], "content": "\n".join(read)}]},
    ]


def test_names_outlive_many_cuts_and_huge_results_and_those_that_the_agent_used_most_of_all() -> None:
    host = Host("anthropic", 4000)
    host.add([{"role": "user", "content": "Find out where orders are lost."}])
    cuts = 0
    for number in range(1, 51):
        before = len(host.archive)
        host.add(reading(number, 400 if number % 7 == 0 else 60))
        cuts += len(host.archive) > before
        if cuts > 5:
            indexes = [line for line in json.dumps(host.array).split("\\n") if line.startswith("Names: ")]
            assert sum(len(line.split(" ")) for line in indexes) > 40
    assert cuts > 30
    text = json.dumps(host.array)
    used = [f"settleLedger{number}" in text for number in range(1, 45)]
    others = [f"step_{number}_{n}" in text for number in range(1, 45) for n in range(60)]
    assert sum(used) / len(used) > 5 * sum(others) / len(others)


@pytest.mark.parametrize("telling", ["room for an id", "no room at all"])
def test_where_only_what_must_stay_has_room_one_id_leads_to_the_rest(telling: str) -> None:
    said = [f"Rule {number}: queue {number} is closed before audit {number} starts." for number in range(20)]
    host = Host("openai-chat", 500, pins=frozenset({0}))
    for number, remark in enumerate(said):
        host.add(
            [{"role": "user", "content": remark}, {"role": "assistant", "content": f"I keep to rule {number}. " * 9}]
        )
    size = 1350 if telling == "room for an id" else 2100
    found = host.add([{"role": "user", "content": "x" * size}, {"role": "assistant", "content": "Done."}])

    assert found.fits == (telling == "room for an id")
    held = host.reachable()
    assert all(remark in held for remark in said)
    assert len(found.removals) <= 2, "one item has all that went"

    host.add([{"role": "user", "content": "Go on."}, {"role": "assistant", "content": "I go on."}])
    assert all(remark in host.reachable() for remark in said)


def test_a_record_that_belongs_to_no_turn_may_be_all_that_goes() -> None:
    """Its names are held free without a turn that is dropped."""
    host = Host("openai-chat", 900, keep_turns=0)
    remarks = [f"The port of queue_{n}.py is {8000 + n}, and handler_{n}.run waits for it." for n in range(60)]
    for start in range(0, 60, 6):
        found = host.add([{"role": "user", "content": remark} for remark in remarks[start : start + 6]])
        assert not faults("openai-chat", found.messages)
    assert host.add([{"role": "user", "content": "Go on. " * 300}]).tokens
