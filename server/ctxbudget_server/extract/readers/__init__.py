"""Readers of the other kinds of documents, and of what they share."""
