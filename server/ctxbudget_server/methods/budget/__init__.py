"""`budget/*`."""
