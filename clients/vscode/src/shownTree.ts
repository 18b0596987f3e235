/** What is drawn of a session, and which parts of it have to be drawn again: a row that is redrawn loses a click. */

import type { Node, SessionTree } from './sessionTree';
import type { Look } from './sessionWords';
import { look } from './sessionWords';

interface Branch {
    /** undefined: the root. */
    node: Node | undefined;
    children: Node[];
}

export class ShownTree {
    readonly tree: SessionTree;
    /** One object for each node for as long as it is shown: VS Code knows nodes by their objects. */
    readonly #nodes = new Map<string, Node>();
    readonly #branches = new Map<string, Branch>();
    readonly #drawn = new Map<string, string>();
    readonly #collapsed = new Set<string>();

    constructor(tree: SessionTree) {
        this.tree = tree;
    }

    /** What is below a node, or the root, now. */
    async children(node?: Node): Promise<Node[]> {
        const fresh = await this.#ask(node);
        const children = fresh.map((child) => this.#same(child));
        this.#branches.set(keyOf(node), { node, children });
        this.#forgetBelow(node, children);
        return children;
    }

    /** What was below a node when it was asked for last. */
    lastChildren(node?: Node): Node[] {
        return this.#branches.get(keyOf(node))?.children ?? [];
    }

    /** How a node is drawn now. */
    draw(node: Node): Look {
        const drawn = look(node);
        this.#drawn.set(node.id, JSON.stringify(drawn));
        return drawn;
    }

    /** Its children are not looked after until it is expanded again; then they have to be drawn again. */
    collapse(node: Node): void {
        this.#collapsed.add(node.id);
    }

    expand(node: Node): void {
        this.#collapsed.delete(node.id);
    }

    /** The nodes that have to be drawn again, with what is below them; undefined: all. */
    async changes(): Promise<Node[] | undefined> {
        const changed = new Map<string, Node>();
        for (const [key, { node, children }] of this.#branches) {
            if ([...this.#collapsed].some((id) => isWithin(key, id)) || isBelowAny(key, changed)) {
                continue;
            }
            const fresh = await this.#ask(node);
            if (!sameIds(fresh, children)) {
                if (node === undefined) {
                    this.#forget();
                    return undefined;
                }
                changed.set(node.id, node);
                continue;
            }
            for (const child of fresh) {
                if (JSON.stringify(look(child)) !== this.#drawn.get(child.id)) {
                    changed.set(child.id, this.#same(child));
                }
            }
        }
        return [...changed.values()];
    }

    #ask(node: Node | undefined): Promise<Node[]> {
        return node === undefined ? this.tree.roots() : this.tree.children(node);
    }

    #same(fresh: Node): Node {
        const known = this.#nodes.get(fresh.id);
        if (known?.kind === fresh.kind) {
            return Object.assign(known, fresh);
        }
        this.#nodes.set(fresh.id, fresh);
        return fresh;
    }

    /** What was below a node and is not any more is not looked after. */
    #forgetBelow(node: Node | undefined, children: Node[]): void {
        for (const [key, branch] of this.#branches) {
            const isBelow = branch.node !== undefined && (node === undefined || key.startsWith(`${node.id}/`));
            if (isBelow && !children.some(({ id }) => isWithin(key, id))) {
                this.#branches.delete(key);
            }
        }
    }

    /** All is asked for again: what is no longer there is not looked after. */
    #forget(): void {
        this.#branches.clear();
        this.#nodes.clear();
        this.#drawn.clear();
    }
}

function keyOf(node: Node | undefined): string {
    return node?.id ?? '';
}

function sameIds(one: Node[], other: Node[]): boolean {
    return one.length === other.length && one.every(({ id }, place) => id === other[place]?.id);
}

/** Ids of nodes contain those of their parents. */
function isWithin(id: string, parent: string): boolean {
    return id === parent || id.startsWith(`${parent}/`);
}

function isBelowAny(id: string, nodes: Map<string, Node>): boolean {
    return [...nodes.keys()].some((parent) => isWithin(id, parent));
}
