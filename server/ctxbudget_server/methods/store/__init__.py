"""Methods `store/*`: losses of the store."""
