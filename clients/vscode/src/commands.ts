/** The commands of the palette. Their names differ from the server's, which the language client registers by itself. */

import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import { ExecuteCommandRequest } from 'vscode-languageclient/node';
import { showCount } from './count';
import { label } from './plain';

export const COMMANDS = {
    showBudget: 'ctxbudget.editor.showBudget',
    countWorkspace: 'ctxbudget.editor.countWorkspace',
    insertMetadata: 'ctxbudget.editor.insertMetadata',
    moveSection: 'ctxbudget.editor.moveSection',
    extractSelection: 'ctxbudget.editor.extractSelection',
    restartServer: 'ctxbudget.editor.restartServer',
    showOutput: 'ctxbudget.editor.showOutput',
    installServer: 'ctxbudget.editor.installServer',
} as const;

/** What the commands act on. */
export interface Targets {
    client(): LanguageClient | undefined;
    showBudget(): Promise<void>;
    restart(): Promise<void>;
    showOutput(): void;
    install(): Promise<void>;
}

/** Register them all. */
export function registerCommands(targets: Targets): vscode.Disposable {
    const register = (name: keyof typeof COMMANDS, work: () => unknown): vscode.Disposable =>
        vscode.commands.registerCommand(COMMANDS[name], work);
    const onServer = (command: string, ...args: unknown[]): Promise<unknown> =>
        askServer(targets.client(), command, args);
    const inEditor =
        (work: (editor: vscode.TextEditor, uri: string, client: LanguageClient) => Promise<unknown>) => async () => {
            const [editor, client] = [vscode.window.activeTextEditor, targets.client()];
            if (editor === undefined) {
                void vscode.window.showInformationMessage('Open a document first.');
            } else if (client === undefined) {
                tellNotRunning();
            } else {
                await work(editor, client.code2ProtocolConverter.asUri(editor.document.uri), client);
            }
        };
    return vscode.Disposable.from(
        register('showBudget', () => targets.showBudget()),
        register('countWorkspace', async () => {
            await showCount(await onServer('ctxbudget.countWorkspace'));
        }),
        register(
            'insertMetadata',
            inEditor((_editor, uri) => onServer('ctxbudget.insertMetadata', uri)),
        ),
        register(
            'moveSection',
            inEditor((editor, uri) => onServer('ctxbudget.moveSection', uri, editor.selection.active.line)),
        ),
        register(
            'extractSelection',
            inEditor((editor, uri, client) =>
                onServer('ctxbudget.extractSelection', uri, client.code2ProtocolConverter.asRange(editor.selection)),
            ),
        ),
        register('restartServer', () => targets.restart()),
        register('showOutput', () => {
            targets.showOutput();
        }),
        register('installServer', () => targets.install()),
    );
}

async function askServer(client: LanguageClient | undefined, command: string, args: unknown[]): Promise<unknown> {
    if (client === undefined) {
        tellNotRunning();
        return undefined;
    }
    try {
        return (await client.sendRequest(ExecuteCommandRequest.type, { command, arguments: args })) as unknown;
    } catch (error) {
        void vscode.window.showErrorMessage(label(error instanceof Error ? error.message : String(error)));
        return undefined;
    }
}

function tellNotRunning(): void {
    void vscode.window.showWarningMessage('The ctxbudget server is not running.', 'Start').then((answer) => {
        if (answer !== undefined) {
            void vscode.commands.executeCommand(COMMANDS.restartServer);
        }
    });
}
