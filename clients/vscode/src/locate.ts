/** Which server to run: a pure choice among places, given how to look and how to ask a program for its version. */

import type { Problem } from './notice';

/** The first server that this extension can talk to. */
export const MINIMUM_VERSION = '0.1.0';

/** The origins of a server that a person has named. */
const SETTINGS = ['ctxbudget.path', 'ctxbudget.interpreter'];

/** How the server is started: the command that `serve` is appended to. */
export interface Command {
    command: string;
    args: string[];
}

export interface Candidate extends Command {
    /** Where it comes from, for a person. */
    origin: string;
}

export interface Places {
    /** The setting `ctxbudget.path`, already expanded; empty: not set. */
    path: string;
    /** The setting `ctxbudget.interpreter`, already expanded; empty: not set. */
    interpreter: string;
    /** The interpreter that the Python extension has selected, if it is there. */
    selectedInterpreter: string | undefined;
    /** Folders of the workspace that may hold a virtual environment; empty in a workspace that is not trusted. */
    trustedFolders: string[];
    /** Folders of PATH. */
    searchPath: string[];
    windows: boolean;
}

/** The output of `command args… --version`; throws what a person should read when it cannot be run. */
export type AskVersion = (command: string, args: string[]) => Promise<string>;
export type Exists = (path: string) => boolean;

export type Found = Candidate & { version: string };
export type Choice = { server: Found } | Problem;

/** The places to try, the best first. A setting is the only place: what a person named is never silently replaced. */
export function candidates(places: Places, exists: Exists): Candidate[] {
    if (places.path !== '') {
        return [{ command: places.path, args: [], origin: 'ctxbudget.path' }];
    }
    if (places.interpreter !== '') {
        return [asModule(places.interpreter, 'ctxbudget.interpreter')];
    }
    const found: Candidate[] = [];
    if (places.selectedInterpreter !== undefined) {
        found.push(asModule(places.selectedInterpreter, 'the selected Python interpreter'));
    }
    const separator = places.windows ? '\\' : '/';
    const executable = places.windows ? 'ctxbudget.exe' : 'ctxbudget';
    for (const folder of places.trustedFolders) {
        for (const environment of ['.venv', 'venv']) {
            const scripts = places.windows ? 'Scripts' : 'bin';
            const command = [folder, environment, scripts, executable].join(separator);
            if (exists(command)) {
                found.push({ command, args: [], origin: `the environment ${environment}` });
            }
        }
    }
    // Only absolute folders: a relative one would let whatever folder is open decide what runs.
    for (const folder of places.searchPath.filter((entry) => isAbsolute(entry, places.windows))) {
        const command = folder.endsWith(separator) ? folder + executable : folder + separator + executable;
        if (exists(command)) {
            found.push({ command, args: [], origin: 'PATH' });
            break;
        }
    }
    return found;
}

/** The first candidate that answers and is new enough; else one sentence that says what is wrong. */
export async function choose(tried: Candidate[], askVersion: AskVersion): Promise<Choice> {
    const complaints: string[] = [];
    /** One that a person has named, or that is too old: another one beside it would not be taken. */
    let isOneThere = tried.some(({ origin }) => SETTINGS.includes(origin));
    for (const candidate of tried) {
        try {
            const version = versionIn(await askVersion(candidate.command, [...candidate.args, '--version']));
            if (version === undefined) {
                complaints.push(`${candidate.command} (${candidate.origin}) is not ctxbudget.`);
            } else if (isOlder(version, MINIMUM_VERSION)) {
                isOneThere = true;
                complaints.push(
                    `ctxbudget ${version} at ${candidate.command} (${candidate.origin}) is too old: ` +
                        `this extension needs ${MINIMUM_VERSION} or newer.`,
                );
            } else {
                return { server: { ...candidate, version } };
            }
        } catch (error) {
            const reason = error instanceof Error ? error.message : String(error);
            complaints.push(`${candidate.command} (${candidate.origin}) could not be run: ${firstLine(reason)}`);
        }
    }
    const [first] = complaints;
    if (first !== undefined) {
        return { problem: first, missing: !isOneThere };
    }
    return {
        problem:
            'ctxbudget was not found: not in the Python environment, not on PATH. ' +
            'Install it there, or name it in the setting ctxbudget.path.',
        missing: true,
    };
}

/** `1.2.3` in `ctxbudget 1.2.3`; undefined for another program's answer. */
export function versionIn(output: string): string | undefined {
    return /^ctxbudget (\d+(?:\.\d+)*\S*)\s*$/.exec(output)?.[1];
}

/** Whether a version's release numbers are lower. */
export function isOlder(version: string, than: string): boolean {
    const [left, right] = [numbers(version), numbers(than)];
    for (let place = 0; place < Math.max(left.length, right.length); place += 1) {
        const difference = (left[place] ?? 0) - (right[place] ?? 0);
        if (difference !== 0) {
            return difference < 0;
        }
    }
    return false;
}

/** A path from a setting, with `~` and `${workspaceFolder}` filled in. */
export function expand(setting: string, home: string, workspaceFolder: string | undefined): string {
    const trimmed = setting.trim();
    const expanded = trimmed === '~' || /^~[\\/]/.test(trimmed) ? home + trimmed.slice(1) : trimmed;
    return expanded.replaceAll('${workspaceFolder}', workspaceFolder ?? '').replaceAll('${userHome}', home);
}

function asModule(interpreter: string, origin: string): Candidate {
    // -P: the working folder is the workspace, and its modules must not be taken for those of Python or the server
    return { command: interpreter, args: ['-P', '-m', 'ctxbudget_server'], origin };
}

function isAbsolute(path: string, windows: boolean): boolean {
    return windows ? /^([A-Za-z]:)?[\\/]/.test(path) : path.startsWith('/');
}

function numbers(version: string): number[] {
    return (/^\d+(?:\.\d+)*/.exec(version)?.[0] ?? '').split('.').map(Number);
}

function firstLine(text: string): string {
    return text.trim().split('\n', 1)[0] ?? '';
}
