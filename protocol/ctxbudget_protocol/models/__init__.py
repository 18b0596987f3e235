"""The pydantic models of the wire, one module for each namespace of the method table."""
