"""`ctxbudget top`: a live view of a workspace's sessions, on Textual, from the protocol's answers."""
