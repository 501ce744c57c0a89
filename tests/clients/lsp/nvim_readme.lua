-- Neovim with the README's lines as its settings: a page is opened, and its hints are printed.
vim.cmd("edit " .. os.getenv("PAGE"))
vim.wait(20000, function() return #vim.lsp.inlay_hint.get({ bufnr = 0 }) >= 4 end, 20)
for _, it in ipairs(vim.lsp.inlay_hint.get({ bufnr = 0 })) do
  local label = it.inlay_hint.label
  if type(label) == "table" then
    label = table.concat(vim.tbl_map(function(part) return part.value end, label))
  end
  io.stdout:write(label .. "\n")
end
vim.cmd("qall!")
