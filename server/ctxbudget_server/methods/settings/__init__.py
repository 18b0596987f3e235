"""Methods of `settings/*`."""
