"""The methods of `store/*`: each is declared in the module of its name."""
