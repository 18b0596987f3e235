// ai_sdk_program.mjs SDK PLUG HOW CALLS LIMIT: a run with a fake model, which prints each prompt as a line of JSON.

import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [sdk, plug, how, calls, limit] = process.argv.slice(2);
const load = (path) => import(pathToFileURL(existsSync(`${path}.mjs`) ? `${path}.mjs` : `${path}.js`));
const ai = await load(`${sdk}/dist/index`);
const { MockLanguageModelV3, MockLanguageModelV4 = MockLanguageModelV3 } = await load(`${sdk}/dist/test/index`);
const { ctxbudget } = await import(pathToFileURL(plug));

let made = 0;
let item;

function answer(prompt) {
    const text = JSON.stringify(prompt);
    console.log(text);
    const input = Math.floor(text.length / 4);
    const usage = {
        inputTokens: { total: input, noCache: input, cacheRead: 0, cacheWrite: 0 },
        outputTokens: { total: 40, text: 40, reasoning: 0 },
    };
    const call = (toolName, given) => ({
        content: [{ type: 'tool-call', toolCallId: `call_${toolName}_${made}`, toolName, input: JSON.stringify(given) }],
        finishReason: { unified: 'tool-calls', raw: 'tool_calls' },
        usage,
        warnings: [],
    });
    const marker = /\[ctxbudget (i\w+):/.exec(text);
    if (marker && item === undefined) {
        item = marker[1];
        return call('context_get', { itemId: item });
    }
    if (made >= Number(calls)) {
        return {
            content: [{ type: 'text', text: 'All is counted.' }],
            finishReason: { unified: 'stop', raw: 'stop' },
            usage,
            warnings: [],
        };
    }
    made += 1;
    return call('bash', { command: `step ${made}` });
}

function streamed({ content, finishReason, usage, warnings }) {
    const parts = content.flatMap((part) =>
        part.type === 'text'
            ? [
                  { type: 'text-start', id: 't' },
                  { type: 'text-delta', id: 't', delta: part.text },
                  { type: 'text-end', id: 't' },
              ]
            : [part],
    );
    const chunks = [{ type: 'stream-start', warnings }, ...parts, { type: 'finish', finishReason, usage }];
    return { stream: ai.simulateReadableStream({ chunks, initialDelayInMs: null, chunkDelayInMs: null }) };
}

const model = new MockLanguageModelV4({
    modelId: 'fake',
    doGenerate: async ({ prompt }) => answer(prompt),
    doStream: async ({ prompt }) => streamed(answer(prompt)),
});
const line = (n) => `step${made} worker_${made}_${n} handled queue_${made}.put(${n}) in /srv/app/mod_${made}.py line ${n}`;
const bash = ai.tool({
    description: 'Runs a command.',
    inputSchema: ai.jsonSchema({ type: 'object', properties: { command: { type: 'string' } }, required: ['command'] }),
    execute: async () => Array.from({ length: 100 }, (_, n) => line(n)).join('\n'),
});

const budget = ctxbudget({ limit: Number(limit), onFault: (fault) => console.error(fault.message) });
const session = budget.session('chat-1');
const { prepareStep, middleware } = session;
const given = {
    ...(how === 'prepareStep' ? { model, prepareStep } : { model: ai.wrapLanguageModel({ model, middleware }) }),
    system: 'You count.',
    prompt: 'MAINTASK: count.',
    tools: { bash, ...session.tools },
    stopWhen: ai.stepCountIs(1000),
};
const text = how === 'stream' ? await ai.streamText(given).text : (await ai.generateText(given)).text;
console.error(text);
console.log(JSON.stringify({ item, text }));
// The program ends by itself, and the server with it.
