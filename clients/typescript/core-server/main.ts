// A server of the protocol, level core, on stdin and stdout.

import { frame, FrameReader } from './frames';
import { Connection, LIMITS } from './messages';

const connection = new Connection((body) => process.stdout.write(frame(body)));

function end(code: number): void {
    process.exitCode = code;
    process.stdin.destroy();
}

const reader = new FrameReader(
    {
        body(bytes) {
            const goesOn = connection.receive(bytes);
            if (!goesOn) {
                end(connection.exitCode);
            }
            return goesOn;
        },
        tooLarge(head, size) {
            connection.tooLarge(head, size);
        },
        lost(reason) {
            connection.lost(reason);
            end(1);
        },
    },
    LIMITS.maxMessageBytes,
);

process.stdin.on('data', (chunk: Buffer) => {
    reader.push(chunk);
});
process.stdin.on('end', () => {
    end(reader.betweenMessages ? connection.exitCode : 1);
});
// Whoever asked has gone.
process.stdout.on('error', () => process.exit(1));
