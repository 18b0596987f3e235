import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { Client, ClientError, ConnectionLostError, RequestTimeoutError } from '../src/index.js';
import { RENEWAL_MS } from '../src/restarts.js';

const FAKE = join(process.cwd(), 'test', 'fakeServer.mjs');

interface Asked {
    method: string;
    params: Record<string, unknown>;
}

let folder: string;
let client: Client | undefined;

beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ctxbudget-test-'));
    writeFileSync(join(folder, 'log'), '');
});

afterEach(async () => {
    await client?.close();
    client = undefined;
    rmSync(folder, { recursive: true });
});

/** A client of a server that ends, at its n-th start, at the methods of `plan[n]`. */
async function started(plan: string[][], restarts = 3, now?: () => number): Promise<Client> {
    client = await Client.start({
        command: [process.execPath, FAKE],
        env: { FAKE_LOG: join(folder, 'log'), FAKE_PLAN: JSON.stringify(plan) },
        restarts,
        now,
        timeoutMs: 20_000,
    });
    return client;
}

function asked(method: string): Asked[] {
    const lines = readFileSync(join(folder, 'log'), 'utf8').trim().split('\n');
    return lines.map((line) => JSON.parse(line) as Asked).filter((one) => one.method === method);
}

test('a request that was in flight at a crash is asked again, with the same key', async () => {
    const asking = await started([['context/add']]);
    const told: unknown[] = [];
    asking.on('ctxbudget/reconnected', (params) => told.push(params));

    const result = await asking.request('context/add', { items: [] });

    assert.deepEqual(result, { method: 'context/add', start: 1 });
    const [first, second] = asked('context/add');
    assert.equal(typeof first?.params['requestKey'], 'string');
    assert.deepEqual(first, second);
    assert.deepEqual(told, [{ restartsLeft: 2 }]);
});

test('a key of the caller stays, and what writes nothing has none', async () => {
    const asking = await started([]);

    await asking.request('context/add', { items: [], requestKey: 'mine' });
    await asking.request('tokens/count', { texts: ['a'] });

    assert.equal(asked('context/add')[0]?.params['requestKey'], 'mine');
    assert.deepEqual(asked('tokens/count')[0]?.params, { texts: ['a'] });
});

test('what is asked during a restart is asked after it, in order', async () => {
    const asking = await started([['budget/status']]);
    const first = asking.request('budget/status', {});
    await assert.doesNotReject(
        Promise.all([first, asking.request('context/list', {}), asking.request('tokens/count')]),
    );

    assert.equal(asked('budget/status').length, 2);
});

test('a request that is in flight at every crash is given up, and others are answered', async () => {
    const plan = Array.from({ length: 5 }, () => ['context/add']);
    const asking = await started(plan, 5);

    await assert.rejects(asking.request('context/add', { items: [] }), ConnectionLostError);

    assert.equal(asked('context/add').length, 3);
    assert.deepEqual(await asking.request('budget/status', {}), { method: 'budget/status', start: 3 });
});

test('what is not in the contract is not asked again', async () => {
    const asking = await started([['other/method']]);

    await assert.rejects(asking.request('other/method', {}), (error: Error) => error.message.includes('no more'));

    assert.equal(asked('other/method').length, 1);
});

test('after the last restart nothing can be asked for three minutes; then the server is started again', async () => {
    let now = 0;
    const asking = await started([['budget/status'], ['budget/status']], 1, () => now);

    await assert.rejects(asking.request('budget/status', {}), ConnectionLostError);
    now = RENEWAL_MS - 1;
    await assert.rejects(asking.request('context/add', { items: [] }), ConnectionLostError);
    assert.ok(asking.fault);
    now = RENEWAL_MS;
    const answers = await Promise.all([asking.request('context/add', { items: [] }), asking.request('context/list')]);

    assert.deepEqual(answers, [
        { method: 'context/add', start: 2 },
        { method: 'context/list', start: 2 },
    ]);
    assert.equal(asking.fault, undefined);
    assert.equal(asking.restartsLeft, 0);
    assert.equal(typeof asked('context/add')[0]?.params['requestKey'], 'string');
});

test('a client that is closed stays closed', async () => {
    let now = 0;
    const asking = await started([], 1, () => now);

    await asking.close();
    now = RENEWAL_MS;

    await assert.rejects(asking.request('budget/status', {}), ConnectionLostError);
});

test('without restarts a server that is lost stays lost', async () => {
    let now = 0;
    const asking = await started([['budget/status']], 0, () => now);

    await assert.rejects(asking.request('budget/status', {}), ConnectionLostError);
    now = RENEWAL_MS;

    await assert.rejects(asking.request('context/list', {}), ConnectionLostError);
});

test('a new server is told which sessions are watched', async () => {
    const asking = await started([['budget/status']]);
    await asking.request('session/open', { sessionId: 'one', watch: true });
    await asking.request('session/open', { sessionId: 'two', watch: true });
    await asking.request('session/open', { sessionId: 'two', watch: false });

    await asking.request('budget/status', { sessionId: 'one' });

    const sessions = asked('session/open').map(({ params }) => params['sessionId']);
    assert.deepEqual(sessions, ['one', 'two', 'two', 'one']);
});

test('a late answer is a time-out, and a caller may give up', async () => {
    const asking = await started([]);

    await assert.rejects(asking.request('tokens/truncate', {}, { timeoutMs: 100 }), RequestTimeoutError);
    const signal = AbortSignal.timeout(50);
    await assert.rejects(asking.request('tokens/truncate', {}, { signal }), ClientError);
    assert.deepEqual(await asking.request('budget/status', {}), { method: 'budget/status', start: 0 });
});

test('what is not JSON is refused, and the connection stays', async () => {
    const asking = await started([]);
    const round: Record<string, unknown> = {};
    round['itself'] = round;

    await assert.rejects(asking.request('budget/status', round));
    assert.deepEqual(await asking.request('budget/status', {}), { method: 'budget/status', start: 0 });
});

test('a server that sends something else than messages is started again', async () => {
    const asking = await started([]);

    assert.deepEqual(await asking.request('budget/report', {}), { method: 'budget/report', start: 1 });
});

test('a program that is not there is told at the start, and so is one that ends at once', async () => {
    await assert.rejects(Client.start({ command: [join(folder, 'none')] }), /could not be started/);
    await assert.rejects(started([['initialize']]), /exit code 3[^]*no more/);
});

test('a client that is closed while a server is started again leaves none behind', async () => {
    const asking = await started([['budget/status'], ['initialize']]);
    const lost = assert.rejects(asking.request('budget/status', {}), ConnectionLostError);
    await new Promise((resolve) => setTimeout(resolve, 50));

    await asking.close();

    await lost;
});
