"""The methods of `settings/*`: each is declared in the module of its name."""
