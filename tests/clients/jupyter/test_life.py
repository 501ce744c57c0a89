"""How a kernel ends and begins again."""

import os
import select
import sys

import pytest
from conftest import PATIENCE, Kernel, of_type


def test_shutdown_is_answered_and_ends_the_process(kernel):
    asked = kernel.request("control", "shutdown_request", {"restart": False})
    assert kernel.reply(asked, "control")["content"] == {"status": "ok", "restart": False}
    assert of_type(kernel.said(asked), "shutdown_reply")
    assert kernel.process.wait(PATIENCE) == 0


def test_what_was_entered_last_is_kept(tmp_path):
    kernel = Kernel(tmp_path)
    kernel.execute("def mint := 1")
    kernel.request("control", "shutdown_request", {"restart": False})
    assert kernel.process.wait(PATIENCE) == 0
    kernel.close()
    kernel = Kernel(tmp_path)
    tail = kernel.ask("shell", "history_request", {"hist_access_type": "tail", "n": 1})["history"]
    kernel.close()
    assert [it[2] for it in tail] == ["def mint := 1"]


def test_everything_that_was_said_leaves_before_the_process_does(kernel):
    asked = kernel.client.execute("for i in 1..20_000 { println(`line $i`) }\nnull")
    kernel.reply(asked)
    # What is answered after the cell was said after its idle.
    kernel.ask("shell", "kernel_info_request", {})
    ended = kernel.request("control", "shutdown_request", {"restart": False})
    assert kernel.reply(ended, "control")["content"]["status"] == "ok"
    said = "".join(it["content"]["text"] for it in of_type(kernel.said(asked), "stream"))
    assert said.startswith("line 1\n") and said.count("\n") == 20_000
    assert of_type(kernel.said(ended), "shutdown_reply")


def test_shutdown_on_shell(kernel):
    assert kernel.ask("shell", "shutdown_request", {"restart": True}) == {"status": "ok", "restart": True}
    assert kernel.process.wait(PATIENCE) == 0


def ends(process_id):
    """Whether a process that is not our child ends before our patience does."""
    try:
        process = os.pidfd_open(process_id)
    except ProcessLookupError:
        return True
    with os.fdopen(process) as it:
        return bool(select.select([it], [], [], PATIENCE)[0])


ORPHANAGE = """
import os, subprocess, sys
child = subprocess.Popen(sys.argv[1:], env={**os.environ, "JPY_PARENT_PID": str(os.getpid())})
print(child.pid, flush=True)
child.wait()
"""


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="the end of another's process is waited for with pidfd_open, which only Linux has")
def test_a_kernel_does_not_outlive_its_front_end(tmp_path):
    def under_a_parent(run):
        return [sys.executable, "-c", ORPHANAGE, *run]

    pids = tmp_path / "pid"
    with open(pids, "w") as out:
        kernel = Kernel(tmp_path, command=lambda run: ["sh", "-c", 'exec "$@" > "$0"', str(pids), *under_a_parent(run)])
    child = int(pids.read_text())
    kernel.process.kill()
    kernel.close()
    assert ends(child)
