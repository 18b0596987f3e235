"""The contract gives TypeScript types, each once and under the name that it has in the contract."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from support.programs import needed

from ctxbudget_protocol.contract import published

USES = """
import type { PhaseSpec } from "./contract";

export const one: PhaseSpec = { phase: 1 };
export const other: PhaseSpec = { number: 1 };
// @ts-expect-error
export const both: PhaseSpec = { phase: 1, number: 1 };
// @ts-expect-error
export const neither: PhaseSpec = { name: "research" };
"""
"""What is marked must not compile."""


def program(name: str) -> str:
    """A command that `.ci/install-types` installs; without it the test is skipped."""
    caches = os.environ.get("CTXBUDGET_HOSTS") or Path(
        os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "ctxbudget-hosts"
    )
    return needed(name, "run .ci/install-types", str(Path(caches, "types", "node_modules", ".bin")))


@pytest.fixture(scope="module")
def types(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the types of the contract."""
    command = program("json2ts")
    folder = tmp_path_factory.mktemp("types")
    schema = {name: published()[name] for name in ("$schema", "title", "$defs")}
    (folder / "contract.json").write_text(json.dumps(schema), "utf-8")
    made = folder / "contract.ts"
    subprocess.run(
        [command, "--unreachableDefinitions", "-i", str(folder / "contract.json"), "-o", str(made)], check=True
    )
    return made


def test_the_types_compile_and_take_exactly_one_of_several_fields(types: Path) -> None:
    (types.parent / "uses.ts").write_text(USES, "utf-8")

    compiled = subprocess.run(
        [program("tsc"), "--strict", "--noEmit", types.name, "uses.ts"],
        cwd=types.parent,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (compiled.returncode, compiled.stdout) == (0, "")


def test_each_type_is_there_once_by_its_own_name(types: Path) -> None:
    names = re.findall(r"^export (?:interface|type) (\w+)", types.read_text("utf-8"), re.MULTILINE)

    assert sorted(names) == sorted([published()["title"].capitalize(), *published()["$defs"]])
    assert not [name for name in names if name[-1].isdigit()]
