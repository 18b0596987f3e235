import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Item } from '../../src/protocol';
import type { MoreNode, Node } from '../../src/sessionTree';
import { PAGE, SessionTree } from '../../src/sessionTree';
import { account, item } from './account';

const PHASES = [
    { phase: 1, name: 'research', state: 'completed' as const },
    { phase: 2, name: null, state: 'running' as const },
];

async function below(tree: SessionTree, roots: Node[], id: string): Promise<Node[]> {
    const node = roots.find((one) => one.id === id);
    assert.ok(node, `no ${id} in ${roots.map((one) => one.id).join(', ')}`);
    return tree.children(node);
}

function many(count: number, more: Partial<Item> = {}): Item[] {
    return Array.from({ length: count }, (_, place) => item(`i${place}`, more));
}

test('layers that hold something, and what was removed', async () => {
    const { ask } = account([item('a'), item('b', { state: 'reduced' }), item('c', { state: 'pruned' })]);
    const roots = await new SessionTree('s', ask).roots();
    assert.deepEqual(
        roots.map(({ id }) => id),
        ['s/account', 's/transient', 's/removed'],
    );
});

test('a layer has its phases, and before them what has none; the figures add up', async () => {
    const items = [item('a', { phase: 1 }), item('b', { phase: 2 }), item('c'), item('d', { phase: 1, tokens: 5 })];
    const tree = new SessionTree('s', account(items, PHASES).ask);
    const phases = await below(tree, await tree.roots(), 's/transient');
    assert.deepEqual(
        phases.map((node) => node.kind === 'phase' && [node.phase, node.items, node.tokens]),
        [
            [null, 1, 10],
            [1, 2, 15],
            [2, 1, 10],
        ],
    );
    assert.deepEqual(
        (await Promise.all(phases.map((node) => tree.children(node)))).map((nodes) => nodes.map(({ id }) => id)),
        [['s/transient/none/c'], ['s/transient/1/a', 's/transient/1/d'], ['s/transient/2/b']],
    );
});

test('without phases a layer has its items', async () => {
    const tree = new SessionTree('s', account([item('a')], PHASES).ask);
    assert.deepEqual(
        (await below(tree, await tree.roots(), 's/transient')).map(({ id }) => id),
        ['s/transient/a'],
    );
});

test('what was removed: first what was reduced, then what was pruned', async () => {
    const items = [item('a', { state: 'pruned' }), item('b', { state: 'reduced' })];
    const tree = new SessionTree('s', account(items).ask);
    assert.deepEqual(
        (await below(tree, await tree.roots(), 's/removed')).map(({ id }) => id),
        ['s/removed/b', 's/removed/a'],
    );
});

for (const [what, more, branch] of [
    ['a phase', { phase: 1 }, 's/transient/1'],
    ['a layer without phases', {}, 's/transient'],
    ['what was pruned', { state: 'pruned' }, 's/removed'],
] as const) {
    test(`of 5,000 items in ${what} a page is asked for, and one more each time`, async () => {
        const { ask, asked } = account(many(5_000, more), PHASES);
        const tree = new SessionTree('s', ask);
        const roots = await tree.roots();
        const parent = branch === 's/transient/1' ? await below(tree, roots, 's/transient') : roots;
        let shown = await below(tree, parent, branch);
        assert.equal(shown.length, PAGE + 1);
        for (const pages of [1, 2, 3]) {
            const left = shown.at(-1) as MoreNode;
            assert.deepEqual([left.kind, left.left], ['more', 5_000 - pages * PAGE]);
            tree.showMore(left);
            shown = await below(tree, parent, branch);
            assert.equal(shown.length, (pages + 1) * PAGE + 1);
        }
        const largest = Math.max(...asked.map(({ limit }) => Number(limit ?? 0)));
        assert.equal(largest, 4 * PAGE, 'no request asks for more than is shown');
        assert.equal(new Set(shown.map(({ id }) => id)).size, shown.length);
    });
}

test('items without a phase are found behind thousands that have one', async () => {
    const items = [...many(2_500, { phase: 1 }), item('last')];
    const tree = new SessionTree('s', account(items, PHASES).ask);
    const [none] = await below(tree, await tree.roots(), 's/transient');
    assert.ok(none);
    assert.deepEqual(
        (await tree.children(none)).map(({ id }) => id),
        ['s/transient/none/last'],
    );
});

test('the ids of a branch are those that it holds, not those that it shows', async () => {
    const tree = new SessionTree('s', account(many(500, { phase: 1 }), PHASES).ask);
    const [phase] = await below(tree, await tree.roots(), 's/transient');
    assert.ok(phase?.kind === 'phase');
    assert.equal((await tree.idsOf(phase, 10_000)).length, 500);
});
