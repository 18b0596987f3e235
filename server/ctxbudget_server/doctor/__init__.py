"""The diagnosis: what is wrong with the installation and the store, and what mends it. It changes nothing."""
