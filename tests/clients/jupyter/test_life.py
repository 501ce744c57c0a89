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
