-- As deep as the brackets that are open, four blanks each; what closes one stands where its line began.
local indent = {}

local function without_quotes(line)
  line = line:gsub("\\.", ""):gsub('"[^"]*"', ""):gsub("'[^']*'", ""):gsub("`[^`]*`", "")
  return (line:gsub("#.*", ""))
end

function indent.of(number)
  local before = vim.fn.prevnonblank(number - 1)
  if before == 0 then return 0 end
  local last = without_quotes(vim.fn.getline(before))
  local depth = 0
  -- Brackets that the line closes of its own count nothing.
  for bracket in last:gsub("^%s*[%]%)}]+", ""):gmatch("[%[%](){}]") do
    depth = depth + (bracket:match("[%[({]") and 1 or -1)
  end
  local step = depth > 0 and vim.fn.shiftwidth() or depth < 0 and -vim.fn.shiftwidth() or 0
  if vim.fn.getline(number):match("^%s*[%]%)}]") then step = step - vim.fn.shiftwidth() end
  return math.max(vim.fn.indent(before) + step, 0)
end

return indent
