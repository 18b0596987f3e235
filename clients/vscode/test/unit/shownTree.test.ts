import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Item } from '../../src/protocol';
import type { Node } from '../../src/sessionTree';
import { SessionTree } from '../../src/sessionTree';
import { ShownTree } from '../../src/shownTree';
import { account, item } from './account';

const PHASES = [
    { phase: 1, name: 'research', state: 'running' as const },
    { phase: 2, name: null, state: 'planned' as const },
];

/** A tree as VS Code draws it: all that is expanded. */
async function drawn(items: Item[]): Promise<{ shown: ShownTree; byId: Map<string, Node>; asked: object[] }> {
    const { ask, asked } = account(items, PHASES);
    const shown = new ShownTree(new SessionTree('s', ask));
    const byId = new Map<string, Node>();
    const draw = async (node?: Node): Promise<void> => {
        for (const child of await shown.children(node)) {
            byId.set(child.id, child);
            if (shown.draw(child).branch === 'expanded') {
                await draw(child);
            }
        }
    };
    await draw();
    return { shown, byId, asked };
}

async function changedIds(shown: ShownTree): Promise<string[] | undefined> {
    return (await shown.changes())?.map(({ id }) => id);
}

test('nothing has changed: nothing is drawn again', async () => {
    const { shown } = await drawn([item('a', { phase: 1 }), item('b', { layer: 'permanent' })]);
    assert.deepEqual(await changedIds(shown), []);
});

test('an item was pinned: its row alone, and the node is the object that VS Code knows', async () => {
    const items = [item('a', { phase: 1 }), item('b', { phase: 1 })];
    const { shown, byId } = await drawn(items);
    items[0] = { ...item('a', { phase: 1 }), pinned: true };
    const [changed, ...others] = (await shown.changes()) ?? [];
    assert.deepEqual(others, []);
    assert.equal(changed, byId.get('s/transient/1/a'));
    assert.ok(changed?.kind === 'item' && changed.item.pinned);
});

test('an item came: the account and the layer that it is in, and no other', async () => {
    const items = [item('a', { phase: 1 }), item('b', { layer: 'permanent' })];
    const { shown } = await drawn(items);
    items.push(item('c', { phase: 1 }));
    assert.deepEqual(await changedIds(shown), ['s/account', 's/transient']);
});

test('a layer or the removed items came or went: all', async () => {
    const items = [item('a', { phase: 1 })];
    const { shown } = await drawn(items);
    items.push(item('b', { layer: 'permanent' }));
    assert.equal(await changedIds(shown), undefined);
});

test('what is collapsed is not asked for', async () => {
    const { shown, byId, asked } = await drawn([item('a', { phase: 1 }), item('b', { layer: 'permanent' })]);
    const layer = byId.get('s/transient');
    assert.ok(layer);
    const questions = async (): Promise<number> => {
        asked.length = 0;
        await shown.changes();
        return asked.length;
    };
    const all = await questions();
    shown.collapse(layer);
    const fewer = await questions();
    assert.ok(fewer < all, `${fewer} of ${all}`);
    shown.expand(layer);
    assert.equal(await questions(), all);
});

test('more of a list is shown: its branch', async () => {
    const items = Array.from({ length: 500 }, (_, place) => item(`i${place}`, { phase: 1 }));
    const { shown, byId } = await drawn(items);
    const more = byId.get('s/transient/1/more');
    assert.ok(more?.kind === 'more');
    shown.tree.showMore(more);
    assert.deepEqual(await changedIds(shown), ['s/transient/1']);
});

test('a phase that has lost its last item is not asked for any more', async () => {
    const items = [item('a', { phase: 1 }), item('b', { phase: 2 })];
    const { shown, byId, asked } = await drawn(items);
    const [one, two] = [byId.get('s/transient/1'), byId.get('s/transient/2')];
    assert.ok(one && two);
    await shown.children(two);
    items.pop();
    const [account, layer] = (await shown.changes()) ?? [];
    assert.deepEqual([account?.id, layer?.id], ['s/account', 's/transient']);
    assert.ok(account && layer);
    for (const node of [account, layer, ...(await shown.children(layer))]) {
        shown.draw(node);
    }
    asked.length = 0;
    await shown.changes();
    const phaseTwo = asked.filter((question) => 'phase' in question && question.phase === 2 && 'limit' in question);
    assert.deepEqual(
        phaseTwo.filter((question) => 'limit' in question && question.limit !== 1),
        [],
    );
});
