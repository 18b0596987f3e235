/** The line that installs ctxbudget from a clone or a wheel. It is in no public package index: a name could be anyone's. */

export interface Means {
    /** The clone or wheel. */
    source: string;
    /** Whether a program is on PATH. */
    has: (program: 'uv' | 'pipx') => boolean;
    /** Whether the terminal is in a folder whose `.venv` this extension looks into. */
    inFolder: boolean;
    windows: boolean;
}

/** A command for a terminal, for the person to look at and to run. */
export function installCommand({ source, has, inFolder, windows }: Means): string {
    const from = windows ? `"${source}"` : `'${source.replaceAll("'", "'\\''")}'`;
    if (has('uv')) {
        return `uv tool install ${from}`;
    }
    if (has('pipx')) {
        return `pipx install ${from}`;
    }
    if (windows) {
        return `py -3 -m pip install ${from}`;
    }
    return inFolder
        ? `python3 -m venv .venv && .venv/bin/pip install ${from}`
        : `python3 -m venv ~/.ctxbudget && ~/.ctxbudget/bin/pip install ${from} && ~/.ctxbudget/bin/ctxbudget install vscode`;
}

/** Whether this `pyproject.toml` is that of ctxbudget. */
export function isOurs(pyproject: string): boolean {
    return /^\[project\]\s*(?:^(?!\[).*$\s*)*?^name\s*=\s*["']ctxbudget["']/m.test(pyproject);
}
