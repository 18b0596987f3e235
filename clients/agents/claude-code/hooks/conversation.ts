import type { SessionMessage } from 'claude-code'

/** A message in the format `neutral` of `context/fit`. */
export type Message = {
  role: 'user' | 'assistant' | 'tool'
  text?: string
  calls?: { id: string; tool: string; arguments: Record<string, unknown> }[]
  results?: { callId: string; text: string; failed: boolean }[]
  fixed?: true
}

/** An edit of `context/fit`, with the members of its kind. */
export type Edit = {
  op: 'replaceResult' | 'insert' | 'remove'
  index: number
  end?: number
  callId?: string
  role?: string
  text?: string
}

/** A message, and the rows of the host that make it up: it has a row for each block of an agent's message. */
export type Part = { message: Message; rows: readonly SessionMessage[] }

const NOT_TEXT = '(an image or a document)'
const NOT_TEXT_NOW = '[An image or a document was here. It did not go with the compaction: read it again if you need it.]'
const PASTED = /\[Image #\d+\]/
const MEDIA = /"type":\s*"(?:image|document|pdf)"/

/** The host's rows as messages. Rows without text, calls or results (thinking) go with the message beside them. */
export function parts(rows: readonly SessionMessage[]): Part[] {
  const found: { message: Message; rows: SessionMessage[] }[] = []
  for (const row of rows) {
    const last = found.at(-1)
    if (row.role === 'assistant' && last?.message.role === 'assistant') {
      last.rows.push(row)
      last.message = spoken(last.rows)
    } else {
      found.push({ message: row.role === 'assistant' ? spoken([row]) : heard(row), rows: [row] })
    }
  }
  return found.filter(({ message }) => message.role !== 'assistant' || message.text || message.calls)
}

function spoken(rows: readonly SessionMessage[]): Message {
  const text = rows.map((row) => row.text).filter(Boolean).join('\n')
  const calls = rows.flatMap((row) => row.toolUses.map((use) => ({ id: use.tool_use_id, tool: use.tool, arguments: use.input })))
  return { role: 'assistant', ...(text && { text }), ...(calls.length > 0 && { calls }) }
}

function heard(row: SessionMessage): Message {
  const results = (row.toolResults ?? []).map((one) => ({
    callId: one.tool_use_id,
    text: [one.text, holdsMedia(one) && NOT_TEXT_NOW].filter(Boolean).join('\n'),
    failed: one.isError,
  }))
  if (results.length > 0) return { role: row.text ? 'user' : 'tool', ...(row.text && { text: row.text }), results }
  // A person's picture is in no row: its message stays whole, since nothing else could bring it back.
  return row.text && !PASTED.test(row.text) ? { role: 'user', text: row.text } : { role: 'user', text: row.text || NOT_TEXT, fixed: true }
}

function holdsMedia(one: { text: string; result?: unknown }): boolean {
  return one.text === '' || (typeof one.result === 'object' && MEDIA.test(JSON.stringify(one.result)))
}

/** The parts after the edits, whose indexes are those of the given ones. */
export function edited(given: readonly Part[], edits: readonly Edit[]): Part[] {
  const made = [...given]
  for (const edit of [...edits].reverse()) {
    const text = edit.text ?? ''
    if (edit.op === 'remove') made.splice(edit.index, edit.end! - edit.index)
    else if (edit.op === 'insert') made.splice(edit.index, 0, { message: { role: edit.role === 'assistant' ? 'assistant' : 'user', text }, rows: [] })
    else {
      const { message, rows } = made[edit.index]!
      const results = message.results?.map((one) => (one.callId === edit.callId ? { ...one, text } : one))
      made[edit.index] = { message: { ...message, results }, rows }
    }
  }
  return made
}

/**
 * The rows that the host is to go on with.
 *
 * Only what a person typed keeps its handle: it stands whole, with what the host attached to it. With its handle, a
 * result would be filed under its call in the old transcript, and an agent's row would keep its message's id: after
 * `--resume` all that was cut would be back. `unread` is the last call whose result the model has not read yet, whose
 * thinking must go back as it came.
 */
export function rows(made: readonly Part[], unread?: Part): SessionMessage[] {
  const found: SessionMessage[] = []
  for (const part of made) {
    const last = found.at(-1)
    const { message } = part
    if (part === unread) found.push(...part.rows)
    else if (message.role === 'assistant' && last?.role === 'assistant' && last.handle === undefined) {
      last.text = [last.text, message.text].filter(Boolean).join('\n')
      last.toolUses = [...last.toolUses, ...uses(message)]
    } else found.push(isTyped(part) ? part.rows[0]! : built(message))
  }
  return found
}

function isTyped({ message, rows }: Part): boolean {
  return message.role === 'user' && rows.length === 1 && !message.results
}

function built(message: Message): SessionMessage {
  if (message.role === 'assistant') return { role: 'assistant', text: message.text ?? '', toolUses: uses(message) }
  const toolResults = message.results?.map((one) => ({ tool_use_id: one.callId, text: one.text, isError: one.failed }))
  return { role: 'user', text: message.text ?? '', toolUses: [], ...(toolResults && { toolResults }) }
}

function uses(message: Message): SessionMessage['toolUses'] {
  return (message.calls ?? []).map((one) => ({ tool_use_id: one.id, tool: one.tool, input: one.arguments }))
}

/** What the provider would refuse in rows: a fault, or undefined. The host repairs some of it, but not the first role. */
export function fault(made: readonly SessionMessage[]): string | undefined {
  if (made[0]?.role !== 'user' || made[0].toolResults?.length) return "the first message is not a person's"
  const open = new Set<string>()
  for (const [at, row] of made.entries()) {
    if (row.role === 'assistant' && made[at - 1]?.role === 'user' && open.size > 0) return 'a call has no result behind it'
    for (const result of row.toolResults ?? []) {
      if (!open.delete(result.tool_use_id)) return 'a result has no call before it'
    }
    for (const use of row.toolUses) open.add(use.tool_use_id)
    const isEmpty = !row.text && row.toolUses.length === 0 && !row.toolResults?.length
    if (isEmpty && row.handle === undefined) return 'a message is empty'
  }
  return open.size > 0 ? 'a call has no result behind it' : undefined
}
