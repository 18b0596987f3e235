/** A server with one session in memory, which answers as the contract says; what is asked of it is kept. */

import type { Account, Ask, Item, Layer, LayerStatus, PhaseState, Prune } from '../../src/protocol';

export type Question = { method: string } & Record<string, unknown>;

export function item(id: string, more: Partial<Item> = {}): Item {
    return {
        id,
        layer: 'transient',
        kind: 'report',
        state: 'retained',
        phase: null,
        wave: null,
        agent: null,
        title: `Report ${id}`,
        path: null,
        pinned: false,
        marker: false,
        tokens: 10,
        provenance: 'exact',
        rawTokens: 10,
        encoding: null,
        factor: 1,
        bytes: 40,
        hash: null,
        complete: null,
        reduces: [],
        standIn: null,
        reason: null,
        addedAt: '2026-01-31T12:00:00.000Z',
        revision: 1,
        ...more,
    };
}

export function prune(more: Partial<Prune> = {}): Prune {
    const status = { retained: 100, budget: 7_500, windowSource: 'session' } as Prune['status'];
    const outcome = { sessionId: 's', revision: 1, plan: [], saved: 0, undo: null, dryRun: true };
    return { ...outcome, policy: 'aggressive', status, alerts: [], ...more };
}

/** An error as the language client raises it. */
export function refusal(name: string): Error {
    return Object.assign(new Error(`refused: ${name}`), { data: { name } });
}

const LAYERS: Layer[] = ['permanent', 'phase', 'metadata', 'transient'];

/** What asks it, and what it was asked. */
export function account(
    items: Item[],
    phases: Pick<PhaseState, 'phase' | 'name' | 'state'>[] = [],
): { ask: Ask; asked: Question[] } {
    const asked: Question[] = [];
    const ask = (method: string, params: Record<string, unknown>): Promise<unknown> => {
        asked.push({ method, ...params });
        return Promise.resolve(method === 'budget/status' ? status(items, phases) : page(items, params));
    };
    return { ask: ask as Ask, asked };
}

function status(items: Item[], phases: Pick<PhaseState, 'phase' | 'name' | 'state'>[]): Account {
    const layers = LAYERS.map((layer): Partial<LayerStatus> => {
        const held = items.filter((one) => one.layer === layer && one.state === 'retained');
        return { layer, retained: tokensOf(held), ceiling: null, breached: false, pinned: 0, peak: 0 };
    });
    const whole = phases.map((phase) => ({ ...phase, allocated: null, retained: 0, peak: 0, processed: 0 }));
    const figures = {
        retained: tokensOf(items.filter(({ state }) => state === 'retained')),
        budget: 7_500,
        ofBudget: 0,
    };
    const rest = { peak: 0, processed: 0, saved: 0, leased: 0, available: 0, level: 'ok', policy: 'aggressive' };
    const account = { sessionId: 's', ...figures, ...rest, advice: { text: '' }, layers, phases: whole };
    return account as unknown as Account;
}

function page(items: Item[], { state, layer, phase, after, limit }: Record<string, unknown>): object {
    const matching = items.filter(
        (one) =>
            one.state === state &&
            (layer === undefined || one.layer === layer) &&
            (phase === undefined || phase === null || one.phase === phase),
    );
    const start = matching.findIndex(({ id }) => id === after) + 1;
    const shown = matching.slice(start, start + (limit as number));
    const more = start + shown.length < matching.length;
    return {
        items: shown,
        total: matching.length,
        tokens: tokensOf(matching),
        next: more ? (shown.at(-1)?.id ?? null) : null,
    };
}

function tokensOf(items: Item[]): number {
    return items.reduce((sum, { tokens }) => sum + tokens, 0);
}
