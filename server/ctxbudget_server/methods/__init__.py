"""One module for each method, at the path that follows from the method's name; see `service.registry`."""
