# DeltaBlue, the incremental constraint solver of Freeman-Benson and Maloney: many small classes.
size = 8000

REQUIRED = 0
STRONG_DEFAULT = 3
PREFERRED = 2
NORMAL = 4
WEAKEST = 6

NONE = 0
FORWARD = 1
BACKWARD = 2


class Variable:
    def __init__(self, value):
        self.value = value
        self.constraints = []
        self.determined_by = None
        self.mark = 0
        self.strength = WEAKEST
        self.stay = True

    def add(self, constraint):
        self.constraints.append(constraint)

    def remove(self, constraint):
        self.constraints.remove(constraint)
        if self.determined_by is constraint:
            self.determined_by = None


class Unary:
    def __init__(self, output, strength):
        self.output_variable = output
        self.strength = strength
        self.satisfied = False

    def add_to_graph(self):
        self.output_variable.add(self)
        self.satisfied = False

    def remove_from_graph(self):
        self.output_variable.remove(self)
        self.satisfied = False

    def choose(self, mark):
        output = self.output_variable
        self.satisfied = output.mark != mark and self.strength < output.strength

    def is_satisfied(self):
        return self.satisfied

    def unsatisfy(self):
        self.satisfied = False

    def output(self):
        return self.output_variable

    def mark_inputs(self, mark):
        pass

    def inputs_known(self, mark):
        return True

    def recalculate(self):
        self.output_variable.strength = self.strength
        self.output_variable.stay = not self.is_input()


class Stay(Unary):
    def is_input(self):
        return False

    def execute(self):
        pass


class Edit(Unary):
    def is_input(self):
        return True

    def execute(self):
        pass


class Binary:
    def __init__(self, first, second, strength):
        self.first = first
        self.second = second
        self.strength = strength
        self.direction = NONE

    def is_input(self):
        return False

    def add_to_graph(self):
        self.first.add(self)
        self.second.add(self)
        self.direction = NONE

    def remove_from_graph(self):
        self.first.remove(self)
        self.second.remove(self)
        self.direction = NONE

    def choose(self, mark):
        first, second, strength = self.first, self.second, self.strength
        self.direction = NONE
        if first.mark == mark:
            if second.mark != mark and strength < second.strength:
                self.direction = FORWARD
        elif second.mark == mark:
            if strength < first.strength:
                self.direction = BACKWARD
        elif first.strength > second.strength:
            if strength < first.strength:
                self.direction = BACKWARD
        elif strength < second.strength:
            self.direction = FORWARD

    def is_satisfied(self):
        return self.direction != NONE

    def unsatisfy(self):
        self.direction = NONE

    def input(self):
        return self.first if self.direction == FORWARD else self.second

    def output(self):
        return self.second if self.direction == FORWARD else self.first

    def mark_inputs(self, mark):
        self.input().mark = mark

    def inputs_known(self, mark):
        it = self.input()
        return it.mark == mark or it.stay or it.determined_by is None

    def recalculate(self):
        source, output = self.input(), self.output()
        output.strength = max(self.strength, source.strength)
        output.stay = source.stay
        if output.stay:
            self.execute()


class Equality(Binary):
    def execute(self):
        self.output().value = self.input().value


class Scale(Binary):
    def __init__(self, source, scale, offset, destination, strength):
        super().__init__(source, destination, strength)
        self.scale = scale
        self.offset = offset

    def add_to_graph(self):
        super().add_to_graph()
        self.scale.add(self)
        self.offset.add(self)

    def remove_from_graph(self):
        super().remove_from_graph()
        self.scale.remove(self)
        self.offset.remove(self)

    def mark_inputs(self, mark):
        super().mark_inputs(mark)
        self.scale.mark = mark
        self.offset.mark = mark

    def execute(self):
        if self.direction == FORWARD:
            self.second.value = self.first.value * self.scale.value + self.offset.value
        else:
            self.first.value = (self.second.value - self.offset.value) // self.scale.value

    def recalculate(self):
        source, output = self.input(), self.output()
        output.strength = max(self.strength, source.strength)
        output.stay = source.stay and self.scale.stay and self.offset.stay
        if output.stay:
            self.execute()


class Plan:
    def __init__(self):
        self.constraints = []

    def add(self, constraint):
        self.constraints.append(constraint)

    def execute(self):
        for it in self.constraints:
            it.execute()
        return len(self.constraints)


def add_consumers(variable, found):
    determining = variable.determined_by
    for it in variable.constraints:
        if it is not determining and it.is_satisfied():
            found.append(it)


class Planner:
    def __init__(self):
        self.mark = 0

    def new_mark(self):
        self.mark += 1
        return self.mark

    def add(self, constraint):
        constraint.add_to_graph()
        self.incremental_add(constraint)

    def destroy(self, constraint):
        if constraint.is_satisfied():
            self.incremental_remove(constraint)
        else:
            constraint.remove_from_graph()

    def incremental_add(self, constraint):
        mark = self.new_mark()
        overridden = self.satisfy(constraint, mark)
        while overridden is not None:
            overridden = self.satisfy(overridden, mark)

    def satisfy(self, constraint, mark):
        constraint.choose(mark)
        if not constraint.is_satisfied():
            assert constraint.strength != REQUIRED, "a required constraint cannot be satisfied"
            return None
        constraint.mark_inputs(mark)
        output = constraint.output()
        overridden = output.determined_by
        if overridden is not None:
            overridden.unsatisfy()
        output.determined_by = constraint
        assert self.propagate(constraint, mark), "a cycle of constraints"
        output.mark = mark
        return overridden

    def propagate(self, constraint, mark):
        todo = [constraint]
        while len(todo) > 0:
            it = todo.pop()
            if it.output().mark == mark:
                self.incremental_remove(constraint)
                return False
            it.recalculate()
            add_consumers(it.output(), todo)
        return True

    def incremental_remove(self, constraint):
        output = constraint.output()
        constraint.unsatisfy()
        constraint.remove_from_graph()
        unsatisfied = self.remove_propagate(output)
        for strength in range(REQUIRED, WEAKEST):
            for it in unsatisfied:
                if it.strength == strength:
                    self.incremental_add(it)

    def remove_propagate(self, output):
        output.determined_by = None
        output.strength = WEAKEST
        output.stay = True
        unsatisfied = []
        todo = [output]
        while len(todo) > 0:
            variable = todo.pop()
            for it in variable.constraints:
                if not it.is_satisfied():
                    unsatisfied.append(it)
            determining = variable.determined_by
            for it in variable.constraints:
                if it is not determining and it.is_satisfied():
                    it.recalculate()
                    todo.append(it.output())
        return unsatisfied

    def plan(self, edit):
        mark = self.new_mark()
        plan = Plan()
        todo = []
        if edit.is_input() and edit.is_satisfied():
            todo.append(edit)
        while len(todo) > 0:
            it = todo.pop()
            if it.output().mark != mark and it.inputs_known(mark):
                plan.add(it)
                it.output().mark = mark
                add_consumers(it.output(), todo)
        return plan


def chain(n):
    planner = Planner()
    variables = [Variable(0)]
    for i in range(n):
        variables.append(Variable(0))
        planner.add(Equality(variables[i], variables[i + 1], REQUIRED))
    first, last = variables[0], variables[n]
    planner.add(Stay(last, STRONG_DEFAULT))
    edit = Edit(first, PREFERRED)
    planner.add(edit)
    plan = planner.plan(edit)
    executed = 0
    for i in range(100):
        first.value = i
        executed += plan.execute()
        assert last.value == i, "the chain does not hold"
    planner.destroy(edit)
    return executed


def change(planner, variable, value):
    edit = Edit(variable, PREFERRED)
    planner.add(edit)
    plan = planner.plan(edit)
    executed = 0
    for _ in range(10):
        variable.value = value
        executed += plan.execute()
    planner.destroy(edit)
    return executed


def projection(n):
    planner = Planner()
    scale, offset = Variable(10), Variable(1000)
    source = destination = None
    destinations = []
    for i in range(n):
        source, destination = Variable(i), Variable(i)
        destinations.append(destination)
        planner.add(Stay(source, NORMAL))
        planner.add(Scale(source, scale, offset, destination, REQUIRED))
    executed = change(planner, source, 17)
    assert destination.value == 1170, "forward"
    executed += change(planner, destination, 1050)
    assert source.value == 5, "backward"
    executed += change(planner, scale, 5)
    for i in range(n - 1):
        assert destinations[i].value == i * 5 + 1000, "scale"
    executed += change(planner, offset, 2000)
    for i in range(n - 1):
        assert destinations[i].value == i * 5 + 2000, "offset"
    return executed


print(chain(size), projection(size))
