-- Registers what a person can type. The work is in lua/walnut.
if vim.g.loaded_walnut then return end
vim.g.loaded_walnut = true

if vim.filetype and vim.filetype.add then
  vim.filetype.add({
    extension = { e = "e", emaker = "e", caplet = "e", ["e-awt"] = "e", ["e-swt"] = "e", updoc = "updoc" },
  })
end

local function command(name, options, run)
  vim.api.nvim_create_user_command("Walnut" .. name, run, options)
end

command("Graph", { desc = "Who holds whom around the cursor" }, function() require("walnut").graph() end)
command("Leak", { nargs = "+", desc = "The shortest way from a name to a power" }, function(it)
  require("walnut").leak(it.fargs[1], it.fargs[2] or "power")
end)
command("KernelE", { range = true, desc = "The Kernel-E of the file or of the selected lines" }, function(it)
  require("walnut").kernel_e(it.range > 0 and { it.line1, it.line2 } or nil)
end)
command("Report", { desc = "What the workspace can do" }, function() require("walnut").report() end)
command("Run", { nargs = "*", desc = "Runs the file with the powers named" }, function(it)
  require("walnut").run(it.fargs)
end)
command("Restart", { desc = "Starts the language server anew" }, function() require("walnut").restart() end)
command("BuildGrammar", { desc = "Builds the tree-sitter parser" }, function() require("walnut.grammar").build() end)

vim.api.nvim_create_autocmd("FileType", {
  pattern = { "e", "updoc" },
  callback = function(event) require("walnut").attach(event.buf) end,
})
