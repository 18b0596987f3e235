"""Rows of what tools print (tables, records, logs, settings, pages), and those that differ from the others."""
