import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FitEdit } from '../src/contract.js';
import * as aiSdk from '../src/plugs/aiSdkMessages.js';
import { withAllResults } from '../src/plugs/messages.js';
import * as opencode from '../src/plugs/opencodeMessages.js';
import * as pi from '../src/plugs/piMessages.js';

const RECORD = '[ctxbudget i1..i9: 3 turns]';
const MARKER = '[ctxbudget i2: 900 tokens archived]';

function replace(index: number, callId: string): FitEdit {
    return { op: 'replaceResult', index, callId, text: MARKER };
}

// ------------------------------------------------------------------ opencode

function opencodeConversation(): opencode.HostMessage[] {
    const info = { sessionID: 'ses_1', model: { providerID: 'p', modelID: 'm' } };
    const done = { status: 'completed', input: { command: 'ls' }, output: 'a.py', time: { start: 1, compacted: 5 } };
    const failed = { status: 'error', input: {}, error: 'no such file' };
    return [
        { info: { ...info, id: 'msg_1', role: 'user' }, parts: [{ type: 'text', text: 'Which file?' }] },
        {
            info: { ...info, id: 'msg_2', role: 'assistant', tokens: { input: 9, cache: { read: 90, write: 1 } } },
            parts: [
                { type: 'step-start' },
                { type: 'reasoning', text: 'Look first.' },
                { type: 'text', text: 'I look.' },
                { type: 'tool', callID: 'c1', tool: 'bash', state: { ...done, attachments: [] } },
                { type: 'tool', callID: 'c2', tool: 'read', state: failed },
                { type: 'step-finish' },
            ],
        },
    ];
}

test('opencode: a call and its result are one part, and what the host cleared is read as it was', () => {
    assert.deepEqual(opencodeConversation().map(opencode.neutral), [
        { role: 'user', text: 'Which file?' },
        {
            role: 'assistant',
            text: 'I look.',
            reasoning: 'Look first.',
            calls: [
                { id: 'c1', tool: 'bash', arguments: { command: 'ls' } },
                { id: 'c2', tool: 'read', arguments: {} },
            ],
            results: [
                { callId: 'c1', text: 'a.py' },
                { callId: 'c2', text: 'no such file', failed: true },
            ],
        },
    ]);
});

test('opencode: files and kinds of parts that are not known keep a message, attachments a result', () => {
    const [user, agent] = opencodeConversation();
    assert.ok(user && agent);
    user.parts.push({ type: 'file', url: 'data:image/png;base64,AA==' });
    agent.parts[3] = {
        ...agent.parts[3],
        type: 'tool',
        state: { status: 'completed', attachments: [{ url: 'data:,x' }] },
    };

    assert.deepEqual(opencode.neutral(user), {
        role: 'user',
        text: 'Which file?',
        files: ['data:image/png;base64,AA=='],
        fixed: true,
    });
    assert.deepEqual(opencode.neutral(agent).results?.[0], { callId: 'c1', text: '', files: ['data:,x'], fixed: true });
    assert.equal(opencode.neutral({ ...user, parts: [{ type: 'compaction' }] }).fixed, true);
});

test('opencode: the array itself is changed, and no message of the host', () => {
    const messages = opencodeConversation();
    const given = structuredClone(messages);
    const [user, agent] = messages;

    opencode.edit(messages, [
        { op: 'insert', index: 1, role: 'user', text: RECORD },
        replace(1, 'c1'),
        { op: 'replaceResult', index: 1, callId: 'c2', text: 'short' },
    ]);

    assert.deepEqual([user, agent], given);
    const [first, record, changed] = messages;
    assert.equal(first, user);
    assert.deepEqual(
        record?.parts.map(({ text }) => text),
        [RECORD],
    );
    assert.notEqual(record.info.id, user?.info.id);
    assert.deepEqual(changed?.parts[3]?.state, {
        status: 'completed',
        input: { command: 'ls' },
        output: MARKER,
        time: { start: 1 },
    });
    assert.equal(changed.parts[4]?.state?.error, 'short');
});

test('opencode: turns are removed, and the bill has what was cached, but not that of a compaction', () => {
    const messages = opencodeConversation();
    assert.equal(opencode.billed(messages[1]), 100);
    assert.equal(opencode.billed(messages[0]), undefined);
    const [, agent] = messages;
    assert.ok(agent);
    assert.equal(opencode.billed({ ...agent, info: { ...agent.info, summary: true } }), undefined);

    opencode.edit(messages, [
        { op: 'insert', index: 1, role: 'assistant', text: RECORD },
        { op: 'remove', index: 1, end: 2 },
    ]);

    assert.equal(messages.length, 2);
    assert.equal(messages[1]?.info.role, 'assistant');
    assert.deepEqual(
        messages[1].parts.map(({ text }) => text),
        [RECORD],
    );
});

// ------------------------------------------------------------------ pi

const PI: pi.HostMessage[] = [
    { role: 'user', content: [{ type: 'text', text: 'Which file?' }] },
    {
        role: 'assistant',
        content: [
            { type: 'thinking', thinking: 'Look first.' },
            { type: 'toolCall', id: 'c1', name: 'bash', arguments: { command: 'ls' } },
        ],
        usage: { input: 9, cacheRead: 90, cacheWrite: 1 },
    },
    { role: 'toolResult', toolCallId: 'c1', content: [{ type: 'text', text: 'a.py' }], isError: true },
    { role: 'compactionSummary', summary: 'What was said.' },
    { role: 'bashExecution', command: 'make', output: 'ok' },
];

test('pi: each kind of message is read', () => {
    assert.deepEqual(PI.map(pi.neutral), [
        { role: 'user', text: 'Which file?' },
        {
            role: 'assistant',
            text: '',
            reasoning: 'Look first.',
            calls: [{ id: 'c1', tool: 'bash', arguments: { command: 'ls' } }],
        },
        { role: 'tool', text: '', results: [{ callId: 'c1', text: 'a.py', failed: true }] },
        { role: 'user', text: 'What was said.' },
        { role: 'user', text: 'Ran make\nok', fixed: true },
    ]);
    assert.equal(pi.billed(PI[1]), 100);
    assert.equal(pi.billed(PI[0]), undefined);
});

test('pi: a picture keeps its result, and a kind of message that is not known stays', () => {
    const picture = { type: 'image', data: 'AA==', mimeType: 'image/png' };
    assert.deepEqual(pi.neutral({ role: 'toolResult', toolCallId: 'c1', content: [picture] }), {
        role: 'tool',
        text: '',
        results: [{ callId: 'c1', text: '', files: ['data:image/png;base64,AA=='], fixed: true }],
    });
    assert.deepEqual(pi.neutral({ role: 'other', content: 'x' }), { role: 'user', text: 'x', fixed: true });
});

test('pi: messages that stay are the same objects', () => {
    const edits: FitEdit[] = [
        { op: 'insert', index: 1, role: 'user', text: RECORD },
        { op: 'insert', index: 1, role: 'assistant', text: RECORD },
        replace(2, 'c1'),
        { op: 'remove', index: 3, end: 5 },
    ];

    const [user, record, own, agent, result, ...rest] = pi.edited(PI, edits);

    assert.deepEqual([user, agent, rest], [PI[0], PI[1], []]);
    assert.equal(user, PI[0]);
    assert.deepEqual(record?.content, [{ type: 'text', text: RECORD }]);
    assert.deepEqual([own?.role, own?.usage?.input], ['assistant', 0]);
    assert.deepEqual(result, { ...PI[2], content: [{ type: 'text', text: MARKER }] });
});

// ------------------------------------------------------------------ the AI SDK

const SDK: aiSdk.HostMessage[] = [
    { role: 'system', content: 'You look.' },
    { role: 'user', content: [{ type: 'text', text: 'Which file?' }] },
    {
        role: 'assistant',
        content: [
            { type: 'reasoning', text: 'Look first.' },
            { type: 'tool-call', toolCallId: 'c1', toolName: 'bash', input: { command: 'ls' } },
            { type: 'tool-call', toolCallId: 'c2', toolName: 'read', input: {} },
        ],
    },
    {
        role: 'tool',
        content: [
            { type: 'tool-result', toolCallId: 'c1', toolName: 'bash', output: { type: 'json', value: { files: 1 } } },
            { type: 'tool-result', toolCallId: 'c2', toolName: 'read', output: { type: 'error-text', value: 'none' } },
        ],
    },
];

test('AI SDK: messages are read, and outputs as text', () => {
    assert.deepEqual(SDK.map(aiSdk.neutral), [
        { role: 'system', text: 'You look.' },
        { role: 'user', text: 'Which file?' },
        {
            role: 'assistant',
            text: '',
            reasoning: 'Look first.',
            calls: [
                { id: 'c1', tool: 'bash', arguments: { command: 'ls' } },
                { id: 'c2', tool: 'read', arguments: {} },
            ],
        },
        {
            role: 'tool',
            text: '',
            results: [
                { callId: 'c1', text: '{"files":1}' },
                { callId: 'c2', text: 'none', failed: true },
            ],
        },
    ]);
});

test('AI SDK: what cannot be expressed stays', () => {
    const picture = { type: 'file', data: new Uint8Array([0]), mediaType: 'image/png' };
    assert.deepEqual(aiSdk.neutral({ role: 'user', content: [picture] }), {
        role: 'user',
        text: '',
        files: ['data:image/png;base64,AA=='],
        fixed: true,
    });
    const value = [
        { type: 'text', text: 'a' },
        { type: 'file', data: { type: 'url', url: new URL('https://example.org/a.png') }, mediaType: 'image/png' },
    ];
    const content = [{ type: 'tool-result', toolCallId: 'c1', output: { type: 'content', value } }];
    assert.deepEqual(aiSdk.neutral({ role: 'tool', content }).results, [
        { callId: 'c1', text: 'a', files: ['https://example.org/a.png'], fixed: true },
    ]);
    assert.equal(aiSdk.neutral({ role: 'assistant', content }).results?.[0]?.fixed, true);
    assert.equal(aiSdk.neutral({ role: 'tool', content: [{ type: 'tool-approval-response' }] }).fixed, true);
});

test('AI SDK: only the result of the call is replaced, and a failed one stays failed', () => {
    const edits: FitEdit[] = [
        { op: 'insert', index: 2, role: 'user', text: RECORD },
        replace(3, 'c1'),
        replace(3, 'c2'),
    ];

    const [system, user, record, agent, results] = aiSdk.edited(SDK, edits);

    assert.deepEqual([system, user, agent], [SDK[0], SDK[1], SDK[2]]);
    assert.deepEqual(record, { role: 'user', content: [{ type: 'text', text: RECORD }] });
    const outputs = (results?.content as aiSdk.Part[]).map(({ output }) => output);
    assert.deepEqual(outputs, [
        { type: 'text', value: MARKER },
        { type: 'error-text', value: MARKER },
    ]);
});

test('a call without a result gets an empty one', () => {
    const calls = [{ id: 'c1', tool: 'bash', arguments: {} }];
    assert.deepEqual(withAllResults([{ role: 'assistant', text: '', calls }]), [
        { role: 'assistant', text: '', calls, results: [{ callId: 'c1', text: '', fixed: true }] },
    ]);
});
