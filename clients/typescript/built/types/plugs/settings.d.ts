/** What a person can set: variables of the environment, which all hosts pass on. */
/** The command; `ctxbudget install` writes its path here. */
export declare const PROGRAM = "ctxbudget";
export interface Settings {
    program: string;
    /** Up to 1 a share of the window, above it tokens. */
    limit: number;
    timeoutMs: number;
    off: boolean;
}
export declare function settings(given?: NodeJS.ProcessEnv): Settings;
/** The limit in tokens. */
export declare function limitFor(limit: number, window?: number): number;
