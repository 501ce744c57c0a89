-- The tree-sitter parsers: built from the grammar beside this folder, and used where they are there.
local grammar = {}

local here = vim.fn.fnamemodify(debug.getinfo(1, "S").source:sub(2), ":p:h:h:h")
local sources = { e = "/../../grammar/src", updoc = "/../../grammar/updoc/src" }

local queries = { e = "/../../grammar/queries", updoc = "/../../grammar/updoc/queries" }

local function library(language) return here .. "/parser/" .. language .. ".so" end

--- Compiles what the grammar generated, with the machine's C compiler.
function grammar.build()
  vim.fn.mkdir(here .. "/parser", "p")
  for language, place in pairs(sources) do
    local source = here .. place
    local files = { source .. "/parser.c" }
    if vim.fn.filereadable(source .. "/scanner.c") == 1 then table.insert(files, source .. "/scanner.c") end
    local words = { "cc", "-O2", "-shared", "-fPIC", "-I", source }
    vim.list_extend(words, files)
    vim.list_extend(words, { "-o", library(language) })
    local said = vim.fn.system(words)
    if vim.v.shell_error ~= 0 then
      return vim.notify("walnut: the parser could not be built: " .. said, vim.log.levels.ERROR)
    end
  end
  vim.notify("walnut: parsers built")
end

--- Whether a parser was found for a language.
local function load(language)
  if vim.fn.filereadable(library(language)) == 0 then return false end
  local add = vim.treesitter.language and vim.treesitter.language.add
  if add then return (pcall(add, language, { path = library(language) })) end
  return (pcall(vim.treesitter.require_language, language, library(language)))
end

--- The grammar's own queries; they are written in Neovim's words.
local function use_queries(language)
  local set = vim.treesitter.query and (vim.treesitter.query.set or vim.treesitter.query.set_query)
  if not set then return end
  for _, name in ipairs({ "highlights", "folds", "injections", "locals", "indents" }) do
    local path = here .. queries[language] .. "/" .. name .. ".scm"
    if vim.fn.filereadable(path) == 1 then
      pcall(set, language, name, table.concat(vim.fn.readfile(path), "\n"))
    end
  end
end

--- Colours, folds and text objects for a text, if there is a parser for it.
function grammar.start(buffer)
  local language = vim.bo[buffer].filetype
  if not load(language) then return false end
  use_queries(language)
  if vim.treesitter.start then
    pcall(vim.treesitter.start, buffer, language)
    vim.opt_local.foldmethod = "expr"
    vim.opt_local.foldexpr = "v:lua.vim.treesitter.foldexpr()"
    vim.opt_local.foldlevel = 99
  end
  for keys, kinds in pairs({ f = { "method", "function", "fn" }, o = { "object", "object_body" } }) do
    for _, mode in ipairs({ "o", "x" }) do
      vim.keymap.set(mode, "a" .. keys, function() grammar.select(kinds, false) end, { buffer = buffer })
      vim.keymap.set(mode, "i" .. keys, function() grammar.select(kinds, true) end, { buffer = buffer })
    end
  end
  return true
end

--- The innermost node of one of these kinds around the cursor; inside, without its first and last line.
function grammar.select(kinds, inside)
  local parser = vim.treesitter.get_parser(0, vim.bo.filetype)
  local row, column = vim.fn.line(".") - 1, vim.fn.col(".") - 1
  local node = parser:parse()[1]:root():named_descendant_for_range(row, column, row, column)
  while node and not vim.tbl_contains(kinds, node:type()) do node = node:parent() end
  if not node then return end
  local first, start, last, finish = node:range()
  if inside and last > first + 1 then
    first, start, last, finish = first + 1, 0, last - 1, 2147483647
    finish = #vim.fn.getline(last + 1)
  end
  if vim.fn.mode():match("[vV]") then vim.cmd("normal! \27") end
  vim.fn.cursor(first + 1, start + 1)
  vim.cmd("normal! v")
  vim.fn.cursor(last + 1, math.max(finish, 1))
end

return grammar
