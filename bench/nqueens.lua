-- Recursion over lists of booleans: in how many ways can the queens stand?
local size = 10

local function falses(n)
    local list = {}
    for i = 0, n - 1 do list[i] = false end
    return list
end

local function solutions(n)
    local columns, falling, rising = falses(n), falses(2 * n), falses(2 * n)
    local function place(row)
        if row == n then return 1 end
        local found = 0
        for column = 0, n - 1 do
            local down = row - column + n
            local up = row + column
            if not columns[column] and not falling[down] and not rising[up] then
                columns[column] = true
                falling[down] = true
                rising[up] = true
                found = found + place(row + 1)
                columns[column] = false
                falling[down] = false
                rising[up] = false
            end
        end
        return found
    end
    return place(0)
end

print(solutions(size))
