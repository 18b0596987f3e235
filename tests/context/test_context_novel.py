"""`novel`: what a retained item of the session holds is not named again, and a repeated request has the same answer."""

from __future__ import annotations

from typing import Any

from support.session import Session

SHARED = ["src/shared/config.py", "SharedCache.evict", ".claude/agents/shared.md"]
FIRST = ["src/first/reader.py", "FirstReader.open"]
SECOND = ["src/second/writer.py", "SecondWriter.close"]

SUBJECTS = ("walls", "doors", "roofs", "floors", "stairs", "gates", "lamps", "bells", "chairs", "desks", "rugs", "beds")
PARTS = list(enumerate(SUBJECTS * 4))


def report(title: str, names: list[str]) -> str:
    words = " ".join(f"The reader of part {part} finds {part} other words about {subject}." for part, subject in PARTS)
    rows = "\n".join(f"| `{name}` | 1 |" for name in names)
    return f"# {title}\n\n{words}\n\n| name | times |\n| --- | --- |\n{rows}\n\n{words}\n"


ONE, TWO = report("One", [*SHARED, *FIRST]), report("Two", [*SHARED, *SECOND])


def extracted(session: Session, **params: Any) -> dict[str, Any]:
    return session.call("metadata/extract", sessionId=session.id, maxTokens=500, **params)


def add(session: Session, **item: Any) -> str:
    answer = session.call("context/add", items=[{"layer": "metadata", "kind": "report", **item}])
    return str(answer["items"][0]["id"])


def named(answer: dict[str, Any]) -> set[str]:
    return {name for name in (*SHARED, *FIRST, *SECOND) if name in answer["text"].rpartition("Names: ")[2].split()}


def test_a_name_that_an_item_holds_is_not_named_again(session: Session) -> None:
    add(session, content=extracted(session, content=ONE, novel=True)["text"])

    answer = extracted(session, content=TWO, novel=True)

    assert not named(answer) & set(SHARED)
    assert named(answer) >= set(SECOND)
    assert not {*answer["identifiers"], *answer["paths"]} & set(SHARED)
    assert named(extracted(session, content=TWO)) & set(SHARED)


def test_a_name_comes_back_with_the_item_s_end(session: Session) -> None:
    item = add(session, content=" ".join(SHARED))
    assert not named(extracted(session, content=TWO, novel=True)) & set(SHARED)

    session.call("context/prune", target={"items": [item]})

    assert extracted(session, content=TWO, novel=True) == extracted(session, content=TWO)


def test_a_repeated_request_has_the_same_answer(session: Session) -> None:
    add(session, content=" ".join(SHARED[:1]))
    first = extracted(session, content=ONE, novel=True)
    assert extracted(session, content=ONE, novel=True) == first

    add(session, content=first["text"])
    add(session, content=extracted(session, content=TWO, novel=True)["text"])

    assert extracted(session, content=ONE, novel=True) == first


def test_the_item_itself_and_what_is_kept_of_it_do_not_count(session: Session) -> None:
    source = add(session, layer="transient", content=ONE)
    first = extracted(session, itemId=source, novel=True)
    assert named(first) >= set(FIRST)
    assert extracted(session, content=ONE, novel=True)["identifiers"] == first["identifiers"]

    session.call("context/add", items=[{"reduces": [source], "content": f"In other words: {first['text']}"}])
    add(session, content=" ".join(FIRST))

    assert extracted(session, itemId=source, novel=True) == first


def test_transient_items_of_one_phase_do_not_silence_each_other(session: Session) -> None:
    one, two = (add(session, layer="transient", content=text) for text in (ONE, TWO))
    first = extracted(session, itemId=one, novel=True)
    assert named(first) & set(SHARED)
    session.call("context/add", items=[{"reduces": [one], "content": first["text"]}])

    answer = extracted(session, itemId=two, novel=True)

    assert not named(answer) & named(first)
    assert named(answer) >= set(SECOND)


def test_an_item_without_content_holds_nothing(session: Session) -> None:
    add(session, tokens=500)
    assert extracted(session, content=ONE, novel=True) == extracted(session, content=ONE)
