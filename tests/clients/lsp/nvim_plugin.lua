-- The plugin of editors/neovim as a person uses it: a file is opened, its commands are typed.
local lines = {}
local function say(text) table.insert(lines, text) end

local function page()
  vim.notify = function(text) say("said " .. text) end
  vim.cmd("edit " .. os.getenv("PAGE"))
  say("filetype " .. vim.bo.filetype)
  local ready = vim.wait(20000, function()
    local all = vim.lsp.get_clients and vim.lsp.get_clients({ bufnr = 0 }) or vim.lsp.buf_get_clients(0)
    for _, it in pairs(all) do
      if it.initialized then return true end
    end
  end, 20)
  say(ready and "attached" or "not attached")

  local function shown(command)
    vim.cmd(command)
    for _, line in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, false)) do say(command .. "| " .. line) end
    vim.cmd("close")
  end

  vim.fn.cursor(vim.fn.search("def mint := makeMint"), 5)
  shown("WalnutGraph")
  shown("1,3WalnutKernelE")
  shown("WalnutReport")
  vim.cmd("WalnutLeak mint state")
  vim.cmd("WalnutLeak brand println")

  vim.api.nvim_buf_set_lines(0, -1, -1, false, { "" })
  vim.cmd("normal! G")
  vim.cmd(vim.api.nvim_replace_termcodes("normal! odef gate {<CR>to open() {<CR>return 1<CR>}<CR>}", true, false, true))
  for _, line in ipairs(vim.api.nvim_buf_get_lines(0, -6, -1, false)) do say("typed|" .. line) end
end

local fine, why = xpcall(page, debug.traceback)
if not fine then say(why) end
io.stdout:write(table.concat(lines, "\n") .. "\n")
vim.cmd("qall!")
