--- `:checkhealth ctxbudget`

local budget = require("ctxbudget.budget")

local M = {}

local health = vim.health

local function check_neovim()
  if vim.fn.has("nvim-0.11") == 1 then
    health.ok("Neovim " .. tostring(vim.version()))
  else
    health.error("Neovim 0.11 or newer is needed")
  end
end

--- The command that the configuration names; nil if it is a function, or cannot be run.
local function check_command()
  local cmd = vim.lsp.config.ctxbudget.cmd
  if type(cmd) ~= "table" then
    health.info("`cmd` is a function: not looked at")
    return
  end
  local path = vim.fn.exepath(cmd[1])
  if path == "" then
    health.error(("`%s` cannot be run"):format(cmd[1]), {
      "Install it: pipx install ctxbudget",
      'Or name it: vim.lsp.config("ctxbudget", { cmd = { "/path/to/ctxbudget", "serve", "--stdio" } })',
    })
    return
  end
  local started, process = pcall(vim.system, { path, "--version" }, { text = true })
  local done = started and process:wait(10000)
  if done and done.code == 0 then
    health.ok(("%s at %s"):format(vim.trim(done.stdout), path))
  else
    health.error(path .. " --version failed", done and vim.trim(done.stderr) or process)
  end
end

local function check_enabled()
  if vim.lsp.is_enabled and not vim.lsp.is_enabled("ctxbudget") then
    health.warn("not enabled", 'vim.lsp.enable("ctxbudget")')
  end
end

local function describe(client)
  local buffers = vim.tbl_count(client.attached_buffers)
  local about = client.server_info or {}
  health.ok(
    ("client %d: server %s %s, %d buffer(s), positions in %s, root %s"):format(
      client.id,
      about.name or "?",
      about.version or "?",
      buffers,
      client.offset_encoding,
      client.root_dir or "none: the folder in which Neovim was started"
    )
  )
  local change = budget.of(client.id)
  if change then
    local status = change.status
    local figures = ("%s of %s tokens retained, level %s"):format(
      budget.figure(status.retained),
      budget.figure(status.budget),
      status.level
    )
    health.info(("session %s (%s): %s"):format(change.sessionId, change.state, figures))
  else
    health.info("no session has been opened in its workspace")
  end
end

function M.check()
  health.start("ctxbudget: the command")
  check_neovim()
  check_command()
  check_enabled()
  health.start("ctxbudget: attached clients and their sessions")
  local clients = vim.lsp.get_clients({ name = "ctxbudget" })
  if #clients == 0 then
    health.warn("none is running", "Open a Markdown or text file")
  end
  vim.iter(clients):each(describe)
end

return M
