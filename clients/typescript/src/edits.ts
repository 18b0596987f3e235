/** Does the edits of `context/fit` to an array of messages. */

import type { FitEdit } from './contract.js';

/** The array that `answer: "messages"` gives. Messages that stay are the very same objects; none is changed. */
export function editedMessages<T extends object>(messages: readonly T[], edits: readonly FitEdit[]): T[] {
    const array = [...messages];
    for (const edit of edits.toReversed()) {
        if (edit.op === 'insert') {
            array.splice(edit.index, 0, (edit.message ?? { role: edit.role, text: edit.text }) as T);
        } else if (edit.op === 'remove') {
            array.splice(edit.index, (edit.end ?? edit.index) - edit.index);
        } else {
            array[edit.index] = withValue(array[edit.index], edit.place ?? [], edit.value ?? edit.text) as T;
        }
    }
    return array;
}

/** A copy with another value at a place. */
function withValue(value: unknown, place: readonly (number | string)[], put: unknown): unknown {
    const [step, ...rest] = place;
    if (step === undefined) {
        return put;
    }
    const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) }) as Record<
        number | string,
        unknown
    >;
    copy[step] = withValue(copy[step], rest, put);
    return copy;
}
