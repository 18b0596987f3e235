import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ContextFitParams, FitEdit } from '../src/contract.js';
import { ServerError } from '../src/errors.js';
import { Fitter } from '../src/plugs/fitter.js';
import type { Message } from '../src/plugs/messages.js';
import { limitFor, settings } from '../src/plugs/settings.js';
import { Sidecar } from '../src/plugs/sidecar.js';
import { ConnectionLostError } from '../src/errors.js';
import type { Server } from '../src/plugs/sidecar.js';

const MODEL = { name: 'm', window: 1000 };
const CUT: FitEdit = { op: 'replaceResult', index: 2, callId: 'c1', text: 'short', place: ['results', 0, 'text'] };

interface Asked {
    method: string;
    params: Record<string, unknown>;
}

/** A server whose answers to `context/fit` are given, one for each time that it is asked. */
function scripted(answers: (FitEdit[] | Error)[]): { server: Server; asked: Asked[]; fits: () => ContextFitParams[] } {
    const asked: Asked[] = [];
    const answer = (method: string, params: Record<string, unknown>): unknown => {
        asked.push({ method, params });
        if (method !== 'context/fit') {
            return { total: 700, factor: 1 };
        }
        const next = answers.shift() ?? [];
        if (next instanceof Error) {
            throw next;
        }
        return { edits: next, overhead: 40 };
    };
    const request = async (method: string, params: object): Promise<unknown> =>
        Promise.resolve(answer(method, params as Record<string, unknown>));
    const fits = (): ContextFitParams[] =>
        asked.flatMap(({ method, params }) =>
            method === 'context/fit' ? [params as unknown as ContextFitParams] : [],
        );
    return { server: { request } as Server, asked, fits };
}

/** A question, and so many calls with their results. */
function conversation(calls: number): Message[] {
    const turns = Array.from({ length: calls }, (_, turn): Message[] => [
        { role: 'assistant', text: '', calls: [{ id: `c${turn + 1}`, tool: 'bash', arguments: {} }] },
        { role: 'tool', text: '', results: [{ callId: `c${turn + 1}`, text: `long ${turn}` }] },
    ]);
    return [{ role: 'user', text: 'Count.' }, ...turns.flat()];
}

function fitter(server: Server, faults: Error[] = []): Fitter {
    return new Fitter(server, 0.6, (fault) => faults.push(fault));
}

test('only new messages cross the pipe, and the limit is a share of the window', async () => {
    const { server, asked, fits } = scripted([]);
    const fitting = fitter(server);

    await fitting.fit({ sessionId: 's', messages: conversation(0), model: MODEL });
    await fitting.fit({ sessionId: 's', messages: conversation(2), model: MODEL });

    assert.deepEqual(asked[0], {
        method: 'session/open',
        params: { sessionId: 's', host: { model: 'm', contextWindow: 1000 } },
    });
    const [first, second] = fits();
    assert.deepEqual([first?.maxTokens, first?.since, first?.messages.length], [600, undefined, 1]);
    assert.deepEqual([second?.since, second?.messages.length], [1, 4]);
    assert.equal(asked.length, 3);
});

test('a server that knows nothing of the conversation gets all of it', async () => {
    const unknown = new ServerError('context/fit', 1040, 'unknown', { name: 'unknownBase' });
    const { server, fits } = scripted([[], unknown, [CUT]]);
    const fitting = fitter(server);

    await fitting.fit({ sessionId: 's', messages: conversation(1) });
    const edits = await fitting.fit({ sessionId: 's', messages: conversation(2) });

    assert.deepEqual(edits, [CUT]);
    assert.deepEqual(
        fits().map(({ since, messages }) => [since, messages.length]),
        [
            [undefined, 3],
            [3, 2],
            [undefined, 5],
        ],
    );
});

test('without a server what was decided stays, as far as it is about the same messages', async () => {
    const record: FitEdit = { op: 'insert', index: 3, role: 'user', text: 'record' };
    const gone = new Error('gone');
    const { server } = scripted([[CUT, record, { op: 'remove', index: 3, end: 5 }], gone, gone, gone]);
    const faults: Error[] = [];
    const fitting = fitter(server, faults);
    await fitting.fit({ sessionId: 's', messages: conversation(2) });

    const grown = await fitting.fit({ sessionId: 's', messages: conversation(3) });
    const other = await fitting.fit({
        sessionId: 's',
        messages: [...conversation(1), { role: 'user', text: 'Stop.' }],
    });
    const begun = await fitting.fit({ sessionId: 's', messages: [{ role: 'user', text: 'Other.' }] });

    assert.equal(grown.length, 3);
    assert.deepEqual(other, [CUT, record]);
    assert.deepEqual(begun, []);
    assert.deepEqual(faults, [gone, gone, gone]);
});

test('a bill counts if it is that of the request before; else the room besides the messages stays as it was', async () => {
    const { server, fits } = scripted([]);
    const fitting = fitter(server);
    const billed = (): number => 5000;

    await fitting.fit({ sessionId: 's', messages: conversation(1), billed });
    await fitting.fit({ sessionId: 's', messages: conversation(2), billed });
    await fitting.fit({ sessionId: 's', messages: conversation(4), billed });
    await fitting.fit({ sessionId: 's', messages: [{ role: 'user', text: 'A summary.' }], billed });

    assert.deepEqual(
        fits().map(({ overhead, reported }) => [overhead, reported?.inputTokens]),
        [
            [0, undefined],
            [undefined, 5000],
            [40, undefined],
            [40, undefined],
        ],
    );
});

test('a host that sends on what was answered is known by it', async () => {
    const { server, fits } = scripted([[CUT]]);
    const fitting = fitter(server);
    await fitting.fit({ sessionId: 's', messages: conversation(1) });
    const [user, agent] = conversation(1);
    assert.ok(user && agent);
    const cut: Message = { role: 'tool', text: '', results: [{ callId: 'c1', text: 'short' }] };

    await fitting.fit({
        sessionId: 's',
        messages: [user, agent, cut, ...conversation(2).slice(3)],
        billed: () => 5000,
    });

    assert.deepEqual(fits()[1]?.reported, { inputTokens: 5000 });
});

test('a bill that leaves no room is left out', async () => {
    const refused = new ServerError('context/fit', -32602, 'reported: 9000 tokens beside the messages leave none');
    const { server, fits } = scripted([[], refused, [CUT]]);
    const fitting = fitter(server);
    await fitting.fit({ sessionId: 's', messages: conversation(1) });

    const edits = await fitting.fit({ sessionId: 's', messages: conversation(2), billed: () => 9000 });

    assert.deepEqual(edits, [CUT]);
    assert.deepEqual([fits()[2]?.overhead, fits()[2]?.reported], [0, undefined]);
});

test('what the bill grew by is recorded for what entered, unless it was cut', async () => {
    const { server, asked } = scripted([]);
    const fitting = fitter(server);
    const bills = [0, 1000, 2000, 3500];
    for (const calls of [1, 2, 3, 4]) {
        const billed = (): number => bills[calls - 1] ?? 0;
        await fitting.fit({ sessionId: 's', messages: conversation(calls), model: MODEL, billed });
    }
    await new Promise((resolve) => setImmediate(resolve));

    const recorded = asked.filter(({ method }) => method === 'usage/record').map(({ params }) => params);
    assert.deepEqual(recorded, [
        { model: 'm', counted: 700, factor: 1, reported: 1000 },
        { model: 'm', counted: 700, factor: 1, reported: 1500 },
    ]);
    const counted = asked.find(({ method }) => method === 'tokens/count')?.params;
    assert.deepEqual(counted, { texts: ['bash', '{}', 'long 1'], model: 'm' });
});

test('an item that cannot be fetched is a sentence for the model', async () => {
    const request = async (): Promise<never> => Promise.reject(new Error('gone'));
    assert.equal(await fitter({ request } as Server).get('s', 'i1'), 'i1 cannot be fetched: gone');
});

test('settings come from the environment, and other words are ignored', () => {
    const given = {
        CTXBUDGET_BIN: '/x',
        CTXBUDGET_FIT_TOKENS: '5000',
        CTXBUDGET_FIT_SECONDS: '2',
        CTXBUDGET_FIT: 'off',
    };
    assert.deepEqual(settings(given), { program: '/x', limit: 5000, timeoutMs: 2000, off: true });
    const none = { program: 'ctxbudget', limit: 0.6, timeoutMs: 10_000, off: false };
    assert.deepEqual(settings({ CTXBUDGET_FIT_TOKENS: 'many', CTXBUDGET_FIT_SECONDS: '-1' }), none);
    assert.deepEqual([limitFor(0.5, 1000), limitFor(5000, 1000), limitFor(0.5)], [500, 5000, 64_000]);
});

test('a program that is not there is a fault at once, and is not started at each call', async () => {
    const sidecar = new Sidecar({ program: '/none/ctxbudget', root: tmpdir(), timeoutMs: 5000 });
    const first = await sidecar.request('session/list', {}).catch((fault: unknown) => fault);
    const second = await sidecar.request('session/list', {}).catch((fault: unknown) => fault);

    assert.match(String(first), /could not be started/);
    assert.equal(second, first);
    await sidecar.stop();
});

test('nobody waits twice for a server that does not answer', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ctxbudget-test-'));
    const program = join(folder, 'ctxbudget');
    writeFileSync(program, '#!/bin/sh\nexec sleep 600\n', { mode: 0o755 });
    const sidecar = new Sidecar({ program, root: folder, timeoutMs: 300 });
    const faults: Error[] = [];
    const fitting = fitter(sidecar, faults);
    const begun = Date.now();

    for (const calls of [0, 1, 2]) {
        assert.deepEqual(await fitting.fit({ sessionId: 's', messages: conversation(calls) }), []);
    }

    assert.equal(faults.length, 3);
    assert.ok(Date.now() - begun < 20_000);
    await sidecar.stop();
    rmSync(folder, { recursive: true });
});

/** A program that ends at each of the first `count` times that it is asked for the sessions. */
function crashing(folder: string, count: number): string {
    const log = join(folder, 'log');
    writeFileSync(log, '');
    const program = join(folder, 'ctxbudget');
    const fake = join(process.cwd(), 'test', 'fakeServer.mjs');
    const plan = JSON.stringify(Array.from({ length: count }, () => ['session/list']));
    const words = `FAKE_LOG='${log}' FAKE_PLAN='${plan}' exec '${process.execPath}' '${fake}'`;
    writeFileSync(program, `#!/bin/sh\n${words}\n`, { mode: 0o755 });
    return program;
}

test('a request that its server dies of is given up, and the next one finds another server', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ctxbudget-test-'));
    const sidecar = new Sidecar({ program: crashing(folder, 3), root: folder, timeoutMs: 20_000 });

    await assert.rejects(sidecar.request('session/list', {}), ConnectionLostError);
    const answer = await sidecar.request('session/list', {});

    assert.deepEqual(answer, { method: 'session/list', start: 3 });
    await sidecar.stop();
    assert.equal(readFileSync(join(folder, 'log'), 'utf8').includes('shutdown'), true);
    rmSync(folder, { recursive: true });
});

test('a server that dies of every request is not started at each of them', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ctxbudget-test-'));
    const sidecar = new Sidecar({ program: crashing(folder, 100), root: folder, timeoutMs: 20_000 });

    for (let asked = 0; asked < 10; asked += 1) {
        await assert.rejects(sidecar.request('session/list', {}), ConnectionLostError);
    }

    const lines = readFileSync(join(folder, 'log'), 'utf8').split('\n');
    assert.equal(lines.filter((line) => line === '"start"').length, 6);
    await sidecar.stop();
    rmSync(folder, { recursive: true });
});
