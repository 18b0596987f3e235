/** The session as a tree: layers, their phases, their items, and what has left the context. Asked for branch by branch. */

import type { Account, Ask, Item, ItemFilter, Layer, LayerStatus, PhaseState } from './protocol';

/** Items that a branch shows at first, and how many more each time. */
export const PAGE = 200;

/** Items of a request that looks through a layer for those without a phase. */
const CHUNK = 1_000;

interface Branch {
    /** The same for the same thing after a refresh, so that it stays expanded; no two nodes share one. */
    id: string;
}

/** Items of the account, by how they are asked for. */
interface List extends Branch {
    /** Which items: `phase` null: those without a phase; absent: of any. */
    layer: Layer;
    phase?: number | null;
    /** How many there are. */
    items: number;
    tokens: number;
}

export interface AccountNode extends Branch {
    kind: 'account';
    account: Account;
}

export interface LayerNode extends List {
    kind: 'layer';
    status: LayerStatus;
}

export interface PhaseNode extends List {
    kind: 'phase';
    phase: number | null;
    /** null: these items have no phase. */
    state: PhaseState | null;
}

export interface RemovedNode extends Branch {
    kind: 'removed';
    items: number;
}

export interface ItemNode extends Branch {
    kind: 'item';
    item: Item;
}

export interface MoreNode extends Branch {
    kind: 'more';
    /** The node whose items are shown in part. */
    of: string;
    left: number;
}

export type Node = AccountNode | LayerNode | PhaseNode | RemovedNode | ItemNode | MoreNode;
export type ListNode = LayerNode | PhaseNode;

/** What a branch shows of its items. */
interface Shown {
    items: Item[];
    total: number;
}

export class SessionTree {
    readonly sessionId: string;
    readonly #ask: Ask;
    readonly #shown = new Map<string, number>();
    #phases: PhaseState[] = [];

    constructor(sessionId: string, ask: Ask) {
        this.sessionId = sessionId;
        this.#ask = ask;
    }

    /** The account, the layers that hold something, and what was removed. */
    async roots(): Promise<Node[]> {
        const account = await this.#ask('budget/status', { sessionId: this.sessionId });
        this.#phases = account.phases;
        const layers = await Promise.all(account.layers.map((status) => this.#layer(status)));
        const removed = (await Promise.all([this.#count({ state: 'reduced' }), this.#count({ state: 'pruned' })]))
            .map(({ total }) => total)
            .reduce((sum, total) => sum + total, 0);
        return [
            { kind: 'account', id: `${this.sessionId}/account`, account },
            ...layers.filter(({ items }) => items > 0),
            ...(removed > 0 ? [{ kind: 'removed', id: `${this.sessionId}/removed`, items: removed } as const] : []),
        ];
    }

    /** What is below a node. */
    async children(node: Node): Promise<Node[]> {
        switch (node.kind) {
            case 'account':
            case 'item':
            case 'more':
                return [];
            case 'removed':
                return this.#nodes(node.id, await this.#removed(this.#limit(node.id)));
            case 'phase':
                return this.#nodes(node.id, await this.#listed(node, this.#limit(node.id)));
            case 'layer':
                return this.#layerChildren(node);
        }
    }

    /** Show more of a branch from the next time on that its children are asked for. */
    showMore({ of }: MoreNode): void {
        this.#shown.set(of, this.#limit(of) + PAGE);
    }

    /** The ids of the items of a branch, at most `limit`. */
    async idsOf(node: ListNode, limit: number): Promise<string[]> {
        return (await this.#listed(node, limit)).items.map(({ id }) => id);
    }

    /** Items that are in the context, or (`removed`) that have left it, at most `limit`. */
    async itemsOf(removed: boolean, limit: number): Promise<Item[]> {
        return removed ? (await this.#removed(limit)).items : (await this.#list({ state: 'retained' }, limit)).items;
    }

    async #layer(status: LayerStatus): Promise<LayerNode> {
        const { layer, retained } = status;
        const { total } = await this.#count({ state: 'retained', layer });
        return { kind: 'layer', id: `${this.sessionId}/${layer}`, layer, items: total, tokens: retained, status };
    }

    async #layerChildren(node: LayerNode): Promise<Node[]> {
        const { layer } = node;
        const groups = await Promise.all(
            this.#phases.map(async (state): Promise<PhaseNode> => {
                const { total, tokens } = await this.#count({ state: 'retained', layer, phase: state.phase });
                const id = `${node.id}/${state.phase}`;
                return { kind: 'phase', id, layer, phase: state.phase, state, items: total, tokens };
            }),
        );
        const phases = groups.filter(({ items }) => items > 0);
        if (phases.length === 0) {
            return this.#nodes(node.id, await this.#listed(node, this.#limit(node.id)));
        }
        const all = await this.#count({ state: 'retained', layer });
        const items = all.total - phases.reduce((sum, phase) => sum + phase.items, 0);
        const tokens = all.tokens - phases.reduce((sum, phase) => sum + phase.tokens, 0);
        return items > 0
            ? [{ kind: 'phase', id: `${node.id}/none`, layer, phase: null, state: null, items, tokens }, ...phases]
            : phases;
    }

    #nodes(parent: string, { items, total }: Shown): Node[] {
        const nodes: Node[] = items.map((item) => ({ kind: 'item', id: `${parent}/${item.id}`, item }));
        const left = total - items.length;
        return left > 0 ? [...nodes, { kind: 'more', id: `${parent}/more`, of: parent, left }] : nodes;
    }

    async #listed({ layer, phase, items }: List, limit: number): Promise<Shown> {
        if (phase !== null) {
            return this.#list({ state: 'retained', layer, ...(phase === undefined ? {} : { phase }) }, limit);
        }
        // the protocol has no filter for items without a phase
        const found: Item[] = [];
        let after: string | null = null;
        do {
            const filter: ItemFilter = { state: 'retained', layer };
            const page = await this.#page(filter, CHUNK, after);
            found.push(...page.items.filter((item) => item.phase === null));
            after = page.next;
        } while (after !== null && found.length < limit);
        return { items: found.slice(0, limit), total: after === null ? found.length : Math.max(items, found.length) };
    }

    /** What was reduced, and after that what was pruned. */
    async #removed(limit: number): Promise<Shown> {
        const reduced = await this.#list({ state: 'reduced' }, limit);
        const left = limit - reduced.items.length;
        const pruned = await this.#list({ state: 'pruned' }, Math.max(left, 1));
        return {
            items: [...reduced.items, ...pruned.items.slice(0, left)],
            total: reduced.total + pruned.total,
        };
    }

    async #list(filter: ItemFilter, limit: number): Promise<Shown> {
        const { items, total } = await this.#page(filter, limit, null);
        return { items, total };
    }

    #count(filter: ItemFilter): Promise<{ total: number; tokens: number }> {
        return this.#page(filter, 1, null);
    }

    #page(filter: ItemFilter, limit: number, after: string | null) {
        return this.#ask('context/list', { sessionId: this.sessionId, ...filter, limit, after });
    }

    #limit(id: string): number {
        return this.#shown.get(id) ?? PAGE;
    }
}
