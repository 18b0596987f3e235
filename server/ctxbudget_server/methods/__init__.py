"""One module for each method, at the address that follows from its name. See `service.registry`."""
