"""The store's file: where it is, who may access it, what it is, and the connections to it."""
