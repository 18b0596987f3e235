/** How often a lost server is restarted: a few times within some minutes, so that no crash counts for ever. */

/** How long a restart counts; VS Code's language client counts crashes within as much. */
export const RENEWAL_MS = 180_000;

/** The restarts that may still be made. */
export class Allowance {
    readonly restarts: number;
    readonly #now: () => number;
    #made: number[] = [];

    /**
     * @param restarts how many may fall into any `RENEWAL_MS`
     * @param now a clock that tells milliseconds
     */
    constructor(restarts: number, now: () => number = () => performance.now()) {
        this.restarts = restarts;
        this.#now = now;
    }

    /** How many may be made now. */
    get left(): number {
        const now = this.#now();
        this.#made = this.#made.filter((at) => now - at < RENEWAL_MS);
        return Math.max(0, this.restarts - this.#made.length);
    }

    /** Count a restart; false if none is left. */
    take(): boolean {
        if (this.left === 0) {
            return false;
        }
        this.#made.push(this.#now());
        return true;
    }
}
