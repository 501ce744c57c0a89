# Martin Richards' operating system, simulated: objects with state that call each other.
size = 5

IDLE = 0
WORKER = 1
HANDLER_A = 2
HANDLER_B = 3
DEVICE_A = 4
DEVICE_B = 5

FOR_DEVICE = 0
FOR_WORKER = 1

RUNNING = 0
RUNNABLE = 1
SUSPENDED = 2
HELD = 4


class Packet:
    def __init__(self, link, id, kind):
        self.link = link
        self.id = id
        self.kind = kind
        self.datum = 0
        self.data = [0, 0, 0, 0]

    def add_to(self, queue):
        self.link = None
        if queue is None:
            return self
        last = queue
        while last.link is not None:
            last = last.link
        last.link = self
        return queue


class TaskControlBlock:
    def __init__(self, link, id, priority, queue, task):
        self.link = link
        self.id = id
        self.priority = priority
        self.queue = queue
        self.task = task
        self.state = SUSPENDED if queue is None else SUSPENDED | RUNNABLE

    def set_running(self):
        self.state = RUNNING

    def hold(self):
        self.state |= HELD

    def release(self):
        self.state &= ~HELD

    def suspend(self):
        self.state |= SUSPENDED

    def is_held_or_suspended(self):
        return (self.state & HELD) != 0 or self.state == SUSPENDED

    def run(self):
        packet = None
        if self.state == (SUSPENDED | RUNNABLE):
            packet = self.queue
            self.queue = packet.link
            self.state = RUNNING if self.queue is None else RUNNABLE
        return self.task.run(packet)

    def accept(self, current, packet):
        if self.queue is None:
            self.queue = packet
            self.state |= RUNNABLE
            if self.priority > current.priority:
                return self
        else:
            self.queue = packet.add_to(self.queue)
        return current


class Scheduler:
    def __init__(self):
        self.queued = 0
        self.held = 0
        self.list = None
        self.current = None
        self.current_id = 0
        self.blocks = [None] * 6

    def add(self, id, priority, queue, task):
        self.current = TaskControlBlock(self.list, id, priority, queue, task)
        self.list = self.current
        self.blocks[id] = self.current

    def add_running(self, id, priority, queue, task):
        self.add(id, priority, queue, task)
        self.current.set_running()

    def schedule(self):
        self.current = self.list
        while self.current is not None:
            if self.current.is_held_or_suspended():
                self.current = self.current.link
            else:
                self.current_id = self.current.id
                self.current = self.current.run()

    def release(self, id):
        block = self.blocks[id]
        if block is None:
            return block
        block.release()
        return block if block.priority > self.current.priority else self.current

    def hold_current(self):
        self.held += 1
        self.current.hold()
        return self.current.link

    def suspend_current(self):
        self.current.suspend()
        return self.current

    def queue(self, packet):
        block = self.blocks[packet.id]
        if block is None:
            return block
        self.queued += 1
        packet.link = None
        packet.id = self.current_id
        return block.accept(self.current, packet)


class IdleTask:
    def __init__(self, scheduler, seed, count):
        self.scheduler = scheduler
        self.seed = seed
        self.count = count

    def run(self, packet):
        self.count -= 1
        if self.count == 0:
            return self.scheduler.hold_current()
        if (self.seed & 1) == 0:
            self.seed >>= 1
            return self.scheduler.release(DEVICE_A)
        self.seed = (self.seed >> 1) ^ 0xD008
        return self.scheduler.release(DEVICE_B)


class DeviceTask:
    def __init__(self, scheduler):
        self.scheduler = scheduler
        self.pending = None

    def run(self, packet):
        if packet is None:
            if self.pending is None:
                return self.scheduler.suspend_current()
            it = self.pending
            self.pending = None
            return self.scheduler.queue(it)
        self.pending = packet
        return self.scheduler.hold_current()


class WorkerTask:
    def __init__(self, scheduler, destination, letter):
        self.scheduler = scheduler
        self.destination = destination
        self.letter = letter

    def run(self, packet):
        if packet is None:
            return self.scheduler.suspend_current()
        self.destination = HANDLER_B if self.destination == HANDLER_A else HANDLER_A
        packet.id = self.destination
        packet.datum = 0
        for i in range(4):
            self.letter += 1
            if self.letter > 26:
                self.letter = 1
            packet.data[i] = self.letter
        return self.scheduler.queue(packet)


class HandlerTask:
    def __init__(self, scheduler):
        self.scheduler = scheduler
        self.work = None
        self.devices = None

    def run(self, packet):
        if packet is not None:
            if packet.kind == FOR_WORKER:
                self.work = packet.add_to(self.work)
            else:
                self.devices = packet.add_to(self.devices)
        if self.work is not None:
            work = self.work
            count = work.datum
            if count >= 4:
                self.work = work.link
                return self.scheduler.queue(work)
            if self.devices is not None:
                following = self.devices
                self.devices = following.link
                following.datum = work.data[count]
                work.datum = count + 1
                return self.scheduler.queue(following)
        return self.scheduler.suspend_current()


def run():
    scheduler = Scheduler()
    scheduler.add_running(IDLE, 0, None, IdleTask(scheduler, 1, 10000))
    queue = Packet(Packet(None, WORKER, FOR_WORKER), WORKER, FOR_WORKER)
    scheduler.add(WORKER, 1000, queue, WorkerTask(scheduler, HANDLER_A, 0))
    queue = Packet(None, DEVICE_A, FOR_DEVICE)
    queue = Packet(Packet(queue, DEVICE_A, FOR_DEVICE), DEVICE_A, FOR_DEVICE)
    scheduler.add(HANDLER_A, 2000, queue, HandlerTask(scheduler))
    queue = Packet(None, DEVICE_B, FOR_DEVICE)
    queue = Packet(Packet(queue, DEVICE_B, FOR_DEVICE), DEVICE_B, FOR_DEVICE)
    scheduler.add(HANDLER_B, 3000, queue, HandlerTask(scheduler))
    scheduler.add(DEVICE_A, 4000, None, DeviceTask(scheduler))
    scheduler.add(DEVICE_B, 5000, None, DeviceTask(scheduler))
    scheduler.schedule()
    return scheduler


queued = 0
held = 0
for _ in range(size):
    scheduler = run()
    queued += scheduler.queued
    held += scheduler.held
print(queued, held)
