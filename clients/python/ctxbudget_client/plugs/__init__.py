"""Plugs for agent frameworks: each fits the messages to a limit before a model call.

Each module needs its framework, which an extra of the same name installs: `pip install 'ctxbudget[langchain]'`.
"""
