/** Fits conversations before each model call: what is asked, what is remembered for a server that is gone. */
import type { FitEdit } from '../contract.js';
import type { Message } from './messages.js';
import type { Server } from './sidecar.js';
/** What the tool `context_get` says about itself. */
export declare const TOOL_DESCRIPTION = "Returns, exactly as it was, what a line \"[ctxbudget ID: \u2026]\" or a record of earlier turns replaces.";
export declare const ITEM_DESCRIPTION = "The id, such as i482915036000001.";
/** The model that is about to be called. */
export interface Model {
    name?: string | undefined;
    /** Its context size, tokens. */
    window?: number | undefined;
    /** What of it a request may have, if the host keeps some free for the answer. */
    room?: number | undefined;
}
export interface Conversation {
    sessionId: string;
    messages: Message[];
    model?: Model;
    /** Input tokens that the request answered by this message was billed for. */
    billed?: (index: number) => number | undefined;
}
export declare class Fitter {
    #private;
    /** @param said hears of each fault; must not throw */
    constructor(server: Server, limit: number, said: (fault: Error) => void);
    /**
     * The edits that fit the messages. Never rejects: without a server, what was decided last stays in force, and new
     * messages stay whole.
     */
    fit(conversation: Conversation): Promise<FitEdit[]>;
    /** The conversation as one text, in place of a compaction. Rejects if there is none. */
    text(sessionId: string, messages: Message[], previous: string | undefined, model: Model): Promise<string>;
    /** The original of an item, or a sentence for the model that says why not. Never rejects. */
    get(sessionId: string, itemId: string): Promise<string>;
}
