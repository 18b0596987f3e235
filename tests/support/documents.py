"""Documents that tests put on the account."""

from __future__ import annotations

REPORT = """# Token rotation for the gateway

## Executive Summary

Refresh tokens are rotated on every use. A stolen token is found out when its twin is presented a second time.
The gateway keeps the family id of each token in `auth/families.py` and revokes the whole family at once.

## Findings

### Finding 1: Reuse is detected within one request

`TokenFamily.revoke()` runs in the same transaction as the look-up, so that no second request can slip through.
Measured on 40,000 requests, the look-up takes 1.8 ms at the 95th percentile.

### Finding 2: Clock skew breaks short expiries

Two of the five edge nodes were 90 seconds behind. Tokens that live 60 seconds were refused before they were used.

## Options considered

| option | cost | risk |
| --- | --- | --- |
| rotate on every use | one write for each refresh | a lost answer logs the user out |
| rotate once a day | almost none | a stolen token works for a day |
| sender-constrained tokens | a key for each client | old clients cannot take part |

The first option was measured under load for two days. Its write rate stayed below 300 a second, which the primary
database takes without a queue. The third option is kept for the mobile clients, which can hold a key in hardware.

## Recommendations

1. Rotate on every use, and keep a grace period of 10 seconds for lost answers.
2. Run chrony on the edge nodes before the expiry goes below five minutes.
3. Alert on more than three revoked families in an hour.
""" + "\n".join(
    f"\n## Appendix {n}\n\nNode edge-{n:02} served {n * 317} refreshes; {n * 3} of them came twice within a second.\n"
    for n in range(1, 9)
)
"""A report of about 900 tokens with sections, a table and recommendations."""
