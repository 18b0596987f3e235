/** Prunes: previewed, carried out exactly as previewed, and undone. */

import { tokens } from './budget';
import { label } from './plain';
import type { Ask, PlanRow, Prune, Target } from './protocol';
import { itemCount, itemName, tokenCount } from './sessionWords';

/** Rows of a plan that a question shows. */
const ROWS = 10;

/** Plans that are made again because someone else keeps writing, before the person is told. */
const TRIES = 5;

/** How many prunes can be undone. */
const REMEMBERED = 50;

/** A question about a prune, in words. */
export interface Question {
    title: string;
    detail: string;
}

/** Where the undos of a session's prunes are kept, the last one at the end. */
export interface Undos {
    get(sessionId: string): string[];
    set(sessionId: string, undos: string[]): void;
}

export class Pruning {
    readonly #ask: Ask;
    readonly #undos: Undos;

    constructor(ask: Ask, undos: Undos) {
        this.#ask = ask;
        this.#undos = undos;
    }

    /** What a prune would do. Changes nothing. */
    preview(sessionId: string, target: Target): Promise<Prune> {
        return this.#ask('context/prune', { sessionId, target, dryRun: true });
    }

    /**
     * Carry out what was previewed. If the session has changed since, and with it the plan, nothing is done: the answer
     * is a new preview, with `dryRun`.
     */
    async carryOut(sessionId: string, target: Target, previewed: Prune): Promise<Prune> {
        let plan = previewed;
        for (let left = TRIES; ; left -= 1) {
            try {
                const done = await this.#ask('context/prune', { sessionId, target, ifRevision: plan.revision });
                if (done.undo !== null) {
                    this.#undos.set(sessionId, [...this.#undos.get(sessionId), done.undo].slice(-REMEMBERED));
                }
                return done;
            } catch (error) {
                if (errorName(error) !== 'conflict' || left === 0) {
                    throw error;
                }
            }
            plan = await this.preview(sessionId, target);
            if (!samePlan(plan, previewed)) {
                return plan;
            }
        }
    }

    /** Undo the last prune made in this window; what came of it, in a sentence. */
    async undo(sessionId: string): Promise<string> {
        const undos = this.#undos.get(sessionId);
        const last = undos.at(-1);
        if (last === undefined) {
            return 'There is no prune to undo: this command undoes those that were made in VS Code.';
        }
        try {
            const done = await this.#ask('context/undo', { sessionId, undo: last });
            this.#undos.set(sessionId, undos.slice(0, -1));
            return `The prune is undone: ${itemCount(done.restored.length)} back in the context, ${inUse(done.status)}.`;
        } catch (error) {
            if (errorName(error) === 'unknownUndo') {
                this.#undos.set(sessionId, undos.slice(0, -1));
            }
            throw error;
        }
    }
}

/** Whether anything would leave. */
export function doesSomething({ plan }: Prune): boolean {
    return plan.some(({ action }) => action !== 'kept');
}

/** What is asked before a prune. `what`: what is pruned, as in `phase 1`. */
export function question(what: string, preview: Prune): Question {
    const gone = preview.plan.filter(leaves);
    const after = preview.status.retained - preview.saved;
    const rows = gone.slice(0, ROWS).map((row) => `• ${rowText(row)}`);
    if (gone.length > ROWS) {
        const rest = gone.slice(ROWS);
        rows.push(`• … ${itemCount(rest.length)} more, ${tokenCount(sum(rest.map((row) => row.tokensBefore)))}`);
    }
    const added = preview.plan.filter(({ action }) => action === 'added');
    if (added.length > 0) {
        rows.push(`• Added in their place: ${tokenCount(sum(added.map((row) => row.tokensAfter)))}`);
    }
    const kept = keptText(preview.plan);
    return {
        title: label(`Prune ${what}? ${tokenCount(preview.saved)} leave the context.`),
        detail: [
            `Retained: ${tokens(preview.status.retained)} → ${tokens(after)} tokens. ${itemCount(gone.length)} ${gone.length === 1 ? 'leaves' : 'leave'}:`,
            ...rows,
            ...(kept === '' ? [] : [kept]),
            '',
            'Originals are kept: the prune can be undone, and each item restored.',
        ].join('\n'),
    };
}

/** Why a prune would do nothing. */
export function nothingToPrune(what: string, { plan }: Prune): string {
    const kept = keptText(plan);
    return label(`There is nothing to prune in ${what}.${kept === '' ? '' : ` ${kept}`}`);
}

/** What was done. */
export function doneText({ plan, saved, status }: Prune): string {
    return `Pruned ${itemCount(plan.filter(leaves).length)}, ${tokenCount(saved)} saved, ${inUse(status)}.`;
}

/** The name of the protocol's error; undefined: it is another one. */
export function errorName(error: unknown): string | undefined {
    const data = typeof error === 'object' && error !== null && 'data' in error ? error.data : undefined;
    return typeof data === 'object' && data !== null && 'name' in data ? String(data.name) : undefined;
}

function leaves({ action }: PlanRow): boolean {
    return action === 'reduced' || action === 'pruned';
}

function rowText(row: PlanRow): string {
    const name = itemName({ id: row.id, title: row.title ?? null });
    const reason = row.reason === 'noMetadata' ? ' without metadata' : '';
    return row.action === 'reduced'
        ? `${name}: ${tokens(row.tokensBefore)} → ${tokens(row.tokensAfter)}, reduced to metadata`
        : `${name}: ${tokens(row.tokensBefore)} → ${tokens(row.tokensAfter)}, pruned${reason}`;
}

const KEPT: Record<string, string> = {
    pinned: 'pinned',
    permanent: 'permanent',
    metadata: 'metadata',
    running: 'of the running phase',
    deferred: 'for later',
    diagnostic: 'for diagnosis',
    notRetained: 'not in the context',
};

/** `Kept: 1 pinned, 2 permanent.` */
function keptText(plan: readonly PlanRow[]): string {
    const counts = new Map<string, number>();
    for (const { action, reason } of plan) {
        if (action === 'kept') {
            counts.set(reason, (counts.get(reason) ?? 0) + 1);
        }
    }
    const parts = [...counts].map(([reason, count]) => `${tokens(count)} ${KEPT[reason] ?? reason}`);
    return parts.length === 0 ? '' : `Kept: ${parts.join(', ')}.`;
}

function samePlan(one: Prune, other: Prune): boolean {
    const essence = ({ plan }: Prune): string =>
        JSON.stringify(
            plan.map(({ id, action, tokensBefore, tokensAfter }) => [id, action, tokensBefore, tokensAfter]),
        );
    return essence(one) === essence(other);
}

function sum(figures: number[]): number {
    return figures.reduce((total, figure) => total + figure, 0);
}

function inUse({ retained, budget, windowSource }: Prune['status']): string {
    return windowSource === 'default'
        ? `${tokens(retained)} retained`
        : `${tokens(retained)} of ${tokens(budget)} budget in use`;
}
