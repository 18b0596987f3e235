"""`session/*`."""
