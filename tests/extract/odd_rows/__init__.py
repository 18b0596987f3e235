"""Outputs of tools that hide one fact in the one row that differs, made from seeds."""
