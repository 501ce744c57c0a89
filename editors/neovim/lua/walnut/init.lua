-- Starts `walnut lsp` for E texts, and asks it what the commands show.
local walnut = {}

local function program() return vim.g.walnut_program or "walnut" end

--- The folder that holds a project; the folder of the file where there is none.
local function root(buffer)
  local name = vim.api.nvim_buf_get_name(buffer)
  local folder = vim.fn.fnamemodify(name, ":p:h")
  local here = folder
  while true do
    for _, mark in ipairs({ "walnut.toml", ".git" }) do
      if vim.fn.isdirectory(here .. "/" .. mark) == 1 or vim.fn.filereadable(here .. "/" .. mark) == 1 then
        return here
      end
    end
    local above = vim.fn.fnamemodify(here, ":h")
    if above == here then return folder end
    here = above
  end
end

local clients = {}

local function options(folder)
  return {
    name = "walnut",
    cmd = { program(), "lsp" },
    root_dir = folder,
    workspace_folders = { { uri = vim.uri_from_fname(folder), name = folder } },
    init_options = vim.g.walnut_settings,
  }
end

--- The server of a text's folder, started if need be.
function walnut.attach(buffer)
  local folder = root(buffer)
  if vim.lsp.start then
    vim.lsp.start(options(folder), { bufnr = buffer })
  else
    local known = clients[folder]
    if not known or not vim.lsp.get_client_by_id(known) then
      clients[folder] = vim.lsp.start_client(options(folder))
    end
    if clients[folder] then vim.lsp.buf_attach_client(buffer, clients[folder]) end
  end
  if vim.lsp.inlay_hint and vim.lsp.inlay_hint.enable then
    pcall(vim.lsp.inlay_hint.enable, true, { bufnr = buffer })
  end
  require("walnut.grammar").start(buffer)
end

--- The answer of the server, vim.NIL if that is none; or nothing and a word about it.
local function ask(method, params)
  local answers, why = vim.lsp.buf_request_sync(0, method, params, 10000)
  for _, it in pairs(answers or {}) do
    -- Some versions leave out a result that is null.
    if not it.error then return it.result == nil and vim.NIL or it.result end
    why = it.error.message
  end
  vim.notify("walnut: " .. (why or "no answer"), vim.log.levels.WARN)
end

local function document() return { uri = vim.uri_from_bufnr(0) } end

--- A split with these lines that is not a file.
local function show(name, lines, filetype)
  vim.cmd("botright new")
  local buffer = vim.api.nvim_get_current_buf()
  vim.bo[buffer].buftype, vim.bo[buffer].bufhidden, vim.bo[buffer].swapfile = "nofile", "wipe", false
  pcall(vim.api.nvim_buf_set_name, buffer, "walnut://" .. name)
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, lines)
  vim.bo[buffer].modifiable = false
  if filetype then vim.bo[buffer].syntax = filetype end
  return buffer
end

function walnut.kernel_e(lines)
  local params = { textDocument = document() }
  if lines then
    params.range = { start = { line = lines[1] - 1, character = 0 }, ["end"] = { line = lines[2], character = 0 } }
  end
  local text = ask("walnut/showKernelE", params)
  if text and text ~= vim.NIL then show("kernel-e", vim.split(text, "\n"), "e") end
end

function walnut.report()
  local text = ask("walnut/report")
  if text and text ~= vim.NIL then show("report", vim.split(text, "\n"), "markdown") end
end

--- The graph as an outline: what each thing holds below it.
function walnut.graph()
  local at = vim.lsp.util.make_position_params(0, "utf-16")
  local graph = ask("walnut/authorityGraph", { textDocument = document(), position = at.position })
  if not graph or graph == vim.NIL then return end
  local held, is_held = {}, {}
  for _, edge in ipairs(graph.edges) do
    held[edge.from] = held[edge.from] or {}
    table.insert(held[edge.from], edge.to)
    is_held[edge.to] = true
  end
  local node = {}
  for _, it in ipairs(graph.nodes) do node[it.id] = it end
  local lines, places, seen = {}, {}, {}
  local function outline(id, depth)
    local it = node[id]
    local again = seen[id] and held[id] and " …" or ""
    table.insert(lines, ("%s%s (%s)%s"):format(("  "):rep(depth), it.label, it.kind, again))
    places[#lines] = it.location ~= vim.NIL and it.location or nil
    if seen[id] then return end
    seen[id] = true
    for _, to in ipairs(held[id] or {}) do outline(to, depth + 1) end
  end
  for _, it in ipairs(graph.nodes) do
    if not is_held[it.id] then outline(it.id, 0) end
  end
  for _, it in ipairs(graph.nodes) do
    if not seen[it.id] then outline(it.id, 0) end
  end
  local buffer = show("graph", #lines > 0 and lines or { "nothing is held here" })
  vim.keymap.set("n", "<CR>", function()
    local place = places[vim.fn.line(".")]
    if not place then return end
    vim.cmd("wincmd p")
    vim.cmd("edit " .. vim.fn.fnameescape(vim.uri_to_fname(place.uri)))
    vim.fn.cursor(place.range.start.line + 1, place.range.start.character + 1)
  end, { buffer = buffer })
end

function walnut.leak(from, to)
  local found = ask("walnut/findLeak", { textDocument = document(), from = from, to = to })
  if not found then return end
  if found == vim.NIL then
    return vim.notify(("%s does not reach %s, within what can be followed"):format(from, to))
  end
  local text = table.concat(found.path, " → ")
  local cut = found.cuts[1]
  if cut then text = text .. ("\nclosed if %s did not capture %s"):format(cut.object, cut.capture) end
  vim.notify(text, vim.log.levels.WARN)
end

--- In a terminal, with the powers that were named and no others.
function walnut.run(powers)
  vim.cmd("write")
  local words = { vim.fn.shellescape(program()), "run" }
  for _, it in ipairs(powers) do vim.list_extend(words, { "--grant", vim.fn.shellescape(it) }) end
  table.insert(words, vim.fn.shellescape(vim.api.nvim_buf_get_name(0)))
  vim.cmd("botright new | terminal " .. vim.fn.escape(table.concat(words, " "), "|%#"))
end

function walnut.restart()
  local all = (vim.lsp.get_clients or vim.lsp.get_active_clients)()
  for _, it in ipairs(all) do
    if it.name == "walnut" then vim.lsp.stop_client(it.id, true) end
  end
  clients = {}
  walnut.attach(vim.api.nvim_get_current_buf())
end

return walnut
