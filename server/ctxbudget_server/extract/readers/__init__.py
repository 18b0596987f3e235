"""Readers of the other kinds of documents, and what they share."""
