/** A conversation in the format `neutral`: what the server needs to know of a host's messages. */
export interface Call {
    id: string;
    tool: string;
    arguments: object | string;
}
export interface Result {
    callId: string;
    text: string;
    failed?: boolean;
    /** No text may replace it, for example because it has a picture. */
    fixed?: boolean;
    /** Pictures and files, by address or as data: they cost tokens. */
    files?: string[];
}
export interface Message {
    role: 'system' | 'user' | 'assistant' | 'tool';
    text: string;
    /** What the model thought; it costs tokens, and is not what it said. */
    reasoning?: string;
    files?: string[];
    calls?: Call[];
    results?: Result[];
    /** It stays as it is, because it has what these members cannot express. */
    fixed?: boolean;
}
/** Two messages with the same digest are the same. */
export declare function digest(message: object): string;
/** How many messages at the beginning are the same. */
export declare function sharedLength(one: readonly string[], other: readonly string[]): number;
/** Give calls without a result an empty one, as hosts do when they were interrupted. */
export declare function withAllResults(messages: Message[]): Message[];
/** Lists that are empty are left out, and so is an empty thought. */
export declare function compact(message: Message): Message;
