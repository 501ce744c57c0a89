-- Martin Richards' operating system, simulated: objects with state that call each other.
local size = 5

local IDLE, WORKER, HANDLER_A, HANDLER_B, DEVICE_A, DEVICE_B = 0, 1, 2, 3, 4, 5
local FOR_DEVICE, FOR_WORKER = 0, 1
local RUNNING, RUNNABLE, SUSPENDED, HELD = 0, 1, 2, 4

-- Bits, spelled so that every Lua understands them.
local band, bor, bxor, shiftRight
if bit then
    band, bor, bxor, shiftRight = bit.band, bit.bor, bit.bxor, bit.rshift
else
    band, bor, bxor, shiftRight = load([[
        return function(a, b) return a & b end, function(a, b) return a | b end,
            function(a, b) return a ~ b end, function(a, b) return a >> b end
    ]])()
end

local Packet = {}
Packet.__index = Packet

local function newPacket(link, id, kind)
    return setmetatable({ link = link, id = id, kind = kind, datum = 0, data = { 0, 0, 0, 0 } }, Packet)
end

function Packet:addTo(queue)
    self.link = nil
    if queue == nil then return self end
    local last = queue
    while last.link ~= nil do last = last.link end
    last.link = self
    return queue
end

local TaskControlBlock = {}
TaskControlBlock.__index = TaskControlBlock

local function newTaskControlBlock(link, id, priority, queue, task)
    local state = queue == nil and SUSPENDED or bor(SUSPENDED, RUNNABLE)
    return setmetatable(
        { link = link, id = id, priority = priority, queue = queue, task = task, state = state },
        TaskControlBlock
    )
end

function TaskControlBlock:setRunning() self.state = RUNNING end
function TaskControlBlock:hold() self.state = bor(self.state, HELD) end
function TaskControlBlock:release() self.state = band(self.state, 3) end
function TaskControlBlock:suspend() self.state = bor(self.state, SUSPENDED) end
function TaskControlBlock:isHeldOrSuspended() return band(self.state, HELD) ~= 0 or self.state == SUSPENDED end

function TaskControlBlock:run()
    local packet = nil
    if self.state == bor(SUSPENDED, RUNNABLE) then
        packet = self.queue
        self.queue = packet.link
        self.state = self.queue == nil and RUNNING or RUNNABLE
    end
    return self.task:run(packet)
end

function TaskControlBlock:accept(current, packet)
    if self.queue == nil then
        self.queue = packet
        self.state = bor(self.state, RUNNABLE)
        if self.priority > current.priority then return self end
    else
        self.queue = packet:addTo(self.queue)
    end
    return current
end

local Scheduler = {}
Scheduler.__index = Scheduler

local function newScheduler()
    return setmetatable({ queued = 0, held = 0, currentId = 0, blocks = {} }, Scheduler)
end

function Scheduler:add(id, priority, queue, task)
    self.current = newTaskControlBlock(self.list, id, priority, queue, task)
    self.list = self.current
    self.blocks[id] = self.current
end

function Scheduler:addRunning(id, priority, queue, task)
    self:add(id, priority, queue, task)
    self.current:setRunning()
end

function Scheduler:schedule()
    self.current = self.list
    while self.current ~= nil do
        if self.current:isHeldOrSuspended() then
            self.current = self.current.link
        else
            self.currentId = self.current.id
            self.current = self.current:run()
        end
    end
end

function Scheduler:release(id)
    local block = self.blocks[id]
    if block == nil then return block end
    block:release()
    if block.priority > self.current.priority then return block end
    return self.current
end

function Scheduler:holdCurrent()
    self.held = self.held + 1
    self.current:hold()
    return self.current.link
end

function Scheduler:suspendCurrent()
    self.current:suspend()
    return self.current
end

function Scheduler:queue(packet)
    local block = self.blocks[packet.id]
    if block == nil then return block end
    self.queued = self.queued + 1
    packet.link = nil
    packet.id = self.currentId
    return block:accept(self.current, packet)
end

local IdleTask = {}
IdleTask.__index = IdleTask

function IdleTask:run(_)
    self.count = self.count - 1
    if self.count == 0 then return self.scheduler:holdCurrent() end
    if band(self.seed, 1) == 0 then
        self.seed = shiftRight(self.seed, 1)
        return self.scheduler:release(DEVICE_A)
    end
    self.seed = bxor(shiftRight(self.seed, 1), 0xD008)
    return self.scheduler:release(DEVICE_B)
end

local DeviceTask = {}
DeviceTask.__index = DeviceTask

function DeviceTask:run(packet)
    if packet == nil then
        if self.pending == nil then return self.scheduler:suspendCurrent() end
        local it = self.pending
        self.pending = nil
        return self.scheduler:queue(it)
    end
    self.pending = packet
    return self.scheduler:holdCurrent()
end

local WorkerTask = {}
WorkerTask.__index = WorkerTask

function WorkerTask:run(packet)
    if packet == nil then return self.scheduler:suspendCurrent() end
    self.destination = self.destination == HANDLER_A and HANDLER_B or HANDLER_A
    packet.id = self.destination
    packet.datum = 0
    for i = 1, 4 do
        self.letter = self.letter + 1
        if self.letter > 26 then self.letter = 1 end
        packet.data[i] = self.letter
    end
    return self.scheduler:queue(packet)
end

local HandlerTask = {}
HandlerTask.__index = HandlerTask

function HandlerTask:run(packet)
    if packet ~= nil then
        if packet.kind == FOR_WORKER then
            self.work = packet:addTo(self.work)
        else
            self.devices = packet:addTo(self.devices)
        end
    end
    local work = self.work
    if work ~= nil then
        local count = work.datum
        if count >= 4 then
            self.work = work.link
            return self.scheduler:queue(work)
        end
        if self.devices ~= nil then
            local following = self.devices
            self.devices = following.link
            following.datum = work.data[count + 1]
            work.datum = count + 1
            return self.scheduler:queue(following)
        end
    end
    return self.scheduler:suspendCurrent()
end

local function run()
    local scheduler = newScheduler()
    scheduler:addRunning(IDLE, 0, nil, setmetatable({ scheduler = scheduler, seed = 1, count = 10000 }, IdleTask))
    local queue = newPacket(newPacket(nil, WORKER, FOR_WORKER), WORKER, FOR_WORKER)
    local worker = setmetatable({ scheduler = scheduler, destination = HANDLER_A, letter = 0 }, WorkerTask)
    scheduler:add(WORKER, 1000, queue, worker)
    queue = newPacket(nil, DEVICE_A, FOR_DEVICE)
    queue = newPacket(newPacket(queue, DEVICE_A, FOR_DEVICE), DEVICE_A, FOR_DEVICE)
    scheduler:add(HANDLER_A, 2000, queue, setmetatable({ scheduler = scheduler }, HandlerTask))
    queue = newPacket(nil, DEVICE_B, FOR_DEVICE)
    queue = newPacket(newPacket(queue, DEVICE_B, FOR_DEVICE), DEVICE_B, FOR_DEVICE)
    scheduler:add(HANDLER_B, 3000, queue, setmetatable({ scheduler = scheduler }, HandlerTask))
    scheduler:add(DEVICE_A, 4000, nil, setmetatable({ scheduler = scheduler }, DeviceTask))
    scheduler:add(DEVICE_B, 5000, nil, setmetatable({ scheduler = scheduler }, DeviceTask))
    scheduler:schedule()
    return scheduler
end

local queued, held = 0, 0
for _ = 1, size do
    local scheduler = run()
    queued = queued + scheduler.queued
    held = held + scheduler.held
end
print(queued .. " " .. held)
