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
  if (ran.exitCode !== 0) throw new Error(reason(ran.stderr) || `${method} ended with ${ran.exitCode}`)
  if (ran.isStdoutTruncated) throw new Error(`the answer of ${method} is too long`)
  return JSON.parse(ran.stdout) as Result
}

/** What an error of the command says, in a line. */
function reason(stderr: string): string {
  const line = stderr.trim().split('\n').at(-1) ?? ''
  try {
    return String((JSON.parse(line) as { message?: unknown }).message)
  } catch {
    return line.slice(0, 200)
  }
}
