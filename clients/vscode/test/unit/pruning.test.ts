import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Ask, PlanRow, Prune } from '../../src/protocol';
import type { Undos } from '../../src/pruning';
import { Pruning, doesSomething, doneText, nothingToPrune, question } from '../../src/pruning';
import type { Question } from './account';
import { prune, refusal } from './account';

const TARGET = { phase: 1 };

function row(id: string, more: Partial<PlanRow> = {}): PlanRow {
    const figures = { tokensBefore: 2_628, tokensAfter: 300 };
    return { id, action: 'reduced', reason: 'requested', layer: 'transient', kind: 'report', ...figures, ...more };
}

/** A server that gives these answers, one after the other. */
function answering(...answers: (object | Error)[]): { pruning: Pruning; asked: Question[]; undos: Undos } {
    const asked: Question[] = [];
    const kept = new Map<string, string[]>();
    const undos: Undos = {
        get: (sessionId) => kept.get(sessionId) ?? [],
        set: (sessionId, all) => kept.set(sessionId, all),
    };
    const ask = (method: string, params: object): Promise<unknown> => {
        asked.push({ method, ...params });
        const answer = answers.shift();
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    };
    return { pruning: new Pruning(ask as Ask, undos), asked, undos };
}

const PREVIEW = prune({ revision: 4, plan: [row('a')], saved: 2_328 });
const DONE = prune({ revision: 5, plan: [row('a')], saved: 2_328, dryRun: false, undo: 'u1' });

test('a preview changes nothing, and what was previewed is what is done', async () => {
    const { pruning, asked } = answering(PREVIEW, DONE);
    const previewed = await pruning.preview('s', TARGET);
    assert.equal((await pruning.carryOut('s', TARGET, previewed)).dryRun, false);
    assert.deepEqual(asked, [
        { method: 'context/prune', sessionId: 's', target: TARGET, dryRun: true },
        { method: 'context/prune', sessionId: 's', target: TARGET, ifRevision: 4 },
    ]);
});

test('someone else wrote, and the plan is the same: it is done', async () => {
    const { pruning, asked } = answering(refusal('conflict'), { ...PREVIEW, revision: 6 }, DONE);
    assert.equal((await pruning.carryOut('s', TARGET, PREVIEW)).dryRun, false);
    assert.equal(asked.at(-1)?.['ifRevision'], 6);
});

test('someone else wrote, and the plan is another: nothing is done, and the new one is shown', async () => {
    const other = prune({ revision: 6, plan: [row('a'), row('b')] });
    const { pruning, asked, undos } = answering(refusal('conflict'), other);
    assert.equal(await pruning.carryOut('s', TARGET, PREVIEW), other);
    assert.equal(asked.length, 2);
    assert.deepEqual(undos.get('s'), []);
});

test('someone who writes all the time does not keep it busy for ever', async () => {
    const { pruning } = answering(
        ...Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? refusal('conflict') : PREVIEW)),
    );
    await assert.rejects(pruning.carryOut('s', TARGET, PREVIEW), /conflict/);
});

test('another refusal is told', async () => {
    await assert.rejects(answering(refusal('unknownPhase')).pruning.carryOut('s', TARGET, PREVIEW), /unknownPhase/);
});

test('the last prune is undone first, each once', async () => {
    const undone = { restored: ['a', 'b'], status: DONE.status };
    const { pruning, asked } = answering(DONE, { ...DONE, undo: 'u2' }, undone, { ...undone, restored: ['a'] });
    await pruning.carryOut('s', TARGET, PREVIEW);
    await pruning.carryOut('s', TARGET, PREVIEW);
    assert.equal(
        await pruning.undo('s'),
        'The prune is undone: 2 items back in the context, 100 of 7,500 budget in use.',
    );
    assert.match(await pruning.undo('s'), /1 item back/);
    assert.match(await pruning.undo('s'), /There is no prune to undo/);
    assert.deepEqual(
        asked.slice(2).map(({ undo }) => undo),
        ['u2', 'u1'],
    );
});

test('an undo that is refused because items changed since can be tried again; one that is unknown is forgotten', async () => {
    for (const [name, left] of [
        ['conflict', ['u1']],
        ['unknownUndo', []],
    ] as const) {
        const { pruning, undos } = answering(DONE, refusal(name));
        await pruning.carryOut('s', TARGET, PREVIEW);
        await assert.rejects(pruning.undo('s'), new RegExp(name));
        assert.deepEqual(undos.get('s'), left);
    }
});

test('the question says what goes, what stays, and how many tokens', () => {
    const plan = [
        row('a', { title: 'Rate limits' }),
        row('b', { action: 'pruned', reason: 'noMetadata', tokensBefore: 1_000, tokensAfter: 0 }),
        row('c', { action: 'kept', reason: 'pinned' }),
        row('d', { action: 'kept', reason: 'pinned' }),
        row('e', { action: 'added', reason: 'marker', tokensBefore: 0, tokensAfter: 20 }),
    ];
    const status = { ...PREVIEW.status, retained: 6_000 };
    const { title, detail } = question('phase 1', prune({ plan, saved: 3_308, status }));
    assert.equal(title, 'Prune phase 1? 3,308 tokens leave the context.');
    assert.deepEqual(detail.split('\n').slice(0, 5), [
        'Retained: 6,000 → 2,692 tokens. 2 items leave:',
        '• Rate limits: 2,628 → 300, reduced to metadata',
        '• b: 1,000 → 0, pruned without metadata',
        '• Added in their place: 20 tokens',
        'Kept: 2 pinned.',
    ]);
});

test('a long plan is shortened', () => {
    const plan = Array.from({ length: 5_000 }, (_, n) => row(`i${n}`, { tokensBefore: 10 }));
    const { detail } = question('x', prune({ plan }));
    assert.match(detail, /… 4,990 items more, 49,900 tokens/);
    assert.ok(detail.split('\n').length < 20);
});

test('a plan that only keeps does nothing', () => {
    const plan: Prune = prune({ plan: [row('a', { action: 'kept', reason: 'permanent' })] });
    assert.equal(doesSomething(plan), false);
    assert.equal(nothingToPrune('phase 1', plan), 'There is nothing to prune in phase 1. Kept: 1 permanent.');
    assert.equal(doneText(DONE), 'Pruned 1 item, 2,328 tokens saved, 100 of 7,500 budget in use.');
});
