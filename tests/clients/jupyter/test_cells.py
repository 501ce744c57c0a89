"""What a person sees of a cell: its value, its streams, its problem, and what other cells see of its names."""

import signal

import pytest
from conftest import of_type, shown

GATE = """def makeGate() {
    var passed := 0
    def gate {
        to open() { return passed += 1 }
    }
    return gate
}
def gate := makeGate()
null"""


def run(kernel, code, **options):
    reply, said = kernel.execute(code, **options)
    assert reply["status"] == "ok", reply
    return shown(said)


def fails(kernel, code, **options):
    reply, said = kernel.execute(code, **options)
    assert reply["status"] == "error", said
    (error,) = of_type(said, "error")
    assert error["content"]["evalue"] == reply["evalue"]
    return error["content"]


def test_a_value(kernel):
    reply, said = kernel.execute("6 * 7")
    assert [it["msg_type"] for it in said] == ["status", "execute_input", "execute_result", "status"]
    assert said[2]["content"]["data"] == {"text/plain": "42"}
    assert said[2]["content"]["execution_count"] == reply["execution_count"] == 1


def test_null_says_nothing(kernel):
    assert run(kernel, "null") == []
    assert run(kernel, "") == []
    assert run(kernel, "# only a comment") == []


def test_counting(kernel):
    assert kernel.execute("1")[0]["execution_count"] == 1
    assert kernel.execute("2", silent=True)[0]["execution_count"] == 1
    assert kernel.execute("3", store_history=False)[0]["execution_count"] == 1
    assert kernel.execute("4")[0]["execution_count"] == 2


def test_streams_come_in_order_and_before_idle(kernel):
    reply, said = kernel.execute('for i in 1..200 { println(`line $i`) }\n"done"')
    assert reply["status"] == "ok"
    text = "".join(it["content"]["text"] for it in of_type(said, "stream"))
    assert text == "".join(f"line {it}\n" for it in range(1, 201))
    kinds = [it["msg_type"] for it in said]
    assert kinds.index("execute_result") > max(at for at, kind in enumerate(kinds) if kind == "stream")
    assert kinds[-1] == "status"


def test_silent_shows_nothing(kernel):
    _, said = kernel.execute("1 + 1", silent=True)
    assert [it["msg_type"] for it in said] == ["status", "status"]


def test_a_problem_points_at_its_place(kernel):
    error = fails(kernel, 'def purse := 10\ndef spend(n :int) {\n    return purse.withdraw(n)\n}\nspend(3)')
    assert "withdraw" in error["evalue"]
    lines = "\n".join(error["traceback"])
    assert "cell 1, line 3" in lines
    place = next(at for at, line in enumerate(error["traceback"]) if "purse.withdraw(n)" in line)
    line, carets = error["traceback"][place : place + 2]
    assert "purse.withdraw" in line[carets.index("^") : carets.rindex("^") + 1]


def test_a_syntax_error_points_at_its_place(kernel):
    error = fails(kernel, "def purse := 10\ndef def := 3")
    assert any("cell 1, line 2" in it for it in error["traceback"])
    assert any("^" in it for it in error["traceback"])


def test_an_undefined_name_runs_nothing(kernel):
    reply, said = kernel.execute('println("begun")\nnobody.spend(1)')
    assert reply["status"] == "error"
    assert "nobody" in reply["evalue"]
    assert of_type(said, "stream") == []


def test_a_cell_that_fails_leaves_names_as_they_were(kernel):
    run(kernel, "def price := 3")
    fails(kernel, 'def price := 4\nthrow("no sale")')
    assert run(kernel, "price") == ["3"]
    run(kernel, "%%vat shop\ndef stock := 7")
    fails(kernel, '%%vat shop\ndef stock := 8\nthrow("no sale")')
    assert run(kernel, "%%vat shop\nstock") == ["7"]
    assert run(kernel, "stock") == ["7"]


def test_a_cell_may_define_a_name_again(kernel):
    run(kernel, "def price := 3")
    run(kernel, "def price := 5")
    assert run(kernel, "price + 1") == ["6"]


def test_data_and_frozen_objects_are_near_everywhere(kernel):
    run(kernel, 'def prices := ["apple" => 3, "pear" => 4]\ndef double(n :int) { return n * 2 }')
    assert run(kernel, 'double(prices["pear"])') == ["8"]
    run(kernel, "def quadruple(n :int) { return double(double(n)) }")
    assert run(kernel, "quadruple(2)") == ["8"]


def test_what_remembers_is_far_elsewhere(kernel):
    run(kernel, GATE)
    assert run(kernel, "Ref.isFar(gate)") == ["true"]
    error = fails(kernel, "gate.open()")
    assert "gate" in error["evalue"]
    told = error["evalue"] + "\n".join(error["traceback"])
    assert "cell 1" in told and "<-" in told and "%%vat" in told


def test_cells_of_one_vat_are_near_to_each_other(kernel):
    run(kernel, "%%vat gates\n" + GATE)
    assert run(kernel, "%%vat gates\ngate.open()\ngate.open()") == ["2"]
    assert run(kernel, "Ref.isFar(gate)") == ["true"]


def test_a_vat_for_all_later_cells(kernel):
    run(kernel, "%vat gates\n" + GATE)
    assert run(kernel, "gate.open()") == ["1"]
    run(kernel, "%vat new")
    assert run(kernel, "Ref.isFar(gate)") == ["true"]


def test_what_is_no_directive_is_told(kernel):
    assert fails(kernel, "%time 1 + 1")["ename"] == "UnknownDirective"


def test_interrupt_by_message_stops_a_loop_and_nothing_else(kernel):
    run(kernel, "def price := 3")
    asked = kernel.client.execute('println("on")\nwhile (true) {}')
    kernel.next_said("stream")
    interrupted = kernel.request("control", "interrupt_request", {})
    assert kernel.reply(interrupted, "control")["content"]["status"] == "ok"
    assert kernel.reply(asked)["content"]["ename"] == "Interrupted"
    assert run(kernel, "price") == ["3"]


def test_interrupt_by_signal(kernel):
    asked = kernel.client.execute('println("on")\nwhile (true) {}')
    kernel.next_said("stream")
    kernel.process.send_signal(signal.SIGINT)
    assert kernel.reply(asked)["content"]["ename"] == "Interrupted"
    assert run(kernel, "1") == ["1"]


def test_an_interrupt_while_nothing_runs_harms_no_later_cell(kernel):
    kernel.reply(kernel.request("control", "interrupt_request", {}), "control")
    assert run(kernel, "1 + 1") == ["2"]


def test_control_answers_while_a_cell_runs(kernel):
    asked = kernel.client.execute('println("on")\nwhile (true) {}')
    kernel.next_said("stream")
    info = kernel.request("control", "kernel_info_request", {})
    assert kernel.reply(info, "control")["content"]["implementation"] == "walnut"
    kernel.request("control", "interrupt_request", {})
    kernel.reply(asked)


def test_cells_behind_one_that_fails_are_aborted(kernel):
    first = kernel.client.execute('println("on")\nwhile (true) {}')
    second = kernel.client.execute("1")
    kernel.next_said("stream")
    kernel.request("control", "interrupt_request", {})
    assert kernel.reply(first)["content"]["status"] == "error"
    # A number would stand beside a cell that has not run.
    assert kernel.reply(second)["content"] == {"status": "aborted"}
    assert run(kernel, "2") == ["2"]


def test_recursion_without_end_is_a_problem(kernel):
    fails(kernel, "def dig(n :int) { return 1 + dig(n + 1) }\ndig(0)")
    assert run(kernel, "1") == ["1"]


def test_shutdown_ends_a_loop(kernel):
    kernel.client.execute('println("on")\nwhile (true) {}')
    kernel.next_said("stream")
    assert kernel.ask("control", "shutdown_request", {"restart": False})["status"] == "ok"
    assert kernel.process.wait(30) == 0


@pytest.mark.parametrize(
    "code,status",
    [("1 + 1", "complete"), ("def mint {", "incomplete"), ("%%vat bank\nmint", "complete"), ("}", "invalid")],
)
def test_is_complete(kernel, code, status):
    assert kernel.ask("shell", "is_complete_request", {"code": code})["status"] == status


def test_completion_knows_the_names_of_cells_and_of_e(kernel):
    run(kernel, "def purse := 3")
    content = kernel.ask("shell", "complete_request", {"code": "«»\npur", "cursor_pos": 6})
    assert "purse" in content["matches"]
    assert (content["cursor_start"], content["cursor_end"]) == (3, 6)
    assert "DeepFrozen" in kernel.ask("shell", "complete_request", {"code": "DeepFr", "cursor_pos": 6})["matches"]


def test_inspection_says_where_a_name_lives(kernel):
    run(kernel, GATE)
    content = kernel.ask("shell", "inspect_request", {"code": "gate", "cursor_pos": 2, "detail_level": 0})
    assert content["found"]
    assert "cell 1" in content["data"]["text/plain"]


def test_history(kernel):
    run(kernel, "1")
    run(kernel, "2", store_history=False)
    assert kernel.ask("shell", "history_request", {"hist_access_type": "tail", "n": 5, "output": False, "raw": True})["history"] == [[0, 1, "1"]]
