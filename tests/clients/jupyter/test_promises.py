"""A cell whose value is a promise, as each kind of front end sees it resolve."""

import nbformat
from conftest import PATIENCE, of_type, shown
from nbclient import NotebookClient

def run(kernel, code, **options):
    reply, said = kernel.execute(code, **options)
    assert reply["status"] == "ok", reply
    return said


def display_id(message):
    return message["content"]["transient"]["display_id"]


def test_a_promise_is_shown_at_once_and_replaced_when_it_settles(kernel):
    said = run(kernel, "def [promise, resolver] := Ref.promise()\npromise")
    (first,) = of_type(said, "display_data")
    assert shown(said) == ["<Promise>"]
    said = run(kernel, 'resolver <- resolve("settled")\nnull')
    updates = of_type(said, "update_display_data") or [kernel.next_said("update_display_data")]
    assert [it["content"]["data"]["text/plain"] for it in updates] == ['"settled"']
    assert display_id(updates[0]) == display_id(first)
    assert updates[0]["content"]["metadata"] == first["content"]["metadata"]


def test_a_send_settles_by_itself(kernel):
    run(kernel, "def double(n :int) { return n * 2 }")
    asked = kernel.client.execute("double <- run(4)")
    first = kernel.next_said("display_data")
    update = kernel.next_said("update_display_data")
    assert update["content"]["data"]["text/plain"] == "8"
    assert display_id(update) == display_id(first)
    assert update["parent_header"]["msg_id"] == asked
    # A batch front end listens to the request that runs, so the next one hears it again.
    said = run(kernel, "null")
    assert [display_id(it) for it in of_type(said, "update_display_data")] == [display_id(first)]
    assert of_type(run(kernel, "null"), "update_display_data") == []


def test_a_broken_promise_says_why(kernel):
    run(kernel, 'def sell(n :int) { throw(`no $n apples`) }')
    kernel.client.execute("sell <- run(4)")
    update = kernel.next_said("update_display_data")
    text = update["content"]["data"]["text/plain"]
    assert text.startswith("<ref broken by")
    assert "problem: no 4 apples" in text
    assert "cell 1, line 1" in text


def test_promises_inside_lists_and_maps(kernel):
    run(kernel, "def double(n :int) { return n * 2 }")
    kernel.client.execute('[double <- run(4), ["pear" => double <- run(5)]]')
    first = kernel.next_said("display_data")
    assert first["content"]["data"]["text/plain"] == '[<Promise>, ["pear" => <Promise>]]'
    last = None
    while last != '[8, ["pear" => 10]]':
        last = kernel.next_said("update_display_data")["content"]["data"]["text/plain"]


def test_running_a_cell_again_does_not_touch_its_former_output(kernel):
    run(kernel, "def double(n :int) { return n * 2 }")
    ids = set()
    for _ in range(2):
        kernel.client.execute("double <- run(4)", store_history=False)
        ids.add(display_id(kernel.next_said("display_data")))
        kernel.next_said("update_display_data")
    assert len(ids) == 2


def test_a_front_end_that_stops_listening_is_answered_when_the_promise_settles(kernel):
    run(kernel, "def double(n :int) { return n * 2 }")
    said = run(kernel, "double <- run(4)", allow_stdin=False)
    assert shown(said) == ["8"]
    assert of_type(said, "update_display_data") == []


def test_or_when_nothing_is_left_to_run(kernel):
    said = run(kernel, "def [promise, resolver] := Ref.promise()\npromise", allow_stdin=False)
    assert shown(said) == ["<Promise> (unresolved: nothing is left to run)"]
    (first,) = of_type(said, "display_data")
    said = run(kernel, "resolver <- resolve(7)", allow_stdin=False)
    (update,) = of_type(said, "update_display_data")
    assert display_id(update) == display_id(first)
    assert update["content"]["data"]["text/plain"] == "7"


def test_a_promise_that_can_never_settle_says_why(kernel):
    kernel.client.execute("Ref.promise()[0]")
    first = kernel.next_said("display_data")
    update = kernel.next_said("update_display_data")
    assert display_id(update) == display_id(first)
    text = update["content"]["data"]["text/plain"]
    assert text.startswith("<Promise>\n") and "resolver" in text
    (shown_at_once,) = shown(run(kernel, "Ref.promise()[0]", allow_stdin=False))
    assert "unresolved" in shown_at_once and "resolver" in shown_at_once


def test_one_that_somebody_may_settle_says_nothing(kernel):
    run(kernel, "def [promise, resolver] := Ref.promise()\npromise")
    assert of_type(run(kernel, "null"), "update_display_data") == []


def test_an_interrupt_lets_go_of_a_cell_that_waits(kernel):
    spin = "def spin { to again() { spin <- again() } }"
    asked = kernel.client.execute(f"def [promise, resolver] := Ref.promise()\n{spin}\nspin <- again()\npromise", allow_stdin=False)
    kernel.next_said("execute_input")
    kernel.request("control", "interrupt_request", {})
    assert kernel.reply(asked)["content"]["ename"] == "Interrupted"
    assert shown(run(kernel, "1", allow_stdin=False)) == ["1"]


def test_late_output_lands_under_the_cell_that_caused_it(kernel):
    asked = kernel.client.execute('def shout {\n    to hear(word) { println(word) }\n}\nshout <- hear("late")\nnull')
    kernel.reply(asked)
    stream = kernel.next_said("stream")
    assert stream["content"]["text"] == "late\n"
    assert stream["parent_header"]["msg_id"] == asked


def test_output_of_a_batch_cell_is_there_before_its_idle(kernel):
    code = 'def shout {\n    to hear(word) { println(word) }\n}\nshout <- hear("late")\nnull'
    assert shown(run(kernel, code, allow_stdin=False)) == ["late\n"]


def executed(*codes):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(it) for it in codes])
    NotebookClient(notebook, kernel_name="walnut", timeout=PATIENCE, allow_errors=True).execute()
    return [[output_text(it) for it in cell.outputs] for cell in notebook.cells]


def output_text(output):
    if output.output_type == "stream":
        return output.text
    if output.output_type == "error":
        return f"{output.ename}: {output.evalue}"
    return output.data["text/plain"]


def test_nbclient_keeps_every_result():
    outputs = executed(
        "def double(n :int) { return n * 2 }\ndouble(2)",
        "double <- run(4)",
        "def [promise, resolver] := Ref.promise()\npromise",
        "resolver <- resolve(7)",
        "promise",
    )
    assert outputs[:3] == [["4"], ["8"], ["7"]]
    assert outputs[4] == ["7"]
