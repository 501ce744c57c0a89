-- A list that grows at its end, summed by its items and by index.
local size = 1000000

local function filled(n)
    local list = {}
    for i = 0, n - 1 do list[#list + 1] = i end
    return list
end

local function sum(list)
    local total = 0
    for _, it in ipairs(list) do total = total + it end
    return total
end

local function alternating(list)
    local total = 0
    for i = 0, math.floor(#list / 2) - 1 do total = total + list[2 * i + 2] - list[2 * i + 1] end
    return total
end

local list = filled(size)
print(sum(list) .. " " .. alternating(list))
