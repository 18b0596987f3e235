"""Methods `context/*`: items and their content."""
