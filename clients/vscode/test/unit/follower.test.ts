import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { test } from 'node:test';
import type { Snapshot } from '../../src/budget';
import { Follower } from '../../src/follower';
import type { Alert, Change, Connection, Figures, Status } from '../../src/protocol';

const FIGURES = { budget: 7_500, retained: 0, level: 'ok' } as Figures;

/** A server of one session: keeps the questions until they are answered. */
class FakeServer implements Connection {
    readonly questions: object[] = [];
    readonly #handlers = new Map<string, (params: never) => void>();
    readonly #waiting: ((answer: Status) => void)[] = [];

    sendRequest(_method: string, params: object): Promise<Status> {
        this.questions.push(params);
        return new Promise((resolve) => {
            this.#waiting.push(resolve);
        });
    }

    onNotification(method: string, handler: (params: never) => void): void {
        this.#handlers.set(method, handler);
    }

    tell(method: string, params: unknown): void {
        this.#handlers.get(method)?.(params as never);
    }

    async answer(revision: number): Promise<void> {
        const session = {
            sessionId: 's',
            revision,
            state: 'open' as const,
            phase: null,
            phases: [],
            advice: { text: '' },
        };
        this.#waiting.shift()?.({ ...FIGURES, ...session });
        await turn();
    }
}

interface Followed {
    follower: Follower;
    server: FakeServer;
    shown: (Snapshot | undefined)[];
    alerts: Alert[];
    deleted: string[];
}

function follow(): Followed {
    const server = new FakeServer();
    const shown: (Snapshot | undefined)[] = [];
    const [alerts, deleted]: [Alert[], string[]] = [[], []];
    const follower = new Follower({
        show: (snapshot) => shown.push(snapshot),
        alert: (alert) => alerts.push(alert),
        deleted: (sessionId) => deleted.push(sessionId),
    });
    follower.listen(server);
    return { follower, server, shown, alerts, deleted };
}

function change(revision: number): Change {
    return { sessionId: 's', revision, state: 'open', phase: null, status: { ...FIGURES, retained: revision } };
}

test('a change shows at once, and one question at a time follows', async () => {
    const { server, shown } = follow();
    for (const revision of [1, 2, 3]) {
        server.tell('budget/didChange', change(revision));
    }

    assert.deepEqual(
        shown.map((snapshot) => snapshot?.figures.retained),
        [1, 2, 3],
    );
    assert.deepEqual(server.questions, [{ sessionId: 's' }]);
    await server.answer(1);
    assert.equal(shown.at(-1)?.figures.retained, 3, 'the answer is older');
    assert.equal(server.questions.length, 2);
    await server.answer(3);
    assert.equal(server.questions.length, 2);
});

test('no session is shown, and none is asked about, until the server tells of one', async () => {
    const { follower, server, shown } = follow();
    follower.begin();
    assert.deepEqual([shown, server.questions], [[undefined], []]);

    server.tell('budget/didChange', change(1));
    server.tell('budget/didChange', { ...change(2), state: 'deleted', status: null });
    await server.answer(1);
    assert.equal(shown.at(-1), undefined);
    assert.equal(server.questions.length, 1);
});

test('each crossing is told once', () => {
    const { server, alerts } = follow();
    const alert = (at: string): Alert => ({
        sessionId: 's',
        revision: 4,
        level: 'warn',
        alert: { message: 'Over.', at },
    });
    server.tell('budget/alert', alert('2026-01-01T00:00:00Z'));
    server.tell('budget/alert', alert('2026-01-01T00:00:00Z'));
    assert.equal(alerts.length, 1);
    server.tell('budget/alert', alert('2026-01-01T00:00:01Z'));
    assert.equal(alerts.length, 2);
});

test('a session that is deleted is told of', () => {
    const { server, deleted } = follow();
    server.tell('budget/didChange', change(1));
    assert.deepEqual(deleted, []);
    server.tell('budget/didChange', { ...change(2), state: 'deleted', status: null });
    assert.deepEqual(deleted, ['s']);
});
