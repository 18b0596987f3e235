"""How much of what people stated an array tells after many cuts, by the share of the limit that people's words have.

    python benchmarks/facts.py [--seeds 4] [--cuts 50]

Each conversation is made from a seed: people state facts, rules and wishes in varied words, change some of them later,
and talk about other things in between; the agent answers and calls tools. It grows turn by turn, and is cut whenever it
is over the limit, always from what the cut before left. The limit is set so that all that people said is a share of it.

- valid: statements that hold, of which the value and a word of the subject stand in one sentence or line;
- stale: changed statements, of which the old value stands and the new one does not; both: both of them stand;
- nowhere: remarks that neither stand word for word nor in an item that an id leads to;
- pins: pinned messages that do not stand.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from many_cuts import Archive

from ctxbudget_server.account.counter import Counter
from ctxbudget_server.account.fit_memory import tools_for
from ctxbudget_server.fit import SHAPES, Message, Options, Retrieval, Sizes, fit

SHARES = (0.3, 0.45, 0.6, 0.8, 1.2)
"""Of the limit: all that people said."""
SHAPE = "openai-chat"
STATED = 24
"""Statements of a conversation."""
CHANGED = 8
"""How many of them are changed later."""
PINS = 2
"""Messages of the agent that are pinned."""

SUBJECTS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("warehouse", "code", ("The warehouse door opens with {v}.", "Use {v} for the door of the warehouse.")),
    ("invoice", "date", ("Invoices go out on {v}.", "The date for every invoice is {v}.")),
    ("gateway", "path", ("The gateway reads its routes from {v}.", "Routes of the gateway live in {v}.")),
    ("dentist", "name", ("The dentist of the team is {v}.", "Ask {v} about anything that the dentist must know.")),
    ("catering", "money", ("Catering may cost {v} at most.", "Never spend more than {v} on catering.")),
    ("greenhouse", "number", ("Keep the greenhouse at {v} degrees.", "The greenhouse must stay at {v} degrees.")),
    ("library", "address", ("The library answers at {v}.", "Requests to the library go to {v}.")),
    ("badge", "code", ("Visitors get the badge {v}.", "Only the badge {v} is for visitors.")),
    ("ferry", "date", ("The ferry leaves on {v}.", "Our ferry is booked for {v}.")),
    ("sensor", "path", ("Readings of the sensor are kept in {v}.", "The sensor writes to {v}.")),
    ("translator", "name", ("{v} is the translator for the brochure.", "The brochure has {v} as its translator.")),
    ("deposit", "money", ("The deposit is {v}.", "We agreed on a deposit of {v}.")),
    ("timeout", "number", ("The timeout of the crawler is {v} ms.", "Set the timeout of the crawler to {v} ms.")),
    ("archive", "address", ("Old reports are in the archive at {v}.", "The archive is mounted from {v}.")),
    ("locker", "code", ("My locker is {v}.", "The key in locker {v} must not be moved.")),
    ("audit", "date", ("The audit takes place on {v}.", "Everything must be ready for the audit on {v}.")),
    ("fixtures", "path", ("Test fixtures belong in {v}.", "Please keep fixtures under {v}.")),
    ("courier", "name", ("The courier is {v}.", "Only {v} may act as courier.")),
    ("rent", "money", ("The rent of the stand is {v}.", "For rent we pay {v}.")),
    ("retries", "number", ("There should be {v} retries for uploads.", "Uploads need {v} retries.")),
    ("printer", "address", ("The printer is reached at {v}.", "Send labels to the printer at {v}.")),
    ("ticket", "code", ("This work is for ticket {v}.", "Name the ticket {v} in commits.")),
    ("harvest", "date", ("The harvest starts on {v}.", "Plan for a harvest from {v}.")),
    ("schema", "path", ("The schema is generated into {v}.", "Never edit the schema in {v} by hand.")),
)
CHANGES = ("Update: {s}", "Correction: {s}", "From now on it is different. {s}", "{s} That has changed.", "Now: {s}")
IDLE = (
    "Going through the list of yesterday, nothing special so far.",
    "Thanks, that looks good to me.",
    "I had a look at the drawings this morning and they were fine.",
    "Can you tell me how far you are?",
    "Talking with the others about the next days.",
    "Good. Go on with the rest.",
    "It rained all day, so we stayed inside and read a little.",
    "The meeting was long, and nobody had much to say in the end.",
)


class Stated(NamedTuple):
    """A statement, and what it said before."""

    subject: str
    value: str
    old: str | None


def value_of(kind: str, dice: random.Random) -> str:
    """A value of a kind."""
    letters = "".join(dice.choices("bcdfghklmnprstvw", k=4))
    return {
        "code": f"{letters.upper()}-{dice.randrange(100, 999)}",
        "date": f"2031-{dice.randrange(1, 13):02d}-{dice.randrange(1, 29):02d}",
        "path": f"{letters}/{letters[::-1]}_{dice.randrange(10, 99)}",
        "name": f"{letters.title()}a {letters[::-1].title()}er",
        "money": f"${dice.randrange(110, 990)}",
        "number": f"{dice.randrange(1000, 9999)}",
        "address": f"https://{letters}{dice.randrange(10, 99)}.example/x",
    }[kind]


def conversation(dice: random.Random) -> tuple[list[Message], list[Stated], list[int]]:
    """Messages, what is valid at their end, and the indexes of those to be pinned."""
    chosen = dice.sample(SUBJECTS, STATED)
    changing = dice.sample(range(STATED), CHANGED)
    first = {n: value_of(kind, dice) for n, (_, kind, _) in enumerate(chosen)}
    later = {n: value_of(chosen[n][1], dice) for n in changing}
    remarks = [dice.choice(forms).format(v=first[n]) for n, (_, _, forms) in enumerate(chosen)]
    for n in changing:
        _, _, forms = chosen[n]
        remarks.append(dice.choice(CHANGES).format(s=dice.choice(forms).format(v=later[n])))
    stated = [Stated(s, later.get(n, first[n]), first[n] if n in later else None) for n, (s, _, _) in enumerate(chosen)]
    messages: list[Message] = [{"role": "user", "content": "Help me with the plans of this year, one after the other."}]
    pins = []
    for number, remark in enumerate(remarks):
        for text in (dice.choice(IDLE), remark):
            messages += turn(len(messages), dice)
            if number in (5, 11)[:PINS] and text is remark:
                pins.append(len(messages))
                messages.append({"role": "assistant", "content": f"Pinned: point {number} of the plan is agreed."})
            messages.append({"role": "user", "content": text})
    return messages, stated, pins


def turn(start: int, dice: random.Random) -> Iterator[Message]:
    """What the agent does before a person speaks again."""
    call = f"call_{start}"
    words = " ".join(dice.choices(("row", "plan", "item", "entry", "cost", "part"), k=40))
    arguments = json.dumps({"path": f"notes/{dice.randrange(100)}.md"})
    function = {"name": "read", "arguments": arguments}
    yield {"role": "assistant", "content": None, "tool_calls": [{"id": call, "type": "function", "function": function}]}
    yield {"role": "tool", "tool_call_id": call, "content": f"{dice.randrange(10**6)} {words}"}
    yield {"role": "assistant", "content": f"I have read note {dice.randrange(100)} and go on."}


def told(stated: Stated, text: str) -> bool:
    """Whether the value stands, with its subject in the same sentence or line."""
    pieces = re.split(r"\n| \| |(?<=[.!?]) ", text)
    return any(stated.value in piece and stated.subject in piece.lower() for piece in pieces)


def one(seed: int, share: float, most: int, found: dict[str, list[float]]) -> None:
    """Grow a conversation, cut it, and see what is left."""
    tools = tools_for(Counter(None), lambda: None)
    messages, stated, pins = conversation(random.Random(seed))
    sizes = Sizes(tools, SHAPES[SHAPE])
    remarks = [one["content"] for one in messages if one["role"] == "user"]
    limit = int(sizes.total([one for one in messages if one["role"] == "user"]) / share)
    archive = Archive()
    array: list[Message] = []
    cuts = 0
    pinned: list[Any] = [messages[index] for index in pins]
    for index, message in enumerate(messages):
        array.append(message)
        if message["role"] != "user" or (sizes.total(array) <= limit and index < len(messages) - 1) or cuts == most:
            continue
        held = frozenset(n for n, given in enumerate(array) if any(given is pin for pin in pinned))
        options = Options(limit, pins=held, min_reclaim=limit // 50, retrieval=Retrieval("archive"))
        array = list(fit(array, SHAPE, options, tools, lambda _, original: archive.id_of(original)).messages)
        cuts += 1
    text = "\n".join(str(one["content"]) for one in array)
    reached = archive.reachable(text)
    found["valid"].append(sum(told(one, text) for one in stated) / len(stated))
    changed = [one for one in stated if one.old]
    found["stale"].append(sum(one.old in text and one.value not in text for one in changed if one.old) / len(changed))
    found["both"].append(sum(one.old in text and one.value in text for one in changed if one.old) / len(changed))
    held_by = [json.dumps(said)[1:-1] for said in remarks]
    found["nowhere"].append(
        sum(r not in text and not any(q in one for one in reached) for r, q in zip(remarks, held_by, strict=True))
    )
    found["pins"].append(sum(not any(one == pin for one in array) for pin in pinned))
    found["cuts"].append(cuts)


def main() -> None:
    """Print a row for each share."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--cuts", type=int, default=50)
    options = parser.parse_args()
    print("| people's words, of the limit | cuts | valid | stale | both | remarks nowhere | pins lost |")
    print("| --- " * 7 + "|")
    for share in SHARES:
        found: dict[str, list[float]] = {name: [] for name in ("cuts", "valid", "stale", "both", "nowhere", "pins")}
        for seed in range(options.seeds):
            one(seed, share, options.cuts, found)
        mean = {name: sum(values) / len(values) for name, values in found.items()}
        shares = " | ".join(f"{mean[name]:.1%}" for name in ("valid", "stale", "both"))
        lost = " | ".join(f"{sum(found[name]):.0f}" for name in ("nowhere", "pins"))
        print(f"| {share:.0%} | {mean['cuts']:.0f} | {shares} | {lost} |")


if __name__ == "__main__":
    main()
