"""How many bytes are worked on at a time."""

from __future__ import annotations

import asyncio

from ctxbudget_server.runtime.byte_limit import ByteLimit


def test_one_body_always_fits_and_others_wait_for_room() -> None:
    async def run() -> None:
        limit = ByteLimit(limit=100)
        assert limit.fits(1_000)
        limit.acquire(1_000)
        assert not limit.fits(1)
        waiting = asyncio.create_task(limit.wait_until(lambda: limit.fits(60)))
        await asyncio.sleep(0)
        assert not waiting.done()
        limit.release(1_000)
        await waiting
        limit.acquire(60)
        assert limit.fits(40) and not limit.fits(41)

    asyncio.run(run())
