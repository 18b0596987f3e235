"""Tools of the Model Context Protocol, with which a model reads the budget and gets back what was pruned."""
