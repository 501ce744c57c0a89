vim.bo.commentstring = "# %s"
vim.bo.expandtab, vim.bo.shiftwidth, vim.bo.softtabstop = true, 4, 4
vim.bo.suffixesadd = ".emaker,.e"
vim.bo.autoindent, vim.bo.cindent = true, false
vim.bo.indentexpr = "v:lua.require'walnut.indent'.of(v:lnum)"
vim.bo.indentkeys = "0},0),0],!^F,o,O"
