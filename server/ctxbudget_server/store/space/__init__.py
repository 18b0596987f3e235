"""Disk space: what holds it, how it is given back, and a reserve for deletions on a full disk."""
