/** Messages of the Vercel AI SDK in the format `neutral`, and edits done to them: `ModelMessage` and a model's prompt. */
import type { FitEdit } from '../contract.js';
import type { Message } from './messages.js';
export interface Output {
    type: string;
    value?: unknown;
    reason?: string;
}
export interface Part {
    type: string;
    text?: string;
    toolCallId?: string;
    toolName?: string;
    input?: unknown;
    output?: Output;
    image?: unknown;
    data?: unknown;
    mediaType?: string;
}
export interface HostMessage {
    role: string;
    content: string | readonly Part[];
}
export declare function neutral({ role, content }: HostMessage): Message;
/** The messages with the edits done; those that stay are the very same objects. */
export declare function edited<M extends HostMessage>(messages: readonly M[], edits: readonly FitEdit[]): M[];
