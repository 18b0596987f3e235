"""Takes one request from raw params to its result: validation, request keys, the method's function."""
