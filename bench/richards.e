# Martin Richards' operating system, simulated: objects with state that call each other.
def size := 5

def IDLE := 0
def WORKER := 1
def HANDLER_A := 2
def HANDLER_B := 3
def DEVICE_A := 4
def DEVICE_B := 5

def FOR_DEVICE := 0
def FOR_WORKER := 1

def RUNNING := 0
def RUNNABLE := 1
def SUSPENDED := 2
def HELD := 4

def makePacket(var link, var id, kind) {
    var datum := 0
    def data := [0, 0, 0, 0].diverge()
    def packet {
        to getLink() { return link }
        to setLink(it) { link := it }
        to getId() { return id }
        to setId(it) { id := it }
        to getKind() { return kind }
        to getDatum() { return datum }
        to setDatum(it) { datum := it }
        to getData() { return data }
        to addTo(queue) {
            link := null
            if (queue == null) { return packet }
            var last := queue
            while (last.getLink() != null) { last := last.getLink() }
            last.setLink(packet)
            return queue
        }
    }
    return packet
}

def makeTaskControlBlock(link, id, priority, var queue, task) {
    var state := if (queue == null) { SUSPENDED } else { SUSPENDED | RUNNABLE }
    def block {
        to getLink() { return link }
        to getId() { return id }
        to getPriority() { return priority }
        to setRunning() { state := RUNNING }
        to hold() { state |= HELD }
        to release() { state &= ~HELD }
        to suspend() { state |= SUSPENDED }
        to isHeldOrSuspended() { return (state & HELD) != 0 || state == SUSPENDED }
        to run() {
            var packet := null
            if (state == (SUSPENDED | RUNNABLE)) {
                packet := queue
                queue := packet.getLink()
                state := if (queue == null) { RUNNING } else { RUNNABLE }
            }
            return task.run(packet)
        }
        to accept(current, packet) {
            if (queue == null) {
                queue := packet
                state |= RUNNABLE
                if (priority > current.getPriority()) { return block }
            } else {
                queue := packet.addTo(queue)
            }
            return current
        }
    }
    return block
}

def makeScheduler() {
    var queued := 0
    var held := 0
    var list := null
    var current := null
    var currentId := 0
    def blocks := [null, null, null, null, null, null].diverge()
    def scheduler {
        to getQueued() { return queued }
        to getHeld() { return held }
        to add(id, priority, queue, task) {
            current := makeTaskControlBlock(list, id, priority, queue, task)
            list := current
            blocks[id] := current
        }
        to addRunning(id, priority, queue, task) {
            scheduler.add(id, priority, queue, task)
            current.setRunning()
        }
        to schedule() {
            current := list
            while (current != null) {
                if (current.isHeldOrSuspended()) {
                    current := current.getLink()
                } else {
                    currentId := current.getId()
                    current := current.run()
                }
            }
        }
        to release(id) {
            def block := blocks[id]
            if (block == null) { return block }
            block.release()
            return if (block.getPriority() > current.getPriority()) { block } else { current }
        }
        to holdCurrent() {
            held += 1
            current.hold()
            return current.getLink()
        }
        to suspendCurrent() {
            current.suspend()
            return current
        }
        to queue(packet) {
            def block := blocks[packet.getId()]
            if (block == null) { return block }
            queued += 1
            packet.setLink(null)
            packet.setId(currentId)
            return block.accept(current, packet)
        }
    }
    return scheduler
}

def makeIdleTask(scheduler, var seed, var count) {
    def idle {
        to run(packet) {
            count -= 1
            if (count == 0) { return scheduler.holdCurrent() }
            if ((seed & 1) == 0) {
                seed >>= 1
                return scheduler.release(DEVICE_A)
            }
            seed := (seed >> 1) ^ 0xD008
            return scheduler.release(DEVICE_B)
        }
    }
    return idle
}

def makeDeviceTask(scheduler) {
    var pending := null
    def device {
        to run(packet) {
            if (packet == null) {
                if (pending == null) { return scheduler.suspendCurrent() }
                def it := pending
                pending := null
                return scheduler.queue(it)
            }
            pending := packet
            return scheduler.holdCurrent()
        }
    }
    return device
}

def makeWorkerTask(scheduler, var destination, var letter) {
    def worker {
        to run(packet) {
            if (packet == null) { return scheduler.suspendCurrent() }
            destination := if (destination == HANDLER_A) { HANDLER_B } else { HANDLER_A }
            packet.setId(destination)
            packet.setDatum(0)
            def data := packet.getData()
            for i in 0..!4 {
                letter += 1
                if (letter > 26) { letter := 1 }
                data[i] := letter
            }
            return scheduler.queue(packet)
        }
    }
    return worker
}

def makeHandlerTask(scheduler) {
    var work := null
    var devices := null
    def handler {
        to run(packet) {
            if (packet != null) {
                if (packet.getKind() == FOR_WORKER) {
                    work := packet.addTo(work)
                } else {
                    devices := packet.addTo(devices)
                }
            }
            if (work != null) {
                def count := work.getDatum()
                if (count >= 4) {
                    def done := work
                    work := work.getLink()
                    return scheduler.queue(done)
                }
                if (devices != null) {
                    def next := devices
                    devices := devices.getLink()
                    next.setDatum(work.getData()[count])
                    work.setDatum(count + 1)
                    return scheduler.queue(next)
                }
            }
            return scheduler.suspendCurrent()
        }
    }
    return handler
}

def run() {
    def scheduler := makeScheduler()
    scheduler.addRunning(IDLE, 0, null, makeIdleTask(scheduler, 1, 10000))
    var queue := makePacket(makePacket(null, WORKER, FOR_WORKER), WORKER, FOR_WORKER)
    scheduler.add(WORKER, 1000, queue, makeWorkerTask(scheduler, HANDLER_A, 0))
    queue := makePacket(null, DEVICE_A, FOR_DEVICE)
    queue := makePacket(makePacket(queue, DEVICE_A, FOR_DEVICE), DEVICE_A, FOR_DEVICE)
    scheduler.add(HANDLER_A, 2000, queue, makeHandlerTask(scheduler))
    queue := makePacket(null, DEVICE_B, FOR_DEVICE)
    queue := makePacket(makePacket(queue, DEVICE_B, FOR_DEVICE), DEVICE_B, FOR_DEVICE)
    scheduler.add(HANDLER_B, 3000, queue, makeHandlerTask(scheduler))
    scheduler.add(DEVICE_A, 4000, null, makeDeviceTask(scheduler))
    scheduler.add(DEVICE_B, 5000, null, makeDeviceTask(scheduler))
    scheduler.schedule()
    return scheduler
}

var queued := 0
var held := 0
for _ in 0..!size {
    def scheduler := run()
    queued += scheduler.getQueued()
    held += scheduler.getHeld()
}
println(`$queued $held`)
