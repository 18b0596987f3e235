"""Coding agents as hosts: what their hooks and status lines report, recorded on the account.

Each host's payload becomes a `HostEvent` (`hosts`), an event becomes requests of the protocol (`hook`), and the result
becomes the host's own JSON again. Nothing here depends on the service: requests go through `SendRequest`.
"""
