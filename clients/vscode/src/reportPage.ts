/** The session's report as the page that `ctxbudget report --format html` writes, renewed while it is open. */

import * as vscode from 'vscode';
import { Paced } from './paced';

const PAUSE_MS = 2_000;

/** The page of a session as HTML; throws if the server's installation cannot make one. */
export type MakePage = (sessionId: string) => Promise<string>;

export class ReportPage implements vscode.Disposable {
    readonly #make: MakePage;
    readonly #pace: Paced;
    #panel: vscode.WebviewPanel | undefined;
    #session = '';
    #shown = '';

    constructor(make: MakePage) {
        this.#make = make;
        this.#pace = new Paced(() => this.#renew(), PAUSE_MS);
    }

    /** Show the page of a session. Throws if there is none; then nothing has changed. */
    async show(sessionId: string): Promise<void> {
        const html = await this.#make(sessionId);
        this.#session = sessionId;
        if (this.#panel === undefined) {
            // The page brings its own policy: its two scripts by their hashes, and nothing from anywhere.
            const options = { enableScripts: true, localResourceRoots: [], retainContextWhenHidden: true };
            const panel = vscode.window.createWebviewPanel(
                'ctxbudget.report',
                'Context budget',
                vscode.ViewColumn.Active,
                options,
            );
            panel.onDidDispose(() => {
                this.#panel = undefined;
                this.#pace.stop();
            });
            panel.onDidChangeViewState(() => {
                this.#pace.ask();
            });
            this.#panel = panel;
        }
        this.#put(html);
        this.#panel.reveal();
    }

    /** The account of a session changed: renew its page, if it is open. */
    refresh(sessionId: string): void {
        if (sessionId === this.#session && this.#panel !== undefined) {
            this.#pace.ask();
        }
    }

    dispose(): void {
        this.#pace.stop();
        this.#panel?.dispose();
    }

    async #renew(): Promise<void> {
        if (this.#panel?.visible !== true) {
            return; // it is renewed when it is looked at again
        }
        try {
            this.#put(await this.#make(this.#session));
        } catch {
            // What is shown stays: the status item says what is wrong with the server.
        }
    }

    #put(html: string): void {
        if (this.#panel !== undefined && html !== this.#shown) {
            this.#panel.webview.html = html;
            this.#shown = html;
        }
    }
}
