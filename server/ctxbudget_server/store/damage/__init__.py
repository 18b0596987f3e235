"""Damage and loss: finding it, reporting it, and replacing a damaged file with what can be read of it."""
