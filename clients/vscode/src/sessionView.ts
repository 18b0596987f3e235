/** The session view: the tree in VS Code, kept in step with the account. */

import * as vscode from 'vscode';
import type { Snapshot } from './budget';
import { Paced } from './paced';
import { label } from './plain';
import type { Ask } from './protocol';
import type { MoreNode, Node } from './sessionTree';
import { SessionTree } from './sessionTree';
import { look } from './sessionWords';
import { ShownTree } from './shownTree';

export const VIEW = 'ctxbudget.session';

/** Between two refreshes: an agent at work writes several times a second. */
const PAUSE_MS = 400;

/** For so long a server that has just started may not have told of its session yet. */
const FIRST_NEWS_MS = 1_500;

/** What the view shows where there is no session; menus and welcome texts go by it. */
export type Situation = 'starting' | 'missing' | 'stopped' | 'none' | 'session';

export class SessionView implements vscode.TreeDataProvider<Node>, vscode.Disposable {
    readonly #changed = new vscode.EventEmitter<Node[] | undefined>();
    readonly #view: vscode.TreeView<Node>;
    readonly #pace = new Paced(() => this.#renew(), PAUSE_MS);
    readonly #ask: Ask;
    readonly #openOriginal: string;
    readonly #showMore: string;
    #shown: ShownTree | undefined;
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
        this.#view.onDidCollapseElement(({ element }) => this.#shown?.collapse(element));
        this.#view.onDidExpandElement(({ element }) => {
            this.#shown?.expand(element);
            this.#changed.fire([element]);
        });
        this.without('starting');
    }

    /** The session that is shown. */
    get tree(): SessionTree | undefined {
        return this.#shown?.tree;
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
        if (this.tree?.sessionId !== sessionId) {
            this.#shown = new ShownTree(new SessionTree(sessionId, this.#ask));
            this.#snapshot = '';
            this.#is('session');
            this.#changed.fire(undefined);
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
        this.#shown = undefined;
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
        this.tree?.showMore(node);
        this.refresh();
    }

    async getChildren(node?: Node): Promise<Node[]> {
        const shown = this.#shown;
        if (shown === undefined) {
            return [];
        }
        try {
            const children = await shown.children(node);
            if (node === undefined) {
                this.#view.message = noticesOf(children);
            }
            return children;
        } catch (error) {
            this.#tell(shown, error);
            return shown.lastChildren(node);
        }
    }

    getTreeItem(node: Node): vscode.TreeItem {
        const {
            label: text,
            description,
            icon,
            colour,
            tooltip,
            context,
            spoken,
            branch,
        } = this.#shown?.draw(node) ?? look(node);
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

    /** Draw again what has changed, and nothing else. */
    async #renew(): Promise<void> {
        const shown = this.#shown;
        if (shown === undefined) {
            return;
        }
        if (!this.#view.visible) {
            this.#changed.fire(undefined); // all is asked for when it is looked at again
            return;
        }
        try {
            const changes = await shown.changes();
            if (shown === this.#shown && changes?.length !== 0) {
                this.#changed.fire(changes);
            }
        } catch (error) {
            this.#tell(shown, error);
        }
    }

    #tell(shown: ShownTree, error: unknown): void {
        if (shown === this.#shown) {
            this.#view.message = label(error instanceof Error ? error.message : String(error));
        }
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
