/** What the extension uses of the protocol: docs/protocol.md of the server is the full account. */

export type Level = 'ok' | 'warn' | 'critical';

/** The account in short. Figures are tokens; a share names its base. */
export interface Figures {
    window: number;
    budget: number;
    retained: number;
    peak: number;
    processed: number;
    saved: number;
    leased: number;
    available: number;
    /** Where the window comes from; `default`: its size is not set, so nothing is shown as a share of it. */
    windowSource?: string;
    ofWindow: number;
    ofBudget: number;
    level: Level;
}

export interface Phase {
    phase: number;
    name: string | null;
}

/** The result of `budget/status`. */
export interface Status extends Figures {
    sessionId: string;
    revision: number;
    state: 'open' | 'closed';
    phase: number | null;
    phases: Phase[];
    advice: { text: string };
}

/** The params of `budget/didChange`. */
export interface Change {
    sessionId: string;
    revision: number;
    state: 'open' | 'closed' | 'deleted';
    phase: number | null;
    /** null: the session was deleted. */
    status: Figures | null;
}

/** The params of `budget/alert`: the level rose. */
export interface Alert {
    sessionId: string;
    revision: number;
    level: Level;
    alert: { message: string; at: string; windowSource?: string; next?: string | null };
}

/** What is used of a connection to the server. */
export interface Connection {
    sendRequest(method: 'budget/status', params: object): Promise<Status>;
    onNotification(method: 'budget/didChange', handler: (params: Change) => void): unknown;
    onNotification(method: 'budget/alert', handler: (params: Alert) => void): unknown;
}

/** What is used of the result of `session/list`. */
export interface SessionList {
    /** The session that changed last; null: there is none. */
    latest: string | null;
}

/** The result of `budget/report` with the format `markdown`. */
export interface Report {
    markdown: string;
}
