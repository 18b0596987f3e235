/** The files of the workspace that cost most, to choose one from. */

import * as vscode from 'vscode';
import { tokens } from './budget';
import { label } from './plain';

/** The result of the server's command `ctxbudget.countWorkspace`. */
interface Count {
    files: number;
    tokens: number;
    largest: { uri: string; tokens: number }[];
    cancelled: boolean;
}

/** Show what was counted; undefined: nothing was. */
export async function showCount(result: unknown): Promise<void> {
    const count = result as Count | undefined;
    if (count === undefined || count.cancelled || count.files === 0) {
        return;
    }
    const choices = count.largest.map((file) => {
        const uri = vscode.Uri.parse(file.uri);
        return {
            label: label(vscode.workspace.asRelativePath(uri)),
            description: `${tokens(file.tokens)} tokens`,
            uri,
        };
    });
    const title = `${tokens(count.tokens)} tokens in ${tokens(count.files)} files`;
    const chosen = await vscode.window.showQuickPick(choices, { title, placeHolder: 'The files that cost most' });
    if (chosen !== undefined) {
        await vscode.window.showTextDocument(chosen.uri);
    }
}
