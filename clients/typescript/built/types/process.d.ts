/** The server's process: started, listened to, and made to end. */
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
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
export declare class ServerProcess {
    #private;
    readonly child: ChildProcessWithoutNullStreams;
    /** Resolves with words for people when it has ended, or could not be started. Never rejects. */
    readonly ended: Promise<string>;
    constructor(how: Command);
    /** The last that it wrote to stderr. */
    get stderrTail(): string;
    /** Whether it runs, as far as is known. */
    get runs(): boolean;
    /** Wait for its end, then ask for it, then force it. */
    end(graceMs: number): Promise<void>;
    /** Force its end now. */
    kill(): void;
}
