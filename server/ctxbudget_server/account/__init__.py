"""A session's account and its transactions: the building blocks of the methods."""
