-- Float arithmetic in nested loops: how many steps the points of a square take to escape.
local size = 250

local function steps(n)
    local total = 0
    for row = 0, n - 1 do
        local y = row * 2.0 / n - 1.0
        for column = 0, n - 1 do
            local x = column * 3.0 / n - 2.0
            local re, im, step = 0.0, 0.0, 0
            while step < 50 and re * re + im * im <= 4.0 do
                local following = re * re - im * im + x
                im = 2.0 * re * im + y
                re = following
                step = step + 1
            end
            total = total + step
        end
    end
    return total
end

print(steps(size))
