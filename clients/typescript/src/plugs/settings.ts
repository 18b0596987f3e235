/** What a person can set: variables of the environment, which all hosts pass on. */

/** The command; `ctxbudget install` writes its path here. */
export const PROGRAM = 'ctxbudget';

/** The share of the window that the messages may take, if nothing else is set. */
const SHARE = 0.6;
/** For models whose window is not known, tokens. */
const WINDOW = 128_000;
/** How long a model call waits for the server. */
const SECONDS = 10;

export interface Settings {
    program: string;
    /** Up to 1 a share of the window, above it tokens. */
    limit: number;
    timeoutMs: number;
    off: boolean;
}

export function settings(given: NodeJS.ProcessEnv = process.env): Settings {
    return {
        program: given['CTXBUDGET_BIN'] ?? PROGRAM,
        limit: positive(given['CTXBUDGET_FIT_TOKENS']) ?? SHARE,
        timeoutMs: (positive(given['CTXBUDGET_FIT_SECONDS']) ?? SECONDS) * 1000,
        off: given['CTXBUDGET_FIT'] === 'off',
    };
}

/** The limit in tokens. */
export function limitFor(limit: number, window = WINDOW): number {
    return Math.max(1, Math.floor(limit > 1 ? limit : window * limit));
}

function positive(text: string | undefined): number | undefined {
    const figure = Number(text ?? '');
    return Number.isFinite(figure) && figure > 0 ? figure : undefined;
}
