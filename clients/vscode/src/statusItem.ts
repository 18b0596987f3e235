/** The status bar item. */

import * as vscode from 'vscode';
import { background, statusText, tooltip, windowIsKnown } from './budget';
import type { Snapshot } from './budget';
import { markdown } from './plain';

export class StatusItem implements vscode.Disposable {
    readonly #item: vscode.StatusBarItem;
    readonly #command: string;
    readonly #restart: string;

    /** @param command what a click does; @param restart what it does while no server runs. */
    constructor(command: string, restart: string) {
        this.#command = command;
        this.#restart = restart;
        this.#item = vscode.window.createStatusBarItem('ctxbudget.status', vscode.StatusBarAlignment.Left, 0);
        this.#item.name = 'Context budget';
        this.starting();
        this.#item.show();
    }

    starting(): void {
        this.#set('$(loading~spin) ctxbudget', 'The ctxbudget server is starting.', this.#command);
    }

    stopped(reason: string): void {
        this.#set('$(circle-slash) ctxbudget', `${markdown(reason)}\n\nClick to start it.`, this.#restart);
    }

    /** The session's account; undefined: no session has been opened in this workspace. */
    show(snapshot: Snapshot | undefined): void {
        if (snapshot === undefined) {
            this.#set('$(dashboard) no session', 'No session has been opened in this workspace.', this.#command);
            return;
        }
        this.#set(
            `$(dashboard) ${statusText(snapshot)}`,
            tooltip(snapshot),
            this.#command,
            windowIsKnown(snapshot) ? background(snapshot.figures.level) : undefined,
        );
    }

    dispose(): void {
        this.#item.dispose();
    }

    #set(text: string, tooltipText: string, command: string, colour?: string): void {
        this.#item.text = text;
        const shown = new vscode.MarkdownString(tooltipText);
        shown.isTrusted = false; // no command runs from it
        this.#item.tooltip = shown;
        this.#item.command = command;
        this.#item.backgroundColor = colour === undefined ? undefined : new vscode.ThemeColor(colour);
    }
}
