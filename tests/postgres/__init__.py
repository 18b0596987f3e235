"""The store in PostgreSQL: what only it does, and the faults that only it has."""
