--- A buffer that the server looks at: hints, lenses and commands.

local commands = require("ctxbudget.commands")

local M = {}

-- Neovim 0.12 keeps lenses up to date by itself.
local keeps_lenses = vim.lsp.codelens.enable ~= nil

--- That Neovim 0.11 can be asked to show lenses anew: it can, with the handler below.
function M.capabilities()
  return keeps_lenses and {} or { workspace = { codeLens = { refreshSupport = true } } }
end

--- The handler of `workspace/codeLens/refresh`.
function M.on_refresh(_, _, context)
  local client = vim.lsp.get_client_by_id(context.client_id)
  for bufnr in pairs(client and client.attached_buffers or {}) do
    vim.lsp.codelens.refresh({ bufnr = bufnr })
  end
  return vim.NIL
end

-- By the numbers of `MessageType`.
local LEVELS = { vim.log.levels.ERROR, vim.log.levels.WARN, vim.log.levels.INFO, vim.log.levels.INFO }

--- The handler of `window/showMessage`. It stands alone: two lines of messages make the person press a key.
function M.on_message(_, params)
  vim.cmd.redraw()
  vim.notify(params.message, LEVELS[params.type], { title = "Context budget" })
  return vim.NIL
end

local function show_lenses(bufnr)
  if keeps_lenses then
    vim.lsp.codelens.enable(true, { bufnr = bufnr })
    return
  end
  vim.api.nvim_create_autocmd({ "BufEnter", "InsertLeave", "TextChanged" }, {
    group = vim.api.nvim_create_augroup("ctxbudget.lenses." .. bufnr, { clear = true }),
    buffer = bufnr,
    desc = "Show the lenses of ctxbudget anew",
    callback = function()
      vim.lsp.codelens.refresh({ bufnr = bufnr })
    end,
  })
  vim.lsp.codelens.refresh({ bufnr = bufnr })
end

--- Switch on what the server offers for a buffer.
---@param client vim.lsp.Client
---@param bufnr integer
function M.attach(client, bufnr)
  vim.lsp.inlay_hint.enable(true, { bufnr = bufnr })
  show_lenses(bufnr)
  commands.create(client, bufnr)
end

return M
