/** The server's process: started, listened to, and made to end. */

import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { spawn } from 'node:child_process';

const TAIL_CHARACTERS = 8_000;
/** How long the pipes of a server that has ended are read. */
const LAST_WORDS_MS = 500;

/** How the server is started. */
export interface Command {
    /** The program and its arguments, such as `['ctxbudget', 'serve']`. */
    command: readonly [string, ...string[]];
    cwd?: string | undefined;
    /** On top of this process's environment. */
    env?: Readonly<Record<string, string>> | undefined;
    /** Whether this process may end while the server runs; the server then ends by itself. */
    background?: boolean | undefined;
}

/** A child process that speaks on its stdin and stdout. */
export class ServerProcess {
    readonly child: ChildProcessWithoutNullStreams;
    /** Resolves with words for people when it has ended, or could not be started. Never rejects. */
    readonly ended: Promise<string>;
    #tail = '';

    constructor(how: Command) {
        const [program, ...args] = how.command;
        this.child = spawn(program, args, {
            cwd: how.cwd,
            env: { ...process.env, ...how.env },
            stdio: 'pipe',
            windowsHide: true,
        });
        const { stdin, stdout, stderr } = this.child;
        this.ended = new Promise((resolve) => {
            this.child.once('error', (error) => {
                resolve(`the server could not be started: ${error.message}`);
            });
            const end = (code: number | null, signal: string | null): void => {
                resolve(`the server ended with ${signal ?? `exit code ${code ?? 'unknown'}`}`);
            };
            this.child.once('close', end);
            // A process that it started may hold its pipes open for ever.
            this.child.once('exit', (code, signal) => setTimeout(end, LAST_WORDS_MS, code, signal).unref());
        });
        stderr.setEncoding('utf8');
        stderr.on('data', (text: string) => {
            this.#tail = (this.#tail + text).slice(-TAIL_CHARACTERS);
        });
        for (const stream of [stdin, stdout, stderr]) {
            stream.on('error', () => undefined); // `ended` tells
            if (how.background === true) {
                unref(stream as { unref?: () => void });
            }
        }
        if (how.background === true) {
            this.child.unref();
        }
    }

    /** The last that it wrote to stderr. */
    get stderrTail(): string {
        return this.#tail;
    }

    /** Whether it runs, as far as is known. */
    get runs(): boolean {
        return this.child.pid !== undefined && this.child.exitCode === null && this.child.signalCode === null;
    }

    /** Wait for its end, then ask for it, then force it. */
    async end(graceMs: number): Promise<void> {
        for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
            if (await within(this.ended, graceMs)) {
                return;
            }
            this.child.kill(signal);
        }
        await within(this.ended, graceMs);
    }

    /** Force its end now. */
    kill(): void {
        this.child.kill('SIGKILL');
    }
}

/** Whether a promise settles in time. */
async function within(promise: Promise<unknown>, milliseconds: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
        timer = setTimeout(resolve, milliseconds, false);
    });
    const done = await Promise.race([promise.then(() => true), late]);
    clearTimeout(timer);
    return done;
}

/** Pipes of a child are sockets, which can be told not to keep this process alive. */
function unref(stream: { unref?: () => void }): void {
    stream.unref?.();
}
