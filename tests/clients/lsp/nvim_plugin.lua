-- The plugin of editors/neovim as a person uses it: a file is opened, its commands are typed.
local lines = {}
local function say(text) table.insert(lines, text) end

local function answered(method, params)
  for _, it in pairs(vim.lsp.buf_request_sync(0, method, params, 20000) or {}) do return it.result end
end

local function place()
  return vim.lsp.util.make_position_params(0, "utf-16")
end

-- What Neovim has since 0.10: hints, names renamed, lenses; and since 0.11 the compiled grammar.
local function later()
  if vim.fn.has("nvim-0.10") == 0 then return end
  vim.fn.cursor(vim.fn.search("def mint {"), 9)
  say("hover|" .. vim.split(answered("textDocument/hover", place()).contents.value, "\n")[2])

  say("hints are " .. (vim.lsp.inlay_hint.is_enabled({ bufnr = 0 }) and "on" or "off"))
  vim.wait(20000, function() return #vim.lsp.inlay_hint.get({ bufnr = 0 }) >= 4 end, 20)
  for _, it in ipairs(vim.lsp.inlay_hint.get({ bufnr = 0 })) do
    local label = it.inlay_hint.label
    if type(label) == "table" then
      label = table.concat(vim.tbl_map(function(part) return part.value end, label))
    end
    say(("hint|%d|%s"):format(it.inlay_hint.position.line + 1, label))
  end

  vim.fn.cursor(vim.fn.search("def alice"), 5)
  local rename = vim.tbl_extend("force", place(), { newName = "bob" })
  vim.lsp.util.apply_workspace_edit(answered("textDocument/rename", rename), "utf-16")
  for _, line in ipairs(vim.api.nvim_buf_get_lines(0, -3, -1, false)) do say("renamed|" .. line) end

  if vim.fn.has("nvim-0.11") == 0 then return end
  vim.cmd("WalnutBuildGrammar")
  say(require("walnut.grammar").start(0) and "grammar loaded" or "grammar not loaded")
  local parser = vim.treesitter.get_parser(0, "e")
  local root = parser:parse()[1]:root()
  say(("tree|%s|%s"):format(root:type(), root:has_error() and "with errors" or "whole"))
  local row = vim.fn.search("def makeMint") - 1
  local captures = vim.treesitter.get_captures_at_pos(0, row, 0)
  say("colour|" .. (captures[1] and captures[1].capture or "none"))
  say("fold|" .. tostring(vim.treesitter.foldexpr(row + 1)))
  vim.fn.cursor(vim.fn.search("issued += balance"), 13)
  vim.cmd("normal vao\27")
  say(("object|%d-%d"):format(vim.fn.line("'<"), vim.fn.line("'>")))
end

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

  later()

  vim.api.nvim_buf_set_lines(0, -1, -1, false, { "" })
  vim.cmd("normal! G")
  vim.cmd(vim.api.nvim_replace_termcodes("normal! odef gate {<CR>to open() {<CR>return 1<CR>}<CR>}", true, false, true))
  for _, line in ipairs(vim.api.nvim_buf_get_lines(0, -6, -1, false)) do say("typed|" .. line) end
end

local fine, why = xpcall(page, debug.traceback)
if not fine then say(why) end
io.stdout:write(table.concat(lines, "\n") .. "\n")
vim.cmd("qall!")
