"""The budget as tools of the Model Context Protocol, for a model to read and to fetch back what was pruned."""
