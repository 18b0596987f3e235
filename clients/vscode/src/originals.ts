/** Originals of items as read-only documents. */

import * as vscode from 'vscode';
import type { Ask, Item } from './protocol';
import { itemName } from './sessionWords';

const SCHEME = 'ctxbudget-original';

/** The longest name that a tab gets. */
const NAME_LENGTH = 80;

export class Originals implements vscode.TextDocumentContentProvider, vscode.Disposable {
    readonly #changed = new vscode.EventEmitter<vscode.Uri>();
    readonly #registration: vscode.Disposable;
    readonly #ask: Ask;

    readonly onDidChange = this.#changed.event;

    constructor(ask: Ask) {
        this.#ask = ask;
        this.#registration = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);
    }

    /** Show an item's original. Throws what a person should read. */
    async show(sessionId: string, item: Item): Promise<void> {
        await this.#content(sessionId, item.id); // an error is told as a sentence, and no empty document opened
        const uri = vscode.Uri.from({
            scheme: SCHEME,
            path: `/${fileName(item)}`,
            query: JSON.stringify([sessionId, item.id]),
        });
        this.#changed.fire(uri); // it may have grown since it was opened
        await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: true });
    }

    async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
        const [sessionId, itemId] = JSON.parse(uri.query) as [string, string];
        return this.#content(sessionId, itemId);
    }

    dispose(): void {
        this.#registration.dispose();
        this.#changed.dispose();
    }

    async #content(sessionId: string, itemId: string): Promise<string> {
        return (await this.#ask('context/get', { sessionId, itemId })).content ?? '';
    }
}

/** By its ending the editor knows the language: that of the file it is from, else Markdown. */
function fileName(item: Item): string {
    const name = itemName(item)
        .replace(/[/\\]+/g, ' › ')
        .slice(0, NAME_LENGTH);
    const ending = /\.\w{1,8}$/.exec(item.path ?? '')?.[0] ?? '.md';
    return name.endsWith(ending) ? name : `${name}${ending}`;
}
