// Checks params against the contract's schema. See "Params" in docs/implementing.md.

import { invalidParams, type Fault, type Location } from './refusal';
import contract from './schema.json';

interface Schema {
    $ref?: string;
    anyOf?: Schema[];
    oneOf?: Schema[];
    type?: string;
    enum?: unknown[];
    const?: unknown;
    properties?: Record<string, Schema>;
    required?: string[];
    additionalProperties?: boolean;
    items?: Schema;
    minimum?: number;
    exclusiveMinimum?: number;
    maximum?: number;
    minLength?: number;
    maxLength?: number;
    maxItems?: number;
    pattern?: string;
}

type Members = Record<string, unknown>;

export type CoreMethod = keyof typeof contract.methods;

const DEFINITIONS = contract.$defs as Record<string, Schema>;
/** Members that any request may carry. */
const OF_ANY_REQUEST = new Set(['workDoneToken', 'partialResultToken', '_meta']);

export function isObject(value: unknown): value is Members {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The params of a request as an object; absent ones are an empty one. Throws `invalidParams` for anything else. */
export function membersOf(params: unknown): Members {
    if (params === undefined || params === null || (Array.isArray(params) && params.length === 0)) {
        return {};
    }
    if (!isObject(params)) {
        throw invalidParams([fault([], 'is not an object', 'type')]);
    }
    return params;
}

/** Throws `invalidParams` with every fault of the params of a method. */
export function checkParams(method: CoreMethod, params: unknown): Members {
    const members = Object.fromEntries(Object.entries(membersOf(params)).filter(([name]) => !OF_ANY_REQUEST.has(name)));
    const found = faults({ $ref: contract.methods[method] }, members, []);
    if (found.length > 0) {
        throw invalidParams(found);
    }
    return members;
}

function fault(loc: Location, msg: string, type: string): Fault {
    return { loc, msg, type };
}

function faults(schema: Schema, value: unknown, loc: Location): Fault[] {
    if (schema.$ref !== undefined) {
        return faults(DEFINITIONS[schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1)] ?? {}, value, loc);
    }
    if (schema.anyOf !== undefined) {
        return faultsOfAny(schema.anyOf, value, loc);
    }
    if (schema.oneOf !== undefined) {
        return faultsOfOne(schema.oneOf, value, loc);
    }
    if (schema.enum !== undefined || 'const' in schema) {
        const allowed = schema.enum ?? [schema.const];
        return allowed.includes(value) ? [] : [fault(loc, `is none of ${JSON.stringify(allowed)}`, 'enum')];
    }
    switch (schema.type) {
        case 'object':
            return isObject(value) ? faultsOfMembers(schema, value, loc) : [fault(loc, 'is not an object', 'type')];
        case 'array':
            return Array.isArray(value) ? faultsOfList(schema, value, loc) : [fault(loc, 'is not a list', 'type')];
        case 'string':
            return typeof value === 'string'
                ? faultsOfText(schema, value, loc)
                : [fault(loc, 'is not a string', 'type')];
        case 'integer':
            return Number.isInteger(value)
                ? faultsOfNumber(schema, value as number, loc)
                : [fault(loc, 'is not an integer', 'type')];
        case 'number':
            return Number.isFinite(value)
                ? faultsOfNumber(schema, value as number, loc)
                : [fault(loc, 'is not a number', 'type')];
        case 'boolean':
            return typeof value === 'boolean' ? [] : [fault(loc, 'is not true or false', 'type')];
        case 'null':
            return value === null ? [] : [fault(loc, 'is not null', 'type')];
        default:
            return [];
    }
}

/** A single form besides `null` says what is wrong within it; several say that none of them fits. */
function faultsOfAny(options: Schema[], value: unknown, loc: Location): Fault[] {
    const tried = options.map((option) => faults(option, value, loc));
    if (tried.some((found) => found.length === 0)) {
        return [];
    }
    const forms = tried.filter((_, index) => options[index]?.type !== 'null');
    return forms.length === 1 ? (forms[0] ?? []) : [fault(loc, 'has none of the forms that it may have', 'form')];
}

/** Forms that differ in the one member that they require. */
function faultsOfOne(options: Schema[], value: unknown, loc: Location): Fault[] {
    const names = options.flatMap((option) => option.required ?? []);
    const given = isObject(value) ? names.filter((name) => (value[name] ?? null) !== null) : [];
    const [form, ...others] = options.filter((option) => option.required?.some((name) => given.includes(name)));
    if (form === undefined || others.length > 0) {
        return [fault(loc, `needs exactly one of ${names.join(', ')}`, 'oneOf')];
    }
    return faults(form, value, loc);
}

function faultsOfMembers(schema: Schema, value: Members, loc: Location): Fault[] {
    const known = schema.properties ?? {};
    const missing = (schema.required ?? []).filter((name) => !Object.hasOwn(value, name));
    return [
        ...missing.map((name) => fault([...loc, name], 'is missing', 'missing')),
        ...Object.entries(value).flatMap(([name, member]) => {
            const inner = Object.hasOwn(known, name) ? known[name] : undefined;
            if (inner === undefined) {
                return schema.additionalProperties === false ? [fault([...loc, name], 'is unknown', 'unknown')] : [];
            }
            return faults(inner, member, [...loc, name]);
        }),
    ];
}

function faultsOfList(schema: Schema, value: unknown[], loc: Location): Fault[] {
    if (schema.maxItems !== undefined && value.length > schema.maxItems) {
        return [fault(loc, `has more than ${schema.maxItems} entries`, 'length')];
    }
    const { items } = schema;
    return items === undefined ? [] : value.flatMap((entry, index) => faults(items, entry, [...loc, index]));
}

function faultsOfText({ pattern, minLength = 0, maxLength = Infinity }: Schema, value: string, loc: Location): Fault[] {
    const length = Array.from(value).length;
    if (length < minLength || length > maxLength) {
        return [fault(loc, `has ${length} characters, not ${minLength} to ${maxLength}`, 'length')];
    }
    return pattern === undefined || new RegExp(pattern, 'u').test(value)
        ? []
        : [fault(loc, `does not match ${pattern}`, 'pattern')];
}

function faultsOfNumber(schema: Schema, value: number, loc: Location): Fault[] {
    const { minimum = -Infinity, exclusiveMinimum = -Infinity, maximum = Infinity } = schema;
    const allowed = value >= minimum && value > exclusiveMinimum && value <= maximum;
    return allowed ? [] : [fault(loc, `${value} is out of bounds`, 'bounds')];
}
