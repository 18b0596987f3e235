/** What can be done with the session: commands of the view's nodes, of its title and of the palette. */

import * as vscode from 'vscode';
import { allSessions } from './chosenSession';
import type { Originals } from './originals';
import { label } from './plain';
import type { Ask, Item, Target } from './protocol';
import { Pruning, doesSomething, doneText, nothingToPrune, question } from './pruning';
import { tokens } from './budget';
import type { ItemNode, Node, SessionTree } from './sessionTree';
import type { SessionView } from './sessionView';
import { itemName, phaseName, tokenCount } from './sessionWords';

export const SESSION_COMMANDS = {
    pin: 'ctxbudget.editor.pinItem',
    unpin: 'ctxbudget.editor.unpinItem',
    prune: 'ctxbudget.editor.prune',
    restore: 'ctxbudget.editor.restoreItem',
    undo: 'ctxbudget.editor.undoPrune',
    openOriginal: 'ctxbudget.editor.openOriginal',
    showMore: 'ctxbudget.editor.showMoreItems',
    switchSession: 'ctxbudget.editor.switchSession',
    openSession: 'ctxbudget.editor.openSession',
    refresh: 'ctxbudget.editor.refreshSession',
} as const;

/** Items that a choice offers, and that one request may name: a limit of the protocol. */
const MOST_ITEMS = 10_000;

/** What the commands act on. */
export interface SessionParts {
    ask: Ask;
    view: SessionView;
    originals: Originals;
    pruning: Pruning;
    /** Follow this session from now on; undefined: the one that the settings name. */
    follow(sessionId: string | undefined): Promise<void>;
}

/** What is pruned, in words and as a target. */
interface Choice {
    what: string;
    target: Target;
}

/** Register them all. */
export function registerSessionCommands(parts: SessionParts): vscode.Disposable {
    const { ask, view, originals, pruning } = parts;
    const register = (
        name: keyof typeof SESSION_COMMANDS,
        work: (tree: SessionTree, clicked: Node | undefined, selected: Node[] | undefined) => Promise<void>,
    ): vscode.Disposable =>
        vscode.commands.registerCommand(SESSION_COMMANDS[name], (clicked?: Node, selected?: Node[]) =>
            told(async () => {
                const { tree } = view;
                if (tree === undefined) {
                    tellNoSession();
                } else {
                    await work(tree, clicked, selected);
                }
            }),
        );
    const setPinned = (pinned: boolean) => async (tree: SessionTree, clicked?: Node, selected?: Node[]) => {
        const fits = (item: Item): boolean => item.state === 'retained' && item.pinned !== pinned;
        for (const item of await itemsFor(pinned ? 'pin' : 'unpin', fits, tree, view, clicked, selected)) {
            await ask('context/update', { sessionId: tree.sessionId, itemId: item.id, pinned });
        }
        view.refresh();
    };
    return vscode.Disposable.from(
        register('pin', setPinned(true)),
        register('unpin', setPinned(false)),
        register('prune', async (tree, clicked, selected) => {
            const choice = await whatToPrune(ask, tree, view, clicked, selected);
            if (choice !== undefined) {
                await prune(pruning, tree.sessionId, choice);
                view.refresh();
            }
        }),
        register('undo', async ({ sessionId }) => {
            const text = await pruning.undo(sessionId);
            view.refresh();
            void vscode.window.showInformationMessage(label(text));
        }),
        register('restore', async (tree, clicked, selected) => {
            const fits = (item: Item): boolean => item.state !== 'retained';
            const ids = (await itemsFor('restore', fits, tree, view, clicked, selected)).map(({ id }) => id);
            const [first, ...others] = ids;
            if (first !== undefined) {
                const { sessionId } = tree;
                const { restored, status } = await ask('context/restore', { sessionId, items: [first, ...others] });
                view.refresh();
                const used = `${tokens(status.retained)} retained`;
                vscode.window.setStatusBarMessage(`Restored ${tokenCount(restored)}, ${used}`, 5_000);
            }
        }),
        register('openOriginal', async (tree, clicked, selected) => {
            const fits = (item: Item): boolean => item.bytes !== null;
            const [item] = await itemsFor('open', fits, tree, view, clicked, selected);
            if (item !== undefined) {
                await originals.show(tree.sessionId, item);
            }
        }),
        register('showMore', (_tree, clicked) => {
            if (clicked?.kind === 'more') {
                view.showMore(clicked);
            }
            return Promise.resolve();
        }),
        vscode.commands.registerCommand(SESSION_COMMANDS.refresh, () => {
            view.refresh();
        }),
        vscode.commands.registerCommand(SESSION_COMMANDS.switchSession, () => told(() => switchSession(parts))),
        vscode.commands.registerCommand(SESSION_COMMANDS.openSession, () =>
            told(async () => {
                await ask('session/open', {});
                view.refresh();
            }),
        ),
    );
}

/** Do it; what goes wrong is told as the sentence that it is. */
async function told(work: () => Promise<void>): Promise<void> {
    try {
        await work();
    } catch (error) {
        void vscode.window.showErrorMessage(label(error instanceof Error ? error.message : String(error)));
    }
}

function tellNoSession(): void {
    void vscode.window.showInformationMessage('There is no session in this workspace yet.');
}

/** Preview, ask, and prune; asked again if the plan has changed meanwhile. */
async function prune(pruning: Pruning, sessionId: string, { what, target }: Choice): Promise<void> {
    let plan = await pruning.preview(sessionId, target);
    let changed = false;
    while (plan.dryRun) {
        if (!doesSomething(plan)) {
            void vscode.window.showInformationMessage(nothingToPrune(what, plan));
            return;
        }
        const { title, detail } = question(what, plan);
        const note = changed ? 'The session has changed meanwhile; this is the plan now.\n\n' : '';
        const options = { modal: true, detail: `${note}${detail}` };
        if ((await vscode.window.showWarningMessage(title, options, 'Prune')) === undefined) {
            return;
        }
        plan = await pruning.carryOut(sessionId, target, plan);
        changed = true;
    }
    void vscode.window.showInformationMessage(doneText(plan), 'Undo').then((answer) => {
        if (answer !== undefined) {
            void vscode.commands.executeCommand(SESSION_COMMANDS.undo);
        }
    });
}

async function switchSession(parts: SessionParts): Promise<void> {
    const sessions = await allSessions(parts.ask);
    if (sessions.length === 0) {
        tellNoSession();
        return;
    }
    const automatic = {
        label: '$(sync) Follow the settings',
        description: 'by default the session that changed last',
        sessionId: undefined,
    };
    const rows = sessions.map(({ sessionId, state, status, updatedAt }) => ({
        label: label(sessionId),
        description: `${state} · ${tokens(status.retained)} of ${tokens(status.budget)} · ${status.level}`,
        detail: `changed ${new Date(updatedAt).toLocaleString()}`,
        sessionId,
    }));
    const chosen = await vscode.window.showQuickPick([automatic, ...rows], {
        title: 'Switch Session',
        placeHolder: 'The session that the view, the status bar and the hints follow in this window',
    });
    if (chosen !== undefined) {
        await parts.follow(chosen.sessionId);
    }
}

/** The items that a command is for: those selected, the one clicked on, or one that is chosen from a list. */
async function itemsFor(
    verb: string,
    fits: (item: Item) => boolean,
    tree: SessionTree,
    view: SessionView,
    clicked: Node | undefined,
    selected: readonly Node[] | undefined,
): Promise<Item[]> {
    const nodes = itemNodes(selected ?? (clicked === undefined ? view.selection : [clicked]));
    const meant = nodes.map(({ item }) => item).filter(fits);
    if (meant.length > 0) {
        return meant;
    }
    const found = (await tree.itemsOf(verb === 'restore', MOST_ITEMS)).filter(fits);
    if (found.length === 0) {
        void vscode.window.showInformationMessage(`There is no item to ${verb}.`);
        return [];
    }
    const rows = found.map((item) => ({
        label: itemName(item),
        description: `${tokenCount(item.tokens)} · ${item.layer}${item.pinned ? ' · pinned' : ''}`,
        item,
    }));
    const chosen = await vscode.window.showQuickPick(rows, {
        placeHolder: `The item to ${verb}`,
        matchOnDescription: true,
    });
    return chosen === undefined ? [] : [chosen.item];
}

function itemNodes(nodes: readonly Node[]): ItemNode[] {
    return nodes.filter((node) => node.kind === 'item');
}

/** What a prune is for: the nodes that are selected or clicked on, or what is chosen from a list. */
async function whatToPrune(
    ask: Ask,
    tree: SessionTree,
    view: SessionView,
    clicked: Node | undefined,
    selected: readonly Node[] | undefined,
): Promise<Choice | undefined> {
    const nodes = selected ?? (clicked === undefined ? view.selection : [clicked]);
    const items = itemNodes(nodes).filter(({ item }) => item.state === 'retained' && item.layer !== 'permanent');
    const [first, ...others] = items;
    if (first !== undefined) {
        const what = others.length === 0 ? itemName(first.item) : `${tokens(items.length)} items`;
        return { what, target: { items: [first.item.id, ...others.map(({ item }) => item.id)] } };
    }
    const [node] = nodes;
    switch (node?.kind) {
        case 'layer':
            return { what: `the layer ${node.layer}`, target: { layer: node.layer } };
        case 'phase': {
            const name = node.state === null ? 'the items without a phase' : phaseName(node.state);
            const [one, ...rest] = await tree.idsOf(node, MOST_ITEMS);
            return one === undefined
                ? undefined
                : { what: `${name} in the layer ${node.layer}`, target: { items: [one, ...rest] } };
        }
        default:
            return chooseTarget(ask, tree);
    }
}

async function chooseTarget(ask: Ask, { sessionId }: SessionTree): Promise<Choice | undefined> {
    const { phases, layers, policy } = await ask('budget/status', { sessionId });
    const transient = layers.find(({ layer }) => layer === 'transient')?.retained ?? 0;
    const rows: (vscode.QuickPickItem & Choice)[] = phases
        .filter(({ retained }) => retained > 0)
        .map((phase) => ({
            label: phaseName(phase),
            description: `${tokenCount(phase.retained)} · ${phase.state}`,
            what: phaseName(phase),
            target: { phase: phase.phase },
        }));
    if (transient > 0) {
        const target: Target = { layer: 'transient' };
        rows.push({
            label: 'All transient items',
            description: tokenCount(transient),
            what: 'the layer transient',
            target,
        });
    }
    const target: Target = { workflow: true };
    rows.push({ label: 'The whole workflow', description: `by the policy ${policy}`, what: 'the workflow', target });
    return vscode.window.showQuickPick(rows, { placeHolder: 'What to prune; a preview comes first' });
}
