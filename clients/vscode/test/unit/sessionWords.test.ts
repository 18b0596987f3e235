import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Account, Item, PhaseState } from '../../src/protocol';
import { look } from '../../src/sessionWords';
import { item } from './account';
import manifest from '../../package.json';

function ofItem(more: Partial<Item>): ReturnType<typeof look> {
    return look({ kind: 'item', id: 'x', item: item('i1', more) });
}

function ofAccount(more: Partial<Account>): ReturnType<typeof look> {
    const figures = { retained: 3_150, budget: 7_500, ofBudget: 0.42, level: 'ok', windowSource: 'session' } as const;
    const rest = { peak: 0, processed: 0, saved: 0, leased: 0, available: 0, policy: 'aggressive' } as const;
    const account = { ...figures, ...rest, advice: { text: 'Nothing.' }, ...more } as Account;
    return look({ kind: 'account', id: 'x', account });
}

test('the account in a line: retained of budget, share, level', () => {
    const { label, description, icon, spoken } = ofAccount({});
    assert.deepEqual([label, description, icon], ['3,150 of 7,500 budget', '42.0% · ok', 'dashboard']);
    assert.equal(spoken, '3,150 of 7,500 budget retained, 42.0% · ok');
    assert.equal(ofAccount({ level: 'critical' }).icon, 'error');
});

test('there is no share of a window that nobody has set', () => {
    const { label, description, tooltip } = ofAccount({ windowSource: 'default' });
    assert.deepEqual([label, description], ['3,150 tokens', 'the size of the window is not set']);
    assert.doesNotMatch(tooltip, /available|budget/);
});

test('an item: title, tokens, where the figure is from unless it is exact, what was done to it', () => {
    assert.equal(ofItem({ tokens: 2_628 }).description, '2,628');
    assert.match(ofItem({ tokens: 1 }).spoken, /, 1 token, /);
    const more = { provenance: 'estimated', pinned: true } as const;
    assert.equal(ofItem(more).description, '10 · estimated · pinned');
    assert.equal(ofItem({ state: 'reduced' }).description, '10 · reduced');
    assert.equal(ofItem(more).spoken, 'Report i1, 10 tokens, estimated, pinned, in the context');
});

test('what is only named by its path has the name of the file; without one, its id', () => {
    assert.equal(ofItem({ title: null, path: '/x/a/b.md' }).label, 'b.md');
    assert.equal(ofItem({ title: 'a/b.md', path: '/x/a/b.md' }).label, 'b.md');
    assert.equal(ofItem({ title: 'On a/b', path: '/x/a/b.md' }).label, 'On a/b');
    assert.equal(ofItem({ title: null }).label, 'i1');
});

test('text from elsewhere is only text', () => {
    const { label, tooltip } = ofItem({ title: '$(trash) [x](command:y)\u202e', reason: '<b>|' });
    assert.equal(label, '$ (trash) [x] (command:y)\\u202e');
    assert.doesNotMatch(tooltip, /\[x\]\(command|<b>/);
});

/** The commands that the manifest has in the context menu of a node with this context value. */
function commandsFor(context: string): string[] {
    const fits = (when: string): boolean =>
        [...when.matchAll(/viewItem =~ \/(.*?)\//g)].every(([, word]) => new RegExp(word ?? '').test(context)) &&
        [...when.matchAll(/viewItem == (\w+)/g)].every(([, word]) => word === context);
    return manifest.contributes.menus['view/item/context']
        .filter(({ group, when }) => !group.startsWith('inline') && fits(when))
        .map(({ command }) => command.replace('ctxbudget.editor.', ''));
}

test('menus offer what can be done, and nothing else', () => {
    const commands = (more: Partial<Item>): string[] => commandsFor(ofItem(more).context);
    assert.deepEqual(commands({}), ['pinItem', 'prune', 'openOriginal']);
    assert.deepEqual(commands({ bytes: null }), ['pinItem', 'prune']);
    assert.deepEqual(commands({ pinned: true }), ['unpinItem', 'openOriginal']);
    assert.deepEqual(commands({ layer: 'permanent' }), ['pinItem', 'openOriginal']);
    assert.deepEqual(commands({ state: 'pruned' }), ['restoreItem', 'openOriginal']);
    assert.deepEqual(commandsFor('layer prunable'), ['prune']);
    assert.deepEqual(commandsFor('phase permanent'), []);
    assert.deepEqual(commandsFor('removed'), []);
});

test('a running phase is open from the start', () => {
    const state = { phase: 2, name: 'build', state: 'running', retained: 1, allocated: null } as PhaseState;
    const node = { kind: 'phase', id: 'x', layer: 'transient', phase: 2, state, items: 1, tokens: 2_000 } as const;
    const { label, description, branch } = look({ ...node, state: { ...state, peak: 0, processed: 0 } });
    assert.deepEqual([label, description, branch], ['Phase 2 build', '2,000 tokens · 1 item · running', 'expanded']);
});

test('what is left of a long list', () => {
    const more = (left: number): string[] => {
        const { label, description } = look({ kind: 'more', id: 'x', of: 'y', left });
        return [label, description];
    };
    assert.deepEqual(more(4_800), ['Show 200 more', 'of 4,800']);
    assert.deepEqual(more(7), ['Show 7 more', '']);
});
