"""The methods of `workflow/*`: each is declared in the module of its name."""
