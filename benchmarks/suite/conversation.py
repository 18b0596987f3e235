"""A made-up conversation of a coding agent with a made-up project; later calls use names that were seen before.

The project has files of functions that call each other, a few of them from everywhere. The agent reads files and
searches for functions. What it asks for next stands in its last result half of the time, is what it asked for in one of
its last ten calls three times in ten, and stands in any of the results so far otherwise.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any, Final

STEMS: Final = ("gate", "queue", "shard", "lease", "cache", "ledger", "parser", "router", "signal", "vector")
VERBS: Final = ("open", "merge", "split", "renew", "drop", "verify", "rotate", "flush", "attach", "count")
FILES, FUNCTIONS, MATCHES = 150, 1_500, 60
LAST, AGAIN, ASKED_LATELY = 0.5, 0.3, 10
TURNS_PER_REMARK = 25
Message = dict[str, Any]


class Project:
    """Files with numbered lines. How often a function is called falls with its rank."""

    def __init__(self, dice: random.Random) -> None:
        names = [f"{dice.choice(VERBS)}_{dice.choice(STEMS)}_{number}" for number in range(FUNCTIONS)]
        weights = list(accumulate(1 / (rank + 1) for rank in range(FUNCTIONS)))
        self.files: dict[str, list[str]] = {}
        homes = [f"src/{dice.choice(STEMS)}/{dice.choice(VERBS)}_{number}.py" for number in range(FILES)]
        for name in dice.sample(names, len(names)):
            lines = self.files.setdefault(dice.choice(homes), [])
            lines.append(f"def {name}(self, {dice.choice(STEMS)}, limit={dice.randrange(90)}):")
            for _ in range(dice.randrange(2, 9)):
                called = dice.choices(names, cum_weights=weights)[0]
                lines.append(f"    {dice.choice(STEMS)} = self.{called}({dice.choice(STEMS)}, {dice.randrange(9)})")
        self.paths = list(self.files)
        self._uses = defaultdict[str, list[str]](list)
        for path, lines in self.files.items():
            for number, line in enumerate(lines, 1):
                for name in re.findall(r"(\w+)\(", line):
                    self._uses[name].append(f"{path}:{number}:{line}")

    def read(self, path: str) -> str:
        """A file with its lines' numbers."""
        return "\n".join(f"{number:6}\t{line}" for number, line in enumerate(self.files[path], 1))

    def search(self, name: str) -> str:
        """The lines that have a name."""
        return "\n".join(self._uses[name][:MATCHES])


@dataclass
class Agent:
    """It makes turns, each of them a call and its result."""

    dice: random.Random
    project: Project
    asked: list[str] = field(default_factory=list)
    """What each call asked for, in order."""
    _results: list[str] = field(default_factory=list)

    def _next(self) -> str:
        if not self._results:
            return self.project.paths[0]
        chance = self.dice.random()
        if chance < AGAIN:
            return self.dice.choice(self.asked[-ASKED_LATELY:])
        result = self._results[-1] if chance < AGAIN + LAST else self.dice.choice(self._results)
        names: list[str] = re.findall(r"src/\w+/\w+\.py|\w+_\w+_\d+", result)
        return self.dice.choice(names or self.project.paths)

    def turn(self) -> list[Message]:
        """A call and its result; now and then a remark of the user before them."""
        name, number = self._next(), len(self.asked)
        made: list[Message] = []
        if number % TURNS_PER_REMARK == 0:
            step = number // TURNS_PER_REMARK
            made.append({"role": "user", "content": f"Go on with step {step}: find out where messages are lost."})
        read = name in self.project.files
        given = ("Read", {"file_path": name}) if read else ("Grep", {"pattern": name})
        result = self.project.read(name) if read else self.project.search(name)
        use = {"type": "tool_use", "id": f"call-{number}", "name": given[0], "input": given[1]}
        made.append({"role": "assistant", "content": [{"type": "text", "text": "I look where it is used."}, use]})
        made.append({"role": "user", "content": [{"type": "tool_result", "tool_use_id": use["id"], "content": result}]})
        self.asked.append(name)
        self._results.append(result)
        return made


CHARACTERS_PER_TOKEN = 3
"""Of these conversations, about."""


def conversation(tokens: int, later: int, seed: int = 20) -> tuple[list[Message], set[str]]:
    """An array of about so many tokens, and the names in it that the calls of the turns after it write."""
    dice = random.Random(seed)
    agent = Agent(dice, Project(dice))
    messages: list[Message] = []
    size = 0
    while size < tokens * CHARACTERS_PER_TOKEN:
        turn = agent.turn()
        messages += turn
        size += len(said(turn))
    text = said(messages)
    known = len(agent.asked)
    for _ in range(later):
        agent.turn()
    return messages, {name for name in agent.asked[known:] if contains(text, name)}


def said(value: Any) -> str:
    """All that an array says, without the escapes of JSON."""
    if isinstance(value, str):
        return value
    return "\n".join(map(said, value.values() if isinstance(value, dict) else value))


def contains(text: str, name: str) -> bool:
    """Whether a text has a name by itself, not as a part of a longer one."""
    return re.search(rf"(?<![\w/]){re.escape(name)}(?!\w)", text) is not None
