"""Damage and loss: finding it, telling it, and replacing a damaged file with what can be read of it."""
