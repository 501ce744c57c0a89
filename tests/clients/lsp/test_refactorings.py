"""What the editor writes does what it says: the edit of a code action is applied, and the program is run."""

import subprocess

import pytest
import pytest_asyncio
from lsprotocol import types
from pytest_lsp import ClientServerConfig, client_capabilities

URI = "file:///page/safe.e"

SAFE = """\
def makeSafe(var coins :int) {
    def safe {
        to getCoins() { return coins }
        to put(more :int) { coins += more; return coins }
        to getKey() { return def key { to turn() { return coins } } }
        to ask(whom) { return whom.answer(safe) }
    }
    return safe
}
def safe {
    to getCoins() { return 10 }
    to put(more :int) { return 10 + more }
    to getKey() { return def key { to turn() { return "open" } } }
    to ask(whom) { return whom.answer(safe) }
}
"""


@pytest_asyncio.fixture
async def editor(walnut):
    client = await ClientServerConfig(server_command=[walnut, "lsp"]).start()
    capabilities = client_capabilities("visual-studio-code")
    # Nothing is on disk here that could be watched.
    capabilities.workspace.did_change_watched_files = None
    await client.initialize_session(types.InitializeParams(capabilities=capabilities, root_uri="file:///page"))
    client.text_document_did_open(
        types.DidOpenTextDocumentParams(
            types.TextDocumentItem(uri=URI, language_id="e", version=1, text=SAFE)
        )
    )
    yield client
    await client.shutdown_session()
    await client.stop()


def position(at):
    return types.Position(line=SAFE.count("\n", 0, at), character=at - (SAFE.rfind("\n", 0, at) + 1))


async def after(editor, title, start, end=None):
    """The page once the action of this title has been chosen for what stands from `start` to `end`."""
    range = types.Range(position(start), position(start if end is None else end))
    document = types.TextDocumentIdentifier(uri=URI)
    context = types.CodeActionContext(diagnostics=[])
    offered = await editor.text_document_code_action_async(types.CodeActionParams(document, range, context))
    action = next(it for it in offered if it.title.startswith(title))
    action = await editor.code_action_resolve_async(action)
    edits = [(offset(it.range.start), offset(it.range.end), it.new_text) for it in action.edit.changes[URI]]
    text = SAFE
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def offset(place):
    return sum(len(line) for line in SAFE.splitlines(keepends=True)[: place.line]) + place.character


def run(walnut, tmp_path, program):
    """What the program prints, and the problem that ends it."""
    page = tmp_path / "safe.e"
    page.write_text(program)
    it = subprocess.run([walnut, "run", str(page)], capture_output=True, text=True, timeout=60)
    assert it.returncode == (1 if it.stderr else 0), it.stderr
    return it.stdout.splitlines(), it.stderr


OBJECT = SAFE.rindex("def safe {") + 4

TELL = """
def tell(attempt) {
    try { println(attempt()) } catch _ { println("refused") }
}
"""


@pytest.mark.asyncio
async def test_a_facet_passes_on_what_it_names_and_nothing_else(editor, walnut, tmp_path):
    program = await after(editor, "Generate a facet of `safe`", OBJECT)
    # It is there to be cut down.
    kept = [it for it in program.splitlines(keepends=True) if "to put(arg1)" not in it]
    assert len(kept) == len(program.splitlines()) - 1
    program = "".join(kept) + TELL + "tell(fn { safeFacet.getCoins() })\ntell(fn { safeFacet.put(1) })\n"
    program += "safeFacet.put(1)\n"
    printed, problem = run(walnut, tmp_path, program)
    assert printed == ["10", "refused"]
    assert "put" in problem


@pytest.mark.asyncio
async def test_a_caretaker_passes_everything_on_until_it_is_revoked(editor, walnut, tmp_path):
    program = await after(editor, "Generate a caretaker for `safe`", OBJECT)
    program += TELL + """
def [safeCaretaker, revoker] := makeSafeCaretaker(safe)
tell(fn { safeCaretaker.put(5) })
revoker.revoke()
tell(fn { safeCaretaker.put(5) })
tell(fn { safe.put(5) })
safeCaretaker.put(5)
"""
    printed, problem = run(walnut, tmp_path, program)
    assert printed == ["15", "refused", "15"]
    assert problem.startswith("error: revoked")


@pytest.mark.asyncio
async def test_what_came_through_a_membrane_is_of_no_use_once_it_is_closed(editor, walnut, tmp_path):
    program = await after(editor, "Generate a membrane around `safe`", OBJECT)
    program += TELL + """
var inner := null
def spy { to answer(it) { inner := it; return it.getCoins() } }
def [wrapped, gate] := makeMembrane(safe)
def key := wrapped.getKey()
tell(fn { key.turn() })
tell(fn { wrapped.ask(spy) })
gate.close()
tell(fn { wrapped.getCoins() })
tell(fn { key.turn() })
tell(fn { inner.getCoins() })
tell(fn { safe.getCoins() })
key.turn()
"""
    printed, problem = run(walnut, tmp_path, program)
    # Refused are the safe, the key that it gave out, and itself as it was handed to the spy.
    assert printed == ["open", "10", "refused", "refused", "refused", "10"]
    assert "the membrane is closed" in problem


@pytest.mark.asyncio
async def test_an_extracted_object_does_what_its_methods_did(editor, walnut, tmp_path):
    method = "to put(more :int) { coins += more; return coins }"
    start = SAFE.index(method)
    program = await after(editor, "Extract into an object", start, start + len(method))
    assert "def safePart {" in program
    made = program[: program.index("\ndef safe {")]
    printed, _ = run(walnut, tmp_path, made + "\ndef it := makeSafe(1)\nprintln(it.put(4))\nprintln(it.getCoins())\n")
    assert printed == ["5", "5"]
