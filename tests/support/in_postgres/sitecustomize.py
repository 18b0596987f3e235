"""Every Python process that has this folder in PYTHONPATH keeps its stores in PostgreSQL: one schema for each path.

So the tests that name a store by its path run against both engines. An empty file at the path says that there is one.
"""

import importlib.abc
import importlib.util
import os
import sys

PLACES = "ctxbudget_server.store.places"


class _Places(importlib.abc.MetaPathFinder):
    """Loads the module that opens stores as it is, and then has it open others."""

    def find_spec(self, name, path=None, target=None):  # type: ignore[no-untyped-def]
        if name != PLACES:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        load = spec.loader.exec_module

        def exec_module(module):  # type: ignore[no-untyped-def]
            load(module)
            _redirect(module)

        spec.loader.exec_module = exec_module
        return spec


def _redirect(places) -> None:  # type: ignore[no-untyped-def]
    from hashlib import sha256
    from pathlib import Path

    by_path = places.store_at

    def store_at(place, durability):  # type: ignore[no-untyped-def]
        if places.is_url(place):
            return by_path(place, durability)
        path = os.path.realpath(place)
        store = by_path(
            f"{os.environ['CTXBUDGET_TEST_CLUSTER']}&schema=t_{sha256(path.encode()).hexdigest()[:24]}", durability
        )
        prepared = store._prepare

        def prepare(connection):  # type: ignore[no-untyped-def]
            prepared(connection)
            Path(path).parent.mkdir(0o700, parents=True, exist_ok=True)
            Path(path).touch(0o600)

        store._pool._prepare = prepare
        store.path = Path(path)
        return store

    for module in list(sys.modules.values()):
        if getattr(module, "store_at", None) is by_path:
            module.store_at = store_at


if os.environ.get("CTXBUDGET_TEST_CLUSTER"):
    if PLACES in sys.modules:
        _redirect(sys.modules[PLACES])
    else:
        sys.meta_path.insert(0, _Places())
