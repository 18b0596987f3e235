/** Keeps what is shown of the running session in step with what the server tells. */

import { Budget } from './budget';
import type { Snapshot } from './budget';
import { Crossings } from './crossings';
import type { Alert, Connection } from './protocol';

export interface Display {
    show(snapshot: Snapshot | undefined): void;
    alert(alert: Alert): void;
    deleted(sessionId: string): void;
}

export class Follower {
    readonly #budget = new Budget();
    readonly #crossings = new Crossings();
    readonly #display: Display;
    #asking = false;
    #due = false;

    constructor(display: Display) {
        this.#display = display;
    }

    /** The session that is shown. */
    get sessionId(): string | undefined {
        return this.#budget.shown?.sessionId;
    }

    /** Hear what this connection tells. */
    listen(client: Connection): void {
        client.onNotification('budget/didChange', (change) => {
            if (this.#budget.changed(change)) {
                this.#display.show(this.#budget.shown);
                void this.#ask(client);
            }
            if (change.state === 'deleted') {
                this.#display.deleted(change.sessionId);
            }
        });
        client.onNotification('budget/alert', (alert) => {
            if (this.#crossings.isNew(alert)) {
                this.#display.alert(alert);
            }
        });
    }

    /** The server runs: show what it has told so far. */
    begin(): void {
        this.#display.show(this.#budget.shown);
    }

    /** The server is gone. */
    forget(): void {
        this.#budget.clear();
    }

    /** Ask for what the notifications leave out: names of phases, and advice. One question at a time. */
    async #ask(client: Connection): Promise<void> {
        this.#due = true;
        if (this.#asking) {
            return;
        }
        this.#asking = true;
        while (this.#isDue()) {
            await this.#askOnce(client);
        }
        this.#asking = false;
    }

    #isDue(): boolean {
        const due = this.#due;
        this.#due = false;
        return due;
    }

    async #askOnce(client: Connection): Promise<void> {
        const { sessionId } = this;
        if (sessionId === undefined) {
            return; // it was deleted meanwhile; an answer would be the zeros of a session that was never opened
        }
        try {
            this.#budget.asked(await client.sendRequest('budget/status', { sessionId }));
        } catch {
            return; // the server is gone, and what is shown says so
        }
        this.#display.show(this.#budget.shown);
    }
}
