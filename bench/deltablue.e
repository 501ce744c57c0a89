# DeltaBlue, the incremental constraint solver of Freeman-Benson and Maloney: many small objects.
def size := 8000

def REQUIRED := 0
def PREFERRED := 2
def STRONG_DEFAULT := 3
def NORMAL := 4
def WEAKEST := 6

def NONE := 0
def FORWARD := 1
def BACKWARD := 2

def makeVariable(var value) {
    def constraints := [].diverge()
    var determinedBy := null
    var mark := 0
    var strength := WEAKEST
    var stay := true
    def variable {
        to getValue() { return value }
        to setValue(it) { value := it }
        to getConstraints() { return constraints }
        to getDeterminedBy() { return determinedBy }
        to setDeterminedBy(it) { determinedBy := it }
        to getMark() { return mark }
        to setMark(it) { mark := it }
        to getStrength() { return strength }
        to setStrength(it) { strength := it }
        to getStay() { return stay }
        to setStay(it) { stay := it }
        to add(constraint) { constraints.push(constraint) }
        to remove(constraint) {
            def at := constraints.indexOf1(constraint)
            constraints.removeRun(at, at + 1)
            if (determinedBy == constraint) { determinedBy := null }
        }
    }
    return variable
}

def makeUnary(output, strength, isInput) {
    var satisfied := false
    def unary {
        to getStrength() { return strength }
        to isInput() { return isInput }
        to addToGraph() {
            output.add(unary)
            satisfied := false
        }
        to removeFromGraph() {
            output.remove(unary)
            satisfied := false
        }
        to choose(mark) { satisfied := output.getMark() != mark && strength < output.getStrength() }
        to isSatisfied() { return satisfied }
        to unsatisfy() { satisfied := false }
        to output() { return output }
        to markInputs(_) {}
        to inputsKnown(_) { return true }
        to recalculate() {
            output.setStrength(strength)
            output.setStay(!isInput)
        }
        to execute() {}
    }
    return unary
}

def makeStay(output, strength) { return makeUnary(output, strength, false) }
def makeEdit(output, strength) { return makeUnary(output, strength, true) }

def choose(first, second, strength, mark) {
    if (first.getMark() == mark) {
        return if (second.getMark() != mark && strength < second.getStrength()) { FORWARD } else {
            NONE
        }
    }
    if (second.getMark() == mark) {
        return if (strength < first.getStrength()) { BACKWARD } else { NONE }
    }
    if (first.getStrength() > second.getStrength()) {
        return if (strength < first.getStrength()) { BACKWARD } else { NONE }
    }
    return if (strength < second.getStrength()) { FORWARD } else { NONE }
}

def makeEquality(first, second, strength) {
    var direction := NONE
    def equality {
        to getStrength() { return strength }
        to isInput() { return false }
        to addToGraph() {
            first.add(equality)
            second.add(equality)
            direction := NONE
        }
        to removeFromGraph() {
            first.remove(equality)
            second.remove(equality)
            direction := NONE
        }
        to choose(mark) { direction := choose(first, second, strength, mark) }
        to isSatisfied() { return direction != NONE }
        to unsatisfy() { direction := NONE }
        to input() { return if (direction == FORWARD) { first } else { second } }
        to output() { return if (direction == FORWARD) { second } else { first } }
        to markInputs(mark) { equality.input().setMark(mark) }
        to inputsKnown(mark) {
            def it := equality.input()
            return it.getMark() == mark || it.getStay() || it.getDeterminedBy() == null
        }
        to recalculate() {
            def source := equality.input()
            def output := equality.output()
            output.setStrength(strength.max(source.getStrength()))
            output.setStay(source.getStay())
            if (output.getStay()) { equality.execute() }
        }
        to execute() { equality.output().setValue(equality.input().getValue()) }
    }
    return equality
}

def makeScale(first, scale, offset, second, strength) {
    var direction := NONE
    def scaling {
        to getStrength() { return strength }
        to isInput() { return false }
        to addToGraph() {
            first.add(scaling)
            second.add(scaling)
            scale.add(scaling)
            offset.add(scaling)
            direction := NONE
        }
        to removeFromGraph() {
            first.remove(scaling)
            second.remove(scaling)
            scale.remove(scaling)
            offset.remove(scaling)
            direction := NONE
        }
        to choose(mark) { direction := choose(first, second, strength, mark) }
        to isSatisfied() { return direction != NONE }
        to unsatisfy() { direction := NONE }
        to input() { return if (direction == FORWARD) { first } else { second } }
        to output() { return if (direction == FORWARD) { second } else { first } }
        to markInputs(mark) {
            scaling.input().setMark(mark)
            scale.setMark(mark)
            offset.setMark(mark)
        }
        to inputsKnown(mark) {
            def it := scaling.input()
            return it.getMark() == mark || it.getStay() || it.getDeterminedBy() == null
        }
        to recalculate() {
            def source := scaling.input()
            def output := scaling.output()
            output.setStrength(strength.max(source.getStrength()))
            output.setStay(source.getStay() && scale.getStay() && offset.getStay())
            if (output.getStay()) { scaling.execute() }
        }
        to execute() {
            if (direction == FORWARD) {
                second.setValue(first.getValue() * scale.getValue() + offset.getValue())
            } else {
                first.setValue((second.getValue() - offset.getValue()) // scale.getValue())
            }
        }
    }
    return scaling
}

def makePlan() {
    def constraints := [].diverge()
    def plan {
        to add(constraint) { constraints.push(constraint) }
        to execute() {
            for it in constraints { it.execute() }
            return constraints.size()
        }
    }
    return plan
}

def addConsumers(variable, found) {
    def determining := variable.getDeterminedBy()
    for it in variable.getConstraints() {
        if (it != determining && it.isSatisfied()) { found.push(it) }
    }
}

def makePlanner() {
    var lastMark := 0
    def planner {
        to newMark() {
            lastMark += 1
            return lastMark
        }
        to add(constraint) {
            constraint.addToGraph()
            planner.incrementalAdd(constraint)
        }
        to destroy(constraint) {
            if (constraint.isSatisfied()) {
                planner.incrementalRemove(constraint)
            } else {
                constraint.removeFromGraph()
            }
        }
        to incrementalAdd(constraint) {
            def mark := planner.newMark()
            var overridden := planner.satisfy(constraint, mark)
            while (overridden != null) { overridden := planner.satisfy(overridden, mark) }
        }
        to satisfy(constraint, mark) {
            constraint.choose(mark)
            if (!constraint.isSatisfied()) {
                require(constraint.getStrength() != REQUIRED, fn {
                    "a required constraint cannot be satisfied"
                })
                return null
            }
            constraint.markInputs(mark)
            def output := constraint.output()
            def overridden := output.getDeterminedBy()
            if (overridden != null) { overridden.unsatisfy() }
            output.setDeterminedBy(constraint)
            require(planner.propagate(constraint, mark), fn { "a cycle of constraints" })
            output.setMark(mark)
            return overridden
        }
        to propagate(constraint, mark) {
            def todo := [constraint].diverge()
            while (todo.size() > 0) {
                def it := todo.pop()
                if (it.output().getMark() == mark) {
                    planner.incrementalRemove(constraint)
                    return false
                }
                it.recalculate()
                addConsumers(it.output(), todo)
            }
            return true
        }
        to incrementalRemove(constraint) {
            def output := constraint.output()
            constraint.unsatisfy()
            constraint.removeFromGraph()
            def unsatisfied := planner.removePropagate(output)
            for strength in REQUIRED..!WEAKEST {
                for it in unsatisfied {
                    if (it.getStrength() == strength) { planner.incrementalAdd(it) }
                }
            }
        }
        to removePropagate(output) {
            output.setDeterminedBy(null)
            output.setStrength(WEAKEST)
            output.setStay(true)
            def unsatisfied := [].diverge()
            def todo := [output].diverge()
            while (todo.size() > 0) {
                def variable := todo.pop()
                for it in variable.getConstraints() {
                    if (!it.isSatisfied()) { unsatisfied.push(it) }
                }
                def determining := variable.getDeterminedBy()
                for it in variable.getConstraints() {
                    if (it != determining && it.isSatisfied()) {
                        it.recalculate()
                        todo.push(it.output())
                    }
                }
            }
            return unsatisfied
        }
        to plan(edit) {
            def mark := planner.newMark()
            def plan := makePlan()
            def todo := [].diverge()
            if (edit.isInput() && edit.isSatisfied()) { todo.push(edit) }
            while (todo.size() > 0) {
                def it := todo.pop()
                if (it.output().getMark() != mark && it.inputsKnown(mark)) {
                    plan.add(it)
                    it.output().setMark(mark)
                    addConsumers(it.output(), todo)
                }
            }
            return plan
        }
    }
    return planner
}

def chain(n) {
    def planner := makePlanner()
    def variables := [makeVariable(0)].diverge()
    for i in 0..!n {
        variables.push(makeVariable(0))
        planner.add(makeEquality(variables[i], variables[i + 1], REQUIRED))
    }
    def first := variables[0]
    def last := variables[n]
    planner.add(makeStay(last, STRONG_DEFAULT))
    def edit := makeEdit(first, PREFERRED)
    planner.add(edit)
    def plan := planner.plan(edit)
    var executed := 0
    for i in 0..!100 {
        first.setValue(i)
        executed += plan.execute()
        require(last.getValue() == i, fn { "the chain does not hold" })
    }
    planner.destroy(edit)
    return executed
}

def change(planner, variable, value) {
    def edit := makeEdit(variable, PREFERRED)
    planner.add(edit)
    def plan := planner.plan(edit)
    var executed := 0
    for _ in 0..!10 {
        variable.setValue(value)
        executed += plan.execute()
    }
    planner.destroy(edit)
    return executed
}

def projection(n) {
    def planner := makePlanner()
    def scale := makeVariable(10)
    def offset := makeVariable(1000)
    var source := null
    var destination := null
    def destinations := [].diverge()
    for i in 0..!n {
        source := makeVariable(i)
        destination := makeVariable(i)
        destinations.push(destination)
        planner.add(makeStay(source, NORMAL))
        planner.add(makeScale(source, scale, offset, destination, REQUIRED))
    }
    var executed := change(planner, source, 17)
    require(destination.getValue() == 1170, fn { "forward" })
    executed += change(planner, destination, 1050)
    require(source.getValue() == 5, fn { "backward" })
    executed += change(planner, scale, 5)
    for i in 0..!(n - 1) { require(destinations[i].getValue() == i * 5 + 1000, fn { "scale" }) }
    executed += change(planner, offset, 2000)
    for i in 0..!(n - 1) { require(destinations[i].getValue() == i * 5 + 2000, fn { "offset" }) }
    return executed
}

println(`${chain(size)} ${projection(size)}`)
