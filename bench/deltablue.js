// DeltaBlue, the incremental constraint solver of Freeman-Benson and Maloney: many small classes.
const size = 8000;

const REQUIRED = 0, PREFERRED = 2, STRONG_DEFAULT = 3, NORMAL = 4, WEAKEST = 6;
const NONE = 0, FORWARD = 1, BACKWARD = 2;

function check(holds, message) {
    if (!holds) throw new Error(message);
}

class Variable {
    constructor(value) {
        this.value = value;
        this.constraints = [];
        this.determinedBy = null;
        this.mark = 0;
        this.strength = WEAKEST;
        this.stay = true;
    }
    add(constraint) { this.constraints.push(constraint); }
    remove(constraint) {
        this.constraints.splice(this.constraints.indexOf(constraint), 1);
        if (this.determinedBy === constraint) this.determinedBy = null;
    }
}

class Unary {
    constructor(output, strength) {
        this.outputVariable = output;
        this.strength = strength;
        this.satisfied = false;
    }
    addToGraph() {
        this.outputVariable.add(this);
        this.satisfied = false;
    }
    removeFromGraph() {
        this.outputVariable.remove(this);
        this.satisfied = false;
    }
    choose(mark) {
        const output = this.outputVariable;
        this.satisfied = output.mark !== mark && this.strength < output.strength;
    }
    isSatisfied() { return this.satisfied; }
    unsatisfy() { this.satisfied = false; }
    output() { return this.outputVariable; }
    markInputs(mark) { }
    inputsKnown(mark) { return true; }
    recalculate() {
        this.outputVariable.strength = this.strength;
        this.outputVariable.stay = !this.isInput();
    }
}

class Stay extends Unary {
    isInput() { return false; }
    execute() { }
}

class Edit extends Unary {
    isInput() { return true; }
    execute() { }
}

class Binary {
    constructor(first, second, strength) {
        this.first = first;
        this.second = second;
        this.strength = strength;
        this.direction = NONE;
    }
    isInput() { return false; }
    addToGraph() {
        this.first.add(this);
        this.second.add(this);
        this.direction = NONE;
    }
    removeFromGraph() {
        this.first.remove(this);
        this.second.remove(this);
        this.direction = NONE;
    }
    choose(mark) {
        const { first, second, strength } = this;
        this.direction = NONE;
        if (first.mark === mark) {
            if (second.mark !== mark && strength < second.strength) this.direction = FORWARD;
        } else if (second.mark === mark) {
            if (strength < first.strength) this.direction = BACKWARD;
        } else if (first.strength > second.strength) {
            if (strength < first.strength) this.direction = BACKWARD;
        } else if (strength < second.strength) {
            this.direction = FORWARD;
        }
    }
    isSatisfied() { return this.direction !== NONE; }
    unsatisfy() { this.direction = NONE; }
    input() { return this.direction === FORWARD ? this.first : this.second; }
    output() { return this.direction === FORWARD ? this.second : this.first; }
    markInputs(mark) { this.input().mark = mark; }
    inputsKnown(mark) {
        const it = this.input();
        return it.mark === mark || it.stay || it.determinedBy === null;
    }
    recalculate() {
        const source = this.input(), output = this.output();
        output.strength = Math.max(this.strength, source.strength);
        output.stay = source.stay;
        if (output.stay) this.execute();
    }
}

class Equality extends Binary {
    execute() { this.output().value = this.input().value; }
}

class Scale extends Binary {
    constructor(source, scale, offset, destination, strength) {
        super(source, destination, strength);
        this.scale = scale;
        this.offset = offset;
    }
    addToGraph() {
        super.addToGraph();
        this.scale.add(this);
        this.offset.add(this);
    }
    removeFromGraph() {
        super.removeFromGraph();
        this.scale.remove(this);
        this.offset.remove(this);
    }
    markInputs(mark) {
        super.markInputs(mark);
        this.scale.mark = mark;
        this.offset.mark = mark;
    }
    execute() {
        if (this.direction === FORWARD) {
            this.second.value = this.first.value * this.scale.value + this.offset.value;
        } else {
            this.first.value = Math.floor((this.second.value - this.offset.value) / this.scale.value);
        }
    }
    recalculate() {
        const source = this.input(), output = this.output();
        output.strength = Math.max(this.strength, source.strength);
        output.stay = source.stay && this.scale.stay && this.offset.stay;
        if (output.stay) this.execute();
    }
}

class Plan {
    constructor() { this.constraints = []; }
    add(constraint) { this.constraints.push(constraint); }
    execute() {
        for (const it of this.constraints) it.execute();
        return this.constraints.length;
    }
}

function addConsumers(variable, found) {
    const determining = variable.determinedBy;
    for (const it of variable.constraints) {
        if (it !== determining && it.isSatisfied()) found.push(it);
    }
}

class Planner {
    constructor() { this.mark = 0; }
    newMark() {
        this.mark += 1;
        return this.mark;
    }
    add(constraint) {
        constraint.addToGraph();
        this.incrementalAdd(constraint);
    }
    destroy(constraint) {
        if (constraint.isSatisfied()) this.incrementalRemove(constraint);
        else constraint.removeFromGraph();
    }
    incrementalAdd(constraint) {
        const mark = this.newMark();
        let overridden = this.satisfy(constraint, mark);
        while (overridden !== null) overridden = this.satisfy(overridden, mark);
    }
    satisfy(constraint, mark) {
        constraint.choose(mark);
        if (!constraint.isSatisfied()) {
            check(constraint.strength !== REQUIRED, "a required constraint cannot be satisfied");
            return null;
        }
        constraint.markInputs(mark);
        const output = constraint.output();
        const overridden = output.determinedBy;
        if (overridden !== null) overridden.unsatisfy();
        output.determinedBy = constraint;
        check(this.propagate(constraint, mark), "a cycle of constraints");
        output.mark = mark;
        return overridden;
    }
    propagate(constraint, mark) {
        const todo = [constraint];
        while (todo.length > 0) {
            const it = todo.pop();
            if (it.output().mark === mark) {
                this.incrementalRemove(constraint);
                return false;
            }
            it.recalculate();
            addConsumers(it.output(), todo);
        }
        return true;
    }
    incrementalRemove(constraint) {
        const output = constraint.output();
        constraint.unsatisfy();
        constraint.removeFromGraph();
        const unsatisfied = this.removePropagate(output);
        for (let strength = REQUIRED; strength < WEAKEST; strength++) {
            for (const it of unsatisfied) if (it.strength === strength) this.incrementalAdd(it);
        }
    }
    removePropagate(output) {
        output.determinedBy = null;
        output.strength = WEAKEST;
        output.stay = true;
        const unsatisfied = [];
        const todo = [output];
        while (todo.length > 0) {
            const variable = todo.pop();
            for (const it of variable.constraints) if (!it.isSatisfied()) unsatisfied.push(it);
            const determining = variable.determinedBy;
            for (const it of variable.constraints) {
                if (it !== determining && it.isSatisfied()) {
                    it.recalculate();
                    todo.push(it.output());
                }
            }
        }
        return unsatisfied;
    }
    plan(edit) {
        const mark = this.newMark();
        const plan = new Plan();
        const todo = [];
        if (edit.isInput() && edit.isSatisfied()) todo.push(edit);
        while (todo.length > 0) {
            const it = todo.pop();
            if (it.output().mark !== mark && it.inputsKnown(mark)) {
                plan.add(it);
                it.output().mark = mark;
                addConsumers(it.output(), todo);
            }
        }
        return plan;
    }
}

function chain(n) {
    const planner = new Planner();
    const variables = [new Variable(0)];
    for (let i = 0; i < n; i++) {
        variables.push(new Variable(0));
        planner.add(new Equality(variables[i], variables[i + 1], REQUIRED));
    }
    const first = variables[0], last = variables[n];
    planner.add(new Stay(last, STRONG_DEFAULT));
    const edit = new Edit(first, PREFERRED);
    planner.add(edit);
    const plan = planner.plan(edit);
    let executed = 0;
    for (let i = 0; i < 100; i++) {
        first.value = i;
        executed += plan.execute();
        check(last.value === i, "the chain does not hold");
    }
    planner.destroy(edit);
    return executed;
}

function change(planner, variable, value) {
    const edit = new Edit(variable, PREFERRED);
    planner.add(edit);
    const plan = planner.plan(edit);
    let executed = 0;
    for (let i = 0; i < 10; i++) {
        variable.value = value;
        executed += plan.execute();
    }
    planner.destroy(edit);
    return executed;
}

function projection(n) {
    const planner = new Planner();
    const scale = new Variable(10), offset = new Variable(1000);
    let source = null, destination = null;
    const destinations = [];
    for (let i = 0; i < n; i++) {
        source = new Variable(i);
        destination = new Variable(i);
        destinations.push(destination);
        planner.add(new Stay(source, NORMAL));
        planner.add(new Scale(source, scale, offset, destination, REQUIRED));
    }
    let executed = change(planner, source, 17);
    check(destination.value === 1170, "forward");
    executed += change(planner, destination, 1050);
    check(source.value === 5, "backward");
    executed += change(planner, scale, 5);
    for (let i = 0; i < n - 1; i++) check(destinations[i].value === i * 5 + 1000, "scale");
    executed += change(planner, offset, 2000);
    for (let i = 0; i < n - 1; i++) check(destinations[i].value === i * 5 + 2000, "offset");
    return executed;
}

console.log(`${chain(size)} ${projection(size)}`);
