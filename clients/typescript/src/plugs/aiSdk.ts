/** ctxbudget for the Vercel AI SDK: fits the messages before each model call, by `prepareStep` or as a middleware. */

import { randomUUID } from 'node:crypto';
import type { HostMessage } from './aiSdkMessages.js';
import { edited, neutral } from './aiSdkMessages.js';
import { Fitter, ITEM_DESCRIPTION, TOOL_DESCRIPTION } from './fitter.js';
import { withAllResults } from './messages.js';
import { settings } from './settings.js';
import { Sidecar } from './sidecar.js';

export interface AiSdkOptions {
    /** The model's window, tokens. Absent: 128,000. */
    window?: number;
    /** Up to 1 a share of the window, above it tokens. Absent: `CTXBUDGET_FIT_TOKENS`, or 0.6. */
    limit?: number;
    /** The command. Absent: `CTXBUDGET_BIN`, or `ctxbudget`. */
    program?: string;
    /** The workspace. Absent: the current directory. */
    root?: string;
    /** How long a model call waits for the server. Absent: `CTXBUDGET_FIT_SECONDS`, or 10 s. */
    timeoutMs?: number;
    /**
     * Hears why messages could not be fitted; they are sent as they were decided last, and new ones whole. Absent:
     * `console.warn`.
     */
    onFault?: (fault: Error) => void;
}

/* eslint-disable @typescript-eslint/no-explicit-any -- the SDK's own types differ between its versions */
/** What one conversation needs: `tools`, and one of the other two. */
export interface FittedSession {
    sessionId: string;
    /** For `generateText`, `streamText` and agents. */
    prepareStep: (step: any) => Promise<any>;
    /** For `wrapLanguageModel`. */
    middleware: any;
    /** `context_get`, to be spread into the tools. */
    tools: Record<'context_get', any>;
}

export interface Ctxbudget {
    /**
     * @param sessionId 1 to 128 of `A-Za-z0-9._:-`: with the same id, another process goes on. Absent: a new conversation.
     */
    session: (sessionId?: string) => FittedSession;
    /** End the server. It also ends when the program does. */
    close: () => Promise<void>;
}
/* eslint-enable @typescript-eslint/no-explicit-any */

interface Step {
    messages: HostMessage[];
    model?: { modelId?: string } | string;
    steps?: readonly { usage?: { inputTokens?: number } }[];
}

interface Params {
    prompt: HostMessage[];
}

type Usage = { inputTokens?: number | { total?: number } } | undefined;

interface Chunk {
    type: string;
    usage?: Usage;
}

/** What the middleware is given: `model` calls of either version of the SDK. */
interface Wrapped<T> {
    doGenerate: () => Promise<T>;
    doStream: () => Promise<T>;
}

/** Where nobody listens, a command that is not there must not look like messages that fit. */
function warn(fault: Error): void {
    console.warn(`ctxbudget: messages were not fitted: ${fault.message}`);
}

/** Fitting for any number of conversations, by one server. It starts with the first model call. */
export function ctxbudget(options: AiSdkOptions = {}): Ctxbudget {
    const { off, ...known } = settings();
    const { program = known.program, timeoutMs = known.timeoutMs, root = process.cwd(), window } = options;
    for (const name of ['window', 'limit', 'timeoutMs'] as const) {
        const figure: unknown = options[name];
        if (figure !== undefined && !(typeof figure === 'number' && Number.isFinite(figure) && figure > 0)) {
            throw new RangeError(
                `ctxbudget: ${name} must be a number above 0, not ${typeof figure === 'number' ? figure : JSON.stringify(figure)}`,
            );
        }
    }
    const say = (fault: unknown): void => {
        try {
            (options.onFault ?? warn)(fault instanceof Error ? fault : new Error(String(fault)));
        } catch {
            // the model is called all the same
        }
    };
    const sidecar = new Sidecar({ program, root, timeoutMs });
    const fitter = new Fitter(sidecar, options.limit ?? known.limit, say);

    const session = (sessionId = `ai-${randomUUID()}`): FittedSession => {
        let bill: number | undefined;
        const fit = async (
            messages: HostMessage[],
            name: string | undefined,
            lastBill: number | undefined,
        ): Promise<HostMessage[]> => {
            if (off) {
                return messages;
            }
            try {
                const edits = await fitter.fit({
                    sessionId,
                    messages: withAllResults(messages.map(neutral)),
                    model: { name, window },
                    billed: () => lastBill,
                });
                return edits.length === 0 ? messages : edited(messages, edits);
            } catch (fault) {
                say(fault);
                return messages;
            }
        };
        const billed = (usage: Usage): void => {
            bill = typeof usage?.inputTokens === 'object' ? usage.inputTokens.total : usage?.inputTokens;
        };
        return {
            sessionId,
            prepareStep: async ({ messages, model, steps }: Step) => {
                const name = typeof model === 'string' ? model : model?.modelId;
                const fitted = await fit(messages, name, steps?.at(-1)?.usage?.inputTokens);
                return fitted === messages ? {} : { messages: fitted };
            },
            middleware: {
                specificationVersion: 'v3',
                transformParams: async ({ params, model }: { params: Params; model?: { modelId?: string } }) => ({
                    ...params,
                    prompt: await fit(params.prompt, model?.modelId, bill),
                }),
                wrapGenerate: async ({ doGenerate }: Wrapped<{ usage?: Usage }>) => {
                    const result = await doGenerate();
                    billed(result.usage);
                    return result;
                },
                wrapStream: async ({ doStream }: Wrapped<{ stream: ReadableStream<Chunk> }>) => {
                    const { stream, ...rest } = await doStream();
                    const noted = new TransformStream<Chunk, Chunk>({
                        transform: (chunk, controller) => {
                            if (chunk.type === 'finish') {
                                billed(chunk.usage);
                            }
                            controller.enqueue(chunk);
                        },
                    });
                    return { stream: stream.pipeThrough(noted), ...rest };
                },
            },
            tools: {
                context_get: {
                    description: TOOL_DESCRIPTION,
                    inputSchema: jsonSchema({
                        type: 'object',
                        properties: { itemId: { type: 'string', description: ITEM_DESCRIPTION } },
                        required: ['itemId'],
                        additionalProperties: false,
                    }),
                    execute: ({ itemId }: { itemId: string }) => fitter.get(sessionId, itemId),
                },
            },
        };
    };
    return { session, close: () => sidecar.stop() };
}

/** A schema as the SDK's own function of this name makes it: known by a registered symbol. */
function jsonSchema(schema: object): object {
    return { [Symbol.for('vercel.ai.schema')]: true, _type: undefined, jsonSchema: schema, validate: undefined };
}
