"""`jupyter console` in a pseudo-terminal: it never renders updates, so a promise gets a line when it settles."""

import os
import sys

import pexpect
import pytest
from conftest import PATIENCE


@pytest.fixture
def console(tmp_path):
    arguments = ["-m", "jupyter_console", "--kernel", "walnut", "--simple-prompt"]
    environment = {**os.environ, "WALNUT_DATA": str(tmp_path), "TERM": "dumb", "NO_COLOR": "1"}
    it = pexpect.spawn(sys.executable, arguments, timeout=PATIENCE, encoding="utf-8", env=environment, cwd=tmp_path)
    it.expect("In \\[1\\]")
    yield it
    it.close(force=True)


def test_a_console_says_what_became_of_a_promise(console):
    console.sendline("def [promise, resolver] := Ref.promise()")
    console.expect("<Promise>")
    console.expect("In \\[2\\]")
    console.sendline("6 * 7")
    console.expect("42")
    console.expect("In \\[3\\]")
    console.sendline("promise")
    console.expect("<Promise>")
    console.expect("In \\[4\\]")
    console.sendline("resolver <- resolve(8)")
    console.sendline("null")
    console.expect("\\[3\\] → 8")


def test_a_console_asks_for_powers(console):
    console.sendline("timer.now() > 0")
    console.expect("Cell 1 asks to know the time")
    console.sendline("s")
    console.expect("true")
