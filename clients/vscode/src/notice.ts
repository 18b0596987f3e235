/** What is said when the server cannot be run: once in a window, and whenever a person has asked for it to be started. */

export interface Problem {
    /** One sentence for a person. */
    problem: string;
    /** Whether there is no command at all, rather than one that does not do. */
    missing: boolean;
}

export type Button = 'Install' | 'Open Settings' | 'Show Output';

export class Notice {
    readonly #tell: (text: string, buttons: Button[]) => void;
    #told = false;

    constructor(tell: (text: string, buttons: Button[]) => void) {
        this.#tell = tell;
    }

    /** @param asked whether a person has just asked for the server. */
    about({ problem, missing }: Problem, asked: boolean): void {
        if (this.#told && !asked) {
            return; // the status item says it, too, and keeps saying it
        }
        this.#told = true;
        this.#tell(problem, missing ? ['Install', 'Open Settings'] : ['Open Settings', 'Show Output']);
    }
}
