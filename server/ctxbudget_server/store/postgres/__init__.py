"""The store in PostgreSQL, for teams that outgrow one machine. Nothing here is imported unless a store is at a URL."""
