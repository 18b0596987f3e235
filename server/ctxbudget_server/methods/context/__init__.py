"""`context/*`."""
