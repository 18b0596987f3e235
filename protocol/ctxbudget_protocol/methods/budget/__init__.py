"""The methods of `budget/*`: each is declared in the module of its name."""
