/** The extension: its parts, and what makes them move. */

import * as vscode from 'vscode';
import { askReport } from './askReport';
import { ChosenSession } from './chosenSession';
import { COMMANDS, registerCommands } from './commands';
import { Follower } from './follower';
import { Installer } from './installer';
import { Notice } from './notice';
import type { Button } from './notice';
import { Originals } from './originals';
import { label } from './plain';
import type { Alert, Ask } from './protocol';
import { Pruning } from './pruning';
import type { Undos } from './pruning';
import { onInterpreterSelected } from './python';
import { Report } from './report';
import { ReportPage } from './reportPage';
import { Server } from './server';
import { SESSION_COMMANDS, registerSessionCommands } from './sessionCommands';
import { SessionView } from './sessionView';
import { StatusItem } from './statusItem';

/** Settings that count when the server starts, and not after. */
const START_KEYS = ['ctxbudget.path', 'ctxbudget.interpreter', 'ctxbudget.languages'];

let server: Server | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
    const output = vscode.window.createOutputChannel('ctxbudget', { log: true });
    const item = new StatusItem(COMMANDS.showBudget, COMMANDS.restartServer);
    const ask: Ask = async (method, params) => {
        if (server?.client === undefined) {
            throw new Error('The ctxbudget server is not running.');
        }
        return server.client.sendRequest(method, params);
    };
    const view = new SessionView(ask, SESSION_COMMANDS.openOriginal, SESSION_COMMANDS.showMore);
    const originals = new Originals(ask);
    const undos = rememberedUndos(context.workspaceState, () => {
        offerUndo();
    });
    const offerUndo = (): void => {
        const canUndo = view.tree !== undefined && undos.get(view.tree.sessionId).length > 0;
        void vscode.commands.executeCommand('setContext', 'ctxbudget.canUndo', canUndo);
    };
    const chosen = new ChosenSession(context.workspaceState, async () => server?.settingsChanged());
    const report = new Report(async (sessionId) => {
        if (server?.client === undefined) {
            throw new Error('The ctxbudget server is not running.');
        }
        return askReport(server.client, sessionId);
    });
    const page = new ReportPage(async (sessionId) => {
        if (server === undefined) {
            throw new Error('The ctxbudget server is not running.');
        }
        return server.printed(['report', '--session', sessionId, '--format', 'html', '--out', '-']);
    });
    const showBudget = async (): Promise<void> => {
        const { sessionId } = follower;
        try {
            if (sessionId !== undefined) {
                await page.show(sessionId);
                return;
            }
        } catch (error) {
            // Without the extra `report` there are no pages; the Markdown report has the same figures.
            output.info(`the report is shown as Markdown: ${error instanceof Error ? error.message : String(error)}`);
            report.note = whyNoCharts(error);
        }
        await report.show(sessionId);
    };
    const follower = new Follower({
        show: (snapshot) => {
            item.show(snapshot);
            view.show(snapshot);
            offerUndo();
            if (snapshot !== undefined) {
                report.refresh(snapshot.sessionId);
                page.refresh(snapshot.sessionId);
            }
        },
        alert: (alert) => {
            if (alert.alert.windowSource !== 'default') {
                void popUp(alert, showBudget);
            }
        },
        deleted: (sessionId) => {
            void chosen.deleted(sessionId);
        },
    });
    server = new Server(output, declaredSettings(context.extension), () => chosen.id, {
        connecting: (client) => {
            item.starting();
            view.without('starting');
            follower.listen(client);
        },
        running: () => {
            follower.begin();
            chosen.check(ask).catch((error: unknown) => {
                output.warn(`the session that was switched to: ${String(error)}`);
            });
        },
        stopped: () => {
            follower.forget();
            item.stopped('The ctxbudget server is not running.');
            view.without('stopped');
        },
        missing: (problem, asked) => {
            item.stopped(problem.problem);
            view.without(problem.missing ? 'missing' : 'stopped');
            notice.about(problem, asked);
        },
    });
    const restart = async (): Promise<void> => server?.restart();
    const installer = new Installer(async () => (await server?.isThere()) ?? false, restart);
    const notice = new Notice((text, buttons) => void tellMissing(text, buttons, () => installer.install()));
    context.subscriptions.push(
        output,
        item,
        report,
        page,
        view,
        originals,
        installer,
        registerSessionCommands({
            ask,
            view,
            originals,
            pruning: new Pruning(ask, undos),
            follow: (sessionId) => chosen.choose(sessionId),
        }),
        registerCommands({
            client: () => server?.client,
            showBudget,
            restart: async () => server?.restart(true),
            showOutput: () => {
                output.show();
            },
            install: () => installer.install(),
        }),
        vscode.workspace.onDidChangeConfiguration((event) => {
            if (START_KEYS.some((key) => event.affectsConfiguration(key))) {
                void restart();
            }
        }),
        vscode.workspace.onDidGrantWorkspaceTrust(() => void restart()),
    );
    const selection = await onInterpreterSelected(() => void restart());
    if (selection !== undefined) {
        context.subscriptions.push(selection);
    }
    await restart();
}

export async function deactivate(): Promise<void> {
    await server?.stop();
}

function declaredSettings({ packageJSON }: vscode.Extension<unknown>): string[] {
    const { contributes } = packageJSON as { contributes: { configuration: { properties: object } } };
    return Object.keys(contributes.configuration.properties);
}

/** In the workspace's memory, so that a window that is loaded again can still undo. */
function rememberedUndos(memory: vscode.Memento, changed: () => void): Undos {
    const key = (sessionId: string): string => `ctxbudget.undos.${sessionId}`;
    return {
        get: (sessionId) => memory.get<string[]>(key(sessionId), []),
        set: (sessionId, undos) => {
            void memory.update(key(sessionId), undos.length === 0 ? undefined : undos).then(changed);
        },
    };
}

async function popUp({ level, alert }: Alert, showBudget: () => Promise<void>): Promise<void> {
    const tell = level === 'critical' ? vscode.window.showErrorMessage : vscode.window.showWarningMessage;
    const text = alert.next ? `${alert.message} ${alert.next}` : alert.message;
    if ((await tell(label(text), 'Show Budget')) !== undefined) {
        await showBudget();
    }
}

/** A quiet message with buttons for what can be done. */
async function tellMissing(text: string, buttons: Button[], install: () => Promise<void>): Promise<void> {
    switch (await vscode.window.showInformationMessage(label(text), ...buttons)) {
        case 'Install':
            await install();
            break;
        case 'Open Settings':
            await vscode.commands.executeCommand('workbench.action.openSettings', 'ctxbudget.path');
            break;
        case 'Show Output':
            await vscode.commands.executeCommand(COMMANDS.showOutput);
            break;
        case undefined:
    }
}

/** What the command said on why there is no page; empty if it did not say. */
function whyNoCharts(error: unknown): string {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    const reason = said.replace(/^ctxbudget report: /, '');
    return reason === '' ? '' : `Charts: ${reason}`;
}
