"""The kernel as a child process: the same messages in lines, on standard input and output."""

import json
import os
import subprocess

import pytest
from conftest import PATIENCE, WALNUT


class Pipe:
    def __init__(self, folder):
        self.process = subprocess.Popen(
            [WALNUT, "kernel", "pipe"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=folder,
            env={**os.environ, "WALNUT_DATA": str(folder / "data")},
        )
        self.count = 0

    def write(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def send(self, channel, msg_type, **content):
        self.count += 1
        header = {"msg_id": str(self.count), "msg_type": msg_type}
        self.write(json.dumps({"channel": channel, "header": header, "content": content}))
        return str(self.count)

    def hear(self, msg_type):
        """The next message of a type."""
        for line in self.process.stdout:
            message = json.loads(line)
            if message["header"]["msg_type"] == msg_type:
                return message
        raise AssertionError(f"the kernel ended without a {msg_type}")


@pytest.fixture
def pipe(tmp_path):
    it = Pipe(tmp_path)
    yield it
    it.process.kill()
    it.process.communicate()


def test_a_promise_is_shown_and_shown_again(pipe):
    asked = pipe.send("shell", "execute_request", code="def double(n) { return n * 2 }\ndouble <- run(21)", allow_stdin=True)
    first = pipe.hear("display_data")
    update = pipe.hear("update_display_data")
    assert first["channel"] == "iopub" and first["parent_header"]["msg_id"] == asked
    assert update["content"]["data"]["text/plain"] == "42"
    assert update["content"]["transient"] == first["content"]["transient"]


def test_an_interrupt_and_a_question(pipe):
    asked = pipe.send("shell", "execute_request", code="while (true) {}", allow_stdin=True)
    pipe.hear("execute_input")
    pipe.send("control", "interrupt_request")
    reply = pipe.hear("execute_reply")
    assert (reply["channel"], reply["parent_header"]["msg_id"]) == ("shell", asked)
    assert reply["content"]["ename"] == "Interrupted"
    pipe.send("shell", "execute_request", code="stdin.takeLine()", allow_stdin=True)
    assert pipe.hear("input_request")["channel"] == "stdin"
    pipe.send("stdin", "input_reply", value="walnut")
    assert pipe.hear("update_display_data")["content"]["data"]["text/plain"] == '"walnut"'


def test_what_is_no_message_is_passed_over(pipe):
    for line in ("{", "[1]", '{"header": {}}', "é"):
        pipe.write(line)
    pipe.send("shell", "execute_request", code="1 + 1")
    assert pipe.hear("execute_result")["content"]["data"]["text/plain"] == "2"


def test_it_ends_with_its_input(pipe):
    pipe.send("shell", "kernel_info_request")
    pipe.hear("kernel_info_reply")
    pipe.process.stdin.close()
    assert pipe.process.wait(PATIENCE) == 0
    pipe.process.stdin = None


def test_shutdown(pipe):
    pipe.send("control", "shutdown_request", restart=False)
    assert pipe.hear("shutdown_reply")["content"] == {"status": "ok", "restart": False}
    assert pipe.process.wait(PATIENCE) == 0
