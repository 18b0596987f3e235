/** Asks for the report of a session that exists: the protocol answers for one that does not with zeros. */

import type { Report, SessionList } from './protocol';

/** What is used of a connection to the server. */
export interface Asked {
    sendRequest(method: 'session/list', params: object): Promise<SessionList>;
    sendRequest(method: 'budget/report', params: object): Promise<Report>;
}

/** The report as Markdown; absent: of the session that changed last. Throws what a person should read. */
export async function askReport(client: Asked, sessionId: string | undefined): Promise<string> {
    const shown = sessionId ?? (await client.sendRequest('session/list', { limit: 1 })).latest;
    if (shown === null) {
        throw new Error('There is no session yet: this page shows the first one when it begins.');
    }
    return (await client.sendRequest('budget/report', { sessionId: shown, format: 'markdown' })).markdown;
}
