"""Python beside E: a far reference, reachable by sends only, and a power like any other."""

import os
import sys

import pytest
from conftest import PATIENCE, Kernel, of_type, shown
from test_cells import fails, run
from test_grants import asks


@pytest.fixture
def kernel(tmp_path):
    (tmp_path / "odd.py").write_text(
        "import weakref\ncounters = weakref.WeakSet()\ndef alive(): return len(counters)\n"
        "class Counter:\n    def __init__(self):\n        self.count = 0\n        counters.add(self)\n    def next(self):\n        self.count += 1\n        return self.count\n"
        "class Picture:\n    def _repr_svg_(self): return '<svg/>'\n"
        "def fail(): raise ValueError('no such fruit')\n"
        "def add(one, other): return one + other\n"
        "def shout(word): print(word)\n"
        "def bump(counter): return counter.next()\n"
        "rows = [{'fruit': 'apple', 'cents': 30}, {'fruit': 'pear', 'cents': 45}]\n"
        "def die():\n    import os\n    os.kill(os.getpid(), 9)\n"
    )
    it = Kernel(tmp_path, environment={"WALNUT_PYTHON": sys.executable})
    yield it
    it.close()


def settled(kernel, code):
    """What the value of a cell is once it is there."""
    reply, said = kernel.execute(f"%%settle wait\n{code}")
    assert reply["status"] == "ok", reply
    return shown(said)


def odd(kernel):
    asks(kernel, "def odd := <python:odd>\nnull", "s")


def test_a_module_is_asked_for_and_takes_sends_only(kernel):
    question, reply, _ = asks(kernel, "def odd := <python:odd>\nnull", "s")
    assert "use the Python module `odd`" in question
    assert settled(kernel, "odd <- add(30, 12)")[1] == "42"
    assert "not synchronously callable" in fails(kernel, "odd.add(30, 12)")["evalue"]


def test_no_is_no(kernel):
    _, reply, _ = asks(kernel, "<python:odd> <- add(1, 2)", "n")
    assert reply["ename"] == "NotGranted"


def test_a_grant_is_for_that_module_only(kernel):
    odd(kernel)
    question, *_ = asks(kernel, "<python:os> <- getcwd()", "n")
    assert "`os`" in question


def test_data_is_copied_and_objects_are_far(kernel):
    odd(kernel)
    assert settled(kernel, 'odd <- add(["a" => [1, 2.5]]["a"], [null, true])')[1] == "[1, 2.5, null, true]"
    run(kernel, "def counter := odd <- Counter()\nnull")
    settled(kernel, "counter <- next()")
    assert settled(kernel, "counter <- next()")[1] == "2"
    assert settled(kernel, "odd <- bump(counter)")[1] == "3"


def test_rows_and_images_come_across(kernel):
    odd(kernel)
    reply, said = kernel.execute("%%settle wait\nodd <- rows()")
    (update,) = of_type(said, "update_display_data")
    assert "<th>fruit</th>" in update["content"]["data"]["text/html"]
    reply, said = kernel.execute("%%settle wait\n(odd <- Picture())")
    (update,) = of_type(said, "update_display_data")
    assert update["content"]["data"]["image/svg+xml"] == "<svg/>"


def test_an_exception_is_a_problem_with_its_traceback(kernel):
    odd(kernel)
    text = settled(kernel, "odd <- fail()")[1]
    assert "ValueError: no such fruit" in text and "odd.py" in text


def test_what_python_prints_is_seen(kernel):
    odd(kernel)
    _, said = kernel.execute('%%settle wait\nodd <- shout("hello")')
    assert "hello" in "".join(it["content"]["text"] for it in of_type(said, "stream"))


def test_an_object_of_e_does_not_go_over(kernel):
    odd(kernel)
    assert "only data" in settled(kernel, "odd <- add(1, def gate {})")[1]


def test_what_e_lets_go_of_python_lets_go_of(kernel):
    odd(kernel)
    run(kernel, "def counter := odd <- Counter()\nnull")
    settled(kernel, "counter <- next()")
    assert settled(kernel, "odd <- alive()")[1] == "1"
    run(kernel, "def counter := null")
    # Whoever asks what the vats hold has their garbage collected first.
    run(kernel, "%vats")
    assert settled(kernel, "odd <- alive()")[1] == "0"


def test_nothing_is_left_to_run_though_python_is_there(kernel):
    odd(kernel)
    assert settled(kernel, "odd <- add(1, 2)")[1] == "3"
    reply, said = kernel.execute("Ref.promise()[0]", allow_stdin=False)
    assert "nothing is left to run" in shown(said)[0]


def test_the_end_of_python_breaks_what_waits_and_nothing_else(kernel):
    odd(kernel)
    assert "the Python process has ended" in settled(kernel, "odd <- die()")[1]
    assert "ended" in settled(kernel, "odd <- add(1, 2)")[1]
    assert run(kernel, "1 + 1") == ["2"]


def test_revoking_ends_python(kernel):
    odd(kernel)
    run(kernel, "%revoke 1")
    assert "revoked" in settled(kernel, "odd <- add(1, 2)")[-1]
    asks(kernel, "def odd := <python:odd>\nnull", "s")
    assert settled(kernel, "odd <- add(1, 2)")[1] == "3"


# Stands in for Python: once a message has come, the process that was started ends, and a child of it answers when it may.
LATE = """#!{python}
import json, os, sys
for line in sys.stdin:
    question = json.loads(line)
    if question["do"] == "import":
        value = {{"ref": 1, "shown": "<python odd>"}}
    elif os.fork():
        os._exit(0)
    else:
        open({gate!r}).read()
        value = 42
    print(json.dumps({{"id": question["id"], "value": value}}), flush=True)
"""


def test_an_answer_that_comes_after_the_end_of_the_process_is_waited_for(tmp_path):
    gate, late = tmp_path / "gate", tmp_path / "late"
    os.mkfifo(gate)
    late.write_text(LATE.format(python=sys.executable, gate=str(gate)))
    late.chmod(0o755)
    kernel = Kernel(tmp_path, environment={"WALNUT_PYTHON": str(late)})
    try:
        odd(kernel)
        asked = kernel.client.execute("odd <- answer()", allow_stdin=False)
        # Somebody waits at the gate, so the process has ended; that is heard while other cells run.
        with open(gate, "w") as answer:
            for number in range(20):
                other = kernel.client.execute(str(number))
                message = kernel.client.get_shell_msg(timeout=PATIENCE)
                assert message["parent_header"]["msg_id"] == other, "the cell was answered without its value"
            answer.write("now")
        assert shown(kernel.said(asked)) == ["42"]
    finally:
        kernel.close()
