/** Run by `claude plugin test`, without a model: the host's own engine calls the module, and this file the command. */
import { expect, test } from 'claude-code/testing'

type Asked = { method: string; params: any }

const ROWS = [
  { role: 'user', text: 'Count, and never push.', toolUses: [], handle: 'h1' },
  { role: 'assistant', text: 'I count.', toolUses: [], handle: 'h2' },
  { role: 'assistant', text: '', toolUses: [{ tool_use_id: 'c1', tool: 'Bash', input: { command: 'seq 9' } }], handle: 'h3' },
  { role: 'user', text: '', toolUses: [], toolResults: [{ tool_use_id: 'c1', text: '1\n2', isError: false }], handle: 'h4' },
  { role: 'assistant', text: 'Done.', toolUses: [], handle: 'h5' },
]

/** What is beneath the module: a session, the command with its answers, and the host's own summary. */
function beneath(on: any, answer: unknown): { asked: Asked[]; said: string[] } {
  const asked: Asked[] = []
  const said: string[] = []
  on('process.run', (_: unknown, e: any) => {
    asked.push({ method: e.argv[2], params: JSON.parse((e.init ?? e).stdin) })
    const ran = { exitCode: 0, stdout: '', stderr: '', isStdoutTruncated: false, isStderrTruncated: false }
    if (!(answer instanceof Error)) return { value: { ...ran, stdout: JSON.stringify(answer) } }
    return { value: { ...ran, exitCode: 1, stderr: JSON.stringify({ message: answer.message }) } }
  })
  on('session.usage', () => ({ value: { startedAt: 0, context: { tokens: 90_000, window: 100_000 }, rateLimits: [] } }))
  on('session.id', () => ({ value: 's1' }))
  on('session.root', () => ({ value: '/project' }))
  on('session.model', () => ({ value: 'claude-opus-5-5[1m]' }))
  on('tool.list', () => ({ value: [] }))
  on('ui.log', (_: unknown, e: any) => {
    if (e.to !== 'debug') said.push(e.text)
    return { value: undefined }
  })
  on('session.compact', () => ({ messages: [{ role: 'user', text: 'summary', toolUses: [] }] }))
  return { asked, said }
}

function fit(edits?: object[], more: object = {}): object {
  return { fits: true, unchanged: false, sourceTokens: 100, tokens: 10, continues: 'nothing', edits, ...more }
}

function compact($: any, more: object = {}): Promise<any> {
  return $.session.compact({ trigger: 'manual', messages: ROWS, ...more })
}

test('a cut takes the place of the summary', async ($, on) => {
  const { asked } = beneath(on, fit([{ op: 'replaceResult', index: 2, callId: 'c1', text: '[ctxbudget i1]' }]))
  const got = await compact($, { instructions: 'names' })
  expect(asked.map((one) => one.method)).toEqual(['context/fit'])
  expect(asked[0]!.params.focus).toBe('names')
  const call = { id: 'c1', tool: 'Bash', arguments: { command: 'seq 9' } }
  expect(asked[0]!.params.messages[1]).toEqual({ role: 'assistant', text: 'I count.', calls: [call] })
  expect(got.messages.map((row: any) => row.handle)).toEqual(['h1', undefined, undefined, undefined])
  expect(got.messages[2].toolResults[0].text).toBe('[ctxbudget i1]')
  expect(got.tokensAfter).toBe(10)
})

test('turns go, and a record comes', async ($, on) => {
  const edits = [{ op: 'insert', index: 1, role: 'user', text: '[ctxbudget record' }, { op: 'remove', index: 1, end: 4 }]
  beneath(on, fit(edits))
  const got = await compact($)
  expect(got.messages.map((row: any) => row.text)).toEqual(['Count, and never push.', '[ctxbudget record'])
})

test('in the middle of a turn the last call goes back as it came', async ($, on) => {
  beneath(on, fit([{ op: 'replaceResult', index: 2, callId: 'c1', text: 'short' }]))
  const got = await compact($, { trigger: 'auto', messages: ROWS.slice(0, 4) })
  expect(got.messages.map((row: any) => row.handle)).toEqual(['h1', 'h2', 'h3', undefined])
})

test('a picture in a result is said to be gone, and a message with one stays', async ($, on) => {
  const { asked } = beneath(on, fit([]))
  const seen = { ...ROWS[3]!, toolResults: [{ tool_use_id: 'c1', text: '', isError: false }] }
  const got = await compact($, { messages: [{ ...ROWS[0]!, text: '' }, ROWS[2], seen, ROWS[4]] })
  expect(asked[0]!.params.messages[0].fixed).toBe(true)
  expect(got.messages[0].handle).toBe('h1')
  expect(got.messages[2].toolResults[0].text).toContain('image or a document')
})

const FAULTS: Record<string, unknown> = {
  'the command fails': new Error('the store is busy'),
  'the answer has no edits': fit(),
  'what is left is not legal': fit([{ op: 'remove', index: 1, end: 2 }]),
  'too much must stay': fit([], { fits: false, tokens: 90 }),
}
for (const [name, answer] of Object.entries(FAULTS)) {
  test(`the host summarises where ${name}, and it is said once`, async ($, on) => {
    const { said } = beneath(on, answer)
    for (const _ of [1, 2]) expect((await compact($)).messages[0].text).toBe('summary')
    expect(said.length).toBe(1)
    expect(said[0]!).toContain('summarised')
  })
}

test('where nothing can be cut, a person is told why', async ($, on) => {
  beneath(on, fit([], { unchanged: true }))
  expect((await compact($)).skip).toContain('nothing to cut')
  expect((await compact($, { trigger: 'auto' })).messages[0].text).toBe('summary')
})

test("a subagent's own conversation is the host's", async ($, on) => {
  const { asked } = beneath(on, fit([]))
  expect((await compact($, { agentId: 'a1' })).messages[0].text).toBe('summary')
  expect(asked).toEqual([])
})

const measure = ($: any, window = 1_000_000): Promise<any> =>
  $.session.measure({ context: { tokens: 9, window }, rateLimits: [], changed: ['context'] })

test('the account is told the window, when it changes', async ($, on) => {
  const { asked } = beneath(on, {})
  on('session.measure', (_: unknown, e: any) => ({ changed: e.changed }))
  for (const window of [1_000_000, 1_000_000, 200_000]) await measure($, window)
  const host = { model: 'claude-opus-5-5' }
  expect(asked.map((one) => one.method)).toEqual(['session/open', 'session/open'])
  expect(asked.map((one) => one.params.host)).toEqual([
    { ...host, contextWindow: 1_000_000 },
    { ...host, contextWindow: 200_000 },
  ])
})

test('a compaction after each phase, if asked for', { options: { compactAfterPhase: true } }, async ($, on) => {
  const status = { phases: [{ phase: 1, state: 'running' }] }
  const { said } = beneath(on, status)
  on('session.measure', (_: unknown, e: any) => ({ changed: e.changed }))
  await measure($)
  expect(said).toEqual([])
  status.phases[0]!.state = 'completed'
  for (const _ of [1, 2]) await measure($)
  expect(said.length).toBe(1) // asked for once; these tests' engine gives such a compaction no messages to cut
})

test('a compaction after a phase of the first turn', { options: { compactAfterPhase: true } }, async ($, on) => {
  const status = { phases: [{ phase: 1, state: 'completed' }, { phase: 2, state: 'running' }] }
  const { said } = beneath(on, status)
  on('session.start', (_: unknown, e: any) => ({ cwd: e.cwd }))
  on('session.measure', (_: unknown, e: any) => ({ changed: e.changed }))
  await $.session.start({ cwd: '/project', surface: 'terminal', isInteractive: true })
  status.phases[1]!.state = 'completed'
  await measure($)
  expect(said.length).toBe(1)
})

test('it can be switched off', { options: { compaction: false } }, async ($, on) => {
  const { asked } = beneath(on, fit([]))
  expect((await compact($)).messages[0].text).toBe('summary')
  expect(asked).toEqual([])
})
