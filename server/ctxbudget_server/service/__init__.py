"""One request from raw params to a result: validation, request keys, the method's function."""
