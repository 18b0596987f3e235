---@brief
---
--- The language server of context budgets: what each part of a Markdown or text file costs in tokens, and what the
--- running session of an agent workflow has left. `:help ctxbudget` has the commands and the status line.

local budget = require("ctxbudget.budget")
local buffer = require("ctxbudget.buffer")

---@type vim.lsp.Config
return {
  cmd = { "ctxbudget", "serve", "--stdio" },
  filetypes = { "markdown", "text" },
  root_dir = buffer.root,
  capabilities = buffer.capabilities(),
  init_options = { watch = true, alerts = "notification" },
  handlers = {
    ["budget/didChange"] = budget.on_change,
    ["budget/alert"] = budget.on_alert,
    ["textDocument/inlayHint"] = buffer.on_hints,
    ["window/showMessage"] = buffer.on_message,
    ["workspace/codeLens/refresh"] = buffer.on_refresh,
  },
  on_attach = buffer.attach,
  on_exit = budget.on_exit,
}
