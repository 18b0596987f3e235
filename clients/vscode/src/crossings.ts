/** Which alerts are new: one crossing can be told again when the server restarts or a second one tells it too. */

import type { Alert } from './protocol';

const REMEMBERED = 100;

export class Crossings {
    readonly #seen = new Set<string>();

    /** Whether this crossing was not told before. */
    isNew({ sessionId, revision, alert }: Alert): boolean {
        const key = JSON.stringify([sessionId, revision, alert.at]);
        if (this.#seen.has(key)) {
            return false;
        }
        this.#seen.add(key);
        if (this.#seen.size > REMEMBERED) {
            const [oldest] = this.#seen;
            this.#seen.delete(oldest ?? key);
        }
        return true;
    }
}
