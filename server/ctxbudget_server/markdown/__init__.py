"""Markdown as extraction and editors read it: blocks, headings, sections, sentences."""
