"""The conformance kit: judges any server of the protocol by the contract alone, over stdio.

    python -m ctxbudget_protocol.conformance --server "ctxbudget serve"

It knows no server, only the contract. `docs/implementing.md` says in words what its rules check.
"""
