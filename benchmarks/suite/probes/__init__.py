"""What is measured: each module has the rows of one comparison, and measures both sides of them in turn."""
