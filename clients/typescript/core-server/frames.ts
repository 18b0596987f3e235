// The base protocol of LSP: a header, an empty line, a body. See "Framing" in docs/implementing.md.

const HEADER_END = Buffer.from('\r\n\r\n');
const MAX_HEADER_BYTES = 8192;
/** How much of a body that is too large is looked through for its id. */
const HEAD_BYTES = 4096;

export interface Receiver {
    /** A whole body. Returns whether to go on reading. */
    body(bytes: Buffer): boolean;
    /** A body that is larger than the limit, of which only the beginning was kept. */
    tooLarge(head: Buffer, size: number): void;
    /** Where the next message begins cannot be known. */
    lost(reason: string): void;
}

export class FrameReader {
    private pending: Buffer = Buffer.alloc(0);
    private length: number | undefined;
    /** The beginning of a body that is being skipped, and how much of the body is still to come. */
    private skipped: { head: Buffer; left: number; size: number } | undefined;
    private ended = false;

    constructor(
        private readonly receiver: Receiver,
        private readonly maxBytes: number,
    ) {}

    /** Whether the input, if it ended now, would end between two messages. */
    get betweenMessages(): boolean {
        return this.pending.length === 0 && this.length === undefined && this.skipped === undefined;
    }

    push(chunk: Buffer): void {
        this.pending = this.pending.length === 0 ? chunk : Buffer.concat([this.pending, chunk]);
        while (!this.ended && this.step());
    }

    /** Takes what it can from the bytes that are there; false once more are needed. */
    private step(): boolean {
        if (this.skipped !== undefined) {
            return this.skip(this.skipped);
        }
        return this.length === undefined ? this.header() : this.body(this.length);
    }

    private header(): boolean {
        const end = this.pending.indexOf(HEADER_END);
        if (end < 0 ? this.pending.length > MAX_HEADER_BYTES : end > MAX_HEADER_BYTES) {
            return this.lose(`the header does not end within ${MAX_HEADER_BYTES} bytes`);
        }
        if (end < 0) {
            return false;
        }
        const length = contentLength(this.take(end + HEADER_END.length).toString('latin1'));
        if (length === undefined) {
            return this.lose('the header has no usable Content-Length');
        }
        if (length > this.maxBytes) {
            this.skipped = { head: Buffer.alloc(0), left: length, size: length };
        } else {
            this.length = length;
        }
        return true;
    }

    private body(length: number): boolean {
        if (this.pending.length < length) {
            return false;
        }
        this.length = undefined;
        this.ended = !this.receiver.body(this.take(length));
        return true;
    }

    private skip(body: { head: Buffer; left: number; size: number }): boolean {
        const bytes = this.take(Math.min(body.left, this.pending.length));
        body.head = Buffer.concat([body.head, bytes.subarray(0, HEAD_BYTES - body.head.length)]);
        body.left -= bytes.length;
        if (body.left > 0) {
            return false;
        }
        this.skipped = undefined;
        this.receiver.tooLarge(body.head, body.size);
        return true;
    }

    private lose(reason: string): false {
        this.ended = true;
        this.receiver.lost(reason);
        return false;
    }

    private take(count: number): Buffer {
        const taken = this.pending.subarray(0, count);
        this.pending = this.pending.subarray(count);
        return taken;
    }
}

function contentLength(header: string): number | undefined {
    const found = new Set<string>();
    for (const line of header.split('\r\n')) {
        const colon = line.indexOf(':');
        if (colon > 0 && line.slice(0, colon).trim().toLowerCase() === 'content-length') {
            found.add(line.slice(colon + 1).trim());
        }
    }
    const [length = ''] = found;
    return found.size === 1 && /^\d+$/.test(length) ? Number(length) : undefined;
}

export function frame(body: string): Buffer {
    const bytes = Buffer.from(body, 'utf8');
    return Buffer.concat([Buffer.from(`Content-Length: ${bytes.length}\r\n\r\n`, 'latin1'), bytes]);
}
