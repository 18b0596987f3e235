/** The session view: the tree in VS Code, kept in step with the account. */

import * as vscode from 'vscode';
import type { Snapshot } from './budget';
import { Paced } from './paced';
import { label } from './plain';
import type { Ask } from './protocol';
import type { MoreNode, Node } from './sessionTree';
import { SessionTree } from './sessionTree';
import { look } from './sessionWords';

export const VIEW = 'ctxbudget.session';

/** Between two refreshes: an agent at work writes several times a second. */
const PAUSE_MS = 400;

/** For so long a server that has just started may not have told of its session yet. */
const FIRST_NEWS_MS = 1_500;

/** What the view shows where there is no session; menus and welcome texts go by it. */
export type Situation = 'starting' | 'missing' | 'stopped' | 'none' | 'session';

export class SessionView implements vscode.TreeDataProvider<Node>, vscode.Disposable {
    readonly #changed = new vscode.EventEmitter<undefined>();
    readonly #view: vscode.TreeView<Node>;
    readonly #pace = new Paced(() => this.#renew(), PAUSE_MS);
    readonly #ask: Ask;
    readonly #openOriginal: string;
    readonly #showMore: string;
    /** What was shown last of each branch: it stays while an answer fails. */
    #last = new Map<string, Node[]>();
    #tree: SessionTree | undefined;
    #snapshot = '';
    #situation: Situation = 'starting';
    #waiting: NodeJS.Timeout | undefined;

    readonly onDidChangeTreeData = this.#changed.event;

    /** @param openOriginal the command of a click on an item; @param showMore of a click on what is left of a list */
    constructor(ask: Ask, openOriginal: string, showMore: string) {
        this.#ask = ask;
        this.#openOriginal = openOriginal;
        this.#showMore = showMore;
        this.#view = vscode.window.createTreeView(VIEW, { treeDataProvider: this, canSelectMany: true });
        this.without('starting');
    }

    /** The session that is shown. */
    get tree(): SessionTree | undefined {
        return this.#tree;
    }

    get selection(): readonly Node[] {
        return this.#view.selection;
    }

    /** Show this session's account; undefined: no session has been opened in this workspace. */
    show(snapshot: Snapshot | undefined): void {
        clearTimeout(this.#waiting);
        if (snapshot === undefined) {
            const wait = this.#situation === 'starting' ? FIRST_NEWS_MS : 0;
            this.#waiting = setTimeout(() => {
                this.without('none');
            }, wait);
            return;
        }
        const { sessionId, revision, state, figures } = snapshot;
        if (this.#tree?.sessionId !== sessionId) {
            this.#tree = new SessionTree(sessionId, this.#ask);
            this.#last = new Map();
            this.#snapshot = '';
            this.#is('session');
        }
        this.#view.title = label(`Session ${sessionId}${state === 'open' ? '' : ` · ${state}`}`);
        const now = JSON.stringify([sessionId, revision, state, figures]);
        if (now !== this.#snapshot) {
            this.#snapshot = now;
            this.#pace.ask();
        }
    }

    /** There is no session to show. */
    without(why: Exclude<Situation, 'session'>): void {
        clearTimeout(this.#waiting);
        this.#tree = undefined;
        this.#last = new Map();
        this.#snapshot = '';
        this.#view.title = 'Session';
        this.#view.message = '';
        this.#is(why);
        this.#changed.fire(undefined);
    }

    /** Read all of it again. */
    refresh(): void {
        this.#pace.ask();
    }

    showMore(node: MoreNode): void {
        this.#tree?.showMore(node);
        this.#changed.fire(undefined);
    }

    async getChildren(node?: Node): Promise<Node[]> {
        const tree = this.#tree;
        if (tree === undefined) {
            return [];
        }
        const key = node?.id ?? '';
        try {
            const children = await (node === undefined ? tree.roots() : tree.children(node));
            this.#last.set(key, children);
            if (node === undefined) {
                this.#view.message = noticesOf(children);
            }
            return children;
        } catch (error) {
            if (tree === this.#tree) {
                this.#view.message = label(error instanceof Error ? error.message : String(error));
            }
            return this.#last.get(key) ?? [];
        }
    }

    getTreeItem(node: Node): vscode.TreeItem {
        const { label: text, description, icon, colour, tooltip, context, spoken, branch } = look(node);
        const item = new vscode.TreeItem(text, BRANCHES[branch]);
        item.id = node.id;
        item.description = description;
        item.iconPath = new vscode.ThemeIcon(icon, colour === undefined ? undefined : new vscode.ThemeColor(colour));
        item.tooltip = new vscode.MarkdownString(tooltip);
        item.contextValue = context;
        item.accessibilityInformation = { label: spoken };
        if (node.kind === 'more') {
            item.command = { command: this.#showMore, title: 'Show More', arguments: [node] };
        } else if (node.kind === 'item' && node.item.bytes !== null) {
            item.command = { command: this.#openOriginal, title: 'Open Original', arguments: [node] };
        }
        return item;
    }

    dispose(): void {
        clearTimeout(this.#waiting);
        this.#pace.stop();
        this.#view.dispose();
        this.#changed.dispose();
    }

    #is(situation: Situation): void {
        this.#situation = situation;
        void vscode.commands.executeCommand('setContext', 'ctxbudget.situation', situation);
    }

    #renew(): Promise<void> {
        this.#changed.fire(undefined);
        return Promise.resolve();
    }
}

const BRANCHES = {
    none: vscode.TreeItemCollapsibleState.None,
    collapsed: vscode.TreeItemCollapsibleState.Collapsed,
    expanded: vscode.TreeItemCollapsibleState.Expanded,
} as const;

/** What the server has to say besides: losses, faults in files of settings. */
function noticesOf(roots: Node[]): string {
    const account = roots.find((node) => node.kind === 'account');
    return account?.kind === 'account'
        ? label((account.account.notices ?? []).map(({ message }) => message).join(' '))
        : '';
}
