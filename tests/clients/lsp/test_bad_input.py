"""Broken messages are answered as the protocol says, and the process lives."""

import json
import subprocess
import threading

import pytest


class Wire:
    """The bytes themselves, for what a proper client cannot say."""

    def __init__(self, walnut):
        self.process = subprocess.Popen([walnut, "lsp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.last_id = 0

    def send_bytes(self, body):
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def send(self, **message):
        self.send_bytes(json.dumps({"jsonrpc": "2.0", **message}).encode())

    def receive(self):
        length = 0
        while (line := self.process.stdout.readline().strip()) != b"":
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        return json.loads(self.process.stdout.read(length))

    def request(self, method, params):
        self.last_id += 1
        self.send(id=self.last_id, method=method, params=params)
        while True:
            answer = self.receive()
            if answer.get("id") == self.last_id:
                return answer

    def open(self, uri, text):
        item = {"uri": uri, "languageId": "e", "version": 1, "text": text}
        self.send(method="textDocument/didOpen", params={"textDocument": item})
        while True:
            message = self.receive()
            if message.get("method") == "textDocument/publishDiagnostics" and message["params"]["uri"] == uri:
                return message["params"]["diagnostics"]


@pytest.fixture
def wire(walnut):
    it = Wire(walnut)
    it.request("initialize", {"capabilities": {}})
    it.send(method="initialized", params={})
    yield it
    it.request("shutdown", None)
    it.send(method="exit")
    assert it.process.wait(timeout=20) == 0


def still_answers(wire):
    return wire.open("file:///alive.e", "1 + coin\n")[0]["message"] == "undefined variable: coin"


def test_what_is_not_json_is_answered_with_a_parse_error(wire):
    wire.send_bytes(b"{ this is not json")
    assert wire.receive()["error"]["code"] == -32700
    assert still_answers(wire)


def test_a_message_that_is_no_request_is_refused(wire):
    wire.send_bytes(b'{"jsonrpc": "2.0", "id": {}, "method": 7}')
    assert "error" in wire.receive()
    assert still_answers(wire)


def test_an_unknown_method_is_refused(wire):
    assert wire.request("walnut/noSuchThing", {})["error"]["code"] == -32601
    assert still_answers(wire)


def test_wrong_parameters_are_refused(wire):
    assert "error" in wire.request("textDocument/hover", {"textDocument": 7})
    assert still_answers(wire)


def test_a_document_that_is_not_open_is_named(wire):
    params = {"textDocument": {"uri": "file:///gone.e"}, "position": {"line": 0, "character": 0}}
    assert "file:///gone.e" in wire.request("textDocument/hover", params)["error"]["message"]
    assert still_answers(wire)


def test_a_position_past_the_end_is_moved_to_the_end(wire):
    wire.open("file:///short.e", "null\n")
    params = {"textDocument": {"uri": "file:///short.e"}, "position": {"line": 900, "character": 900}}
    assert "error" not in wire.request("textDocument/hover", params)


@pytest.mark.parametrize(
    "text",
    [
        "def x := (" * 10_000,
        "`${" * 3_000,
        "\x00\ufffd\U0001f4b0" * 1_000,
        "[" * 10_000 + "]" * 10_000,
        "a + " * 50_000,
        "def purse {" + " to deposit(x) {" * 500,
    ],
    ids=["open parentheses", "open quasis", "odd characters", "nested lists", "a long sum", "open methods"],
)
def test_a_page_nobody_would_write_gets_its_errors(wire, text):
    assert wire.open("file:///odd.e", text) != []
    assert still_answers(wire)


def test_edits_faster_than_answers_end_with_the_last_text(wire):
    uri = "file:///quick.e"
    wire.open(uri, "def purse := 0\n")
    for version in range(2, 200):
        change = {"range": {"start": {"line": 0, "character": 13}, "end": {"line": 0, "character": 999}}}
        change["text"] = "coin" if version == 199 else str(version)
        wire.send(
            method="textDocument/didChange",
            params={"textDocument": {"uri": uri, "version": version}, "contentChanges": [change]},
        )
        wire.send(id=10_000 + version, method="textDocument/documentSymbol", params={"textDocument": {"uri": uri}})
    answered, last = set(), None
    while len(answered) < 198 or last != 199:
        message = wire.receive()
        if "id" in message:
            answered.add(message["id"])
        elif message["params"].get("uri") == uri:
            last = message["params"]["version"]
            messages = [it["message"] for it in message["params"]["diagnostics"]]
    assert messages == ["undefined variable: coin"]


def test_a_text_of_fifty_megabytes_is_not_looked_into(wire):
    uri = "file:///huge.e"
    assert [it["message"] for it in wire.open(uri, "coin + 1\n" * (50 << 17))] == [
        "56 MB of text are more than Walnut reads: at most 2 MB"
    ]
    params = {"textDocument": {"uri": uri}, "position": {"line": 7, "character": 1}}
    assert "at most 2 MB" in wire.request("textDocument/hover", params)["error"]["message"]
    assert still_answers(wire)
    change = {"textDocument": {"uri": uri, "version": 2}, "contentChanges": [{"text": "1\n"}]}
    wire.send(method="textDocument/didChange", params=change)
    message = wire.receive()
    assert (message["params"]["version"], message["params"]["diagnostics"]) == (2, [])


def test_a_client_that_dies_is_not_waited_for(walnut):
    it = Wire(walnut)
    it.request("initialize", {"capabilities": {}})
    it.send(method="initialized", params={})
    it.open("file:///last.e", "coin\n")
    it.process.stdin.close()
    it.process.stdout.close()
    it.process.wait(timeout=20)


def test_a_client_that_does_not_read_for_a_while_misses_nothing(wire):
    """More answers than a pipe has room for: the server goes on reading all the same."""
    uri = "file:///patient.e"
    wire.open(uri, "".join(f"def purse{n} {{ to get() {{ return {n} }} }}\n" for n in range(200)))
    count = 1_000

    def ask():
        for n in range(count):
            wire.send(id=20_000 + n, method="textDocument/documentSymbol", params={"textDocument": {"uri": uri}})

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(timeout=60)
    assert not asking.is_alive(), "the server has stopped reading"
    answers = [wire.receive() for _ in range(count)]
    assert {it["id"] for it in answers} == {20_000 + n for n in range(count)}
    assert all(len(it["result"]) == 200 for it in answers)


def test_files_that_are_no_text_or_too_long_do_not_keep_the_others_from_being_read(walnut, tmp_path):
    (tmp_path / "mint.emaker").write_text("def mint() {}\n")
    (tmp_path / "odd.emaker").write_bytes(b"def \xff\xfe odd() {}\n")
    (tmp_path / "huge.emaker").write_text("1 + 1\n" * (50 << 17))
    (tmp_path / "circle").symlink_to(tmp_path)
    (tmp_path / "nothing.emaker").symlink_to(tmp_path / "gone")
    it = Wire(walnut)
    folder = {"uri": tmp_path.as_uri(), "name": "page"}
    it.request("initialize", {"capabilities": {}, "workspaceFolders": [folder]})
    it.send(method="initialized", params={})
    found = []
    while not found:
        found = it.request("workspace/symbol", {"query": "mint"})["result"]
    assert [symbol["location"]["uri"] for symbol in found] == [(tmp_path / "mint.emaker").as_uri()]
    assert it.request("walnut/status", None)["result"]["files"] == 2
    it.request("shutdown", None)
    it.send(method="exit")
    assert it.process.wait(timeout=20) == 0
