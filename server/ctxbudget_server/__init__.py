"""The ctxbudget server: one account of what is in an agent workflow's context window."""

__version__ = "0.1.0"
