"""The ctxbudget server: one account of what is in an agent workflow's context window."""
