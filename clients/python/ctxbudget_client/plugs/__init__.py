"""Plug-ins for agent frameworks: each fits the messages to a limit before a model call.

Each module needs its framework, which the package's extra of the same name installs.
"""
