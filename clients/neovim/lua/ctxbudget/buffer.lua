--- A buffer that the server looks at: hints, lenses and commands.

local commands = require("ctxbudget.commands")

local M = {}

-- Neovim 0.12 keeps lenses up to date by itself.
local keeps_lenses = vim.lsp.codelens.enable ~= nil

--- The folder of a buffer's workspace: the nearest that has a mark, as the server finds it.
--- A buffer without a name has none, and is left alone: Neovim puts a server's edits of such a one into another buffer.
---@param bufnr integer
---@param use fun(folder?: string) call it, and the server is started
function M.root(bufnr, use)
  if vim.api.nvim_buf_get_name(bufnr) ~= "" then
    use(vim.fs.root(bufnr, function(name)
      return name == "ctxbudget.toml" or name == ".git"
    end))
  end
end

--- That Neovim 0.11 can be asked to show lenses again: it can, with the handler below.
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

--- Whether a line is a heading of the highest level, as titles are.
local function is_title(bufnr, line)
  local text = vim.api.nvim_buf_get_lines(bufnr, line, line + 1, false)[1]
  return text ~= nil and text:find("^#%s") ~= nil
end

--- The hints, without that of the title where it is the document's only one: the lens behind it says the same total.
local function without_total(hints, bufnr)
  local titles = vim.tbl_filter(function(hint)
    return is_title(bufnr, hint.position.line)
  end, hints)
  local said = #titles == 1 and titles[1].position.line == 0 and #vim.lsp.codelens.get(bufnr) > 0
  return said and vim.tbl_filter(function(hint)
    return hint ~= titles[1]
  end, hints) or hints
end

if not keeps_lenses then
  --- The handler of `textDocument/inlayHint`: Neovim 0.11 shows lenses in the line, where they meet the hint.
  function M.on_hints(err, hints, context)
    if hints and vim.api.nvim_buf_is_loaded(context.bufnr) then
      hints = without_total(hints, context.bufnr)
    end
    return vim.lsp.handlers["textDocument/inlayHint"](err, hints, context)
  end
end

-- By the numbers of `MessageType`.
local LEVELS = { vim.log.levels.ERROR, vim.log.levels.WARN, vim.log.levels.INFO, vim.log.levels.INFO }

--- The handler of `window/showMessage`. It stands alone: two lines of messages make the person press a key.
function M.on_message(_, params)
  vim.cmd.redraw()
  vim.notify(params.message, LEVELS[params.type], { title = "Context budget" })
  return vim.NIL
end

local function show_hints(bufnr)
  if vim.api.nvim_buf_is_valid(bufnr) then
    vim.lsp.inlay_hint.enable(true, { bufnr = bufnr })
  end
end

--- Show the lenses, and then the hints, which leave out what a lens says.
local function show_lenses(client, bufnr)
  if keeps_lenses then
    vim.lsp.codelens.enable(true, { bufnr = bufnr })
    show_hints(bufnr)
    return
  end
  vim.api.nvim_create_autocmd({ "BufEnter", "InsertLeave", "TextChanged" }, {
    group = vim.api.nvim_create_augroup("ctxbudget.lenses." .. bufnr, { clear = true }),
    buffer = bufnr,
    desc = "Show the lenses of ctxbudget again",
    callback = function()
      vim.lsp.codelens.refresh({ bufnr = bufnr })
    end,
  })
  local params = { textDocument = vim.lsp.util.make_text_document_params(bufnr) }
  client:request("textDocument/codeLens", params, function(err, lenses, context)
    vim.lsp.codelens.on_codelens(err, lenses, context)
    show_hints(bufnr)
  end, bufnr)
end

--- Switch on what the server offers for a buffer.
---@param client vim.lsp.Client
---@param bufnr integer
function M.attach(client, bufnr)
  show_lenses(client, bufnr)
  commands.create(client, bufnr)
end

return M
