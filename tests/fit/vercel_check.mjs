// Reads {form, arrays} from stdin and writes for each array why the AI SDK refuses it, or null.
// Usage: node vercel_check.mjs FOLDER, where FOLDER has `ai` among its node_modules.
import { createRequire } from "node:module"
import { pathToFileURL } from "node:url"

const from = createRequire(process.argv[2] + "/x.js")
const { convertToModelMessages, generateText, modelMessageSchema, validateUIMessages } = await import(pathToFileURL(from.resolve("ai")))
const { MockLanguageModelV4 } = await import(pathToFileURL(from.resolve("ai/test")))

const none = { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 }
const model = new MockLanguageModelV4({
  doGenerate: { content: [{ type: "text", text: "ok" }], finishReason: { unified: "stop" }, warnings: [],
    usage: { inputTokens: none, outputTokens: { total: 1, text: 1, reasoning: 0 } } },
})

async function refused(form, messages) {
  try {
    const sent = form === "vercel-ui" ? await convertToModelMessages(await validateUIMessages({ messages })) : messages
    for (const message of sent) modelMessageSchema.parse(message)
    await generateText({ model, messages: sent, allowSystemInMessages: true, maxRetries: 0 })
    return null
  } catch (error) {
    return String(error).slice(0, 300)
  }
}

let text = ""
for await (const chunk of process.stdin) text += chunk
const { form, arrays } = JSON.parse(text)
const found = []
for (const messages of arrays) found.push(await refused(form, messages))
console.log(JSON.stringify(found))
