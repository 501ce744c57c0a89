vim.bo.commentstring = "# %s"
vim.bo.expandtab, vim.bo.shiftwidth, vim.bo.softtabstop = true, 4, 4
vim.bo.suffixesadd = ".emaker,.e"
