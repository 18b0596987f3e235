"""The file of the store: where it lies, who may touch it, what it is, and the connections to it."""
