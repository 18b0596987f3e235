-- Instruction files of agents that Neovim knows no file type of.
vim.filetype.add({
  extension = { mdc = "markdown" },
  filename = {
    [".clinerules"] = "markdown",
    [".cursorrules"] = "markdown",
    [".windsurfrules"] = "markdown",
  },
})
