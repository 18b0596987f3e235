"""The checklists of a report: each entry is ticked, open with its cure, or does not apply."""

from __future__ import annotations

from typing import Any, get_args

from support.session import Session

from ctxbudget_protocol.words import Strategy


def entries(session: Session) -> dict[str, dict[str, Any]]:
    """All entries by id."""
    lists = session.call("budget/report")["checklists"]
    assert [each["when"] for each in lists] == ["before", "during", "afterPhase", "afterWorkflow"]
    return {entry["id"]: entry for each in lists for entry in each["entries"]}


def states(session: Session) -> dict[str, str]:
    """Their states by id."""
    return {name: entry["state"] for name, entry in entries(session).items()}


def cure(session: Session, name: str) -> None:
    """Do what an open entry says; it is then ticked."""
    entry = entries(session)[name]
    assert entry["state"] == "open"
    assert entry["cure"]
    for action in entry["actions"]:
        before = session.retained()
        session.client.request(action["method"], action["params"])
        if action["saves"] is not None:
            assert before - session.retained() >= action["saves"]
    assert entries(session)[name]["state"] == "done"


def test_before_the_workflow(session: Session) -> None:
    before = states(session)
    assert [before[name] for name in ("scope", "phases", "allocation", "budget")] == ["open"] * 4
    session.add("transient", tokens=1)
    assert entries(session)["monitored"]["why"] == "1 token now, 1 at most"
    for strategy in get_args(Strategy):
        assert f"({strategy})" in entries(session)["allocation"]["cure"]

    session.open(scope="full-implementation", contextWindow=25_000)
    cure(session, "allocation")

    found = entries(session)
    assert {found[name]["state"] for name in ("scope", "phases", "allocation", "budget", "policy")} == {"done"}
    assert found["allocation"]["why"] == "4,900 tokens for 6 phases, 2,600 as buffer"
    assert found["policy"]["why"] == "aggressive, for 6 phases"


def test_a_policy_that_is_too_mild_for_the_phases(session: Session) -> None:
    session.open(policy="minimal")
    session.call("budget/allocate", strategy="fixed", scope="full-implementation")

    cure(session, "policy")

    assert session.status()["policy"] == "aggressive"


def test_places_agree_on_the_policy_of_a_plan(session: Session) -> None:
    """What a plan sets up, the checklist ticks and the diagnosis does not blame."""
    plan = "# Limits\n\n" + "\n".join(f"## Phase {n}: Step {n}\n\n- [ ] do it\n" for n in (1, 2, 3))
    made = session.call("workflow/plan", content=plan, scope="full-implementation", apply=True)
    session.call("workflow/startPhase", phase=1)
    session.add("transient", kind="report", content="It was found that all is well. " * 300)
    session.call("workflow/completePhase", phase=1)

    assert made["policy"] == session.status()["policy"] == "moderate"
    assert states(session)["policy"] == "done"
    assert session.call("budget/diagnose")["findings"] == []

    session.open(policy="minimal")

    assert entries(session)["policy"]["why"] == "minimal, and a workflow of 3 phases asks for moderate"
    (finding,) = session.call("budget/diagnose")["findings"]
    assert finding["code"] == "policyTooMild"
    assert "a workflow of 3 phases asks for (moderate)" in finding["message"]
    cure(session, "policy")


def test_during_a_phase(session: Session) -> None:
    session.open(contextWindow=25_000)
    assert states(session)["extracted"] == states(session)["pruned"] == "notApplicable"
    session.call("workflow/startPhase", phase=1)
    session.call("budget/reserve", tokens=100, holder="research-2")
    report = session.add(kind="report", tokens=4_000, agent="research-1")
    session.add(kind="report", tokens=1_000, agent="research-2")

    extracted = entries(session)["extracted"]
    assert extracted["cure"] == "Reduce it to metadata: frees 4,000 tokens."
    assert extracted["actions"][0]["params"]["target"] == {"items": [report]}
    cure(session, "extracted")
    assert entries(session)["monitored"]["why"] == "1,000 of 7,500 tokens now, 5,000 at most"
    assert states(session)["alerted"] == "done"
    session.add(tokens=5_000)
    assert entries(session)["alerted"]["cure"] == session.status()["advice"]["next"]


def test_an_item_beside_its_metadata(session: Session) -> None:
    source = session.add(tokens=2_000)
    session.call("context/add", items=[{"tokens": 100, "reduces": [source]}])
    session.call("context/restore", items=[source])

    assert entries(session)["pruned"]["cure"] == "Prune them: frees 2,000 tokens."
    cure(session, "pruned")


def test_after_a_phase(session: Session) -> None:
    session.call("workflow/startPhase", phase=1)
    session.call("workflow/startWave", phase=1, wave=1)
    session.call("workflow/completeWave", phase=1, wave=1)
    session.add(tokens=700, phase=1, wave=1)
    assert entries(session)["waves"]["cure"] == "Prune wave 1 of phase 1: frees 700 tokens."
    cure(session, "waves")

    assert states(session)["phaseScoped"] == states(session)["figures"] == "notApplicable"
    session.add(content="# Report\n\n" + "The gateway rotates tokens. " * 500)
    session.call("workflow/completePhase", phase=1)
    found = entries(session)
    assert {found[name]["state"] for name in ("phaseScoped", "waves", "figures", "verified")} == {"done"}
    assert found["figures"]["why"].startswith("phase 1 used ")
    session.add(tokens=2_600, phase=1)
    assert entries(session)["phaseScoped"]["cure"] == "Prune phase 1: frees 2,600 tokens."
    cure(session, "phaseScoped")


def test_policies_that_keep_content_on_purpose(session: Session) -> None:
    session.open(policy="moderate")
    session.call("workflow/startPhase", phase=1)
    session.add(kind="report", tokens=2_600)
    assert states(session)["extracted"] == "notApplicable"
    session.call("workflow/completePhase", phase=1)
    assert states(session)["phaseScoped"] == "done"
    session.call("workflow/startPhase", phase=2)
    session.add(tokens=500, phase=1)
    assert states(session)["phaseScoped"] == "open"
    session.open(policy="minimal")
    assert states(session)["phaseScoped"] == "notApplicable"


def test_metadata_that_is_not_what_it_should_be(session: Session) -> None:
    source = session.add(content="# Report\n\nShort.")
    session.call("context/add", items=[{"tokens": 900, "reduces": [source]}])

    verified = entries(session)["verified"]
    assert verified["state"] == "open"
    assert verified["why"] == "1 artifact with metadata over its bound, 1 artifact with metadata larger than the source"


def test_after_the_workflow(session: Session) -> None:
    session.call("budget/allocate", strategy="fixed", scope="research-only")
    session.call("workflow/startPhase", phase=0)
    session.add("metadata", tokens=600)
    assert {states(session)[name] for name in ("reported", "archived", "overruns")} == {"notApplicable"}
    session.call("workflow/completePhase", phase=0)
    session.call("workflow/startPhase", phase=1)
    session.call("workflow/completePhase", phase=1)

    found = entries(session)
    assert (found["reported"]["state"], found["archived"]["state"]) == ("done", "open")
    assert found["overruns"]["why"] == "phase 0 used 100 more than allocated"
    cure(session, "archived")
    assert session.status()["state"] == "closed"


def test_the_report_for_people_shows_them(session: Session) -> None:
    session.open(contextWindow=25_000)
    session.call("workflow/startPhase", phase=1)
    session.call("workflow/completePhase", phase=1)
    session.add(tokens=2_600, phase=1)
    markdown = session.call("budget/report", format="markdown")["markdown"]

    assert "Next: Prune phase 1, which is complete: frees 2,600 tokens." in markdown
    assert "- [x] Set the budget: 7,500 of 25,000 tokens." in markdown
    assert (
        "- [ ] Prune what belongs to the phase alone: phase 1 left 2,600 tokens. Prune phase 1: frees 2,600 tokens."
    ) in markdown
    assert "- Prune what completed waves left: does not apply (no wave is complete)." in markdown


def test_the_session_of_a_coding_agent_has_no_phases(session: Session) -> None:
    session.call("session/open", host={"contextWindow": 200_000})

    found = entries(session)
    assert {found[name]["state"] for name in ("scope", "phases", "allocation")} == {"notApplicable"}
    assert found["scope"]["why"] == "the session of a coding agent has no phases"
