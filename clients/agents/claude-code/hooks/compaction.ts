/**
 * Claude Code's compaction, answered by ctxbudget's `context/fit`: nothing is summarised. People's words stay, and what
 * goes comes back by its id. Whatever goes wrong here, Claude Code compacts as it always does, and says so once.
 */
import type { EngineInterface, Register, SessionCompactInput, SessionCompactResult } from 'claude-code'
import { type Edit, edited, fault, type Message, type Part, parts, rows } from './conversation'
import { wayBack } from './retrieval'
import { call } from './service'
import { compactAfterPhase, notePhases, type Seen, tellWindow } from './session'

type Fit = { fits: boolean; unchanged: boolean; tokens: number; sourceTokens: number; continues: string; edits: Edit[] }

/** The share of the conversation that stays, unless the option `keepPercent` says otherwise. */
const KEEP_PERCENT = 15
/** Below this a cut would leave little but ids. */
const MIN_TOKENS = 2_000
/** What people said may take this share of what stays: beyond it their words would be shortened, and the work lost. */
const PEOPLES_SHARE = 0.5
/** At most so much of the conversation stays for the sake of people's words. */
const MAX_KEPT = 0.4
/** Where more than this must stay, the host's summary serves better. */
const MAX_SHARE = 0.5
/** A rough figure, from which only the limit is taken. */
const CHARACTERS_A_TOKEN = 3
/** After this time the host compacts by itself. A million tokens, never seen before, have taken 26 seconds on a busy machine. */
const PATIENCE_MS = 60_000

export const register: Register = (on, options) => {
  const keep = Number(options.keepPercent) || KEEP_PERCENT
  let hasTold = false
  if (options.compaction !== false) {
    on('session.compact', async ($, e, next) => {
      if (e.trigger === 'precompute') return { skip: 'a cut needs no time ahead' }
      if (e.agentId !== undefined) return next(e)
      try {
        return (await cutBy($, e, keep)) ?? next(e)
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error)
        const to = hasTold ? 'debug' : 'transcript'
        $.ui.log(`ctxbudget could not cut the conversation, so it is summarised: ${why}`, { to })
        hasTold = true
      }
      return next(e)
    })
  }
  const seen: Seen = {}
  if (options.compactAfterPhase === true) {
    on('session.start', async ($, e, next) => {
      const started = await next(e)
      await tried($, () => notePhases($, seen))
      return started
    })
  }
  on('session.measure', async ($, e, next) => {
    const measured = await next(e)
    await tried($, async () => {
      await tellWindow($, e, seen)
      if (options.compactAfterPhase === true) await compactAfterPhase($, seen)
    })
    return measured
  })
}

/** Do what is only useful: a fault of it goes no further than the debug log. */
async function tried($: EngineInterface, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    $.ui.log(`ctxbudget: ${String(error)}`, { to: 'debug' })
  }
}

/** The conversation after a cut; undefined where the host should summarise. Rejects if anything is wrong. */
async function cutBy(
  $: EngineInterface,
  e: SessionCompactInput,
  keep: number,
): Promise<SessionCompactResult | undefined> {
  const given = parts(e.messages)
  const messages = given.map((part) => part.message)
  const maxTokens = limit(messages, keep, (await $.session.usage()).context.window)
  const fit = await call<Fit>($, 'context/fit', {
    sessionId: await $.session.id(),
    continue: true,
    wholeWindow: true,
    format: 'neutral',
    answer: 'edits',
    maxTokens,
    retrieve: await wayBack($),
    ...(e.instructions && { focus: e.instructions }),
    messages,
  }, PATIENCE_MS)
  const figures = `context/fit: ${fit.sourceTokens} to ${fit.tokens} of ${maxTokens} tokens, continues ${fit.continues}`
  $.ui.log(figures, { to: 'debug' })
  if (fit.unchanged) {
    const why = `there are only ${fit.sourceTokens.toLocaleString('en')} tokens, and nothing to cut`
    return e.trigger === 'auto' ? undefined : { skip: why }
  }
  if (!fit.fits && fit.tokens > fit.sourceTokens * MAX_SHARE) throw new Error(`${fit.tokens} tokens of it must stay`)
  const made = edited(given, fit.edits)
  const cut = rows(made, e.trigger === 'manual' ? undefined : unread(given, made))
  const wrong = fault(cut)
  if (wrong !== undefined) throw new Error(wrong)
  return { messages: cut, tokensBefore: fit.sourceTokens, tokensAfter: fit.tokens }
}

/** The tokens that may stay: a share of the conversation, and room for what people said. */
function limit(messages: readonly Message[], keep: number, window: number): number {
  const tokens = (some: readonly Message[]) => JSON.stringify(some).length / CHARACTERS_A_TOKEN
  const size = Math.min(tokens(messages), window)
  const said = tokens(messages.filter((message) => message.role === 'user'))
  const wanted = Math.max((size * keep) / 100, Math.min(said / PEOPLES_SHARE, size * MAX_KEPT))
  return Math.max(MIN_TOKENS, Math.floor(wanted))
}

/** The last call, if the model has not read its result yet, in the middle of a turn. */
function unread(given: readonly Part[], made: readonly Part[]): Part | undefined {
  const last = given.findLast((part) => part.message.role === 'assistant')
  return last?.message.calls && made.includes(last) ? last : undefined
}
