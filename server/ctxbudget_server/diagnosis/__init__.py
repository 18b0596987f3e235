"""What is wrong with an account, and the requests that cure it, rehearsed."""
