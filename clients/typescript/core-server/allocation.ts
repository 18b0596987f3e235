// The strategies of `budget/allocate`. See "Allocation" in docs/implementing.md.

import type { BudgetAllocateParams, BudgetAllocateResult, PhaseSpec, Scope } from '../src/contract';
import { divide, shareOf } from './arithmetic';
import { invalidField, Refusal } from './refusal';
import { budgetOf, settingsOf, type PhaseRow, type Session } from './session';

type Fields = Pick<BudgetAllocateResult, 'scope' | 'allocations' | 'allocated' | 'buffer' | 'total' | 'drawsOnBuffer'>;

/** A listed phase, with its place in the list. */
interface Listed {
    phase: number;
    name: string | null;
    complexity: number | null;
    agents: number | null;
    index: number;
}

interface Division {
    /** Tokens by phase. */
    parts: Map<number, number>;
    buffer: number;
    scope: Scope | null;
}

const DEBUG_PHASE = 5;
const RESEARCH_PHASE = 1;
/** The budget for which the templates are made. */
const TEMPLATE_TOTAL = 7500;
const TOKENS_OF_AN_AGENT = 300;

/** Tokens by phase at a budget of 7,500; the rest is the buffer. */
const TEMPLATES: Record<Scope, Record<number, number>> = {
    'full-implementation': { 0: 500, 1: 900, 2: 800, 3: 2000, 4: 400, 6: 300 },
    'research-and-plan': { 0: 500, 1: 1200, 2: 1000 },
    'research-only': { 0: 500, 1: 1200 },
    'debug-only': { 0: 500, 4: 400, 5: 1500 },
};

export function allocate(session: Session, params: BudgetAllocateParams, leased: number): [Fields, PhaseRow[]] {
    if ((params.plan ?? null) !== null) {
        throw invalidField(['plan'], 'plans are not read by this server');
    }
    for (const name of ['quantile', 'measure'] as const) {
        if ((params[name] ?? null) !== null) {
            throw invalidField([name], 'is for the strategy history');
        }
    }
    const budget = budgetOf(settingsOf(session));
    const listed = listedPhases(params.phases ?? []);
    const total = totalOf(params, budget, leased);
    const { parts, buffer, scope } = divisionOf(session, params, listed, total);
    const given = new Map(listed.map((one) => [one.phase, one]));
    const phases = phasesAfter(session.phases, listed, parts);
    const allocations = [...parts]
        .sort(([one], [other]) => one - other)
        .map(([phase, tokens]) => ({
            phase,
            name: phases.find((row) => row.phase === phase)?.name ?? null,
            tokens,
            ofBudget: shareOf(tokens, budget),
            complexity: given.get(phase)?.complexity ?? null,
            complexityBasis: (given.get(phase)?.complexity ?? null) === null ? null : ('given' as const),
            past: null,
        }));
    const allocated = total - buffer;
    const drawsOnBuffer = listed.map(({ phase }) => phase).filter((phase) => !parts.has(phase));
    return [{ scope, allocations, allocated, buffer, total, drawsOnBuffer }, phases];
}

function listedPhases(specs: PhaseSpec[]): Listed[] {
    const listed: Listed[] = [];
    for (const [index, spec] of specs.entries()) {
        const phase = spec.phase ?? spec.number;
        if (listed.some((one) => one.phase === phase)) {
            throw invalidField(['phases', index, 'phase'], `phase ${phase} is listed twice`, { phase });
        }
        const { name = null, complexity = null, agents = null } = spec;
        listed.push({ phase, name, complexity, agents, index });
    }
    return listed;
}

function totalOf({ total, basis }: BudgetAllocateParams, budget: number, leased: number): number {
    const whole = total ?? budget;
    const available = basis === 'remaining' ? whole - leased : whole;
    if (available < 1) {
        const retryable = available + leased >= 1;
        const data = { requested: 1, available, leased, budget, retryable };
        throw new Refusal('budgetExceeded', `nothing is left to divide: ${available} tokens`, data);
    }
    return available;
}

function divisionOf(session: Session, params: BudgetAllocateParams, listed: Listed[], total: number): Division {
    const { scope: own, reserveShares: shares } = settingsOf(session);
    const scope = params.scope ?? own ?? 'full-implementation';
    switch (params.strategy) {
        case 'dynamic':
            return dynamic(listed, total);
        case 'fixed':
            return fixed(listed, total, scope);
        case 'reserve':
            return reserve(listed, total, scope, [shares.core, shares.debug, shares.overflow]);
        case 'history':
            throw invalidField(['strategy'], 'this server keeps no history to learn from');
    }
}

function dynamic(listed: Listed[], total: number): Division {
    if (listed.length === 0) {
        throw invalidField(['phases'], 'the strategy dynamic needs at least one phase');
    }
    return { parts: partsOf(listed.map(phaseOf), divide(total, listed.map(complexityOf))), buffer: 0, scope: null };
}

function fixed(listed: Listed[], total: number, scope: Scope): Division {
    const figures = templateOf(scope);
    const agents = listed.find(({ phase }) => phase === RESEARCH_PHASE)?.agents ?? null;
    if (agents !== null) {
        figures.set(RESEARCH_PHASE, agents * TOKENS_OF_AN_AGENT);
    }
    const requested = sum(figures.values());
    if (requested > TEMPLATE_TOTAL) {
        const data = { requested, available: TEMPLATE_TOTAL, retryable: false };
        throw new Refusal('budgetExceeded', `${requested} of ${TEMPLATE_TOTAL} tokens are asked for`, data);
    }
    const tokens = divide(total, [...figures.values(), TEMPLATE_TOTAL - requested]);
    return { parts: partsOf([...figures.keys()], tokens), buffer: tokens.at(-1) ?? 0, scope };
}

function reserve(listed: Listed[], total: number, scope: Scope, shares: number[]): Division {
    const [core = 0, debug = 0] = divide(total, shares);
    const figures = templateOf(scope);
    const own = listed.filter(({ phase }) => phase !== DEBUG_PHASE);
    const phases = own.length > 0 ? own.map(phaseOf) : [...figures.keys()].filter((phase) => phase !== DEBUG_PHASE);
    const known = phases.flatMap((phase) => figures.get(phase) ?? []);
    const mean = known.length === 0 ? 1 : Math.floor(sum(known) / known.length);
    const weights = own.some(({ complexity }) => complexity !== null)
        ? own.map(complexityOf)
        : phases.map((phase) => figures.get(phase) ?? mean);
    const parts = partsOf(phases, divide(core, weights));
    parts.set(DEBUG_PHASE, debug);
    return { parts, buffer: total - sum(parts.values()), scope };
}

/** Each phase with what it was allocated. All that were ever allocated or listed stay, by number. */
function phasesAfter(before: PhaseRow[], listed: Listed[], parts: Map<number, number>): PhaseRow[] {
    const names = new Map(before.map(({ phase, name }) => [phase, name]));
    for (const { phase, name } of listed) {
        names.set(phase, name ?? names.get(phase) ?? null);
    }
    const numbers = [...new Set([...names.keys(), ...parts.keys()])].sort((one, other) => one - other);
    return numbers.map((phase) => ({ phase, name: names.get(phase) ?? null, allocated: parts.get(phase) ?? null }));
}

function templateOf(scope: Scope): Map<number, number> {
    return new Map(Object.entries(TEMPLATES[scope]).map(([phase, tokens]) => [Number(phase), tokens]));
}

function phaseOf({ phase }: Listed): number {
    return phase;
}

function complexityOf({ phase, complexity, index }: Listed): number {
    if (complexity === null || complexity <= 0) {
        throw invalidField(['phases', index, 'complexity'], 'must be given, and above 0', { phase });
    }
    return complexity;
}

function partsOf(phases: number[], tokens: number[]): Map<number, number> {
    return new Map(phases.map((phase, index) => [phase, tokens[index] ?? 0]));
}

function sum(values: Iterable<number>): number {
    return [...values].reduce((total, value) => total + value, 0);
}
