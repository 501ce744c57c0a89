-- Sorting: integers, strings, and by a comparison of the program's own.
local size = 100000

local seed = 42
local function random()
    seed = (seed * 16807) % 2147483647
    return seed
end

local function shuffled(n)
    local list = {}
    for i = 1, n do list[i] = random() end
    return list
end

local function checksum(list)
    local sum = 0
    for at, it in ipairs(list) do sum = (sum + it * (at % 7)) % 1000000007 end
    return sum
end

local numbers = shuffled(size)
local names = {}
for at, it in ipairs(shuffled(size)) do names[at] = "purse " .. tostring(it) end
table.sort(names)
local by_rest = shuffled(math.floor(size / 4))
table.sort(by_rest, function(a, b) return a % 1000 < b % 1000 end)
local rests = {}
for at, it in ipairs(by_rest) do rests[at] = it % 1000 end
table.sort(numbers)
print(checksum(numbers) .. " " .. names[1] .. " " .. names[size] .. " " .. checksum(rests))
