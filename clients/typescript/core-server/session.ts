// A session, and the figures that follow from it. See "Sessions" and "Status" in docs/implementing.md.

import type { BudgetStatusResult, Config, Figures, HostReport, LastEvent, Lease, Policy, Scope } from '../src/contract';
import { floorOf, thresholdOf } from './arithmetic';
import { isObject, membersOf } from './params';

/** The result that a request key got. */
export interface Settled {
    method: string;
    result: unknown;
}

export interface LeaseRow extends Lease {
    state: 'active' | 'settled' | 'released';
}

export interface PhaseRow {
    phase: number;
    name: string | null;
    allocated: number | null;
}

export interface Session {
    readonly sessionId: string;
    createdAt: string;
    updatedAt: string;
    closedAt: string | null;
    revision: number;
    /** What the session itself has set. */
    config: Config;
    host: HostReport;
    /** By number. */
    phases: PhaseRow[];
    buffer: number | null;
    lastEvent: LastEvent | null;
    /** In the order in which they were taken. */
    readonly leases: Map<string, LeaseRow>;
    readonly keys: Map<string, Settled>;
    /** The number of the store's entry that changed it last. */
    changedBy: number;
}

const DEFAULTS = {
    contextWindow: 25_000,
    targetShare: 0.3,
    thresholds: { warn: 0.75, critical: 0.95, warnRelease: null, criticalRelease: null },
    policy: 'auto',
    scope: null,
    model: null,
    metadataHorizon: null,
    keepFor: 0,
    markers: true,
    autoPrune: false,
    metadataTokens: 300,
    strategy: null,
    maxCost: null,
    reserveShares: { core: 0.6, debug: 0.2, overflow: 0.2 },
    layerCeilings: { permanent: 0.04, phase: 0.12, metadata: 0.06 },
};

const POLICIES: Record<Scope, Policy> = {
    'debug-only': 'minimal',
    'research-and-plan': 'moderate',
    'research-only': 'moderate',
    'full-implementation': 'aggressive',
};

export type Settings = { [Name in keyof Config]-?: unknown } & {
    contextWindow: number;
    targetShare: number;
    thresholds: { warn: number; critical: number };
    policy: Policy | 'auto';
    scope: Scope | null;
    reserveShares: { core: number; debug: number; overflow: number };
    layerCeilings: { permanent: number; phase: number; metadata: number };
};

export function emptySession(sessionId: string): Session {
    return {
        sessionId,
        createdAt: '',
        updatedAt: '',
        closedAt: null,
        revision: 0,
        config: {},
        host: { contextWindow: null, model: null },
        phases: [],
        buffer: null,
        lastEvent: null,
        leases: new Map(),
        keys: new Map(),
        changedBy: 0,
    };
}

/** Settings with changes merged in: absent members stay, null takes one back. */
export function merged<Value extends object>(settings: Value, changes: Value): Value {
    const members = new Map<string, unknown>(Object.entries(settings));
    for (const [name, change] of Object.entries(changes) as [string, unknown][]) {
        const value = isObject(change) ? merged(membersOf(members.get(name)), change) : change;
        if (value === null || (isObject(value) && Object.keys(value).length === 0)) {
            members.delete(name);
        } else {
            members.set(name, value);
        }
    }
    return Object.fromEntries(members) as Value;
}

/** Every setting as it is in force. */
export function settingsOf({ config, host }: Pick<Session, 'config' | 'host'>): Settings {
    const reported = merged<Config>({}, { contextWindow: host.contextWindow ?? null, model: host.model ?? null });
    return merged<object>(merged<object>(DEFAULTS, reported), config) as Settings;
}

export function budgetOf({ contextWindow, targetShare }: Settings): number {
    return floorOf(contextWindow, targetShare);
}

export function policyOf({ policy, scope }: Settings): Policy {
    return policy === 'auto' ? POLICIES[scope ?? 'full-implementation'] : policy;
}

/** Leases that are active and have not expired. */
export function leasesInFlight(session: Session, now: number): LeaseRow[] {
    return [...session.leases.values()].filter((lease) => isInFlight(lease, now));
}

export function isInFlight({ state, expiresAt }: LeaseRow, now: number): boolean {
    return state === 'active' && Date.parse(expiresAt) > now;
}

export function leasedOf(session: Session, now: number): number {
    return leasesInFlight(session, now).reduce((sum, { tokens }) => sum + tokens, 0);
}

/** What is left of the budget; nothing is ever retained, since the server keeps no items. */
export function availableOf(session: Session, now: number): number {
    return budgetOf(settingsOf(session)) - leasedOf(session, now);
}

export function windowSourceOf({ config, host }: Session): Figures['windowSource'] {
    if ((config.contextWindow ?? null) !== null) {
        return 'session';
    }
    return (host.contextWindow ?? null) === null ? 'default' : 'host';
}

export function figuresOf(session: Session, now: number): Figures {
    const settings = settingsOf(session);
    return {
        window: settings.contextWindow,
        windowSource: windowSourceOf(session),
        budget: budgetOf(settings),
        retained: 0,
        peak: 0,
        processed: 0,
        saved: 0,
        leased: leasedOf(session, now),
        available: availableOf(session, now),
        ofWindow: 0,
        ofBudget: 0,
        level: 'ok',
    };
}

export function statusOf(session: Session, now: number): BudgetStatusResult {
    const settings = settingsOf(session);
    const figures = figuresOf(session, now);
    const leases = leasesInFlight(session, now);
    const warnAt = thresholdOf(figures.budget, settings.thresholds.warn);
    const criticalAt = thresholdOf(figures.budget, settings.thresholds.critical);
    const { leased, available, budget } = figures;
    const used = `${leased} of ${budget} budget tokens are reserved for work in flight, ${available} left.`;
    const next = available < 0 ? 'Wait for work in flight to end.' : 'Nothing needs to be done.';
    return {
        sessionId: session.sessionId,
        revision: session.revision,
        ...figures,
        notices: [],
        state: session.closedAt === null ? 'open' : 'closed',
        policy: policyOf(settings),
        phase: null,
        warnAt,
        criticalAt,
        layers: layersOf(settings),
        phases: session.phases.map((phase) => phaseState(phase, leases)),
        leases: leases.map(leaseOf),
        buffer: session.buffer,
        pinned: 0,
        protected: 0,
        forecast: {
            warn: reach(warnAt),
            critical: reach(criticalAt),
            budget: reach(budget),
            window: reach(figures.window),
            requests: null,
            growth: null,
            basedOn: 0,
            basis: 'session',
            byPhase: [],
            byAgent: [],
        },
        provenance: [],
        diagnoses: [],
        advice: { text: `${used} ${next}`, next, actions: [] },
    };
}

function leaseOf({ leaseId, holder, tokens, phase, reservedAt, expiresAt }: LeaseRow): Lease {
    return { leaseId, holder, tokens, phase, reservedAt, expiresAt };
}

function layersOf({ contextWindow, layerCeilings }: Settings): BudgetStatusResult['layers'] {
    return (['permanent', 'phase', 'metadata', 'transient'] as const).map((layer) => ({
        layer,
        retained: 0,
        pinned: 0,
        peak: 0,
        ceiling: layer === 'transient' ? null : floorOf(contextWindow, layerCeilings[layer]),
        ofWindow: 0,
        breached: false,
    }));
}

function phaseState({ phase, name, allocated }: PhaseRow, leases: LeaseRow[]): BudgetStatusResult['phases'][number] {
    const own = leases.filter((lease) => lease.phase === phase);
    return {
        phase,
        name,
        state: 'planned',
        allocated,
        retained: 0,
        pinned: 0,
        used: 0,
        overrun: 0,
        peak: 0,
        processed: 0,
        saved: 0,
        leased: own.reduce((sum, { tokens }) => sum + tokens, 0),
        ofAllocation: allocated === null || allocated === 0 ? null : 0,
        waves: [],
    };
}

/** Nothing grows here, so no limit is ever reached. */
function reach(at: number): BudgetStatusResult['forecast']['warn'] {
    return { at, tokens: at, calls: null, low: null, high: null, reason: 'tooFewCalls' };
}
