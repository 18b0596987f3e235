"""What clients send: strict pydantic models, one module for each namespace of the method table."""
