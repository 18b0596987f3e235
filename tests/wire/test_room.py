"""How many bytes are worked on at a time."""

from __future__ import annotations

import asyncio

from ctxbudget_server.rpc.room import Room


def test_one_body_always_fits_and_others_wait_for_room() -> None:
    async def run() -> None:
        room = Room(limit=100)
        assert room.fits(1_000)
        room.take(1_000)
        assert not room.fits(1)
        waiting = asyncio.create_task(room.until(lambda: room.fits(60)))
        await asyncio.sleep(0)
        assert not waiting.done()
        room.give(1_000)
        await waiting
        room.take(60)
        assert room.fits(40) and not room.fits(41)

    asyncio.run(run())
