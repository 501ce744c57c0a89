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
