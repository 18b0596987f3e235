/** The running session as the status item shows it: which session, and in what words. */

import { label, markdown } from './plain';
import type { Change, Figures, Level, Phase, Status } from './protocol';

/** What is known of one session. */
export interface Snapshot {
    sessionId: string;
    revision: number;
    state: Status['state'];
    phase: number | null;
    phases: Phase[];
    figures: Figures;
    /** What the server says should be done; empty until it has been asked. */
    advice: string;
}

/** Follows the sessions that the server reports; the one that changed last is shown. */
export class Budget {
    readonly #sessions = new Map<string, Snapshot>();

    /** The session that changed last. */
    get shown(): Snapshot | undefined {
        return [...this.#sessions.values()].at(-1);
    }

    /** Take in `budget/didChange`; false when it is older than what is known. */
    changed(change: Change): boolean {
        const known = this.#sessions.get(change.sessionId);
        if (change.state === 'deleted' || change.status === null) {
            return this.#sessions.delete(change.sessionId);
        }
        if (known !== undefined && known.revision > change.revision) {
            return false;
        }
        this.#sessions.delete(change.sessionId); // the last in the map is the last that changed
        this.#sessions.set(change.sessionId, {
            sessionId: change.sessionId,
            revision: change.revision,
            state: change.state,
            phase: change.phase,
            phases: known?.phases ?? [],
            figures: change.status,
            advice: known?.revision === change.revision ? known.advice : '',
        });
        return true;
    }

    /** Take in the answer of `budget/status`; false when it is not used. */
    asked(status: Status): boolean {
        const known = this.#sessions.get(status.sessionId);
        if (known === undefined || known.revision > status.revision) {
            return false; // of a session that is gone, or older
        }
        const { sessionId, revision, state, phase, phases, advice, ...figures } = status;
        // a session that is known keeps its place in the order
        this.#sessions.set(sessionId, { sessionId, revision, state, phase, phases, figures, advice: advice.text });
        return true;
    }

    /** The server is gone, and with it what it told. */
    clear(): void {
        this.#sessions.clear();
    }
}

/** `3,150 / 7,500 · ok · phase 1 research` */
export function statusText(snapshot: Snapshot): string {
    const { retained, budget, level } = snapshot.figures;
    const parts = windowIsKnown(snapshot)
        ? [`${tokens(retained)} / ${tokens(budget)}`, level]
        : [`${tokens(retained)} tokens`];
    if (snapshot.state !== 'open') {
        parts.push(snapshot.state);
    } else if (snapshot.phase !== null) {
        parts.push(phaseText(snapshot));
    }
    return label(parts.join(' · '));
}

/** Whether anyone has said how large the window is; if not, there is no share to show and nothing to warn of. */
export function windowIsKnown(snapshot: Snapshot): boolean {
    return snapshot.figures.windowSource !== 'default';
}

/** `42% of budget`; what is over it in tokens. */
function share(part: number, whole: number, name: string): string {
    const of = `${percent(whole > 0 ? part / whole : 0)} of ${name}`;
    return part > whole ? `${tokens(part - whole)} over ${name}` : of;
}

/** The account in full, as Markdown. */
export function tooltip(snapshot: Snapshot): string {
    const { retained, budget, peak, processed, saved, leased, available, window, level } = snapshot.figures;
    const state = snapshot.state === 'open' && snapshot.phase !== null ? phaseText(snapshot) : snapshot.state;
    const rows = [
        [
            'retained',
            retained,
            windowIsKnown(snapshot)
                ? `${share(retained, budget, 'budget')}, ${share(retained, window, 'the window')} of ${tokens(window)}`
                : 'the size of the window is not set',
        ],
        ['peak', peak, 'the highest so far'],
        ['processed', processed, 'all that came in'],
        ['saved', saved, 'taken out again, net'],
        ['available', available, leased > 0 ? `with ${tokens(leased)} leased to work in flight` : 'left of the budget'],
    ] as const;
    const table = rows.map(([name, figure, remark]) => `| ${name} | ${tokens(figure)} | ${remark} |`);
    const lines = [
        `**Session ${markdown(snapshot.sessionId)}** · ${markdown(state)}${windowIsKnown(snapshot) ? ` · level ${level}` : ''}`,
        '',
        '| tokens | | |',
        '|:--|--:|:--|',
        ...table,
    ];
    if (snapshot.advice !== '') {
        lines.push('', markdown(snapshot.advice));
    }
    return lines.join('\n');
}

/** The theme colour behind the status item; undefined: none. */
export function background(level: Level): string | undefined {
    switch (level) {
        case 'ok':
            return undefined;
        case 'warn':
            return 'statusBarItem.warningBackground';
        case 'critical':
            return 'statusBarItem.errorBackground';
    }
}

/** A figure with separators of thousands: the same in every locale, as the server writes it. */
export function tokens(figure: number): string {
    return figure.toLocaleString('en-US');
}

function percent(share: number): string {
    return `${(share * 100).toFixed(1)}%`;
}

function phaseText({ phase, phases }: Snapshot): string {
    const name = phases.find((known) => known.phase === phase)?.name;
    return name ? `phase ${String(phase)} ${name}` : `phase ${String(phase)}`;
}
