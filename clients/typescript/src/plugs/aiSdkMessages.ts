/** Messages of the Vercel AI SDK in the format `neutral`, and edits done to them: `ModelMessage` and a model's prompt. */

import type { FitEdit } from '../contract.js';
import type { Message, Result } from './messages.js';
import { compact } from './messages.js';

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

/** Kinds of parts that these members can express. */
const READ: Readonly<Record<string, readonly string[]>> = {
    user: ['text'],
    assistant: ['text', 'reasoning', 'tool-call', 'tool-result'],
    tool: ['tool-result'],
};

export function neutral({ role, content }: HostMessage): Message {
    const parts: readonly Part[] = typeof content === 'string' ? [{ type: 'text', text: content }] : content;
    const of = (type: string): Part[] => parts.filter((part) => part.type === type);
    const texts = (type: string): string =>
        of(type)
            .flatMap(({ text }) => text ?? [])
            .join('\n');
    const known = role === 'system' || parts.every(({ type }) => READ[role]?.includes(type));
    const speaker = role === 'system' || role === 'assistant' || role === 'tool' ? role : 'user';
    return compact({
        role: speaker,
        text: texts('text'),
        reasoning: texts('reasoning'),
        files: parts.flatMap(fileOf),
        calls: of('tool-call').map(({ toolCallId = '', toolName = '', input }) => ({
            id: toolCallId,
            tool: toolName,
            arguments: typeof input === 'object' && input !== null ? input : textOf({ type: 'json', value: input }),
        })),
        // What the provider's own tools return stands in the agent's message, in a form that only the provider knows.
        results: of('tool-result').map((part) => ({ ...result(part), ...(role === 'tool' ? {} : { fixed: true }) })),
        ...(known ? {} : { fixed: true }),
    });
}

function result({ toolCallId = '', output = { type: 'text' } }: Part): Result {
    const { type, value } = output;
    const parts = type === 'content' && Array.isArray(value) ? (value as Part[]) : [];
    const failed = type.startsWith('error') || type === 'execution-denied';
    return {
        callId: toolCallId,
        text: parts.length > 0 ? parts.flatMap(({ text }) => text ?? []).join('\n') : textOf(output),
        ...(failed ? { failed } : {}),
        ...(parts.every((part) => part.type === 'text') ? {} : { files: parts.flatMap(fileOf), fixed: true }),
    };
}

function textOf({ value, reason = '' }: Output): string {
    return typeof value === 'string' ? value : value === undefined ? reason : JSON.stringify(value);
}

/** A picture or file, by its address or as data. */
function fileOf({ type, image, data, mediaType = 'application/octet-stream' }: Part): string[] {
    const given = image ?? data;
    if (type === 'text' || given === undefined) {
        return [];
    }
    const tagged = typeof given === 'object' && given !== null ? (given as { data?: unknown; url?: unknown }) : {};
    const held = tagged.data ?? tagged.url ?? given;
    if (held instanceof Uint8Array || held instanceof ArrayBuffer) {
        const bytes = held instanceof ArrayBuffer ? new Uint8Array(held) : held;
        return [`data:${mediaType};base64,${Buffer.from(bytes).toString('base64')}`];
    }
    if (held instanceof URL || (typeof held === 'string' && /^[a-z]+:/i.test(held))) {
        return [String(held)];
    }
    return [typeof held === 'string' ? `data:${mediaType};base64,${held}` : JSON.stringify(held)];
}

/** The messages with the edits done; those that stay are the very same objects. */
export function edited<M extends HostMessage>(messages: readonly M[], edits: readonly FitEdit[]): M[] {
    const array: HostMessage[] = [...messages];
    for (const { op, index, end, role, text, callId } of edits.toReversed()) {
        const now = array[index];
        if (op === 'remove') {
            array.splice(index, (end ?? index) - index);
        } else if (op === 'insert') {
            array.splice(index, 0, { role: role ?? 'user', content: [{ type: 'text', text: text ?? '' }] });
        } else if (now !== undefined && typeof now.content !== 'string') {
            array[index] = { ...now, content: now.content.map((part) => replaced(part, callId, text ?? '')) };
        }
    }
    return array as M[];
}

function replaced(part: Part, callId: string | null | undefined, value: string): Part {
    if (part.type !== 'tool-result' || part.toolCallId !== callId) {
        return part;
    }
    const failed = part.output?.type.startsWith('error') === true || part.output?.type === 'execution-denied';
    return { ...part, output: { type: failed ? 'error-text' : 'text', value } };
}
