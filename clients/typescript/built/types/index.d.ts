/** A client of the ctxbudget server. */
export { Client } from './client.js';
export type { Options, RequestOptions, Told } from './client.js';
export type * from './contract.js';
export { editedMessages } from './edits.js';
export { ClientError, ConnectionLostError, RequestTimeoutError, ServerError } from './errors.js';
