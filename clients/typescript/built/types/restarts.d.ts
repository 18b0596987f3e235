/** How often a lost server is restarted: a few times within some minutes, so that no crash counts for ever. */
/** How long a restart counts; VS Code's language client counts crashes within as much. */
export declare const RENEWAL_MS = 180000;
/** The restarts that may still be made. */
export declare class Allowance {
    #private;
    readonly restarts: number;
    /**
     * @param restarts how many may fall into any `RENEWAL_MS`
     * @param now a clock that tells milliseconds
     */
    constructor(restarts: number, now?: () => number);
    /** How many may be made now. */
    get left(): number;
    /** Count a restart; false if none is left. */
    take(): boolean;
}
