-- Run after whatever indent Neovim set up for the language it first took the file for.
if vim.b.did_indent then return end
vim.b.did_indent = true
vim.bo.autoindent, vim.bo.cindent = true, false
vim.bo.indentexpr = "v:lua.require'walnut.indent'.of(v:lnum)"
vim.bo.indentkeys = "0},0),0],!^F,o,O"
vim.b.undo_indent = "setlocal autoindent< cindent< indentexpr< indentkeys<"
