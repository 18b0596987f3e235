"""One request of a short process, answered by the workspace's sidecar: what both ends of its socket share.

Everything here is imported by every hook, so it imports next to nothing.
"""
