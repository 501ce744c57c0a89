"""`walnut repl` in a real terminal: a pseudo-terminal that answers what a terminal answers.

Nothing here sleeps: each step waits until the prompt has written what it should, or fails after a long while.
WALNUT names the program under test. Runs under pytest, and alone: `python3 -m unittest test_prompt`.
"""

import fcntl
import os
import pathlib
import pty
import re
import select
import signal
import struct
import subprocess
import tempfile
import termios
import time
import unittest

WALNUT = os.environ.get("WALNUT", "walnut")
PATIENCE = 60
ESCAPES = re.compile(r"\x1b(\[[0-9;?<>=]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|[()][0-9A-B]|[=>78M])")


class Terminal:
    """A terminal of 100 columns with `walnut repl` in it."""

    def __init__(self, state, *arguments):
        self.seen = ""
        self.raw = ""
        self.process, self.file = pty.fork()
        if self.process == 0:
            os.environ.update(TERM="xterm-256color", XDG_STATE_HOME=str(state), NO_COLOR="1")
            os.execvp(WALNUT, [WALNUT, "repl", *arguments])
        fcntl.ioctl(self.file, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))

    def read(self):
        """What has been written, as a person reads it; None when the program is gone."""
        ready, _, _ = select.select([self.file], [], [], 1)
        if not ready:
            return ""
        try:
            chunk = os.read(self.file, 65536).decode(errors="replace")
        except OSError:
            return None
        if not chunk:
            return None
        # "Where is the cursor?" wants an answer.
        for _ in range(chunk.count("\x1b[6n")):
            os.write(self.file, b"\x1b[5;1R")
        self.raw += chunk
        return ESCAPES.sub("", chunk)

    def expect(self, text):
        """Waits until `text` has been written since the last time; what was written before it comes back."""
        deadline = time.monotonic() + PATIENCE
        while text not in self.seen:
            if time.monotonic() > deadline:
                raise AssertionError(f"{text!r} did not come, but {self.seen!r}")
            chunk = self.read()
            if chunk is None:
                raise AssertionError(f"it ended before {text!r} came, with {self.seen!r}")
            self.seen += chunk
        before, self.seen = self.seen.split(text, 1)
        return before

    def type(self, text):
        os.write(self.file, text.encode())

    def ask(self, program, answer):
        self.type(program + "\r")
        return self.expect(answer)

    def ready(self):
        """Waits for the prompt."""
        self.expect("? ")

    def end(self):
        """Leaves by Ctrl-D; the exit code."""
        self.type("\x04")
        while self.read() is not None:
            pass
        _, status = os.waitpid(self.process, 0)
        os.close(self.file)
        return os.waitstatus_to_exitcode(status)


class PromptTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.state = pathlib.Path(self.folder.name)
        self.terminal = None

    def tearDown(self):
        if self.terminal is not None:
            try:
                os.kill(self.terminal.process, signal.SIGKILL)
                os.waitpid(self.terminal.process, 0)
            except (ProcessLookupError, ChildProcessError):
                pass
        self.folder.cleanup()

    def open(self, *arguments):
        self.terminal = Terminal(self.state, *arguments)
        self.terminal.expect(":help says what can be typed beside E.")
        self.terminal.ready()
        return self.terminal

    def test_values_are_answered_and_ctrl_d_ends(self):
        it = self.open()
        it.ask("def coins := 1 + 2", "# value: 3")
        it.ask("coins + 1", "# value: 4")
        it.ready()
        self.assertEqual(it.end(), 0)

    def test_a_program_goes_on_until_it_is_whole_and_is_moved_in(self):
        it = self.open()
        it.type("def purse {\r")
        it.expect("> ")
        it.type("to balance() { return 3 }\r")
        it.expect("    to balance()")
        it.type("}\r")
        it.expect("# value: <purse>")
        it.ask("purse.balance()", "# value: 3")

    def test_ctrl_c_stops_a_turn_and_keeps_the_session(self):
        it = self.open()
        it.ask("def coins := 3", "# value: 3")
        it.ready()
        it.type("println(\"begun\"); while (true) {}\r")
        # The terminal is out of the line editor's hands once the program runs.
        deadline = time.monotonic() + PATIENCE
        while not termios.tcgetattr(it.file)[3] & termios.ISIG and time.monotonic() < deadline:
            it.seen += it.read() or ""
        it.type("\x03")
        it.expect("interrupted")
        it.ask("coins", "# value: 3")

    def test_a_promise_that_settles_later_is_told(self):
        it = self.open()
        it.ask("def late := timer.whenPast(timer.now() + 200, fn { 40 + 2 })", "# value: <Promise>")
        it.expect("the promise of step 1 became 42")
        it.ask("late", "# value: 42")

    def test_verbs_are_completed_after_a_dot(self):
        it = self.open()
        it.ask("def purse { to balance() { return 3 } to deposit(n) { return n } }", "# value: <purse>")
        it.ready()
        it.type("purse.\t")
        it.expect("balance/0")
        it.type("\r")
        it.expect("balance(")
        it.ask(")", "# value: 3")

    def test_a_wrong_name_is_pointed_at_and_another_suggested(self):
        it = self.open()
        it.ask("def purse := 3", "# value: 3")
        it.ask("1 + pruse", "# problem: undefined variable: pruse")
        it.expect("did you mean `purse`?")

    def test_help_says_what_an_object_answers_to(self):
        it = self.open()
        it.ask("def purse { /** What is in it. */ to balance() { return 3 } }", "# value: <purse>")
        it.ask("help(purse)", "What is in it.")

    def test_a_saved_session_passes(self):
        page = self.state / "session.updoc"
        it = self.open()
        it.ask("def purse { to balance() { return 3 } }", "# value: <purse>")
        it.ask("purse.balance()", "# value: 3")
        it.ask("def [coins, box] := Ref.promise(); coins", "# value: <Promise>")
        it.ask("box.resolve(3)", "the promise of step 3 became 3")
        it.ask("println(coins)", "# stdout: 3")
        it.ready()
        it.ask(f":save {page}", "saved 5 steps")
        it.ready()
        self.assertEqual(it.end(), 0)
        self.assertEqual(subprocess.run([WALNUT, "updoc", page], capture_output=True).returncode, 0)

    def test_history_stays_and_is_private(self):
        it = self.open()
        it.ask("def coins := 30 + 3", "# value: 33")
        it.ready()
        it.end()
        history = self.state / "walnut" / "history"
        self.assertIn("30 + 3", history.read_text())
        self.assertEqual(history.stat().st_mode & 0o777, 0o600)
        again = self.open()
        again.type("\x1b[A")
        again.expect("30 + 3")
        again.type("\r")
        again.expect("# value: 33")


class CtrlC(unittest.TestCase):
    """Ctrl-C while `walnut run` runs a program that never ends."""

    def test_says_where_the_turn_was(self):
        with tempfile.TemporaryDirectory() as folder:
            program = pathlib.Path(folder, "count.e")
            program.write_text('println("counting")\nvar n := 0\nwhile (true) { n += 1 }\n')
            command = [WALNUT, "run", str(program)]
            pipe = subprocess.PIPE
            with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) as run:
                self.assertEqual(run.stdout.readline(), "counting\n")
                run.send_signal(signal.SIGINT)
                _, said = run.communicate(timeout=PATIENCE)
            self.assertEqual(run.returncode, 1, said)
            self.assertIn("the turn was interrupted", said)
            self.assertIn("count.e:3:", said)


if __name__ == "__main__":
    unittest.main()
