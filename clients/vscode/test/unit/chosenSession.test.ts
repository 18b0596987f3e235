import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChosenSession, allSessions } from '../../src/chosenSession';
import type { Ask } from '../../src/protocol';

/** A server with these sessions, two on a page. */
function server(...ids: string[]): Ask {
    return ((_method: string, { after }: { after?: string | null }) => {
        const start = ids.indexOf(after ?? '') + 1;
        const sessions = ids.slice(start, start + 2).map((sessionId) => ({ sessionId, updatedAt: sessionId }));
        const more = start + 2 < ids.length;
        return Promise.resolve({ sessions, next: more ? sessions.at(-1)?.sessionId : null });
    }) as unknown as Ask;
}

function chosen(id?: string): { session: ChosenSession; changes: (string | undefined)[] } {
    const memory = new Map<string, unknown>();
    const changes: (string | undefined)[] = [];
    const session = new ChosenSession(
        { get: (key) => memory.get(key), update: (key, value) => Promise.resolve(void memory.set(key, value)) },
        () => Promise.resolve(void changes.push(session.id)),
    );
    if (id !== undefined) {
        void session.choose(id);
    }
    return { session, changes };
}

test('nobody has chosen', () => {
    assert.equal(chosen().session.id, undefined);
});

test('a choice is followed until that session is deleted', async () => {
    const { session, changes } = chosen('a');
    await session.deleted('b');
    assert.equal(session.id, 'a');
    await session.deleted('a');
    assert.equal(session.id, undefined);
    assert.deepEqual(changes, ['a', undefined]);
});

test('one that is gone when the window opens is forgotten; one on a later page is not', async () => {
    for (const [id, left] of [
        ['e', 'e'],
        ['x', undefined],
    ] as const) {
        const { session } = chosen(id);
        await session.check(server('a', 'b', 'c', 'd', 'e'));
        assert.equal(session.id, left);
    }
});

test('all sessions, the last that changed first', async () => {
    const ids = (await allSessions(server('a', 'b', 'c'))).map(({ sessionId }) => sessionId);
    assert.deepEqual(ids, ['c', 'b', 'a']);
});
