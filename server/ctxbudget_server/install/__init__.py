"""`ctxbudget install`: our hooks in the files of a host, and out of them again, with everything else left as it is."""
