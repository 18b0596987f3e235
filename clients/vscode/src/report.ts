/** The session's report as a rendered page, which follows the account while it is open. */

import * as vscode from 'vscode';

const SCHEME = 'ctxbudget';
const NAME = 'Context budget.md';

/** The report of a session as Markdown; throws what a person should read. */
export type AskReport = (sessionId: string | undefined) => Promise<string>;

export class Report implements vscode.TextDocumentContentProvider, vscode.Disposable {
    readonly #changed = new vscode.EventEmitter<vscode.Uri>();
    readonly #registration: vscode.Disposable;
    readonly #ask: AskReport;
    readonly #provided = new Map<string, vscode.Uri>();

    readonly onDidChange = this.#changed.event;

    constructor(ask: AskReport) {
        this.#ask = ask;
        this.#registration = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);
    }

    async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
        this.#provided.set(uri.query, uri);
        try {
            return await this.#ask(uri.query === '' ? undefined : uri.query);
        } catch (error) {
            return `# Context budget\n\n${error instanceof Error ? error.message : String(error)}\n`;
        }
    }

    /** Show the report of a session; absent: the workspace's default session. */
    async show(sessionId: string | undefined): Promise<void> {
        const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${NAME}`, query: sessionId ?? '' });
        this.#changed.fire(uri);
        // locked: else it would turn into the preview of the next Markdown file that is looked at
        await vscode.commands.executeCommand('markdown.showPreview', uri, undefined, { locked: true });
    }

    /** The account of a session changed: renew its report, if anybody looks at it. */
    refresh(sessionId: string): void {
        for (const session of isPreviewed() ? ['', sessionId] : []) {
            const uri = this.#provided.get(session);
            if (uri !== undefined) {
                void this.#renew(uri);
            }
        }
    }

    dispose(): void {
        this.#registration.dispose();
        this.#changed.dispose();
    }

    async #renew(uri: vscode.Uri): Promise<void> {
        if (vscode.workspace.textDocuments.some((document) => document.uri.toString() === uri.toString())) {
            this.#changed.fire(uri);
            return;
        }
        // VS Code closes a document that is only previewed after minutes. Opened again it has its first version again,
        // which the preview takes for the one that it shows.
        await vscode.workspace.openTextDocument(uri);
        await vscode.commands.executeCommand('markdown.preview.refresh');
    }
}

function isPreviewed(): boolean {
    return vscode.window.tabGroups.all.some((group) => group.tabs.some((tab) => tab.label.includes(NAME)));
}
