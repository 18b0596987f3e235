"""The wire contract of ctxbudget: words, models, errors and the method table. Imports none of our other packages."""
