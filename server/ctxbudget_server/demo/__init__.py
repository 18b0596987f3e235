"""`ctxbudget demo`: a harness that drives a server through a complete workflow on real files and shows what happens."""
