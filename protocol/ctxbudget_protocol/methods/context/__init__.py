"""The methods of `context/*`: each is declared in the module of its name."""
