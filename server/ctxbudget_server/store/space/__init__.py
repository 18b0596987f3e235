"""Disk space: what uses it, how it is freed, and a reserve for deletions on a full disk."""
