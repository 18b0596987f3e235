import type { EngineInterface } from 'claude-code'
import { PROGRAM } from './program'

/** One request by `ctxbudget call`, which a running sidecar answers. Rejects within `timeoutMs`, whatever is wrong. */
export async function call<Result>(
  $: EngineInterface,
  method: string,
  params: object,
  timeoutMs: number,
): Promise<Result> {
  const cwd = await $.session.root()
  const ran = await $.process.run([PROGRAM, 'call', method, '-'], { cwd, stdin: JSON.stringify(params), timeoutMs })
  if (ran.exitCode !== 0) throw refusal(ran.stderr, `${method} ended with ${ran.exitCode}`)
  if (ran.isStdoutTruncated) throw new Error(`the answer of ${method} is too long`)
  return JSON.parse(ran.stdout) as Result
}

/** The name of the contract's error for which a call was refused; undefined if it was for another reason. */
export function errorName(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined
}

/** What an error of the command says, in a line, with its name as the cause. */
function refusal(stderr: string, otherwise: string): Error {
  const line = stderr.trim().split('\n').at(-1) ?? ''
  try {
    const { message, data } = JSON.parse(line) as { message?: unknown; data?: { name?: unknown } }
    return new Error(String(message), { cause: data?.name })
  } catch {
    return new Error(line.slice(0, 200) || otherwise)
  }
}
