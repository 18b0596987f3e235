/** pi's messages in the format `neutral`, and edits done to them. */

import type { FitEdit } from '../contract.js';
import type { Message } from './messages.js';
import { compact } from './messages.js';

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
    usage?: { input?: number; cacheRead?: number; cacheWrite?: number };
    /** Of a compaction or a branch. */
    summary?: string;
    /** Of a command that a person ran. */
    command?: string;
    output?: string;
    excludeFromContext?: boolean;
}

const NO_USAGE = {
    input: 0,
    output: 0,
    cacheRead: 0,
    cacheWrite: 0,
    totalTokens: 0,
    cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, total: 0 },
};
const ROLES = new Set(['system', 'user', 'assistant', 'toolResult', 'custom', 'branchSummary', 'compactionSummary']);

/** A message as its model reads it. */
export function neutral(message: HostMessage): Message {
    const { role, content = [], summary, toolCallId = '', isError } = message;
    const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : content;
    const texts = (of: (block: Block) => string | undefined): string =>
        blocks.flatMap((block) => of(block) ?? []).join('\n');
    const text = summary ?? texts((block) => block.text);
    const files = blocks.flatMap(({ data, mimeType }) =>
        data === undefined ? [] : [`data:${mimeType ?? 'application/octet-stream'};base64,${data}`],
    );
    const hasFiles = files.length > 0 ? { files, fixed: true } : {};
    if (role === 'toolResult') {
        const failed = isError === true ? { failed: true } : {};
        return { role: 'tool', text: '', results: [{ callId: toolCallId, text, ...failed, ...hasFiles }] };
    }
    if (role === 'assistant') {
        const calls = blocks.filter(({ type }) => type === 'toolCall');
        return compact({
            role,
            text,
            reasoning: texts((block) => block.thinking),
            calls: calls.map((call) => ({ id: call.id ?? '', tool: call.name ?? '', arguments: call.arguments ?? {} })),
        });
    }
    if (role === 'bashExecution') {
        const { command = '', output = '', excludeFromContext } = message;
        return { role: 'user', text: excludeFromContext === true ? '' : `Ran ${command}\n${output}`, fixed: true };
    }
    return {
        role: role === 'system' ? role : 'user',
        text,
        ...hasFiles,
        ...(ROLES.has(role) ? {} : { fixed: true }),
    };
}

/** Input tokens that the request which this message answers was billed for, cached ones included. */
export function billed(message: HostMessage | undefined): number | undefined {
    const { input = 0, cacheRead = 0, cacheWrite = 0 } = message?.usage ?? {};
    const sum = input + cacheRead + cacheWrite;
    return sum > 0 ? sum : undefined;
}

/** The messages with the edits done; those that stay are the very same objects. */
export function edited(messages: readonly HostMessage[], edits: readonly FitEdit[]): HostMessage[] {
    const array = [...messages];
    for (const { op, index, end, role, text } of edits.toReversed()) {
        const content = [{ type: 'text', text: text ?? '' }];
        const now = array[index];
        if (op === 'remove') {
            array.splice(index, (end ?? index) - index);
        } else if (op === 'insert') {
            array.splice(index, 0, ...inserted(messages, role ?? 'user', content));
        } else if (now !== undefined) {
            array[index] = { ...now, content };
        }
    }
    return array;
}

/** A record as a message; one of the agent's is like another of its messages. */
function inserted(messages: readonly HostMessage[], role: string, content: Block[]): HostMessage[] {
    if (role === 'user') {
        return [{ role, content, ...{ timestamp: 0 } }];
    }
    const example = messages.find((one) => one.role === role);
    return example === undefined
        ? []
        : [{ ...example, content, usage: NO_USAGE, ...{ stopReason: 'stop', timestamp: 0 } }];
}
