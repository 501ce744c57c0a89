"""The kernel as a front end meets it: started with a connection file of its own, spoken to over its sockets."""

import os
import subprocess

import pytest
from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.connect import write_connection_file

WALNUT = os.environ.get("WALNUT", "walnut")
PATIENCE = 30


class Kernel:
    """A kernel process and a client of it."""

    def __init__(self, folder, transport="tcp", environment=None, command=lambda run: run):
        self.connection_file = str(folder / "connection.json")
        ip = str(folder / "s") if transport == "ipc" else "127.0.0.1"
        write_connection_file(self.connection_file, key=b"a key", transport=transport, ip=ip)
        self.log = open(folder / "log", "w+")
        self.process = subprocess.Popen(
            command([WALNUT, "kernel", "run", self.connection_file]),
            stderr=self.log,
            # What is kept beyond a session is kept here and not with the person who runs the tests.
            env={**os.environ, "WALNUT_DATA": str(folder / "data"), **(environment or {})},
            cwd=folder,
        )
        self.client = BlockingKernelClient(connection_file=self.connection_file)
        self.client.load_connection_file()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=PATIENCE)

    def answer(self, text):
        """Waits for the question that the kernel puts, answers it, and gives its words."""
        question = self.client.get_stdin_msg(timeout=PATIENCE)
        assert question["msg_type"] == "input_request"
        self.client.input(text)
        return question["content"]["prompt"]

    def logged(self):
        self.log.flush()
        self.log.seek(0)
        return self.log.read()

    def execute(self, code, **options):
        """Runs a cell to its idle: the reply's content, and what was said on iopub with this cell as its parent."""
        asked = self.client.execute(code, **options)
        return self.reply(asked)["content"], self.said(asked)

    def reply(self, asked, channel="shell"):
        get = getattr(self.client, f"get_{channel}_msg")
        while True:
            message = get(timeout=PATIENCE)
            if message["parent_header"].get("msg_id") == asked:
                return message

    def said(self, asked):
        """What was said for a request, up to its idle."""
        messages = []
        while True:
            message = self.client.get_iopub_msg(timeout=PATIENCE)
            if message["parent_header"].get("msg_id") != asked:
                continue
            messages.append(message)
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                return messages

    def next_said(self, msg_type):
        """The next message of a type on iopub, whoever its parent is."""
        while True:
            message = self.client.get_iopub_msg(timeout=PATIENCE)
            if message["msg_type"] == msg_type:
                return message

    def request(self, channel, msg_type, content):
        message = self.client.session.msg(msg_type, content)
        getattr(self.client, f"{channel}_channel").send(message)
        return message["header"]["msg_id"]

    def ask(self, channel, msg_type, content):
        """A request that is not a cell: what the reply says."""
        return self.reply(self.request(channel, msg_type, content), channel)["content"]

    def start(self, code, cell=None, subshell=None):
        """Sends a cell as JupyterLab does: its own name for it is in the metadata."""
        message = self.client.session.msg("execute_request", {"code": code, "allow_stdin": True, "store_history": True})
        if cell:
            message["metadata"] = {"cellId": cell}
        if subshell:
            message["header"]["subshell_id"] = subshell
        self.client.shell_channel.send(message)
        return message["header"]["msg_id"]

    def close(self):
        self.client.stop_channels()
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.log.close()


@pytest.fixture
def kernel(tmp_path):
    it = Kernel(tmp_path)
    yield it
    it.close()


def of_type(messages, *types):
    return [it for it in messages if it["msg_type"] in types]


def shown(messages):
    """What a cell shows as text: its streams, results, displays and errors, in order."""
    texts = []
    for it in messages:
        content = it["content"]
        if it["msg_type"] == "stream":
            texts.append(content["text"])
        elif it["msg_type"] in ("execute_result", "display_data", "update_display_data"):
            texts.append(content["data"]["text/plain"])
        elif it["msg_type"] == "error":
            texts.append(f"{content['ename']}: {content['evalue']}")
    return texts
