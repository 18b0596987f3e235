--- The count of a workspace's files: with progress, and stopped when it is no longer wanted.

local budget = require("ctxbudget.budget")

local M = {}

local TOKEN = "ctxbudget-count"

--- The files that cost most, in the quickfix list.
local function list(count)
  local items = vim.tbl_map(function(file)
    return { filename = vim.uri_to_fname(file.uri), lnum = 1, text = budget.figure(file.tokens) .. " tokens" }
  end, count.largest)
  local title = ("%s tokens in %s files"):format(budget.figure(count.tokens), budget.figure(count.files))
  vim.fn.setqflist({}, " ", { title = title .. (count.cancelled and ", then stopped" or ""), items = items })
  vim.cmd("botright copen")
end

--- Echo how far the count is; the autocommand's id.
local function echo_progress(client)
  return vim.api.nvim_create_autocmd("LspProgress", {
    desc = "How far ctxbudget has counted",
    callback = function(event)
      local params = event.data.params
      if event.data.client_id == client.id and params.token == TOKEN and params.value.kind ~= "end" then
        local message = params.value.message or ""
        vim.api.nvim_echo({ { "Counting tokens " .. message .. " (:CtxbudgetCount! stops it)" } }, false, {})
      end
    end,
  })
end

--- Count the files of the client's folders, and list those that cost most.
---@param client vim.lsp.Client
---@param fail fun(message: string)
function M.start(client, fail)
  local progress = echo_progress(client)
  local params = { command = "ctxbudget.countWorkspace", arguments = {}, workDoneToken = TOKEN }
  client:request("workspace/executeCommand", params, function(err, count)
    vim.api.nvim_del_autocmd(progress)
    if err then
      fail(err.message)
    else
      list(count)
    end
  end)
end

--- Stop it; what was counted is listed.
---@param client vim.lsp.Client
function M.stop(client)
  client:notify("window/workDoneProgress/cancel", { token = TOKEN })
end

return M
