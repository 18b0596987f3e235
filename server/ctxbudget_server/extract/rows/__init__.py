"""Rows of what tools print (tables, records, logs, settings, pages), and those that differ from the others.

`recognition` tells what a text consists of and has it read as a `model.Table`: by `commits`, `delimited`, `diffs`,
`json_records`, `markup`, or, with the `nesting` of their lines, `lines` and `settings`. `oddness` compares each row
with the others, column by column, with `values`, `sizes` and `features`. `choice` takes the rows that fit, also those
that a `question` is about, and `cutting` shortens them.
"""
