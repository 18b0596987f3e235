/** ctxbudget for the Vercel AI SDK: fits the messages before each model call, by `prepareStep` or as a middleware. */
export interface AiSdkOptions {
    /** The model's window, tokens. Absent: 128,000. */
    window?: number;
    /** Up to 1 a share of the window, above it tokens. Absent: `CTXBUDGET_FIT_TOKENS`, or 0.6. */
    limit?: number;
    /** The command. Absent: `CTXBUDGET_BIN`, or `ctxbudget`. */
    program?: string;
    /** The workspace. Absent: the current directory. */
    root?: string;
    /** How long a model call waits for the server. Absent: `CTXBUDGET_FIT_SECONDS`, or 10 s. */
    timeoutMs?: number;
    /**
     * Hears why messages could not be fitted; they are sent as they were decided last, and new ones whole. Absent:
     * `console.warn`.
     */
    onFault?: (fault: Error) => void;
}
/** What one conversation needs: `tools`, and one of the other two. */
export interface FittedSession {
    sessionId: string;
    /** For `generateText`, `streamText` and agents. */
    prepareStep: (step: any) => Promise<any>;
    /** For `wrapLanguageModel`. */
    middleware: any;
    /** `context_get`, to be spread into the tools. */
    tools: Record<'context_get', any>;
}
export interface Ctxbudget {
    /**
     * @param sessionId 1 to 128 of `A-Za-z0-9._:-`: with the same id, another process goes on. Absent: a new conversation.
     */
    session: (sessionId?: string) => FittedSession;
    /** End the server. It also ends when the program does. */
    close: () => Promise<void>;
}
/** Fitting for any number of conversations, by one server. It starts with the first model call. */
export declare function ctxbudget(options?: AiSdkOptions): Ctxbudget;
