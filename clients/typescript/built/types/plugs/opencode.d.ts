/** ctxbudget for opencode: fits the messages before each model call. It never throws: opencode would end its run. */
interface HostModel {
    id?: string;
    limit?: {
        context?: number;
        input?: number;
        output?: number;
    };
}
interface Providers {
    data?: {
        providers?: {
            id?: string;
            models?: Record<string, HostModel>;
        }[];
    };
}
interface Host {
    directory: string;
    client?: {
        config?: {
            providers?: () => Promise<Providers>;
        };
        app?: {
            log?: (entry: object) => Promise<unknown>;
        };
    };
}
export declare const Ctxbudget: ({ directory, client }: Host) => Promise<object>;
export {};
