"""A small client of the ctxbudget server, on the standard library alone."""
