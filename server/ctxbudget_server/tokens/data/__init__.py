"""Vocabulary data; see ORIGIN.md."""
