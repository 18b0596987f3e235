/** Work that is asked for more often than it may be done: the latest wish is always met, in its time. */

/** Runs at most once in a while, and never twice at once. */
export class Paced {
    readonly #work: () => Promise<void>;
    readonly #pauseMs: number;
    #running = false;
    #wanted = false;
    #timer: NodeJS.Timeout | undefined;

    /** @param pauseMs milliseconds between the end of a run and the start of the next */
    constructor(work: () => Promise<void>, pauseMs: number) {
        this.#work = work;
        this.#pauseMs = pauseMs;
    }

    /** Do it: now if it rests, else once more after the pause. */
    ask(): void {
        this.#wanted = true;
        if (!this.#running && this.#timer === undefined) {
            void this.#run();
        }
    }

    /** Forget what was asked for. */
    stop(): void {
        this.#wanted = false;
        clearTimeout(this.#timer);
        this.#timer = undefined;
    }

    async #run(): Promise<void> {
        this.#running = true;
        this.#wanted = false;
        try {
            await this.#work();
        } finally {
            this.#running = false;
            this.#timer = setTimeout(() => {
                this.#timer = undefined;
                if (this.#wanted) {
                    void this.#run();
                }
            }, this.#pauseMs);
        }
    }
}
