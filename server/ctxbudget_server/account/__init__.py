"""An account and its transactions: what the methods are made of."""
