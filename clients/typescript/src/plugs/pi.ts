/** ctxbudget for pi: fits the messages before each model call, and answers the compaction with what was said. */

import { Fitter, ITEM_DESCRIPTION, TOOL_DESCRIPTION } from './fitter.js';
import type { Model } from './fitter.js';
import { withAllResults } from './messages.js';
import type { HostMessage } from './piMessages.js';
import { billed, edited, neutral } from './piMessages.js';
import { settings } from './settings.js';
import { Sidecar } from './sidecar.js';

interface Context {
    cwd: string;
    hasUI?: boolean;
    ui?: { notify?: (message: string, type: string) => void };
    sessionManager: { getSessionId: () => string };
    model?: { id?: string; contextWindow?: number; maxTokens?: number };
}

interface Preparation {
    messagesToSummarize: HostMessage[];
    turnPrefixMessages?: HostMessage[];
    firstKeptEntryId: string;
    tokensBefore: number;
    previousSummary?: string;
}

interface Host {
    on: (event: string, handler: (event: never, context: Context) => unknown) => void;
    registerTool: (tool: object) => void;
}

function modelOf({ model }: Context): Model {
    return { name: model?.id, window: model?.contextWindow };
}

function sessionOf({ sessionManager }: Context): string {
    return `pi-${sessionManager.getSessionId()}`;
}

export default function ctxbudget(pi: Host): void {
    const { off, program, limit, timeoutMs } = settings();
    if (off) {
        return;
    }
    let sidecar: Sidecar | undefined;
    let fitter: Fitter | undefined;
    let said = false;

    const fitterFor = ({ cwd, hasUI, ui }: Context): Fitter => {
        sidecar ??= new Sidecar({ program, root: cwd, timeoutMs });
        fitter ??= new Fitter(sidecar, limit, (fault) => {
            if (!said && hasUI === true) {
                said = true;
                ui?.notify?.(`ctxbudget: ${fault.message}`, 'warning');
            }
        });
        return fitter;
    };

    pi.on('session_shutdown', async () => {
        const old = sidecar;
        sidecar = fitter = undefined;
        await old?.stop();
    });

    pi.on('context', async ({ messages }: { messages: HostMessage[] }, context) => {
        const edits = await fitterFor(context).fit({
            sessionId: sessionOf(context),
            messages: withAllResults(messages.map(neutral)),
            model: modelOf(context),
            billed: (index) => billed(messages[index]),
        });
        return edits.length === 0 ? undefined : { messages: edited(messages, edits) };
    });

    pi.on('session_before_compact', async ({ preparation }: { preparation: Preparation }, context) => {
        const { messagesToSummarize, turnPrefixMessages = [], previousSummary } = preparation;
        const { firstKeptEntryId, tokensBefore } = preparation;
        const messages = withAllResults([...messagesToSummarize, ...turnPrefixMessages].map(neutral));
        try {
            const session = sessionOf(context);
            const summary = await fitterFor(context).text(session, messages, previousSummary, modelOf(context));
            return { compaction: { summary, firstKeptEntryId, tokensBefore } };
        } catch {
            return undefined; // pi summarizes by itself
        }
    });

    pi.registerTool({
        name: 'context_get',
        label: 'context_get',
        description: TOOL_DESCRIPTION,
        parameters: {
            type: 'object',
            properties: { itemId: { type: 'string', description: ITEM_DESCRIPTION } },
            required: ['itemId'],
        },
        execute: async (
            _id: string,
            given: { itemId: string },
            _signal: unknown,
            _update: unknown,
            context: Context,
        ) => {
            const text = await fitterFor(context).get(sessionOf(context), given.itemId);
            return { content: [{ type: 'text', text }], details: {} };
        },
    });
}
