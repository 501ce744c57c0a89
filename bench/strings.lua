-- Strings built by `..`, joined from a list, taken apart again.
local size = 30000

local function grown(n)
    local text = ""
    for _ = 1, n do text = text .. "ab" end
    return text
end

local function joined(n)
    local parts = {}
    for i = 0, n - 1 do parts[#parts + 1] = tostring(i) end
    return table.concat(parts, ",")
end

local function letters(text)
    local count = 0
    for at = 1, #text do
        if text:sub(at, at) == "b" then count = count + 1 end
    end
    return count
end

local text = grown(size)
local numbers = joined(10 * size)
local parts = {}
for part in numbers:gmatch("[^,]+") do parts[#parts + 1] = part end
local replaced = numbers:gsub(",", "; ")
print(letters(text) .. " " .. #text .. " " .. #numbers .. " " .. #parts .. " " .. #replaced)
