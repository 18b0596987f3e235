/** opencode's messages in the format `neutral`, and edits done to them. What opencode has more is left out here. */
import type { FitEdit } from '../contract.js';
import type { Message } from './messages.js';
export interface Info {
    id: string;
    role: string;
    sessionID: string;
    /** A message of the agent that is the summary of a compaction. */
    summary?: unknown;
    tokens?: {
        input?: number;
        cache?: {
            read?: number;
            write?: number;
        };
    };
    model?: {
        providerID?: string;
        modelID?: string;
    };
    error?: unknown;
}
export interface State {
    status: string;
    input?: object;
    output?: string;
    error?: string;
    attachments?: {
        url?: string;
    }[];
    time?: {
        compacted?: number;
    };
}
export interface Part {
    type: string;
    text?: string;
    ignored?: boolean;
    url?: string;
    callID?: string;
    tool?: string;
    state?: State;
}
export interface HostMessage {
    info: Info;
    parts: Part[];
}
/** A message; what the host cleared by itself is read as it was, so that what was decided about it holds. */
export declare function neutral({ info, parts }: HostMessage): Message;
/** Input tokens that a request was billed for, cached ones included. */
export declare function billed(message: HostMessage | undefined): number | undefined;
/** Do the edits to the array itself: opencode does not look at another one. Messages that change are replaced by copies. */
export declare function edit(messages: HostMessage[], edits: readonly FitEdit[]): void;
