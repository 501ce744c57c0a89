// Martin Richards' operating system, simulated: objects with state that call each other.
const size = 5;

const IDLE = 0, WORKER = 1, HANDLER_A = 2, HANDLER_B = 3, DEVICE_A = 4, DEVICE_B = 5;
const FOR_DEVICE = 0, FOR_WORKER = 1;
const RUNNING = 0, RUNNABLE = 1, SUSPENDED = 2, HELD = 4;

class Packet {
    constructor(link, id, kind) {
        this.link = link;
        this.id = id;
        this.kind = kind;
        this.datum = 0;
        this.data = [0, 0, 0, 0];
    }
    addTo(queue) {
        this.link = null;
        if (queue === null) return this;
        let last = queue;
        while (last.link !== null) last = last.link;
        last.link = this;
        return queue;
    }
}

class TaskControlBlock {
    constructor(link, id, priority, queue, task) {
        this.link = link;
        this.id = id;
        this.priority = priority;
        this.queue = queue;
        this.task = task;
        this.state = queue === null ? SUSPENDED : SUSPENDED | RUNNABLE;
    }
    setRunning() { this.state = RUNNING; }
    hold() { this.state |= HELD; }
    release() { this.state &= ~HELD; }
    suspend() { this.state |= SUSPENDED; }
    isHeldOrSuspended() { return (this.state & HELD) !== 0 || this.state === SUSPENDED; }
    run() {
        let packet = null;
        if (this.state === (SUSPENDED | RUNNABLE)) {
            packet = this.queue;
            this.queue = packet.link;
            this.state = this.queue === null ? RUNNING : RUNNABLE;
        }
        return this.task.run(packet);
    }
    accept(current, packet) {
        if (this.queue === null) {
            this.queue = packet;
            this.state |= RUNNABLE;
            if (this.priority > current.priority) return this;
        } else {
            this.queue = packet.addTo(this.queue);
        }
        return current;
    }
}

class Scheduler {
    constructor() {
        this.queued = 0;
        this.held = 0;
        this.list = null;
        this.current = null;
        this.currentId = 0;
        this.blocks = [null, null, null, null, null, null];
    }
    add(id, priority, queue, task) {
        this.current = new TaskControlBlock(this.list, id, priority, queue, task);
        this.list = this.current;
        this.blocks[id] = this.current;
    }
    addRunning(id, priority, queue, task) {
        this.add(id, priority, queue, task);
        this.current.setRunning();
    }
    schedule() {
        this.current = this.list;
        while (this.current !== null) {
            if (this.current.isHeldOrSuspended()) {
                this.current = this.current.link;
            } else {
                this.currentId = this.current.id;
                this.current = this.current.run();
            }
        }
    }
    release(id) {
        const block = this.blocks[id];
        if (block === null) return block;
        block.release();
        return block.priority > this.current.priority ? block : this.current;
    }
    holdCurrent() {
        this.held += 1;
        this.current.hold();
        return this.current.link;
    }
    suspendCurrent() {
        this.current.suspend();
        return this.current;
    }
    queue(packet) {
        const block = this.blocks[packet.id];
        if (block === null) return block;
        this.queued += 1;
        packet.link = null;
        packet.id = this.currentId;
        return block.accept(this.current, packet);
    }
}

class IdleTask {
    constructor(scheduler, seed, count) {
        this.scheduler = scheduler;
        this.seed = seed;
        this.count = count;
    }
    run(packet) {
        this.count -= 1;
        if (this.count === 0) return this.scheduler.holdCurrent();
        if ((this.seed & 1) === 0) {
            this.seed >>= 1;
            return this.scheduler.release(DEVICE_A);
        }
        this.seed = (this.seed >> 1) ^ 0xD008;
        return this.scheduler.release(DEVICE_B);
    }
}

class DeviceTask {
    constructor(scheduler) {
        this.scheduler = scheduler;
        this.pending = null;
    }
    run(packet) {
        if (packet === null) {
            if (this.pending === null) return this.scheduler.suspendCurrent();
            const it = this.pending;
            this.pending = null;
            return this.scheduler.queue(it);
        }
        this.pending = packet;
        return this.scheduler.holdCurrent();
    }
}

class WorkerTask {
    constructor(scheduler, destination, letter) {
        this.scheduler = scheduler;
        this.destination = destination;
        this.letter = letter;
    }
    run(packet) {
        if (packet === null) return this.scheduler.suspendCurrent();
        this.destination = this.destination === HANDLER_A ? HANDLER_B : HANDLER_A;
        packet.id = this.destination;
        packet.datum = 0;
        for (let i = 0; i < 4; i++) {
            this.letter += 1;
            if (this.letter > 26) this.letter = 1;
            packet.data[i] = this.letter;
        }
        return this.scheduler.queue(packet);
    }
}

class HandlerTask {
    constructor(scheduler) {
        this.scheduler = scheduler;
        this.work = null;
        this.devices = null;
    }
    run(packet) {
        if (packet !== null) {
            if (packet.kind === FOR_WORKER) this.work = packet.addTo(this.work);
            else this.devices = packet.addTo(this.devices);
        }
        const work = this.work;
        if (work !== null) {
            const count = work.datum;
            if (count >= 4) {
                this.work = work.link;
                return this.scheduler.queue(work);
            }
            if (this.devices !== null) {
                const following = this.devices;
                this.devices = following.link;
                following.datum = work.data[count];
                work.datum = count + 1;
                return this.scheduler.queue(following);
            }
        }
        return this.scheduler.suspendCurrent();
    }
}

function run() {
    const scheduler = new Scheduler();
    scheduler.addRunning(IDLE, 0, null, new IdleTask(scheduler, 1, 10000));
    let queue = new Packet(new Packet(null, WORKER, FOR_WORKER), WORKER, FOR_WORKER);
    scheduler.add(WORKER, 1000, queue, new WorkerTask(scheduler, HANDLER_A, 0));
    queue = new Packet(null, DEVICE_A, FOR_DEVICE);
    queue = new Packet(new Packet(queue, DEVICE_A, FOR_DEVICE), DEVICE_A, FOR_DEVICE);
    scheduler.add(HANDLER_A, 2000, queue, new HandlerTask(scheduler));
    queue = new Packet(null, DEVICE_B, FOR_DEVICE);
    queue = new Packet(new Packet(queue, DEVICE_B, FOR_DEVICE), DEVICE_B, FOR_DEVICE);
    scheduler.add(HANDLER_B, 3000, queue, new HandlerTask(scheduler));
    scheduler.add(DEVICE_A, 4000, null, new DeviceTask(scheduler));
    scheduler.add(DEVICE_B, 5000, null, new DeviceTask(scheduler));
    scheduler.schedule();
    return scheduler;
}

let queued = 0, held = 0;
for (let i = 0; i < size; i++) {
    const scheduler = run();
    queued += scheduler.queued;
    held += scheduler.held;
}
console.log(`${queued} ${held}`);
