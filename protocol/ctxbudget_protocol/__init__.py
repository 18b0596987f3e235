"""The wire contract of ctxbudget: words, models, errors and the method table. Imports nothing of ours."""
