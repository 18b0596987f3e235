import type { EngineInterface } from 'claude-code'
import { PROGRAM } from './program'

/** The longest way back that `context/fit` takes. */
const MAX_CHARACTERS = 80
const ALLOWED = /^[A-Za-z_$@#/<][\w $./:{}",=@<>|#~()-]*$/

/** How the model gets an item back: by our tool, where the plugin's server runs; else by the command in its shell. */
export async function wayBack($: EngineInterface): Promise<string> {
  const tools = await $.tool.list()
  const tool = tools.find(({ name, mcp }) => mcp && name.includes('ctxbudget') && name.endsWith('context_get'))
  const way = tool?.name ?? `${PROGRAM} call context/get`
  return way.length <= MAX_CHARACTERS && ALLOWED.test(way) ? way : 'ctxbudget call context/get'
}
