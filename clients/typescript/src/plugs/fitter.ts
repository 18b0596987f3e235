/** Fits conversations before each model call: what is asked, what is remembered for a server that is gone. */

import type { FitEdit, ContextFitParams, ContextFitResult } from '../contract.js';
import { editedMessages } from '../edits.js';
import { ServerError } from '../errors.js';
import type { Message } from './messages.js';
import { digest, sharedLength } from './messages.js';
import { limitFor } from './settings.js';
import type { Server } from './sidecar.js';

/** How the model fetches an item in these hosts. */
const RETRIEVE = 'context_get {itemId}';
/** Smaller bills say more about a request's framing than about the model's vocabulary. */
const MIN_BILLED_TOKENS = 500;
/** Conversations that are remembered; the server knows the others, too. */
const MAX_KNOWN = 100;
/** The share of the window for a text that replaces a compaction, and its bounds in tokens. */
const TEXT_SHARE = 0.1;
const MIN_TEXT = 2_000;
const MAX_TEXT = 16_000;

/** What the tool `context_get` says about itself. */
export const TOOL_DESCRIPTION =
    'Returns, exactly as it was, what a line "[ctxbudget ID: …]" or a record of earlier turns replaces.';
export const ITEM_DESCRIPTION = 'The id, such as i482915036000001.';

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

interface Known {
    /** Digests of the messages as they were given, and as they were answered. */
    given: string[];
    answered: string[];
    edits: FitEdit[];
    overhead: number;
    /** What the request before this one was billed for. */
    billed: number | undefined;
    /** What this request had that the one before it had not, if it was not cut. */
    entered: Message[];
}

export class Fitter {
    readonly #server: Server;
    readonly #limit: number;
    readonly #said: (fault: Error) => void;
    readonly #known = new Map<string, Known>();
    readonly #opened = new Map<string, string>();

    /** @param said hears of each fault; must not throw */
    constructor(server: Server, limit: number, said: (fault: Error) => void) {
        this.#server = server;
        this.#limit = limit;
        this.#said = said;
    }

    /**
     * The edits that fit the messages. Never rejects: without a server, what was decided last stays in force, and new
     * messages stay whole.
     */
    async fit(conversation: Conversation): Promise<FitEdit[]> {
        const { sessionId, messages } = conversation;
        if (messages.length === 0) {
            return [];
        }
        const digests = messages.map(digest);
        const known = this.#known.get(sessionId);
        try {
            await this.#open(sessionId, conversation.model);
            return await this.#ask(conversation, digests, known);
        } catch (fault) {
            this.#said(asError(fault));
            const shared = known === undefined ? 0 : sharedLength(known.given, digests);
            return (known?.edits ?? []).filter((edit) => isWithin(edit, shared));
        }
    }

    /** The conversation as one text, in place of a compaction. Rejects if there is none. */
    async text(sessionId: string, messages: Message[], previous: string | undefined, model: Model): Promise<string> {
        await this.#open(sessionId, model);
        const share = Math.floor((model.window ?? 0) * TEXT_SHARE);
        const answer = await this.#server.request('context/fit', {
            sessionId,
            format: 'neutral',
            answer: 'text',
            retrieve: RETRIEVE,
            maxTokens: Math.min(MAX_TEXT, Math.max(MIN_TEXT, share)),
            messages: messages.map((message) => ({ ...message })),
            ...(previous === undefined || previous === '' ? {} : { previous }),
        });
        if (typeof answer.text !== 'string' || answer.text === '' || !answer.fits) {
            throw new Error('the conversation does not fit into one text');
        }
        return answer.text;
    }

    /** The original of an item, or a sentence for the model that says why not. Never rejects. */
    async get(sessionId: string, itemId: string): Promise<string> {
        try {
            const item = await this.#server.request('context/get', { sessionId, itemId: itemId.trim() });
            return item.content ?? '';
        } catch (fault) {
            return `${itemId} cannot be fetched: ${asError(fault).message}`;
        }
    }

    // ---------------------------------------------------------------- asking

    async #ask(conversation: Conversation, digests: string[], known: Known | undefined): Promise<FitEdit[]> {
        const { sessionId, messages, model, billed } = conversation;
        const shared = known === undefined ? 0 : sharedLength(known.given, digests);
        const begun = known === undefined ? undefined : beginOfNew(known, digests);
        const inputTokens = begun !== undefined && isOneAnswer(messages, begun) ? billed?.(begun) : undefined;
        const fitted = await this.#fitted(
            {
                sessionId,
                conversation: 'main',
                continue: true,
                format: 'neutral',
                answer: 'edits',
                maxTokens: limitFor(this.#limit, model?.room ?? model?.window),
                retrieve: RETRIEVE,
                ...(inputTokens === undefined ? { overhead: known?.overhead ?? 0 } : { reported: { inputTokens } }),
            },
            messages,
            shared,
        );
        const edits = fitted.edits ?? [];
        const answered = edits.length === 0 ? digests : editedMessages<object>(messages, edits).map(digest);
        const grew = known !== undefined && begun !== undefined && startsWith(answered, known.answered);
        if (known?.billed !== undefined && inputTokens !== undefined && model?.name !== undefined) {
            this.#record(model.name, known.entered, inputTokens - known.billed);
        }
        this.#remember(sessionId, {
            given: digests,
            answered,
            edits,
            overhead: fitted.overhead,
            billed: inputTokens,
            entered: grew ? messages.slice(begun) : [],
        });
        return edits;
    }

    /** Ask for edits: new messages alone, if the server knows the others; without a bill that leaves no room. */
    async #fitted(
        params: Omit<ContextFitParams, 'messages'>,
        messages: Message[],
        shared: number,
    ): Promise<ContextFitResult> {
        const ask = (part: Omit<ContextFitParams, 'messages'>, from: number): Promise<ContextFitResult> =>
            this.#server.request('context/fit', {
                ...part,
                messages: messages.slice(from).map((message) => ({ ...message })),
                ...(from === 0 ? {} : { since: from }),
            });
        try {
            return await ask(params, shared);
        } catch (fault) {
            if (!(fault instanceof ServerError)) {
                throw fault;
            }
            if (fault.reason === 'unknownBase') {
                return this.#fitted(params, messages, 0);
            }
            if (params.overhead === 0 || !/^context\/fit: (reported|overhead)\b/.test(fault.message)) {
                throw fault;
            }
            const { reported: _, ...rest } = params; // a bill that leaves no room for the messages is of something else
            return this.#fitted({ ...rest, overhead: 0 }, messages, shared);
        }
    }

    async #open(sessionId: string, model: Model = {}): Promise<void> {
        const host = {
            ...(model.name === undefined ? {} : { model: model.name }),
            ...(model.window === undefined ? {} : { contextWindow: model.window }),
        };
        const opened = JSON.stringify(host);
        if (this.#opened.get(sessionId) !== opened) {
            await this.#server.request('session/open', { sessionId, host });
            this.#opened.set(sessionId, opened);
        }
    }

    #remember(sessionId: string, known: Known): void {
        this.#known.delete(sessionId);
        this.#known.set(sessionId, known);
        const [oldest] = this.#known.keys();
        if (this.#known.size > MAX_KNOWN && oldest !== undefined) {
            this.#known.delete(oldest);
            this.#opened.delete(oldest);
        }
    }

    /** What entered between two requests, and how much more the second one was billed: nobody waits for it. */
    #record(model: string, entered: Message[], reported: number): void {
        const texts = entered.map(spoken);
        if (reported < MIN_BILLED_TOKENS || texts.length === 0 || texts.some((some) => some.length === 0)) {
            return;
        }
        this.#server
            .request('tokens/count', { texts: texts.flat(), model })
            .then((counted) =>
                this.#server.request('usage/record', {
                    model,
                    counted: counted.total,
                    factor: counted.factor,
                    reported,
                }),
            )
            .catch(() => undefined);
    }
}

/** Where new messages begin, if those before them are what was given or what was answered last. */
function beginOfNew(known: Known, digests: readonly string[]): number | undefined {
    return [known.given, known.answered].find((before) => startsWith(digests, before))?.length;
}

function startsWith(array: readonly string[], beginning: readonly string[]): boolean {
    return sharedLength(beginning, array) === beginning.length;
}

/** Whether the agent has answered once since then, so that its answer's bill is that of the last request. */
function isOneAnswer(messages: readonly Message[], begun: number): boolean {
    return messages.slice(begun).every(({ role }, index) => (role === 'assistant') === (index === 0));
}

/** Whether an edit is about the first messages alone. */
function isWithin(edit: FitEdit, length: number): boolean {
    return edit.op === 'replaceResult' ? edit.index < length : (edit.end ?? edit.index) <= length;
}

/** The texts of a message that the model reads; none if it has what cannot be counted as text, or thoughts. */
function spoken({ text, calls = [], results = [], reasoning, files }: Message): string[] {
    if (reasoning !== undefined || files !== undefined || results.some((result) => result.files !== undefined)) {
        return [];
    }
    const given = calls.flatMap(({ tool, arguments: words }) => [
        tool,
        typeof words === 'string' ? words : JSON.stringify(words),
    ]);
    return [text, ...given, ...results.map((result) => result.text)].filter((one) => one !== '');
}

function asError(fault: unknown): Error {
    return fault instanceof Error ? fault : new Error(String(fault));
}
