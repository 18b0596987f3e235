/** The session's report as a rendered page, which follows the account while it is open. */

import * as vscode from 'vscode';
import { markdown } from './plain';

const SCHEME = 'ctxbudget';

/** The report of a session as Markdown; throws what a person should read. */
export type AskReport = (sessionId: string | undefined) => Promise<string>;

export class Report implements vscode.TextDocumentContentProvider, vscode.Disposable {
    readonly #changed = new vscode.EventEmitter<vscode.Uri>();
    readonly #registration: vscode.Disposable;
    readonly #ask: AskReport;

    readonly onDidChange = this.#changed.event;

    /** A line at the end, as plain text: how to get charts. */
    note = '';

    constructor(ask: AskReport) {
        this.#ask = ask;
        this.#registration = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);
    }

    async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
        try {
            const report = await this.#ask(uri.query === '' ? undefined : uri.query);
            return this.note === '' ? report : `${report}\n\n${markdown(this.note)}\n`;
        } catch (error) {
            return `# Context budget\n\n${markdown(error instanceof Error ? error.message : String(error))}\n`;
        }
    }

    /** Show the report of a session; absent: of the one that changed last. */
    async show(sessionId: string | undefined): Promise<void> {
        const uri = vscode.Uri.from({ scheme: SCHEME, path: '/Context budget.md', query: sessionId ?? '' });
        this.#changed.fire(uri);
        // locked: else it would turn into the preview of the next Markdown file that is looked at
        await vscode.commands.executeCommand('markdown.showPreview', uri, undefined, { locked: true });
    }

    /** The account of a session changed: renew its open report. */
    refresh(sessionId: string): void {
        for (const document of vscode.workspace.textDocuments) {
            if (document.uri.scheme === SCHEME && ['', sessionId].includes(document.uri.query)) {
                this.#changed.fire(document.uri);
            }
        }
    }

    dispose(): void {
        this.#registration.dispose();
        this.#changed.dispose();
    }
}
