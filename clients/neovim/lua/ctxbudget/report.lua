--- The report of the running session, in a buffer that follows the account.

local budget = require("ctxbudget.budget")

local M = {}

local NAME = "ctxbudget://report"

local function write(bufnr, text)
  vim.bo[bufnr].modifiable = true
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, true, vim.split(vim.trim(text), "\n"))
  vim.bo[bufnr].modifiable = false
end

--- Send a request, and call `done` with its result.
local function request(client, method, params, fail, done)
  client:request(method, params, function(err, result)
    if err then
      fail(err.message)
    else
      done(result)
    end
  end)
end

--- Ask for the report of the followed session, else of the one that changed last, and call `done` with its text.
local function ask(client, fail, done)
  local function of(session)
    request(client, "budget/report", { format = "markdown", sessionId = session }, fail, function(result)
      done(result.markdown)
    end)
  end
  local change = budget.of(client.id)
  if change then
    return of(change.sessionId)
  end
  request(client, "session/list", { limit = 1 }, fail, function(result)
    if type(result.latest) == "string" then
      of(result.latest)
    else -- the protocol would answer with zeros
      done("There is no session yet: this buffer shows the first one when it begins.")
    end
  end)
end

local function buffer()
  local bufnr = vim.fn.bufadd(NAME)
  vim.bo[bufnr].buftype = "nofile"
  vim.bo[bufnr].swapfile = false
  vim.bo[bufnr].bufhidden = "wipe"
  vim.fn.bufload(bufnr)
  return bufnr
end

--- Show it in a window of its own, and update it whenever the session changes.
---@param client vim.lsp.Client
---@param fail fun(message: string)
function M.open(client, fail)
  ask(client, fail, function(text)
    local bufnr = buffer()
    write(bufnr, text)
    if vim.fn.bufwinid(bufnr) == -1 then
      vim.cmd.sbuffer(bufnr)
    end
    vim.bo[bufnr].filetype = "markdown"
    vim.api.nvim_create_autocmd("User", {
      group = vim.api.nvim_create_augroup("ctxbudget.report", { clear = true }),
      pattern = "CtxbudgetChange",
      desc = "The report follows the account",
      callback = function()
        if not vim.api.nvim_buf_is_valid(bufnr) then
          return true -- its window was closed
        end
        ask(client, function() end, function(renewed)
          if vim.api.nvim_buf_is_valid(bufnr) then
            write(bufnr, renewed)
          end
        end)
      end,
    })
  end)
end

return M
