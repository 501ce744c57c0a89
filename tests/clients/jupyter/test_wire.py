"""What arrives on the sockets may be anything; the kernel answers as the protocol says and goes on."""

import json

import pytest
import zmq
from conftest import PATIENCE, Kernel, of_type
from jupyter_client.session import Session

CHANNELS = ("shell", "control")


def raw(kernel, channel):
    """A socket of our own to one of the kernel's channels, for what no client would send."""
    context = zmq.Context.instance()
    socket = context.socket(zmq.DEALER)
    socket.setsockopt(zmq.LINGER, 0)
    socket.setsockopt(zmq.RCVTIMEO, PATIENCE * 1000)
    socket.connect(kernel.client._make_url(channel))
    return socket


def still_answers(kernel, channel):
    asked = kernel.request(channel, "kernel_info_request", {})
    return kernel.reply(asked, channel)["content"]["status"] == "ok"


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize(
    "frames",
    [
        [b""],
        [b"<IDS|MSG>"],
        [b"no delimiter", b"at all"],
        [b"<IDS|MSG>", b"signature"],
        [b"<IDS|MSG>", b"signature", b"{}", b"{}"],
        [b"<IDS|MSG>", b"", b"\xff\xfe", b"\x00", b"{}", b"{}"],
        [b"<IDS|MSG>", b"x" * 1_000_000, b"{}", b"{}", b"{}", b"{}"],
    ],
    ids=["empty", "only-delimiter", "no-delimiter", "no-parts", "few-parts", "not-utf-8", "large"],
)
def test_malformed_frames_are_ignored(kernel, channel, frames):
    with raw(kernel, channel) as socket:
        socket.send_multipart(frames)
    assert still_answers(kernel, channel)


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_wrong_signature_is_ignored_and_logged(kernel, channel):
    forger = Session(key=b"another key")
    with raw(kernel, channel) as socket:
        forger.send(socket, "kernel_info_request", {})
        assert still_answers(kernel, channel)
        assert socket.poll(50) == 0
    assert "signature is wrong" in kernel.logged()


@pytest.mark.parametrize("channel", CHANNELS)
def test_content_that_is_not_json_is_refused(kernel, channel):
    session = kernel.client.session
    header = session.msg_header("execute_request")
    parts = [session.pack(header), b"{}", b"{}", b'{"code": ']
    with raw(kernel, channel) as socket:
        socket.send_multipart([b"<IDS|MSG>", session.sign(parts), *parts])
        reply = session.recv(socket, mode=0)[1]
    assert reply["msg_type"] == "execute_reply"
    assert reply["content"]["status"] == "error"
    assert reply["parent_header"]["msg_id"] == header["msg_id"]
    assert still_answers(kernel, channel)


@pytest.mark.parametrize("content", [{}, {"code": 7}, {"code": "1", "silent": "yes", "store_history": None}])
def test_a_request_with_missing_or_odd_fields_is_answered(kernel, content):
    asked = kernel.request("shell", "execute_request", content)
    assert kernel.reply(asked)["msg_type"] == "execute_reply"
    states = [it["content"]["execution_state"] for it in of_type(kernel.said(asked), "status")]
    assert states == ["busy", "idle"]


@pytest.mark.parametrize("channel", CHANNELS)
def test_an_unknown_request_is_refused(kernel, channel):
    asked = kernel.request(channel, "juggle_request", {"balls": 3})
    reply = kernel.reply(asked, channel)
    assert reply["msg_type"] == "juggle_reply"
    assert reply["content"]["status"] == "error"


def test_unknown_header_fields_come_back(kernel):
    message = kernel.client.session.msg("kernel_info_request", {})
    message["header"]["subshell_id"] = "one"
    kernel.client.shell_channel.send(message)
    reply = kernel.reply(message["header"]["msg_id"])
    assert reply["parent_header"]["subshell_id"] == "one"


def test_the_heartbeat_is_an_echo(kernel):
    context = zmq.Context.instance()
    with context.socket(zmq.REQ) as socket:
        socket.setsockopt(zmq.LINGER, 0)
        socket.setsockopt(zmq.RCVTIMEO, PATIENCE * 1000)
        socket.connect(kernel.client._make_url("hb"))
        for beat in (b"beat", b"", b"\x00" * 10_000):
            socket.send(beat)
            assert socket.recv() == beat


def test_ipc(tmp_path):
    kernel = Kernel(tmp_path, transport="ipc")
    try:
        assert still_answers(kernel, "shell")
        assert still_answers(kernel, "control")
    finally:
        kernel.close()


def subscriber(kernel, topic=b""):
    """A front end of iopub alone: how it reads what is said, and how it was welcomed."""
    socket = zmq.Context.instance().socket(zmq.SUB)
    socket.setsockopt(zmq.LINGER, 0)
    socket.setsockopt(zmq.RCVTIMEO, PATIENCE * 1000)
    socket.setsockopt(zmq.SUBSCRIBE, topic)
    socket.connect(kernel.client._make_url("iopub"))
    session = Session(key=b"a key")
    read = lambda: session.recv(socket, mode=0)
    return socket, read, read()


@pytest.mark.parametrize("transport", ["tcp", "ipc"])
def test_who_subscribes_is_welcomed_and_hears_all_from_then_on(tmp_path, transport):
    kernel = Kernel(tmp_path, transport=transport)
    try:
        for topic in (b"", b"stream"):
            socket, read, (identities, welcome) = subscriber(kernel, topic)
            with socket:
                assert (welcome["msg_type"], identities) == ("iopub_welcome", [topic])
                assert welcome["content"] == {"subscription": topic.decode()}
                assert welcome["parent_header"] == {}
                kernel.execute('println("heard")')
                assert topic or read()[1]["content"]["execution_state"] == "busy"
                while (said := read()[1])["msg_type"] != "stream":
                    assert not topic
                assert said["content"]["text"] == "heard\n"
    finally:
        kernel.close()


def test_a_subscriber_that_does_not_read_stalls_nobody(kernel):
    import socket
    import struct

    # By hand, because zeromq's own sockets read whether they are asked or not.
    deaf = socket.create_connection(("127.0.0.1", kernel.client.iopub_port))
    deaf.sendall(b"\xff" + bytes(8) + b"\x7f\x03\x00NULL" + bytes(48))
    body = b"\x05READY\x0bSocket-Type" + struct.pack(">I", 3) + b"SUB"
    deaf.sendall(bytes([4, len(body)]) + body + b"\x00\x01\x01")
    try:
        for _ in range(8):
            reply, said = kernel.execute('"x" * 20_000_000')
            assert len(of_type(said, "execute_result")[0]["content"]["data"]["text/plain"]) > 20_000_000
        assert "does not read" in kernel.logged()
    finally:
        deaf.close()
    assert kernel.execute("1")[0]["status"] == "ok"


def test_who_speaks_another_protocol_is_sent_away(kernel):
    import socket

    with socket.create_connection(("127.0.0.1", kernel.client.iopub_port)) as stranger:
        stranger.settimeout(PATIENCE)
        stranger.sendall(b"GET / HTTP/1.1\r\nHost: here\r\nAccept: everything that there is\r\n\r\n")
        try:
            while stranger.recv(1000):
                pass
        except ConnectionResetError:
            pass
    assert kernel.execute("1")[0]["status"] == "ok"


def test_a_front_end_that_vanishes_and_comes_back(kernel):
    from jupyter_client.blocking import BlockingKernelClient

    kernel.client.execute("def purse := 7")
    kernel.client.stop_channels()
    kernel.client = BlockingKernelClient(connection_file=kernel.connection_file)
    kernel.client.load_connection_file()
    kernel.client.start_channels()
    kernel.client.wait_for_ready(timeout=PATIENCE)
    reply, said = kernel.execute("purse")
    assert of_type(said, "execute_result")[0]["content"]["data"]["text/plain"] == "7"


def test_a_comm_is_closed_again(kernel):
    asked = kernel.request("shell", "comm_open", {"comm_id": "c1", "target_name": "jupyter.widget", "data": {}})
    closed = of_type(kernel.said(asked), "comm_close")
    assert [it["content"]["comm_id"] for it in closed] == ["c1"]
    assert kernel.ask("shell", "comm_info_request", {}) == {"status": "ok", "comms": {}}


def test_no_connection_file_is_said(tmp_path):
    import subprocess

    from conftest import WALNUT

    for text in (None, "not JSON", json.dumps({"transport": "tcp"})):
        path = tmp_path / "connection.json"
        if text is not None:
            path.write_text(text)
        run = subprocess.run([WALNUT, "kernel", "run", str(path)], capture_output=True, text=True, timeout=PATIENCE)
        assert run.returncode != 0
        assert "connection" in run.stderr
        assert "panicked" not in run.stderr
