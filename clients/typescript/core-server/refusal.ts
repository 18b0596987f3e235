// Errors of the contract. A method that throws a `Refusal` has changed nothing.

import schema from './schema.json';

export type ErrorName = keyof typeof schema.errors;
/** Names of members and positions in lists, from the params to a field. */
export type Location = readonly (string | number)[];

export interface Fault {
    loc: Location;
    msg: string;
    type: string;
}

export class Refusal extends Error {
    readonly code: number;
    readonly data: Record<string, unknown>;

    constructor(name: ErrorName, message: string, data: Record<string, unknown> = {}) {
        super(message);
        const { code, retryable } = schema.errors[name];
        this.code = code;
        this.data = { name, retryable, ...data };
    }
}

export function invalidParams(faults: readonly Fault[], data: Record<string, unknown> = {}): Refusal {
    const message = faults.map(({ loc, msg }) => `${loc.join('.') || 'params'}: ${msg}`).join('; ');
    return new Refusal('invalidParams', message, { errors: faults, ...data });
}

/** One field at fault. */
export function invalidField(loc: Location, msg: string, data: Record<string, unknown> = {}): Refusal {
    return invalidParams([{ loc, msg, type: 'value' }], data);
}
