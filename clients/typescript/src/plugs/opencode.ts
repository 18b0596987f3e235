/** ctxbudget for opencode: fits the messages before each model call. It never throws: opencode would end its run. */

import { Fitter, ITEM_DESCRIPTION, TOOL_DESCRIPTION } from './fitter.js';
import type { Model } from './fitter.js';
import { withAllResults } from './messages.js';
import type { HostMessage, Info } from './opencodeMessages.js';
import { billed, edit, neutral } from './opencodeMessages.js';
import { settings } from './settings.js';
import { Sidecar } from './sidecar.js';

/** Tokens that opencode keeps free for the answer, at most. */
const MAX_OUTPUT = 32_000;
/** How long the host may take to say which models it has. */
const ASK_MS = 2_000;

interface HostModel {
    id?: string;
    limit?: { context?: number; input?: number; output?: number };
}

interface Providers {
    data?: { providers?: { id?: string; models?: Record<string, HostModel> }[] };
}

interface Host {
    directory: string;
    client?: {
        config?: { providers?: () => Promise<Providers> };
        app?: { log?: (entry: object) => Promise<unknown> };
    };
}

function modelFrom(name: string, { limit }: HostModel): Model {
    const window = limit?.context ?? 0;
    const room = limit?.input ?? window - Math.min(limit?.output ?? 0, MAX_OUTPUT);
    return window > 0 && room > 0 ? { name, window, room } : { name };
}

// All that is exported is taken for a plug-in.
export const Ctxbudget = async ({ directory, client }: Host): Promise<object> => {
    const { off, program, limit, timeoutMs } = settings();
    if (off) {
        return {};
    }
    let said = '';
    const say = (fault: Error): void => {
        if (fault.message === said) {
            return;
        }
        said = fault.message;
        const body = { service: 'ctxbudget', level: 'warn', message: fault.message };
        try {
            client?.app?.log?.({ body }).catch(() => undefined);
        } catch {
            // nobody hears it
        }
    };
    const sidecar = new Sidecar({ program, root: directory, timeoutMs });
    const fitter = new Fitter(sidecar, limit, say);
    const models = new Map<string, Model>();
    let asked: Promise<void> | undefined;

    /** Ask once which windows the models have: what is told of a call comes after its messages. */
    const learn = async (): Promise<void> => {
        const late = new Promise<undefined>((resolve) => setTimeout(resolve, ASK_MS, undefined).unref());
        const answer = await Promise.race([client?.config?.providers?.(), late]);
        for (const provider of answer?.data?.providers ?? []) {
            for (const [name, model] of Object.entries(provider.models ?? {})) {
                models.set(`${provider.id ?? ''}/${name}`, modelFrom(name, model));
            }
        }
    };

    const modelOf = async (messages: readonly HostMessage[]): Promise<Model> => {
        asked ??= learn().catch(say);
        await asked;
        const info: Info | undefined = messages.findLast((one) => one.info.role === 'user')?.info;
        const name = info?.model?.modelID;
        return models.get(`${info?.model?.providerID ?? ''}/${name ?? ''}`) ?? { name };
    };

    return Promise.resolve({
        dispose: () => sidecar.stop(),
        'experimental.chat.messages.transform': async (_: unknown, output: { messages: HostMessage[] }) => {
            try {
                const { messages } = output;
                const sessionId = messages[0]?.info.sessionID;
                if (sessionId === undefined) {
                    return;
                }
                const edits = await fitter.fit({
                    sessionId,
                    messages: withAllResults(messages.map(neutral)),
                    model: await modelOf(messages),
                    billed: (index) => billed(messages[index]),
                });
                edit(messages, edits);
            } catch (fault) {
                say(fault as Error);
            }
        },
        tool: {
            context_get: {
                description: TOOL_DESCRIPTION,
                args: { itemId: { type: 'string', description: ITEM_DESCRIPTION } },
                execute: ({ itemId }: { itemId: string }, { sessionID }: { sessionID: string }) =>
                    fitter.get(sessionID, itemId),
            },
        },
    });
};
