"""What runs within the environments of the suite: small servers of peers, and workers for libraries.

A module here imports what its environment has, and nothing else of the suite but `worker`.
"""
