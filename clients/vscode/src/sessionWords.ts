/** How the nodes of the session view look: words, icons of the theme, and what a screen reader says. */

import { tokens } from './budget';
import { label, markdown } from './plain';
import type { Account, Item, PhaseState } from './protocol';
import type { AccountNode, ItemNode, LayerNode, MoreNode, Node, PhaseNode, RemovedNode } from './sessionTree';
import { PAGE } from './sessionTree';

/** A node as it is shown. */
export interface Look {
    label: string;
    /** In a weaker colour, behind the label. */
    description: string;
    /** An icon of the theme, and its colour in the theme. */
    icon: string;
    colour?: string;
    /** Markdown. */
    tooltip: string;
    /** Words by which menus find what can be done with it. */
    context: string;
    /** What a screen reader says. */
    spoken: string;
    branch: 'none' | 'expanded' | 'collapsed';
}

/** How a node is shown. */
export function look(node: Node): Look {
    switch (node.kind) {
        case 'account':
            return accountLook(node);
        case 'layer':
            return layerLook(node);
        case 'phase':
            return phaseLook(node);
        case 'removed':
            return removedLook(node);
        case 'item':
            return itemLook(node);
        case 'more':
            return moreLook(node);
    }
}

/** `1 item`, `2,500 items` */
export function itemCount(count: number): string {
    return `${tokens(count)} ${count === 1 ? 'item' : 'items'}`;
}

/** `1 token`, `2,628 tokens` */
export function tokenCount(count: number): string {
    return `${tokens(count)} ${count === 1 ? 'token' : 'tokens'}`;
}

/** What an item is called: its title; of a file that is only named by its path, the name. */
export function itemName({ title, path, id }: Pick<Item, 'id'> & Partial<Pick<Item, 'title' | 'path'>>): string {
    const name = title ?? path ?? id;
    const isPath = path?.endsWith(name) === true;
    return label(isPath ? name.replace(/^.*[/\\](?=.)/, '') : name);
}

/** `Phase 1 research` */
export function phaseName({ phase, name }: Pick<PhaseState, 'phase' | 'name'>): string {
    return label(name === null ? `Phase ${phase}` : `Phase ${phase} ${name}`);
}

function accountLook({ account }: AccountNode): Look {
    const known = account.windowSource !== 'default';
    const used = `${tokens(account.retained)} of ${tokens(account.budget)} budget`;
    const description = known
        ? `${(account.ofBudget * 100).toFixed(1)}% · ${account.level}`
        : 'the size of the window is not set';
    const text = known ? used : tokenCount(account.retained);
    return {
        label: text,
        description,
        ...(known ? LEVEL_ICONS[account.level] : { icon: 'dashboard' }),
        tooltip: [
            `**${markdown(text)}** · ${markdown(description)}`,
            '',
            ...table([
                ['peak', tokens(account.peak)],
                ['processed', tokens(account.processed)],
                ['saved', tokens(account.saved)],
                ['leased', tokens(account.leased)],
                ...(known ? [['available', tokens(account.available)] as const] : []),
                ['policy', account.policy],
            ]),
            '',
            markdown(account.advice.text),
        ].join('\n'),
        context: 'account',
        spoken: `${text} retained, ${description}`,
        branch: 'none',
    };
}

const LEVEL_ICONS: Record<Account['level'], Pick<Look, 'icon' | 'colour'>> = {
    ok: { icon: 'dashboard' },
    warn: { icon: 'warning', colour: 'list.warningForeground' },
    critical: { icon: 'error', colour: 'list.errorForeground' },
};

const LAYERS: Record<LayerNode['layer'], { name: string; icon: string; holds: string }> = {
    permanent: { name: 'Permanent', icon: 'lock', holds: 'Stays for the whole session; no prune touches it.' },
    phase: { name: 'Phase', icon: 'milestone', holds: 'What its phase works by: instructions and state.' },
    metadata: { name: 'Metadata', icon: 'note', holds: 'What replaces artifacts that were reduced.' },
    transient: { name: 'Transient', icon: 'output', holds: 'Whole reports and outputs; the first to go.' },
};

function layerLook(node: LayerNode): Look {
    const { name, icon, holds } = LAYERS[node.layer];
    const { ceiling, breached, pinned, peak } = node.status;
    const parts = [tokenCount(node.tokens), itemCount(node.items)];
    if (breached && ceiling !== null) {
        parts.push(`over its ceiling of ${tokens(ceiling)}`);
    }
    const description = parts.join(' · ');
    return {
        label: name,
        description,
        icon: breached ? 'warning' : icon,
        ...(breached ? { colour: 'list.warningForeground' } : {}),
        tooltip: [
            `**${name}** · ${description}`,
            '',
            holds,
            '',
            ...table([
                ['peak', tokens(peak)],
                ['pinned', tokens(pinned)],
                ['ceiling', ceiling === null ? 'none' : tokens(ceiling)],
            ]),
        ].join('\n'),
        context: node.layer === 'permanent' ? 'layer permanent' : 'layer prunable',
        spoken: `Layer ${name}, ${description}`,
        branch: 'expanded',
    };
}

function phaseLook(node: PhaseNode): Look {
    const { state } = node;
    const name = state === null ? 'Without a phase' : phaseName(state);
    const parts = [tokenCount(node.tokens), itemCount(node.items), ...(state === null ? [] : [state.state])];
    const description = parts.join(' · ');
    const whole =
        state === null
            ? []
            : [
                  '',
                  'The phase as a whole, in all layers:',
                  '',
                  ...table([
                      ['retained', tokens(state.retained)],
                      ['allocated', state.allocated === null ? 'from the buffer' : tokens(state.allocated)],
                      ['peak', tokens(state.peak)],
                      ['processed', tokens(state.processed)],
                  ]),
              ];
    return {
        label: name,
        description,
        icon: state === null ? 'dash' : PHASE_ICONS[state.state],
        tooltip: [`**${markdown(name)}** · ${description}`, ...whole].join('\n'),
        context: node.layer === 'permanent' ? 'phase permanent' : 'phase prunable',
        spoken: `${name}, ${description}`,
        branch: state?.state === 'running' ? 'expanded' : 'collapsed',
    };
}

const PHASE_ICONS: Record<PhaseState['state'], string> = {
    planned: 'circle-outline',
    running: 'play-circle',
    completed: 'pass',
};

function removedLook({ items }: RemovedNode): Look {
    return {
        label: 'Removed',
        description: itemCount(items),
        icon: 'archive',
        tooltip: 'Reduced to metadata, or pruned. Originals are kept, and can be opened and restored.',
        context: 'removed',
        spoken: `Removed from the context, ${itemCount(items)}, which can be restored`,
        branch: 'collapsed',
    };
}

function itemLook({ item }: ItemNode): Look {
    const { state, pinned, provenance } = item;
    const name = itemName(item);
    const remarks = [
        ...(provenance === 'exact' ? [] : [provenance]),
        ...(state === 'retained' ? [] : [state]),
        ...(pinned ? ['pinned'] : []),
    ];
    const rows: [string, string][] = [
        ['state', state === 'retained' ? 'in the context' : state],
        ['tokens', `${tokens(item.tokens)}, ${provenance}`],
        ['layer', item.layer],
        ['kind', item.kind],
        ['phase', item.phase === null ? '' : String(item.phase)],
        ['wave', item.wave === null ? '' : String(item.wave)],
        ['agent', item.agent ?? ''],
        ['tool', item.tool ?? ''],
        ['path', item.path ?? ''],
        ['reason', item.reason ?? ''],
        ['added', item.addedAt],
        ['id', item.id],
    ];
    return {
        label: name,
        // the branch above names the unit, and side bars are narrow
        description: [tokens(item.tokens), ...remarks].join(' · '),
        icon: itemIcon(item),
        tooltip: [`**${markdown(name)}**`, '', ...table(rows.filter(([, value]) => value !== ''))].join('\n'),
        context: [
            'item',
            state === 'retained' ? 'retained' : 'removed',
            item.layer === 'permanent' ? 'permanent' : 'prunable',
            pinned ? 'pinned' : 'unpinned',
            item.bytes === null ? 'figure' : 'content',
        ].join(' '),
        spoken: [name, tokenCount(item.tokens), ...remarks, ...(state === 'retained' ? ['in the context'] : [])].join(
            ', ',
        ),
        branch: 'none',
    };
}

function itemIcon(item: Item): string {
    if (item.pinned) {
        return 'pinned';
    }
    if (item.state !== 'retained') {
        return item.state === 'reduced' ? 'fold' : 'archive';
    }
    return item.marker ? 'bookmark' : item.bytes === null ? 'symbol-number' : 'file';
}

function moreLook({ left }: MoreNode): Look {
    const text = `Show ${tokens(Math.min(PAGE, left))} more`;
    const description = left > PAGE ? `of ${tokens(left)}` : '';
    return {
        label: text,
        description,
        icon: 'ellipsis',
        tooltip: `${itemCount(left)} ${left === 1 ? 'is' : 'are'} not shown yet.`,
        context: 'more',
        spoken: [text, description].filter((part) => part !== '').join(' '),
        branch: 'none',
    };
}

function table(rows: readonly (readonly [string, string])[]): string[] {
    return ['| | |', '|:--|:--|', ...rows.map(([name, value]) => `| ${name} | ${markdown(value)} |`)];
}
