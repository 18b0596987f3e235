/** The server of a plug-in: started when it is first needed, and never in the way for long. */
import type { Methods } from '../contract.js';
export interface SidecarOptions {
    program: string;
    root: string;
    /** For each request, the start of the server included. */
    timeoutMs: number;
}
/** What can be asked. */
export interface Server {
    request<M extends keyof Methods>(method: M, params: Methods[M]['params']): Promise<Methods[M]['result']>;
}
export declare class Sidecar implements Server {
    #private;
    constructor(options: SidecarOptions);
    /** Ask the server. Rejects in bounded time, with a `ClientError`. */
    request<M extends keyof Methods>(method: M, params: Methods[M]['params']): Promise<Methods[M]['result']>;
    stop(): Promise<void>;
}
