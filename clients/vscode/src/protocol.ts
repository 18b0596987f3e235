/** What the extension uses of the protocol, with the types that are generated from the contract. */

import type * as contract from '../../typescript/src/contract';

export type Level = contract.Level;

/** The account in short. Figures are tokens; a share names its base. */
export type Figures = Pick<
    contract.Figures,
    | 'window'
    | 'budget'
    | 'retained'
    | 'peak'
    | 'processed'
    | 'saved'
    | 'leased'
    | 'available'
    | 'ofWindow'
    | 'ofBudget'
    | 'level'
> &
    /** `default`: the window's size is not set, so nothing is shown as a share of it. Older servers do not say. */
    Partial<Pick<contract.Figures, 'windowSource'>>;

export type Phase = Pick<contract.PhaseState, 'phase' | 'name'>;

/** The result of `budget/status`. */
export type Status = Figures &
    Pick<contract.BudgetStatusResult, 'sessionId' | 'revision' | 'state' | 'phase'> & {
        phases: Phase[];
        advice: Pick<contract.BudgetStatusResult['advice'], 'text'>;
    };

/** The params of `budget/didChange`. */
export type Change = Pick<contract.DidChange, 'sessionId' | 'revision' | 'state' | 'phase'> & {
    /** null: the session was deleted. */
    status: Figures | null;
};

/** The params of `budget/alert`: the level rose. */
export type Alert = Pick<contract.AlertNote, 'sessionId' | 'revision' | 'level'> & {
    alert: Pick<contract.Alert, 'message' | 'at'> & Partial<Pick<contract.Alert, 'windowSource' | 'next'>>;
};

/** What is used of a connection to the server. */
export interface Connection {
    sendRequest(method: 'budget/status', params: contract.BudgetStatusParams): Promise<Status>;
    onNotification(method: 'budget/didChange', handler: (params: Change) => void): unknown;
    onNotification(method: 'budget/alert', handler: (params: Alert) => void): unknown;
}

/** What is used of the result of `session/list`: the session that changed last; null: there is none. */
export type SessionList = Pick<contract.SessionListResult, 'latest'>;

/** What is used of the result of `budget/report` with the format `markdown`. */
export interface Report {
    markdown: NonNullable<contract.BudgetReportResult['markdown']>;
}

/** Asks the server, with the params and the result that the contract has for the method. */
export type Ask = <M extends keyof contract.Methods>(
    method: M,
    params: contract.Methods[M]['params'],
) => Promise<contract.Methods[M]['result']>;

/** The whole result of `budget/status`, as the session view shows it. */
export type Account = contract.BudgetStatusResult;
export type Layer = contract.Layer;
export type LayerStatus = contract.LayerStatus;
export type PhaseState = contract.PhaseState;
export type Item = contract.ItemInfo;
export type ItemFilter = Pick<contract.ContextListParams, 'state' | 'layer' | 'phase'>;
export type Target = contract.Target;
export type PlanRow = contract.PlanRow;
export type Prune = contract.ContextPruneResult;
export type Session = contract.SessionInfo;
export type SessionPage = contract.SessionListResult;
