--- What a configuration calls. Nothing here needs to be set up: `vim.lsp.enable("ctxbudget")` is all.

local budget = require("ctxbudget.budget")

local M = {}

--- The running session in short, for a status line: `ctx 21% of window · 5,250/7,500 · phase 2 · warn`.
--- Retained tokens, of the budget. Empty while there is no session. It sends no request and costs next to nothing.
---@return string
function M.status()
  local change = budget.current()
  if not change then
    return ""
  end
  local status = change.status
  local known = status.windowSource ~= "default" -- else the window's size is not set
  local parts = {}
  if not known then
    table.insert(parts, ("ctx %s tokens"):format(budget.figure(status.retained)))
  else
    local over = status.retained - status.window
    table.insert(
      parts,
      over > 0 and ("ctx %s over window"):format(budget.figure(over))
        or ("ctx %d%% of window"):format(math.floor(status.ofWindow * 100 + 0.5))
    )
    table.insert(parts, ("%s/%s"):format(budget.figure(status.retained), budget.figure(status.budget)))
  end
  if change.state == "closed" then
    table.insert(parts, "closed")
  elseif change.phase then
    table.insert(parts, "phase " .. change.phase)
  end
  if known then
    table.insert(parts, status.level)
  end
  return table.concat(parts, " · ")
end

--- The last `budget/didChange` of the session that the status line shows; nil while there is none.
---@return ctxbudget.Change?
function M.session()
  return budget.current()
end

--- What the client does with a buffer, for an `on_attach` of your own in `vim.lsp.config("ctxbudget", …)`.
M.on_attach = require("ctxbudget.buffer").attach

return M
