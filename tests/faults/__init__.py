"""Faults built on purpose: short in every run, long with CTXBUDGET_LONG_FAULTS=1 in the environment."""
