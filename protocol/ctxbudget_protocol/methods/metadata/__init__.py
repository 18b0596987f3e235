"""The methods of `metadata/*`: each is declared in the module of its name."""
