-- Neovim as a client: opens a page of E, waits for the server, and prints what a person would see.
local lines = {}
local function say(text) table.insert(lines, text) end
local function finish()
  io.stdout:write(table.concat(lines, "\n") .. "\n")
  vim.cmd("qall!")
end

vim.cmd("edit " .. os.getenv("PAGE"))
local id = vim.lsp.start_client({ name = "walnut", cmd = { os.getenv("WALNUT"), "lsp" }, root_dir = "/" })
vim.lsp.buf_attach_client(0, id)

local function ask(method, params)
  local answers = vim.lsp.buf_request_sync(0, method, params, 10000)
  return answers and answers[id] and answers[id].result
end

local attached = vim.wait(10000, function()
  local client = vim.lsp.get_client_by_id(id)
  return client and client.initialized
end, 20)
if not attached then say("not attached"); finish() end

-- A fault typed into the last line is underlined.
local last = vim.api.nvim_buf_line_count(0)
vim.api.nvim_buf_set_lines(0, last, last, false, { "coin" })
vim.wait(10000, function() return #vim.diagnostic.get(0) > 0 end, 20)
for _, it in ipairs(vim.diagnostic.get(0)) do
  say(("diagnostic %d:%d %s"):format(it.lnum + 1, it.col + 1, it.message))
end

local row = vim.fn.search("def mint {") 
vim.api.nvim_win_set_cursor(0, { row, 4 })
local hover = ask("textDocument/hover", vim.lsp.util.make_position_params())
say("hover " .. (hover and hover.contents.value or "nothing"))

vim.api.nvim_win_set_cursor(0, { vim.fn.search("issued += balance"), 12 })
local definition = ask("textDocument/definition", vim.lsp.util.make_position_params())
say("definition line " .. (definition and definition[1] and definition[1].range.start.line + 1 or "none"))
finish()
