"""How soon the kernel is ready, how fast it answers, what it weighs: `cargo xtask bench --kernel`.

A raw client: sockets of zmq and messages of our own, so that the figures are the kernel's and not a library's; one
figure is of the library that front ends use, `jupyter_client`. Every figure checks the answer it times.
"""

import hashlib
import hmac
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import uuid

import zmq
from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.connect import write_connection_file

RUNS = 9
EXECUTES = 1000
KEY = b"a key"


class Client:
    def __init__(self, command, folder):
        path = os.path.join(folder, f"{uuid.uuid4()}.json")
        self.path, self.connection = write_connection_file(path, key=KEY)
        self.context = zmq.Context.instance()
        self.shell = self.connect(zmq.DEALER, "shell_port")
        self.iopub = self.connect(zmq.SUB, "iopub_port")
        self.iopub.setsockopt(zmq.SUBSCRIBE, b"")
        # A connection that is refused is tried again at once: the kernel's start is timed, not zmq's patience.
        self.started = time.perf_counter()
        self.process = subprocess.Popen([path if it == "{connection_file}" else it for it in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.send("kernel_info_request", {})
        assert self.reply()["language_info"]["name"] in ("e", "python")
        self.ready = time.perf_counter() - self.started

    def connect(self, kind, port):
        socket = self.context.socket(kind)
        socket.setsockopt(zmq.LINGER, 0)
        socket.setsockopt(zmq.RCVTIMEO, 30_000)
        socket.setsockopt(zmq.RECONNECT_IVL, 1)
        socket.connect(f"tcp://127.0.0.1:{self.connection[port]}")
        return socket

    def send(self, msg_type, content):
        self.asked = uuid.uuid4().hex
        header = {"msg_id": self.asked, "msg_type": msg_type, "session": "bench", "username": "", "version": "5.3"}
        parts = [json.dumps(it).encode() for it in (header, {}, {}, content)]
        signature = hmac.new(KEY, b"".join(parts), hashlib.sha256).hexdigest().encode()
        self.shell.send_multipart([b"<IDS|MSG>", signature, *parts])

    def reply(self):
        return json.loads(self.shell.recv_multipart()[-1])

    def until_idle(self):
        """What was said on iopub until this request's idle."""
        said = []
        while True:
            frames = self.iopub.recv_multipart()
            header, parent, _, content = (json.loads(it) for it in frames[frames.index(b"<IDS|MSG>") + 2 :])
            if parent and parent.get("msg_id") == self.asked:
                said.append((header["msg_type"], content))
                if content.get("execution_state") == "idle":
                    return said

    def execute(self, code):
        """Seconds to the reply, and to the idle after it; and what was shown."""
        start = time.perf_counter()
        self.send("execute_request", {"code": code, "silent": False, "store_history": True, "allow_stdin": True})
        reply = self.reply()
        replied = time.perf_counter() - start
        said = self.until_idle()
        assert reply["status"] == "ok", reply
        results = [content["data"]["text/plain"] for kind, content in said if kind == "execute_result"]
        return replied, time.perf_counter() - start, results

    def through_jupyter_client(self):
        """Seconds to the reply of `1` and its idle, as a front end of Jupyter's own library sees it: 21 times."""
        client = BlockingKernelClient(connection_file=self.path)
        client.load_connection_file()
        client.start_channels()
        client.wait_for_ready(timeout=30)
        taken = []
        for _ in range(21):
            start = time.perf_counter()
            asked = client.execute("1")
            assert client.get_shell_msg(timeout=30)["content"]["status"] == "ok"
            shown = None
            while True:
                message = client.get_iopub_msg(timeout=30)
                if message["parent_header"].get("msg_id") != asked:
                    continue
                if message["msg_type"] == "execute_result":
                    shown = message["content"]["data"]["text/plain"]
                if message["content"].get("execution_state") == "idle":
                    break
            taken.append(time.perf_counter() - start)
            assert shown == "1", shown
        client.stop_channels()
        return taken

    def resident(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            return next(int(it.split()[1]) / 1024 for it in status if it.startswith("VmRSS"))

    def cpu(self):
        with open(f"/proc/{self.process.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def close(self):
        self.send("shutdown_request", {"restart": False})
        self.reply()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.shell.close()
        self.iopub.close()

    def interrupted(self):
        """Seconds from an interrupt of a loop without end to the reply of its cell."""
        control = self.connect(zmq.DEALER, "control_port")
        self.send("execute_request", {"code": 'println("on")\nwhile (true) {}', "allow_stdin": True})
        asked = self.asked
        while json.loads(self.iopub.recv_multipart()[-1]).get("text") != "on\n":
            pass
        start = time.perf_counter()
        shell, self.shell = self.shell, control
        self.send("interrupt_request", {})
        self.shell, self.asked = shell, asked
        assert self.reply()["ename"] == "Interrupted"
        taken = time.perf_counter() - start
        self.until_idle()
        control.close()
        return taken


def kernels(walnut):
    """Who is measured: ours, and those Python kernels that are installed beside the clients."""
    found = {"walnut": [walnut, "kernel", "run", "{connection_file}"]}
    for who, name in (("ipykernel", "python3"), ("xeus-python", "xpython")):
        path = os.path.join(sys.prefix, "share", "jupyter", "kernels", name, "kernel.json")
        if os.path.exists(path):
            with open(path) as spec:
                command = json.load(spec)["argv"]
            found[who] = [sys.executable if it.startswith("python") else it for it in command]
        else:
            print(f"{who} is not installed: not measured", file=sys.stderr)
    return found


BENCHES = (
    ("start to kernel_info_reply", "ms"),
    ("`1` to its reply", "ms"),
    ("`1` to its idle", "ms"),
    ("`1` to its idle, through jupyter_client", "ms"),
    ("1000 cells, one after another", "s"),
    ("processor time of 1000 cells", "s"),
    ("resident when ready", "MB"),
    ("resident after 1002 cells", "MB"),
    ("interrupt of a loop to its reply", "ms"),
)


def measure(command, folder, figures, whole, interrupts):
    client = Client(command, folder)
    figures["start to kernel_info_reply"].append(client.ready * 1000)
    figures["resident when ready"].append(client.resident())
    client.execute("1")
    replied, idled, shown = client.execute("1")
    assert shown == ["1"], shown
    figures["`1` to its reply"].append(replied * 1000)
    figures["`1` to its idle"].append(idled * 1000)
    if whole:
        before = client.cpu()
        start = time.perf_counter()
        for number in range(EXECUTES):
            shown = client.execute(str(number))[2]
            assert shown == [str(number)], shown
        figures["1000 cells, one after another"].append(time.perf_counter() - start)
        figures["processor time of 1000 cells"].append((client.cpu() - before) * 1000 / EXECUTES)
        figures["resident after 1002 cells"].append(client.resident())
        taken = client.through_jupyter_client()
        figures["`1` to its idle, through jupyter_client"].extend(it * 1000 for it in taken)
    if interrupts:
        figures["interrupt of a loop to its reply"].append(client.interrupted() * 1000)
    client.close()


def main(walnut, written):
    found = kernels(walnut)
    figures = {who: {bench: [] for bench, _ in BENCHES} for who in found}
    with tempfile.TemporaryDirectory() as folder:
        os.environ["WALNUT_DATA"] = folder
        # In turns, so that whatever else the machine does is felt by all.
        for run in range(RUNS):
            for who, command in found.items():
                measure(command, folder, figures[who], run < 3, who == "walnut")
    table = [
        {"bench": f"kernel: {bench}", "who": who, "unit": unit, "median": statistics.median(runs), "runs": runs}
        for bench, unit in BENCHES
        for who in found
        if (runs := figures[who][bench])
    ]
    with open(written, "w") as file:
        json.dump(table, file, indent=1)
    print("| bench | who | median | fastest | slowest |\n|---|---|--:|--:|--:|")
    for row in table:
        numbers = " | ".join(f"{it:.2f} {row['unit']}" for it in (row["median"], min(row["runs"]), max(row["runs"])))
        print(f"| {row['bench']} | {row['who']} | {numbers} |")


if __name__ == "__main__":
    main(*sys.argv[1:])
