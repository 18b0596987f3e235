"""Neovim: a file of ours in the folder of plugins, so that `init.lua` stays as it is."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Final

from ctxbudget_server.install.block import Block
from ctxbudget_server.install.place import Place
from ctxbudget_server.install.shipped import client_files

NAME: Final = "neovim"
NEXT: Final = "open a Markdown file in Neovim; `:checkhealth ctxbudget` says what is missing"

_LINES: Final = """\
-- `ctxbudget install neovim` wrote these lines, and `ctxbudget install neovim --uninstall` takes them out.
local program, client = %s, %s
if vim.fn.executable(program) == 0 or vim.fn.isdirectory(client) == 0 then
  vim.schedule(function()
    vim.notify_once("ctxbudget is missing: install it again, then run ctxbudget install neovim", vim.log.levels.WARN)
  end)
elseif vim.fn.has("nvim-0.11") == 1 then
  vim.opt.runtimepath:append(client)
  vim.cmd.runtime({ "ftdetect/ctxbudget.lua", bang = true })
  local cmd = vim.lsp.config.ctxbudget.cmd
  if type(cmd) == "table" and cmd[1] == "ctxbudget" then -- no other is configured
    vim.lsp.config("ctxbudget", { cmd = { program, unpack(cmd, 2) } })
  end
  vim.lsp.enable("ctxbudget")
end"""


def wiring(place: Place) -> Block:
    """What is wired, and where. Raises `InstallError` if the client's files are missing."""
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    name = os.environ.get("NVIM_APPNAME") or "nvim"
    path = Path(data, name, "site", "plugin", "ctxbudget.lua")
    text = _LINES % (_lua(place.program), _lua(str(client_files(NAME))))
    return Block(NAME, path, "--", tuple(text.split("\n")))


def _lua(text: str) -> str:
    """A string of Lua. What JSON escapes otherwise, no path has."""
    return json.dumps(text, ensure_ascii=False)
