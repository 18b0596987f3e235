// A server that does what the test says: FAKE_PLAN has, for each start, the methods at which it ends without an answer.

import { appendFileSync, readFileSync } from 'node:fs';
import { StreamMessageReader, StreamMessageWriter, createMessageConnection } from 'vscode-jsonrpc/node';

const { FAKE_LOG: log, FAKE_PLAN: plan } = process.env;
const starts = readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => line === '"start"').length;
const endsAt = JSON.parse(plan)[starts] ?? [];
const note = (what) => {
    appendFileSync(log, `${JSON.stringify(what)}\n`);
};
note('start');

const connection = createMessageConnection(
    new StreamMessageReader(process.stdin),
    new StreamMessageWriter(process.stdout),
);
connection.onRequest((method, params) => {
    note({ method, params });
    if (endsAt.includes(method)) {
        process.stderr.write('no more\n');
        process.exit(3);
    }
    if (method === 'budget/report' && starts === 0) {
        process.stdout.write('Content-Length: none\r\n\r\n');
    }
    if (method === 'tokens/truncate') {
        return new Promise(() => undefined);
    }
    return method === 'initialize' ? { capabilities: {} } : { method, start: starts };
});
connection.onNotification((method) => {
    if (method === 'exit') {
        process.exit(0);
    }
});
connection.listen();
