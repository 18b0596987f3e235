/** ctxbudget for pi: fits the messages before each model call, and answers the compaction with what was said. */
interface Context {
    cwd: string;
    hasUI?: boolean;
    ui?: {
        notify?: (message: string, type: string) => void;
    };
    sessionManager: {
        getSessionId: () => string;
    };
    model?: {
        id?: string;
        contextWindow?: number;
        maxTokens?: number;
    };
}
interface Host {
    on: (event: string, handler: (event: never, context: Context) => unknown) => void;
    registerTool: (tool: object) => void;
}
export default function ctxbudget(pi: Host): void;
export {};
