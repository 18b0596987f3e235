/** A conversation in the format `neutral`: what the server needs to know of a host's messages. */

import { createHash } from 'node:crypto';

export interface Call {
    id: string;
    tool: string;
    arguments: object | string;
}

export interface Result {
    callId: string;
    text: string;
    failed?: boolean;
    /** No text may replace it, for example because it has a picture. */
    fixed?: boolean;
    /** Pictures and files, by address or as data: they cost tokens. */
    files?: string[];
}

export interface Message {
    role: 'system' | 'user' | 'assistant' | 'tool';
    text: string;
    /** What the model thought; it costs tokens, and is not what it said. */
    reasoning?: string;
    files?: string[];
    calls?: Call[];
    results?: Result[];
    /** It stays as it is, because it has what these members cannot express. */
    fixed?: boolean;
}

/** Two messages with the same digest are the same. */
export function digest(message: object): string {
    return createHash('sha256').update(JSON.stringify(message)).digest('base64');
}

/** How many messages at the beginning are the same. */
export function sharedLength(one: readonly string[], other: readonly string[]): number {
    const end = one.findIndex((text, index) => text !== other[index]);
    return end < 0 ? one.length : end;
}

/** Give calls without a result an empty one, as hosts do when they were interrupted. */
export function withAllResults(messages: Message[]): Message[] {
    const answered = new Set(messages.flatMap(({ results = [] }) => results.map(({ callId }) => callId)));
    return messages.map((message) => {
        const open = (message.calls ?? []).filter(({ id }) => !answered.has(id));
        const empty = open.map(({ id }) => ({ callId: id, text: '', fixed: true }));
        return open.length === 0 ? message : { ...message, results: [...(message.results ?? []), ...empty] };
    });
}

/** Lists that are empty are left out, and so is an empty thought. */
export function compact(message: Message): Message {
    const { reasoning, files, calls, results, ...rest } = message;
    return {
        ...rest,
        ...(reasoning === undefined || reasoning === '' ? {} : { reasoning }),
        ...(files === undefined || files.length === 0 ? {} : { files }),
        ...(calls === undefined || calls.length === 0 ? {} : { calls }),
        ...(results === undefined || results.length === 0 ? {} : { results }),
    };
}
