"""What requests cost: the bills of providers, and prices that the user sets. There is no built-in list of prices.

- `prices`: a table of prices, and which of them a model has.
- `sums`: bills and money, summed by session, agent and model.
"""
