// JSON-RPC messages and the lifecycle. See "Messages", "Lifecycle", "Initialize" and "Versions" in docs/implementing.md.

import { existsSync, realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Account, isMethod, METHODS } from './methods';
import { isObject, membersOf } from './params';
import { invalidField, Refusal } from './refusal';
import contract from './schema.json';
import { Store } from './store';

export const LIMITS = {
    maxMessageBytes: 1_048_576,
    maxDocumentBytes: 1_048_576,
    maxRequestsInFlight: 1024,
    maxTokens: 1_000_000_000,
    maxDepth: 100,
};

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const MAJOR = contract.protocolVersion.split('.')[0];

/** One connection. Requests are carried out in the order in which they arrive, each before the next is looked at. */
export class Connection {
    private account: Account | undefined;
    private shutDown = false;

    /** Takes the text of an answer. */
    constructor(private readonly send: (body: string) => void) {}

    /** The code with which to exit when the connection ends. */
    get exitCode(): number {
        return this.shutDown ? 0 : 1;
    }

    /** Answers a message. Returns false after `exit`. */
    receive(bytes: Buffer): boolean {
        let text: string;
        let message: unknown;
        try {
            text = UTF8.decode(bytes);
            message = JSON.parse(text);
        } catch {
            this.refuse('null', new Refusal('parseError', 'the body is not JSON in UTF-8'));
            return true;
        }
        const id = isObject(message) ? usableId(message['id'], text) : undefined;
        if (!isObject(message)) {
            this.refuse('null', new Refusal('invalidRequest', 'the message is not an object'));
        } else if (isNotification(message)) {
            return message['method'] !== 'exit';
        } else if (isResponse(message)) {
            return true;
        } else if (id === undefined) {
            this.refuse('null', new Refusal('invalidRequest', 'the message has no usable id'));
        } else {
            this.answer(id, message);
        }
        return true;
    }

    /** Answers a message of which only the beginning was kept. */
    tooLarge(head: Buffer, size: number): void {
        const data = { limit: LIMITS.maxMessageBytes, size };
        const refusal = new Refusal('payloadTooLarge', `the message has ${size} bytes`, data);
        this.refuse(idWithin(head.toString('utf8')) ?? 'null', refusal);
    }

    lost(reason: string): void {
        this.refuse('null', new Refusal('parseError', reason));
    }

    private answer(id: string, message: Record<string, unknown>): void {
        try {
            const result = this.carryOut(message) ?? null;
            this.send(`{"jsonrpc":"2.0","id":${id},"result":${JSON.stringify(result)}}`);
        } catch (error) {
            if (!(error instanceof Refusal)) {
                console.error(error);
            }
            const refusal = error instanceof Refusal ? error : new Refusal('internalError', 'the server has a fault');
            this.refuse(id, refusal);
        }
    }

    private refuse(id: string, { code, message, data }: Refusal): void {
        this.send(`{"jsonrpc":"2.0","id":${id},"error":${JSON.stringify({ code, message, data })}}`);
    }

    private carryOut({ jsonrpc, method, params }: Record<string, unknown>): unknown {
        if (jsonrpc !== '2.0' || typeof method !== 'string') {
            throw new Refusal('invalidRequest', 'the message is not a request of JSON-RPC 2.0');
        }
        if (this.shutDown) {
            throw new Refusal('invalidRequest', 'the server is shut down');
        }
        if (this.account === undefined) {
            if (method !== 'initialize') {
                throw new Refusal('serverNotInitialized', 'the first request is initialize');
            }
            return this.initialize(membersOf(params));
        }
        if (method === 'initialize') {
            throw new Refusal('invalidRequest', 'the server is initialized already');
        }
        if (method === 'shutdown') {
            this.shutDown = true;
            return null;
        }
        if (!isMethod(method)) {
            throw new Refusal('methodNotFound', `there is no method ${method}`);
        }
        return this.account.call(method, params);
    }

    private initialize(params: Record<string, unknown>): unknown {
        const options = params['initializationOptions'];
        checkVersion(isObject(options) ? options['protocolVersion'] : undefined);
        const workspace = workspaceOf(params);
        this.account = new Account(workspace, new Store(workspace));
        const { protocolVersion } = contract;
        return {
            capabilities: { experimental: { ctxbudget: { protocolVersion, methods: METHODS, limits: LIMITS } } },
            serverInfo: { name: 'ctxbudget-core-server', version: protocolVersion },
        };
    }
}

function isNotification(message: Record<string, unknown>): boolean {
    return message['jsonrpc'] === '2.0' && !Object.hasOwn(message, 'id') && typeof message['method'] === 'string';
}

function isResponse(message: Record<string, unknown>): boolean {
    return !Object.hasOwn(message, 'method') && (Object.hasOwn(message, 'result') || Object.hasOwn(message, 'error'));
}

/** An id as JSON; as it was written where a double would not hold it. */
function usableId(id: unknown, text: string): string | undefined {
    if (typeof id === 'string' || Number.isSafeInteger(id)) {
        return JSON.stringify(id);
    }
    return Number.isInteger(id) ? idWithin(text) : undefined;
}

/** The member `id` of a message by its text, also where the text ends within the message. */
function idWithin(text: string): string | undefined {
    const tokens = text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s{}[\]:,"]+/gs);
    let depth = 0;
    let before = ['', ''];
    for (const [token] of tokens) {
        if (depth === 1 && before[0] === '"id"' && before[1] === ':') {
            return /^("|-?\d+$)/.test(token) ? token : undefined;
        }
        depth += Number('{['.includes(token)) - Number('}]'.includes(token));
        before = [before[1] ?? '', token];
    }
    return undefined;
}

function checkVersion(asked: unknown): void {
    const supported = [contract.protocolVersion];
    if (asked === undefined || asked === null) {
        return;
    }
    const major = isObject(asked) ? asked['major'] : asked;
    if (typeof major !== 'string' && !(typeof major === 'number' && Number.isInteger(major))) {
        throw invalidField(['initializationOptions', 'protocolVersion'], 'is not a version');
    }
    if (/^(\d+)(\.\d+)?$/.exec(`${major}`)?.[1] !== MAJOR) {
        throw new Refusal('unsupportedVersion', `only ${supported.join(', ')} is supported`, { supported });
    }
}

/** The real path of the folder to which sessions belong. */
function workspaceOf({ rootUri, workspaceFolders }: Record<string, unknown>): string {
    const first: unknown = Array.isArray(workspaceFolders) ? workspaceFolders[0] : undefined;
    const uri = rootUri ?? (isObject(first) ? first['uri'] : undefined) ?? null;
    if (uri !== null && !(typeof uri === 'string' && uri.startsWith('file:'))) {
        throw invalidField(['rootUri'], 'is not a file: URI');
    }
    const path = uri === null ? process.cwd() : fileURLToPath(uri);
    return existsSync(path) ? realpathSync(path) : path;
}
