"""A diagnosis as a text that a model can read."""

from __future__ import annotations

from collections.abc import Sequence

from ctxbudget_protocol.common import Figures
from ctxbudget_protocol.methods.budget.diagnose import Finding, Symptom


def as_text(
    session_id: str, figures: tuple[Figures, Figures], symptoms: Sequence[Symptom], findings: Sequence[Finding]
) -> str:
    """What is seen, then each cause with what its cure reaches, then how to apply the cures. `figures`: now, then."""
    status, reaches = figures
    if not findings:
        seen = [symptom.message for symptom in symptoms]
        return "\n".join([*seen, "No cause was found." if seen else "Nothing is wrong."])
    lines = [symptom.message for symptom in symptoms]
    for number, finding in enumerate(findings, 1):
        lines.append(f"{number}. {finding.message} {_cure(finding)}")
    if any(finding.requests for finding in findings):
        left = f"of {status.retained:,} tokens in the context {reaches.retained:,} remain"
        lines.append(
            f"`ctxbudget diagnose {session_id} --apply` sends these requests"
            + (f": {left}." if reaches.retained != status.retained else ".")
        )
    return "\n".join(lines)


def _cure(finding: Finding) -> str:
    if not finding.requests:
        return finding.prevention
    methods = ", ".join(dict.fromkeys(request.method for request in finding.requests))
    if finding.saves > 0:
        return f"Cure ({methods}): frees {finding.saves:,}, leaves {finding.retained:,}."
    return f"Cure ({methods}): leaves {finding.retained:,} in the context, {finding.available:,} available."
