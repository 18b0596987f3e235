"""Which facts of a user's own reports survive a cut: `ctxbudget evaluate`.

A fact is a back-ticked span or a path of a report that what came after the report contains: its plan, a diff, or what
an agent wrote. Nothing is stored and nothing outside the folder is read.

- `folder` reads the files, `pairing` finds what came after each report, `later` says what of that counts;
- `facts` finds the facts, `recipe` writes the fixed summary for comparison, `comparison` cuts and counts.
"""
