"""`tokens/*`."""
