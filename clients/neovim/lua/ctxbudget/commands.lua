--- The commands of a buffer.

local count = require("ctxbudget.count")
local report = require("ctxbudget.report")

local M = {}

local function fail(message)
  vim.notify("ctxbudget: " .. message, vim.log.levels.ERROR, { title = "Context budget" })
end

--- Have the server run a command on the buffer; it says itself what came of it.
local function run(client, bufnr, name, ...)
  local command = { title = name, command = "ctxbudget." .. name, arguments = { vim.uri_from_bufnr(bufnr), ... } }
  client:exec_cmd(command, { bufnr = bufnr }, function(err)
    if err then
      fail(err.message)
    end
  end)
end

--- Have the server run a command that changes the buffer.
local function edit(client, bufnr, name, ...)
  if vim.bo[bufnr].modifiable then
    run(client, bufnr, name, ...)
  else
    fail("this buffer cannot be changed: 'modifiable' is off")
  end
end

--- Lines `first` to `last`, counted from 1, in the server's units.
local function range(client, bufnr, first, last)
  local text = vim.api.nvim_buf_get_lines(bufnr, last - 1, last, true)[1]
  return {
    start = { line = first - 1, character = 0 },
    ["end"] = { line = last - 1, character = vim.str_utfindex(text, client.offset_encoding) },
  }
end

--- Create them for one buffer.
---@param client vim.lsp.Client
---@param bufnr integer
function M.create(client, bufnr)
  local function command(name, description, action, options)
    options = vim.tbl_extend("error", options or {}, { desc = description })
    vim.api.nvim_buf_create_user_command(bufnr, "Ctxbudget" .. name, action, options)
  end

  command("Show", "Tokens of this document, its layer and ceiling", function()
    run(client, bufnr, "showBudget")
  end)
  command("Report", "Report of the running session", function()
    report.open(client, fail)
  end)
  command("InsertMetadata", "Insert the metadata block, or update it", function()
    edit(client, bufnr, "insertMetadata")
  end)
  command("MoveSection", "Move the section at the cursor to its own file", function()
    edit(client, bufnr, "moveSection", vim.api.nvim_win_get_cursor(0)[1] - 1)
  end)
  command("Extract", "Replace the lines by their extract", function(given)
    edit(client, bufnr, "extractSelection", range(client, bufnr, given.line1, given.line2))
  end, { range = true })
  command("Count", "Tokens of the workspace's files, as a quickfix list; with ! stop counting", function(given)
    if given.bang then
      count.stop(client)
    else
      count.start(client, fail)
    end
  end, { bang = true })
end

return M
