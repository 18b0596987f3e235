"""The methods of `usage/*`: each is declared in the module of its name."""
