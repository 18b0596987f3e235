"""`ctxbudget demo`: a harness that drives a server through a whole workflow on real files, and shows what happens."""
