"""Settings from files: which count, where they come from, and what a repository must not do."""
