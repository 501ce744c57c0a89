-- DeltaBlue, the incremental constraint solver of Freeman-Benson and Maloney: many small classes.
local size = 8000

local REQUIRED, PREFERRED, STRONG_DEFAULT, NORMAL, WEAKEST = 0, 2, 3, 4, 6
local NONE, FORWARD, BACKWARD = 0, 1, 2

local function class(parent)
    local it = {}
    for name, method in pairs(parent or {}) do it[name] = method end
    it.__index = it
    return it
end

local Variable = class()

local function newVariable(value)
    return setmetatable({ value = value, constraints = {}, mark = 0, strength = WEAKEST, stay = true }, Variable)
end

function Variable:add(constraint) self.constraints[#self.constraints + 1] = constraint end

function Variable:remove(constraint)
    for at, it in ipairs(self.constraints) do
        if it == constraint then
            table.remove(self.constraints, at)
            break
        end
    end
    if self.determinedBy == constraint then self.determinedBy = nil end
end

local Unary = class()

function Unary:addToGraph()
    self.outputVariable:add(self)
    self.satisfied = false
end

function Unary:removeFromGraph()
    self.outputVariable:remove(self)
    self.satisfied = false
end

function Unary:choose(mark)
    local output = self.outputVariable
    self.satisfied = output.mark ~= mark and self.strength < output.strength
end

function Unary:isSatisfied() return self.satisfied end
function Unary:unsatisfy() self.satisfied = false end
function Unary:output() return self.outputVariable end
function Unary:markInputs(_) end
function Unary:inputsKnown(_) return true end

function Unary:recalculate()
    self.outputVariable.strength = self.strength
    self.outputVariable.stay = not self:isInput()
end

local Stay = class(Unary)

local function newStay(output, strength)
    return setmetatable({ outputVariable = output, strength = strength, satisfied = false }, Stay)
end

function Stay:isInput() return false end
function Stay:execute() end

local Edit = class(Unary)

local function newEdit(output, strength)
    return setmetatable({ outputVariable = output, strength = strength, satisfied = false }, Edit)
end

function Edit:isInput() return true end
function Edit:execute() end

local Binary = class()

function Binary:isInput() return false end

function Binary:addToGraph()
    self.first:add(self)
    self.second:add(self)
    self.direction = NONE
end

function Binary:removeFromGraph()
    self.first:remove(self)
    self.second:remove(self)
    self.direction = NONE
end

function Binary:choose(mark)
    local first, second, strength = self.first, self.second, self.strength
    self.direction = NONE
    if first.mark == mark then
        if second.mark ~= mark and strength < second.strength then self.direction = FORWARD end
    elseif second.mark == mark then
        if strength < first.strength then self.direction = BACKWARD end
    elseif first.strength > second.strength then
        if strength < first.strength then self.direction = BACKWARD end
    elseif strength < second.strength then
        self.direction = FORWARD
    end
end

function Binary:isSatisfied() return self.direction ~= NONE end
function Binary:unsatisfy() self.direction = NONE end

function Binary:input()
    if self.direction == FORWARD then return self.first end
    return self.second
end

function Binary:output()
    if self.direction == FORWARD then return self.second end
    return self.first
end

function Binary:markInputs(mark) self:input().mark = mark end

function Binary:inputsKnown(mark)
    local it = self:input()
    return it.mark == mark or it.stay or it.determinedBy == nil
end

function Binary:recalculate()
    local source, output = self:input(), self:output()
    output.strength = math.max(self.strength, source.strength)
    output.stay = source.stay
    if output.stay then self:execute() end
end

local Equality = class(Binary)

local function newEquality(first, second, strength)
    return setmetatable({ first = first, second = second, strength = strength, direction = NONE }, Equality)
end

function Equality:execute() self:output().value = self:input().value end

local Scale = class(Binary)

local function newScale(source, scale, offset, destination, strength)
    return setmetatable({
        first = source, second = destination, strength = strength, direction = NONE, scale = scale, offset = offset,
    }, Scale)
end

function Scale:addToGraph()
    Binary.addToGraph(self)
    self.scale:add(self)
    self.offset:add(self)
end

function Scale:removeFromGraph()
    Binary.removeFromGraph(self)
    self.scale:remove(self)
    self.offset:remove(self)
end

function Scale:markInputs(mark)
    Binary.markInputs(self, mark)
    self.scale.mark = mark
    self.offset.mark = mark
end

function Scale:execute()
    if self.direction == FORWARD then
        self.second.value = self.first.value * self.scale.value + self.offset.value
    else
        self.first.value = math.floor((self.second.value - self.offset.value) / self.scale.value)
    end
end

function Scale:recalculate()
    local source, output = self:input(), self:output()
    output.strength = math.max(self.strength, source.strength)
    output.stay = source.stay and self.scale.stay and self.offset.stay
    if output.stay then self:execute() end
end

local Plan = class()

local function newPlan() return setmetatable({ constraints = {} }, Plan) end

function Plan:add(constraint) self.constraints[#self.constraints + 1] = constraint end

function Plan:execute()
    for _, it in ipairs(self.constraints) do it:execute() end
    return #self.constraints
end

local function addConsumers(variable, found)
    local determining = variable.determinedBy
    for _, it in ipairs(variable.constraints) do
        if it ~= determining and it:isSatisfied() then found[#found + 1] = it end
    end
end

local Planner = class()

local function newPlanner() return setmetatable({ mark = 0 }, Planner) end

function Planner:newMark()
    self.mark = self.mark + 1
    return self.mark
end

function Planner:add(constraint)
    constraint:addToGraph()
    self:incrementalAdd(constraint)
end

function Planner:destroy(constraint)
    if constraint:isSatisfied() then
        self:incrementalRemove(constraint)
    else
        constraint:removeFromGraph()
    end
end

function Planner:incrementalAdd(constraint)
    local mark = self:newMark()
    local overridden = self:satisfy(constraint, mark)
    while overridden ~= nil do overridden = self:satisfy(overridden, mark) end
end

function Planner:satisfy(constraint, mark)
    constraint:choose(mark)
    if not constraint:isSatisfied() then
        assert(constraint.strength ~= REQUIRED, "a required constraint cannot be satisfied")
        return nil
    end
    constraint:markInputs(mark)
    local output = constraint:output()
    local overridden = output.determinedBy
    if overridden ~= nil then overridden:unsatisfy() end
    output.determinedBy = constraint
    assert(self:propagate(constraint, mark), "a cycle of constraints")
    output.mark = mark
    return overridden
end

function Planner:propagate(constraint, mark)
    local todo = { constraint }
    while #todo > 0 do
        local it = table.remove(todo)
        if it:output().mark == mark then
            self:incrementalRemove(constraint)
            return false
        end
        it:recalculate()
        addConsumers(it:output(), todo)
    end
    return true
end

function Planner:incrementalRemove(constraint)
    local output = constraint:output()
    constraint:unsatisfy()
    constraint:removeFromGraph()
    local unsatisfied = self:removePropagate(output)
    for strength = REQUIRED, WEAKEST - 1 do
        for _, it in ipairs(unsatisfied) do
            if it.strength == strength then self:incrementalAdd(it) end
        end
    end
end

function Planner:removePropagate(output)
    output.determinedBy = nil
    output.strength = WEAKEST
    output.stay = true
    local unsatisfied = {}
    local todo = { output }
    while #todo > 0 do
        local variable = table.remove(todo)
        for _, it in ipairs(variable.constraints) do
            if not it:isSatisfied() then unsatisfied[#unsatisfied + 1] = it end
        end
        local determining = variable.determinedBy
        for _, it in ipairs(variable.constraints) do
            if it ~= determining and it:isSatisfied() then
                it:recalculate()
                todo[#todo + 1] = it:output()
            end
        end
    end
    return unsatisfied
end

function Planner:plan(edit)
    local mark = self:newMark()
    local plan = newPlan()
    local todo = {}
    if edit:isInput() and edit:isSatisfied() then todo[1] = edit end
    while #todo > 0 do
        local it = table.remove(todo)
        if it:output().mark ~= mark and it:inputsKnown(mark) then
            plan:add(it)
            it:output().mark = mark
            addConsumers(it:output(), todo)
        end
    end
    return plan
end

local function chain(n)
    local planner = newPlanner()
    local variables = { [0] = newVariable(0) }
    for i = 0, n - 1 do
        variables[i + 1] = newVariable(0)
        planner:add(newEquality(variables[i], variables[i + 1], REQUIRED))
    end
    local first, last = variables[0], variables[n]
    planner:add(newStay(last, STRONG_DEFAULT))
    local edit = newEdit(first, PREFERRED)
    planner:add(edit)
    local plan = planner:plan(edit)
    local executed = 0
    for i = 0, 99 do
        first.value = i
        executed = executed + plan:execute()
        assert(last.value == i, "the chain does not hold")
    end
    planner:destroy(edit)
    return executed
end

local function change(planner, variable, value)
    local edit = newEdit(variable, PREFERRED)
    planner:add(edit)
    local plan = planner:plan(edit)
    local executed = 0
    for _ = 1, 10 do
        variable.value = value
        executed = executed + plan:execute()
    end
    planner:destroy(edit)
    return executed
end

local function projection(n)
    local planner = newPlanner()
    local scale, offset = newVariable(10), newVariable(1000)
    local source, destination
    local destinations = {}
    for i = 0, n - 1 do
        source, destination = newVariable(i), newVariable(i)
        destinations[i] = destination
        planner:add(newStay(source, NORMAL))
        planner:add(newScale(source, scale, offset, destination, REQUIRED))
    end
    local executed = change(planner, source, 17)
    assert(destination.value == 1170, "forward")
    executed = executed + change(planner, destination, 1050)
    assert(source.value == 5, "backward")
    executed = executed + change(planner, scale, 5)
    for i = 0, n - 2 do assert(destinations[i].value == i * 5 + 1000, "scale") end
    executed = executed + change(planner, offset, 2000)
    for i = 0, n - 2 do assert(destinations[i].value == i * 5 + 2000, "offset") end
    return executed
end

print(chain(size) .. " " .. projection(size))
