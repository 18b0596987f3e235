"""What is wrong with accounts, and whether the cures do what they promise."""
