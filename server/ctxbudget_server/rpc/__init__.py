"""The hardened pygls server: bytes, messages, order, lifecycle. Thin: all meaning is in the service.

Import `serve` and `ServeOptions` from `ctxbudget_server.rpc.server`, which imports pygls.
"""
