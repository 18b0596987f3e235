"""The methods of `tokens/*`: each is declared in the module of its name."""
