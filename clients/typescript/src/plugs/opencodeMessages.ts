/** opencode's messages in the format `neutral`, and edits done to them. What opencode has more is left out here. */

import type { FitEdit } from '../contract.js';
import type { Message, Result } from './messages.js';
import { compact } from './messages.js';

export interface Info {
    id: string;
    role: string;
    sessionID: string;
    /** A message of the agent that is the summary of a compaction. */
    summary?: unknown;
    tokens?: { input?: number; cache?: { read?: number; write?: number } };
    model?: { providerID?: string; modelID?: string };
    error?: unknown;
}

export interface State {
    status: string;
    input?: object;
    output?: string;
    error?: string;
    attachments?: { url?: string }[];
    time?: { compacted?: number };
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

/** Kinds of parts that a message may have and that are read here. */
const READ = new Set(['text', 'reasoning', 'tool', 'step-start', 'step-finish', 'snapshot', 'patch']);

/** A message; what the host cleared by itself is read as it was, so that what was decided about it holds. */
export function neutral({ info, parts }: HostMessage): Message {
    const shown = parts.filter((part) => part.ignored !== true);
    const texts = (type: string): string =>
        shown.flatMap((part) => (part.type === type && part.text !== undefined ? [part.text] : [])).join('\n');
    const tools = shown.filter((part) => part.type === 'tool');
    return compact({
        role: info.role === 'assistant' ? 'assistant' : 'user',
        text: texts('text'),
        reasoning: texts('reasoning'),
        files: shown.flatMap((part) => (part.type === 'file' ? [part.url ?? ''] : [])),
        calls: tools.map(({ callID = '', tool = '', state }) => ({ id: callID, tool, arguments: state?.input ?? {} })),
        results: tools.map(result),
        ...(shown.every(({ type }) => READ.has(type)) ? {} : { fixed: true }),
    });
}

function result({ callID = '', state }: Part): Result {
    const files = (state?.attachments ?? []).map(({ url = '' }) => url);
    return {
        callId: callID,
        text: state?.output ?? state?.error ?? '',
        ...(state?.status === 'error' ? { failed: true } : {}),
        ...(files.length > 0 ? { files, fixed: true } : {}),
    };
}

/** Input tokens that a request was billed for, cached ones included. */
export function billed(message: HostMessage | undefined): number | undefined {
    const { input = 0, cache } = message?.info.tokens ?? {};
    const sum = input + (cache?.read ?? 0) + (cache?.write ?? 0);
    return message?.info.summary === true || sum === 0 ? undefined : sum;
}

/** Do the edits to the array itself: opencode does not look at another one. Messages that change are replaced by copies. */
export function edit(messages: HostMessage[], edits: readonly FitEdit[]): void {
    const given = [...messages];
    for (const one of edits.toReversed()) {
        const from = given[one.index];
        if (one.op === 'remove') {
            messages.splice(one.index, (one.end ?? one.index) - one.index);
        } else if (one.op === 'insert') {
            messages.splice(one.index, 0, ...inserted(given, one));
        } else if (from !== undefined) {
            const now = messages[one.index] ?? from;
            const parts = now.parts.map((part) =>
                part.callID === one.callId && part.state !== undefined
                    ? { ...part, state: replaced(part.state, one.text ?? '') }
                    : part,
            );
            messages[one.index] = { ...now, parts };
        }
    }
}

function replaced(state: State, text: string): State {
    const { attachments: _, time, ...rest } = state;
    const { compacted: __, ...kept } = time ?? {};
    return {
        ...rest,
        ...(time === undefined ? {} : { time: kept }),
        [state.status === 'error' ? 'error' : 'output']: text,
    };
}

/** A record as a message, after the example of one that is there. */
function inserted(given: readonly HostMessage[], { index, role, text }: FitEdit): HostMessage[] {
    const example = given.find(({ info }) => info.role === role);
    if (example === undefined) {
        return [];
    }
    const id = `msg_ctxbudget${index}`;
    const { sessionID } = example.info;
    const { error: _, tokens: __, summary: ___, ...info } = example.info;
    const part = {
        id: `prt_ctxbudget${index}`,
        sessionID,
        messageID: id,
        type: 'text',
        text: text ?? '',
        synthetic: true,
    };
    const usage = example.info.tokens === undefined ? {} : { tokens: example.info.tokens };
    return [{ info: { ...info, ...usage, id }, parts: [part] }];
}
