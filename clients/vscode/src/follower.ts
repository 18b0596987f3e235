/** Keeps what is shown of the running session in step with what the server tells. */

import { Budget } from './budget';
import type { Snapshot } from './budget';
import { Crossings } from './crossings';
import { ofSession } from './protocol';
import type { Alert, Connection } from './protocol';

export interface Display {
    show(snapshot: Snapshot | undefined): void;
    alert(alert: Alert): void;
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
                void this.ask(client);
            }
        });
        client.onNotification('budget/alert', (alert) => {
            if (this.#crossings.isNew(alert)) {
                this.#display.alert(alert);
            }
        });
    }

    /** Ask for what the notifications leave out: names of phases, and advice. One question at a time. */
    async ask(client: Connection): Promise<void> {
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

    /** The server is gone. */
    forget(): void {
        this.#budget.clear();
    }

    #isDue(): boolean {
        const due = this.#due;
        this.#due = false;
        return due;
    }

    async #askOnce(client: Connection): Promise<void> {
        try {
            this.#budget.asked(await client.sendRequest('budget/status', ofSession(this.sessionId)));
        } catch {
            // No session yet, or one that was deleted meanwhile: the next notification tells.
        }
        this.#display.show(this.#budget.shown);
    }
}
