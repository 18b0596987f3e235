"""The project's own labelled documents: what share of what a reader finds in them is found."""

from extract_checks import count, invented
from labelled_set import check_labels, handover, labels, rates, text_of

from ctxbudget_server.extract import extract

LEAST = {"recommendations: any": 0.99, "estimate": 0.97, "kind": 0.95, "phase": 0.95, "phase count": 0.95}
"""Shares that must be found; all other measures must reach 0.9."""


def test_labels_are_found():
    checks = check_labels(count)
    missed = [c for c in checks if not c.found]
    for measure, (found, total) in rates(checks).items():
        assert found >= LEAST.get(measure, 0.9) * total, [c for c in missed if c.measure == measure]


def test_extracts_keep_more_of_a_hand_over_than_the_head():
    found = handover(count, 250)
    ours, head = (sum(values) / len(found) for values in zip(*found.values(), strict=True))
    assert ours > head and ours >= 0.9, found


def test_nothing_is_invented():
    for name in labels():
        text = text_of(name)
        assert not invented(extract(text, count=count, max_tokens=120), text), name
