"""`workflow/*`."""
