--- The running sessions, as the servers report them.

local M = {}

---@class ctxbudget.Figures
---@field window integer tokens
---@field budget integer tokens
---@field retained integer tokens
---@field windowSource string where the window comes from; "default": its size is not set
---@field ofWindow number retained / window
---@field ofBudget number retained / budget
---@field level "ok"|"warn"|"critical"

---@class ctxbudget.Change
---@field sessionId string
---@field revision integer
---@field state "open"|"closed"|"deleted"
---@field phase? integer
---@field status ctxbudget.Figures

local LEVELS = { warn = vim.log.levels.WARN, critical = vim.log.levels.ERROR }

---@type table<integer, ctxbudget.Change> by client
local changes = {}
---@type integer? the client that last reported a change
local latest
---@type table<string, true> crossings that were told: two servers may follow one session
local told = {}

local function announce()
  vim.cmd.redrawstatus({ bang = true })
  vim.api.nvim_exec_autocmds("User", { pattern = "CtxbudgetChange", modeline = false })
end

--- What neither JSON's null nor absence is.
local function given(value)
  return value ~= nil and value ~= vim.NIL
end

--- The session of the current buffer's server, else the one that changed last.
---@return ctxbudget.Change?
function M.current()
  for id in pairs(changes) do
    if vim.lsp.buf_is_attached(0, id) then
      return changes[id]
    end
  end
  return latest and changes[latest]
end

--- The session that a client follows.
---@param client_id integer
---@return ctxbudget.Change?
function M.of(client_id)
  return changes[client_id]
end

--- The handler of `budget/didChange`.
function M.on_change(_, change, context)
  local id = context.client_id
  if change.state == "deleted" or not given(change.status) then
    local known = changes[id]
    if known and known.sessionId == change.sessionId then
      changes[id] = nil
    end
  else
    change.phase = given(change.phase) and change.phase or nil
    changes[id] = change
    latest = id
  end
  announce()
end

--- The handler of `budget/alert`: one notification for each crossing of a threshold.
function M.on_alert(_, params)
  local alert = params.alert
  if alert.windowSource == "default" then
    return -- the window's size is not set
  end
  local crossing = table.concat({ params.sessionId, params.revision, alert.at }, " ")
  if told[crossing] then
    return
  end
  told[crossing] = true
  -- Short enough for one line: a longer one would make the person press a key.
  local text = ("ctxbudget: %s at %s of %s tokens, session %s"):format(
    params.level,
    M.figure(alert.retained),
    M.figure(alert.budget),
    params.sessionId
  )
  vim.notify(text, LEVELS[params.level], { title = "Context budget" })
end

--- The server is gone, and with it what it told.
function M.on_exit(_, _, client_id)
  vim.schedule(function()
    changes[client_id] = nil
    announce()
  end)
end

--- `5,250`: the same everywhere, as the server writes it.
---@param tokens integer
---@return string
function M.figure(tokens)
  local text = ("%d"):format(tokens):reverse():gsub("(%d%d%d)", "%1,"):reverse()
  return (text:gsub("^(%-?),", "%1"))
end

return M
