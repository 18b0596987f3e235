"""The rules of the budget, as pure functions: no I/O, no clock, no server."""
