/** pi's messages in the format `neutral`, and edits done to them. */
import type { FitEdit } from '../contract.js';
import type { Message } from './messages.js';
export interface Block {
    type: string;
    text?: string;
    thinking?: string;
    /** Of a picture, base64. */
    data?: string;
    mimeType?: string;
    id?: string;
    name?: string;
    arguments?: object;
}
export interface HostMessage {
    role: string;
    content?: string | Block[];
    toolCallId?: string;
    isError?: boolean;
    usage?: {
        input?: number;
        cacheRead?: number;
        cacheWrite?: number;
    };
    /** Of a compaction or a branch. */
    summary?: string;
    /** Of a command that a person ran. */
    command?: string;
    output?: string;
    excludeFromContext?: boolean;
}
/** A message as its model reads it. */
export declare function neutral(message: HostMessage): Message;
/** Input tokens that the request which this message answers was billed for, cached ones included. */
export declare function billed(message: HostMessage | undefined): number | undefined;
/** The messages with the edits done; those that stay are the very same objects. */
export declare function edited(messages: readonly HostMessage[], edits: readonly FitEdit[]): HostMessage[];
