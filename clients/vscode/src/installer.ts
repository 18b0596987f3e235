/** Installs the command that is missing: a terminal with the line to run, and a look every few seconds at whether it is there. */

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import * as vscode from 'vscode';
import { installCommand, isOurs } from './installCommand';

const LOOK_MS = 3_000;
const LOOKS = 400;

export class Installer implements vscode.Disposable {
    readonly #isThere: () => Promise<boolean>;
    readonly #start: () => Promise<void>;
    #looking: NodeJS.Timeout | undefined;

    /** @param isThere whether the command can be run now; @param start what to do then. */
    constructor(isThere: () => Promise<boolean>, start: () => Promise<void>) {
        this.#isThere = isThere;
        this.#start = start;
    }

    /** Ask where it is to be installed from, and show the command in a terminal; it is the person who runs it. */
    async install(): Promise<void> {
        const source = (await cloneHere()) ?? (await chosenSource());
        if (source === undefined) {
            return;
        }
        const folder = vscode.workspace.isTrusted ? vscode.workspace.workspaceFolders?.[0]?.uri : undefined;
        const windows = process.platform === 'win32';
        const terminal = vscode.window.createTerminal({
            name: 'Install ctxbudget',
            ...(folder === undefined ? {} : { cwd: folder }),
        });
        terminal.show();
        const command = installCommand({ source, has: onPath, inFolder: folder !== undefined, windows });
        terminal.sendText(command, false);
        this.#look(LOOKS);
    }

    dispose(): void {
        clearTimeout(this.#looking);
    }

    #look(left: number): void {
        clearTimeout(this.#looking);
        this.#looking = setTimeout(() => {
            void this.#isThere().then((there) => {
                if (there) {
                    void this.#start();
                } else if (left > 0) {
                    this.#look(left - 1);
                }
            });
        }, LOOK_MS);
    }
}

/** The workspace folder that is a clone of ctxbudget. */
async function cloneHere(): Promise<string | undefined> {
    for (const { uri } of vscode.workspace.isTrusted ? (vscode.workspace.workspaceFolders ?? []) : []) {
        try {
            if (isOurs(await readFile(join(uri.fsPath, 'pyproject.toml'), 'utf8'))) {
                return uri.fsPath;
            }
        } catch {
            continue; // it has none
        }
    }
    return undefined;
}

async function chosenSource(): Promise<string | undefined> {
    const title = 'Install ctxbudget from a clone of its repository, or a wheel';
    const [chosen] =
        (await vscode.window.showOpenDialog({
            title,
            openLabel: 'Install From Here',
            canSelectFolders: true,
            canSelectFiles: true,
        })) ?? [];
    return chosen?.fsPath;
}

function onPath(program: string): boolean {
    const file = process.platform === 'win32' ? `${program}.exe` : program;
    return (process.env['PATH'] ?? '')
        .split(delimiter)
        .some((folder) => folder !== '' && existsSync(join(folder, file)));
}
