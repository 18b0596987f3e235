// A minimal server on vscode-jsonrpc: the same as the one on plain pygls.
const rpc = require("vscode-jsonrpc/node");

const reader = new rpc.StreamMessageReader(process.stdin);
const connection = rpc.createMessageConnection(reader, new rpc.StreamMessageWriter(process.stdout));
connection.onRequest("initialize", () => ({ capabilities: {} }));
connection.onRequest("plain/echo", (params) => ({ one: params.one, other: params.other }));
connection.listen();
