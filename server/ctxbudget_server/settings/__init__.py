"""Settings from files: where the files are, what in them is valid, and which of them counts."""
