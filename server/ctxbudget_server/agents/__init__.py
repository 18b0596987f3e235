"""Coding agents as hosts: what their hooks and status lines tell, put on the account.

Each host's payload becomes an `Event` (`hosts`), an event becomes requests of the protocol (`account`), and what came
of it becomes the host's own JSON again. Nothing here knows the services: requests go through `Ask`.
"""
