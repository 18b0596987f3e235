"""`ctxbudget demo`, run as a process of its own."""
