/** Does the edits of `context/fit` to an array of messages. */
import type { FitEdit } from './contract.js';
/** The array that `answer: "messages"` gives. Messages that stay are the very same objects; none is changed. */
export declare function editedMessages<T extends object>(messages: readonly T[], edits: readonly FitEdit[]): T[];
