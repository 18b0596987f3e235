"""The methods of `session/*`: each is declared in the module of its name."""
