/** The server's process and the connection to it: found, started, stopped, and what it is told at the start. */

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter } from 'node:path';
import { promisify } from 'node:util';
import * as vscode from 'vscode';
import type { LanguageClientOptions, Middleware } from 'vscode-languageclient/node';
import { LanguageClient, RevealOutputChannelOn, State, TransportKind } from 'vscode-languageclient/node';
import type { Choice, Found } from './locate';
import { candidates, choose, expand } from './locate';
import type { Problem } from './notice';
import { selectedInterpreter } from './python';
import { serverKeys, serverSettings } from './settings';
import type { Settings } from './settings';

const SECTION = 'ctxbudget';
const VERSION_TIMEOUT_MS = 20_000;
const PAGE_TIMEOUT_MS = 60_000;
const PAGE_BYTES = 16 * 1024 * 1024;

const run = promisify(execFile);

/** How the rest of the extension is told about the server. */
export interface Listener {
    /** Before the first message is read: register what is listened to. */
    connecting(client: LanguageClient): void;
    running(): void;
    stopped(): void;
    /** It cannot be run; `asked`: a person has just asked for it. */
    missing(problem: Problem, asked: boolean): void;
}

export class Server {
    readonly #output: vscode.LogOutputChannel;
    readonly #listener: Listener;
    readonly #keys: string[];
    readonly #session: () => string | undefined;
    #client: LanguageClient | undefined;
    #found: Found | undefined;
    #last: Promise<void> = Promise.resolve();

    /**
     * @param declared the names of the settings in the extension's manifest
     * @param session the session that a person has switched to; undefined: as the settings say
     */
    constructor(
        output: vscode.LogOutputChannel,
        declared: string[],
        session: () => string | undefined,
        listener: Listener,
    ) {
        this.#session = session;
        this.#keys = serverKeys(SECTION, declared);
        this.#output = output;
        this.#listener = listener;
    }

    /** The connection, if the server runs. */
    get client(): LanguageClient | undefined {
        return this.#client?.state === State.Running ? this.#client : undefined;
    }

    /**
     * Stop the server, if it runs, and start it as the settings say now. Calls wait for each other.
     *
     * @param asked whether a person asks for it, and should be told if it fails.
     */
    async restart(asked = false): Promise<void> {
        return this.#next(async () => {
            await this.#halt();
            await this.#start(asked);
        });
    }

    /** Tell the server its settings again, because another session is followed. */
    async settingsChanged(): Promise<void> {
        await this.client?.sendNotification('workspace/didChangeConfiguration', { settings: {} });
    }

    /** Whether there is a server that can be started. */
    async isThere(): Promise<boolean> {
        return 'server' in (await locate());
    }

    /** What a command of the server's installation prints; throws if it fails. */
    async printed(args: string[]): Promise<string> {
        if (this.#found === undefined) {
            throw new Error('The ctxbudget server is not running.');
        }
        const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
        const { stdout } = await run(this.#found.command, [...this.#found.args, ...args], {
            timeout: PAGE_TIMEOUT_MS,
            maxBuffer: PAGE_BYTES,
            ...(folder === undefined ? {} : { cwd: folder }),
        });
        return stdout;
    }

    async stop(): Promise<void> {
        return this.#next(() => this.#halt());
    }

    #next(step: () => Promise<void>): Promise<void> {
        this.#last = this.#last.then(step, step);
        return this.#last;
    }

    async #start(asked: boolean): Promise<void> {
        const choice = await locate();
        if ('problem' in choice) {
            this.#output.error(choice.problem);
            this.#listener.missing(choice, asked);
            return;
        }
        const { server } = choice;
        this.#output.info(
            `ctxbudget ${server.version} from ${server.origin}: ${[server.command, ...server.args].join(' ')}`,
        );
        const client = this.#connect(server);
        this.#client = client;
        this.#found = server;
        try {
            await client.start();
        } catch (error) {
            const reason = error instanceof Error ? error.message : String(error);
            this.#output.error(`the server did not start: ${reason}`);
            const problem = `ctxbudget at ${server.command} did not start: ${reason}`;
            this.#listener.missing({ problem, missing: false }, asked);
        }
    }

    #connect(server: Found): LanguageClient {
        const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
        const client = new LanguageClient(
            SECTION,
            'ctxbudget',
            {
                command: server.command,
                args: [...server.args, 'serve'],
                transport: TransportKind.stdio,
                ...(folder === undefined ? {} : { options: { cwd: folder } }),
            },
            this.#options(),
        );
        client.onDidChangeState(({ newState }) => {
            if (newState === State.Running) {
                this.#listener.running();
            } else if (newState === State.Stopped && client === this.#client) {
                this.#listener.stopped();
            }
        });
        this.#listener.connecting(client);
        return client;
    }

    #options(): LanguageClientOptions {
        const languages = vscode.workspace.getConfiguration(SECTION).get<string[]>('languages', []);
        return {
            documentSelector: languages.flatMap((language) => [
                { scheme: 'file', language },
                { scheme: 'untitled', language },
            ]),
            initializationOptions: () => ({ ...this.#settings(), protocolVersion: '1.0' }),
            outputChannel: this.#output,
            revealOutputChannelOn: RevealOutputChannelOn.Never,
            middleware: this.#middleware(),
        };
    }

    #middleware(): Middleware {
        return {
            workspace: {
                configuration: async (params, token, next) => {
                    const answers = await next(params, token);
                    return Array.isArray(answers)
                        ? params.items.map(({ section, scopeUri }, place) =>
                              section === SECTION ? this.#settings(scopeUri) : (answers[place] as unknown),
                          )
                        : answers;
                },
            },
            sendNotification: (type, next, params) => {
                const method = typeof type === 'string' ? type : type.method;
                // the language client by itself would send all settings, with defaults, or none
                const told =
                    method === 'workspace/didChangeConfiguration'
                        ? { settings: { [SECTION]: this.#settings() } }
                        : params;
                return next(type, told as typeof params);
            },
        };
    }

    /** The settings that are sent to the server now, for one resource or for the window. */
    #settings(scopeUri?: string): Settings {
        const scope = scopeUri === undefined ? undefined : vscode.Uri.parse(scopeUri);
        return serverSettings(vscode.workspace.getConfiguration(SECTION, scope), this.#keys, this.#session());
    }

    async #halt(): Promise<void> {
        const client = this.#client;
        this.#client = undefined;
        if (client === undefined) {
            return;
        }
        try {
            await client.dispose();
        } catch {
            this.#output.warn('the server did not end by itself');
        }
        this.#listener.stopped();
    }
}

async function locate(): Promise<Choice> {
    const folders = vscode.workspace.workspaceFolders ?? [];
    const configuration = vscode.workspace.getConfiguration(SECTION);
    const trusted = vscode.workspace.isTrusted;
    const setting = (key: string): string =>
        expand(configuration.get<string>(key, ''), homedir(), folders[0]?.uri.fsPath);
    const places = {
        path: setting('path'),
        interpreter: setting('interpreter'),
        selectedInterpreter: trusted ? await selectedInterpreter(folders[0]?.uri) : undefined,
        trustedFolders: trusted ? folders.map((folder) => folder.uri.fsPath) : [],
        searchPath: (process.env['PATH'] ?? '').split(delimiter),
        windows: process.platform === 'win32',
    };
    return choose(candidates(places, existsSync), askVersion);
}

async function askVersion(command: string, args: string[]): Promise<string> {
    const { stdout } = await run(command, args, { timeout: VERSION_TIMEOUT_MS, cwd: homedir() });
    return stdout;
}
