"""`metadata/*`."""
