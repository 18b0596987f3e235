/** The settings that are sent to the server. */

export type Settings = Record<string, unknown>;

/** What is used of a `vscode.WorkspaceConfiguration`. */
export interface Section {
    get(key: string): unknown;
    inspect(key: string): Partial<Record<(typeof LEVELS)[number], unknown>> | undefined;
}

const LEVELS = ['globalValue', 'workspaceValue', 'workspaceFolderValue'] as const;

/** Settings of the extension itself, which the server does not know. */
const OWN = new Set(['path', 'interpreter', 'trace.server']);

/** The keys of a section that the server knows, from the settings that the extension's manifest declares. */
export function serverKeys(section: string, declared: string[]): string[] {
    return declared.map((name) => name.slice(section.length + 1)).filter((key) => !OWN.has(key));
}

/**
 * The settings for the server: those that somebody has set. A default would override what the project's own file says.
 * The extension always watches the session, for its status item, and shows the alerts itself.
 *
 * @param session the one that a person has switched to in this window; undefined: as the settings say
 */
export function serverSettings(section: Section, keys: string[], session?: string): Settings {
    const isSet = (key: string): boolean => LEVELS.some((level) => section.inspect(key)?.[level] !== undefined);
    const set = keys.filter(isSet).map((key) => [key, section.get(key)] as const);
    return {
        ...Object.fromEntries(set),
        ...(session === undefined ? {} : { session }),
        watch: true,
        alerts: section.get('alerts') === 'off' ? 'off' : 'notification',
    };
}
