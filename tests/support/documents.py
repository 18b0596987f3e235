"""Documents that tests put on the account."""

from __future__ import annotations

from ctxbudget_protocol.conformance.walk import report

REPORT = report()
"""A report of about 900 tokens with sections, a table and recommendations."""
