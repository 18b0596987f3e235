/** The session that a person has switched to in this workspace, remembered until it is gone. */

import type { Ask, Session, SessionPage } from './protocol';

const KEY = 'ctxbudget.chosenSession';

/** What is used of a `vscode.Memento`. */
export interface Memory {
    get(key: string): unknown;
    update(key: string, value: unknown): PromiseLike<void>;
}

export class ChosenSession {
    readonly #memory: Memory;
    readonly #changed: () => Promise<void>;

    /** @param changed another session is to be followed from now on */
    constructor(memory: Memory, changed: () => Promise<void>) {
        this.#memory = memory;
        this.#changed = changed;
    }

    /** undefined: nobody has switched; the settings say which session it is. */
    get id(): string | undefined {
        const id = this.#memory.get(KEY);
        return typeof id === 'string' ? id : undefined;
    }

    async choose(id: string | undefined): Promise<void> {
        await this.#memory.update(KEY, id);
        await this.#changed();
    }

    /** A session was deleted. */
    async deleted(id: string): Promise<void> {
        if (id === this.id) {
            await this.choose(undefined);
        }
    }

    /** It may have been deleted while nobody looked. */
    async check(ask: Ask): Promise<void> {
        const { id } = this;
        if (id === undefined) {
            return;
        }
        if (!(await allSessions(ask)).some(({ sessionId }) => sessionId === id)) {
            await this.deleted(id);
        }
    }
}

/** All sessions of the workspace, the one that changed last first. */
export async function allSessions(ask: Ask): Promise<Session[]> {
    const sessions: Session[] = [];
    let after: string | null = null;
    do {
        const page: SessionPage = await ask('session/list', { after });
        sessions.push(...page.sessions);
        after = page.next;
    } while (after !== null);
    return sessions.sort((one, other) => other.updatedAt.localeCompare(one.updatedAt));
}
