import type { EngineInterface, SessionMeasureInput } from 'claude-code'
import { call, errorName } from './service'

const PATIENCE_MS = 10_000
const LONG_WINDOW = '[1m]'

type Status = { phases: { phase: number; state: string }[] }

/** What the account was told of the session last, and what was last seen of it. */
export type Seen = { host?: string; completed?: number }

/** Tell the account the model and its window, as the host measures them, if one of them has changed. */
export async function tellWindow($: EngineInterface, { context }: SessionMeasureInput, seen: Seen): Promise<void> {
  const model = (await $.session.model()).replace(LONG_WINDOW, '')
  const host = { contextWindow: context.window, model }
  if (JSON.stringify(host) === seen.host) return
  await call($, 'session/open', { sessionId: await $.session.id(), host }, PATIENCE_MS)
  seen.host = JSON.stringify(host)
}

/** Note how many phases were completed before the first turn: a compaction is due after those that follow. */
export async function notePhases($: EngineInterface, seen: Seen): Promise<void> {
  try {
    seen.completed = await completedPhases($)
  } catch (error) {
    // The hook that opens the session may be slower than this.
    if (errorName(error) !== 'unknownSession') throw error
    seen.completed = 0
  }
}

/** Ask for a compaction if a phase of the session's workflow has been completed since this was asked last. */
export async function compactAfterPhase($: EngineInterface, seen: Seen): Promise<void> {
  const completed = await completedPhases($)
  const before = seen.completed ?? completed
  seen.completed = completed
  if (completed > before) await $.session.compact()
}

async function completedPhases($: EngineInterface): Promise<number> {
  const { phases } = await call<Status>($, 'budget/status', { sessionId: await $.session.id() }, PATIENCE_MS)
  return phases.filter(({ state }) => state === 'completed').length
}
