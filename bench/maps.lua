-- Maps: integers and strings as keys, put and looked up, hits and misses.
local size = 200000

local function numbers(n)
    local map = {}
    for i = 0, n - 1 do map[i * 7919 % 1000003] = i end
    local total = 0
    for key = 0, n - 1 do total = total + (map[key] or 1) end
    return total
end

local function names(n)
    local map = {}
    for i = 0, n - 1 do
        local name = "purse " .. tostring(i % 5000)
        map[name] = (map[name] or 0) + 1
    end
    local total = 0
    for name, count in pairs(map) do total = total + #name * count end
    return total
end

print(numbers(size) .. " " .. names(size))
