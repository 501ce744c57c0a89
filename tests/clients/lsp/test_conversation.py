"""What an editor asks while somebody reads and edits a page of E."""

import pytest
import pytest_asyncio
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

URI = "file:///page/purse.e"


@pytest_asyncio.fixture
async def editor(walnut, purse):
    config = ClientServerConfig(server_command=[walnut, "lsp"])
    client = await config.start()
    capabilities = client_capabilities("visual-studio-code")
    # A client that can ask for diagnostics is not told of them; these tests wait to be told.
    capabilities.text_document.diagnostic = None
    await client.initialize_session(
        types.InitializeParams(capabilities=capabilities, root_uri="file:///page")
    )
    open_page(client, purse)
    await client.wait_for_notification("textDocument/publishDiagnostics")
    yield client
    await client.shutdown_session()
    await client.stop()


def open_page(client, text, uri=URI):
    client.text_document_did_open(
        types.DidOpenTextDocumentParams(
            types.TextDocumentItem(uri=uri, language_id="e", version=1, text=text)
        )
    )


def place(text, word, occurrence=0):
    """The position of the nth `word` of `text`."""
    at = -1
    for _ in range(occurrence + 1):
        at = text.index(word, at + 1)
    line = text.count("\n", 0, at)
    return types.Position(line=line, character=at - (text.rfind("\n", 0, at) + 1))


def document(uri=URI):
    return types.TextDocumentIdentifier(uri=uri)


async def hover(client, position):
    answer = await client.text_document_hover_async(
        types.HoverParams(text_document=document(), position=position)
    )
    return answer.contents.value if answer else ""


async def edit(client, version, range, text):
    client.text_document_did_change(
        types.DidChangeTextDocumentParams(
            text_document=types.VersionedTextDocumentIdentifier(uri=URI, version=version),
            content_changes=[types.TextDocumentContentChangePartial(range=range, text=text)],
        )
    )
    await client.wait_for_notification("textDocument/publishDiagnostics")
    return client.diagnostics[URI]


@pytest.mark.asyncio
async def test_a_good_page_has_no_diagnostics(editor):
    assert list(editor.diagnostics[URI]) == []


@pytest.mark.asyncio
async def test_a_fault_appears_where_it_is_and_goes_when_it_is_mended(editor, purse):
    start = place(purse, "alice.getBalance")
    end = types.Position(line=start.line, character=start.character + len("alice"))
    wrong = await edit(editor, 2, types.Range(start, end), "alise")
    said = "undefined variable: alise; did you mean `alice`?"
    assert [(it.range.start, it.message) for it in wrong] == [(start, said)]
    assert list(await edit(editor, 3, types.Range(start, end), "alice")) == []


@pytest.mark.asyncio
async def test_the_verdict_of_each_object_stands_at_its_definition(editor, purse):
    hints = await editor.text_document_inlay_hint_async(
        types.InlayHintParams(
            text_document=document(),
            range=types.Range(types.Position(0, 0), types.Position(len(purse.splitlines()), 0)),
        )
    )
    def label(hint):
        return hint.label if isinstance(hint.label, str) else "".join(part.value for part in hint.label)

    by_line = {purse.splitlines()[it.position.line].strip(): label(it) for it in hints}
    assert "DeepFrozen" in by_line["def describe() :String {"]
    assert "issued" in by_line["def mint {"]


@pytest.mark.asyncio
async def test_hover_says_what_a_name_is_and_what_it_closes_over(editor, purse):
    assert "var" in await hover(editor, place(purse, "issued", 1))
    assert "issued" in await hover(editor, place(purse, "mint {"))


@pytest.mark.asyncio
async def test_definition_and_references_find_the_same_name(editor, purse):
    definition = await editor.text_document_definition_async(
        types.DefinitionParams(text_document=document(), position=place(purse, "issued", 2))
    )
    assert definition[0].range.start == place(purse, "issued")
    references = await editor.text_document_references_async(
        types.ReferenceParams(
            text_document=document(),
            position=place(purse, "issued"),
            context=types.ReferenceContext(include_declaration=True),
        )
    )
    assert sorted((it.range.start.line, it.range.start.character) for it in references) == sorted(
        (it.line, it.character) for it in (place(purse, "issued", n) for n in range(3))
    )


@pytest.mark.asyncio
async def test_symbols_nest_as_objects_do(editor):
    symbols = await editor.text_document_document_symbol_async(
        types.DocumentSymbolParams(text_document=document())
    )
    names = [it.name for it in symbols]
    assert names[:3] == ["brand", "describe", "makeMint"]
    maker = next(it for it in symbols if it.name == "makeMint")

    def below(symbol):
        return {symbol.name} | {name for child in symbol.children or [] for name in below(child)}

    assert {"mint", "purse"} <= below(maker)


@pytest.mark.asyncio
async def test_bodies_fold(editor, purse):
    folds = await editor.text_document_folding_range_async(
        types.FoldingRangeParams(text_document=document())
    )
    assert place(purse, "def makeMint").line in {it.start_line for it in folds}


@pytest.mark.asyncio
async def test_every_token_lies_in_the_text(editor, purse):
    tokens = await editor.text_document_semantic_tokens_full_async(
        types.SemanticTokensParams(text_document=document())
    )
    lines = purse.splitlines()
    line = column = 0
    words = []
    for i in range(0, len(tokens.data), 5):
        down, along, length = tokens.data[i : i + 3]
        line, column = line + down, along if down else column + along
        words.append(lines[line][column : column + length])
        assert len(words[-1]) == length
    assert {"brand", "makeMint", "issued"} <= set(words)


@pytest.mark.asyncio
async def test_a_transcript_is_analysed_step_by_step(editor):
    uri = "file:///page/purse.updoc"
    editor.text_document_did_open(
        types.DidOpenTextDocumentParams(
            types.TextDocumentItem(
                uri=uri,
                language_id="updoc",
                version=1,
                text="A purse.\n\n? def purse := 10\n# value: 10\n\n? purse + coin\n",
            )
        )
    )
    await editor.wait_for_notification("textDocument/publishDiagnostics")
    assert [it.message for it in editor.diagnostics[uri]] == ["undefined variable: coin"]


@pytest.mark.asyncio
async def test_a_text_is_laid_out_by_edits_of_blanks(editor):
    untidy = "file:///page/untidy.e"
    open_page(editor, "def gate{\n to enter(coins:int){return coins>=2}}\n", untidy)
    edits = await editor.text_document_formatting_async(
        types.DocumentFormattingParams(
            text_document=document(untidy), options=types.FormattingOptions(tab_size=8, insert_spaces=False)
        )
    )
    assert all(not edit.new_text.strip() for edit in edits)
    assert any(edit.new_text == "\n    " for edit in edits)


@pytest.mark.asyncio
async def test_a_message_leads_to_the_method_it_arrives_at(editor, purse):
    definition = await editor.text_document_definition_async(
        types.DefinitionParams(text_document=document(), position=place(purse, "makePurse", 1))
    )
    assert definition[0].range.start == place(purse, "makePurse")
    assert "to makePurse(balance :int)" in await hover(editor, place(purse, "makePurse", 1))
    kind = await editor.text_document_type_definition_async(
        types.TypeDefinitionParams(text_document=document(), position=place(purse, "alice", 1))
    )
    assert kind[0].range.start == place(purse, "purse {")


@pytest.mark.asyncio
async def test_a_half_typed_call_shows_its_parameters_and_a_dot_the_messages(editor, purse):
    lines = len(purse.splitlines())
    end = types.Position(line=lines, character=0)
    await edit(editor, 2, types.Range(end, end), "mint.makePurse(")
    here = types.Position(line=lines, character=len("mint.makePurse("))
    help = await editor.text_document_signature_help_async(
        types.SignatureHelpParams(text_document=document(), position=here)
    )
    [signature] = help.signatures
    assert signature.label == "makePurse(balance :int)"
    assert tuple(signature.parameters[help.active_parameter].label) == (10, 22)
    whole = types.Range(end, here)
    await edit(editor, 3, whole, "alice.")
    members = await editor.text_document_completion_async(
        types.CompletionParams(
            text_document=document(), position=types.Position(line=lines, character=len("alice."))
        )
    )
    assert [it.label for it in members.items] == ["describe", "getBalance"]


@pytest.mark.asyncio
async def test_a_misspelt_name_is_mended_by_a_quick_fix(editor, purse):
    start = place(purse, "alice.getBalance")
    end = types.Position(line=start.line, character=start.character + len("alice"))
    wrong = await edit(editor, 2, types.Range(start, end), "alise")
    actions = await editor.text_document_code_action_async(
        types.CodeActionParams(
            text_document=document(),
            range=wrong[0].range,
            context=types.CodeActionContext(diagnostics=wrong, only=[types.CodeActionKind.QuickFix]),
        )
    )
    [fix] = actions
    assert fix.title == "Change `alise` to `alice`" and len(fix.diagnostics) == 1
    [change] = fix.edit.changes[URI]
    assert list(await edit(editor, 3, change.range, change.new_text)) == []


@pytest.mark.asyncio
async def test_who_calls_a_method_and_whom_it_calls(editor, purse):
    # Who calls it comes first; beside it stands what it reaches.
    [item, _] = await editor.text_document_prepare_call_hierarchy_async(
        types.CallHierarchyPrepareParams(text_document=document(), position=place(purse, "describe()"))
    )
    assert (item.name, item.kind) == ("describe", types.SymbolKind.Function)
    calls = await editor.call_hierarchy_incoming_calls_async(
        types.CallHierarchyIncomingCallsParams(item=item)
    )
    [caller] = calls
    assert caller.from_.detail == "of purse"
    assert caller.from_ranges[0].start == place(purse, "describe() }")
    back = await editor.call_hierarchy_outgoing_calls_async(
        types.CallHierarchyOutgoingCallsParams(item=caller.from_)
    )
    assert [it.to.name for it in back] == ["describe"]


@pytest.mark.asyncio
async def test_names_of_all_open_pages_are_found_by_their_letters(editor):
    open_page(editor, "def ledger { to balanceOf(name) { return 0 } }\n", "file:///page/ledger.e")
    await editor.wait_for_notification("textDocument/publishDiagnostics")
    found = await editor.workspace_symbol_async(types.WorkspaceSymbolParams(query="bal"))
    assert [(it.name, it.location.uri.rsplit("/")[-1], it.container_name) for it in found] == [
        ("balanceOf", "ledger.e", "ledger"),
        ("getBalance", "purse.e", "purse"),
    ]


@pytest.mark.asyncio
async def test_who_asks_an_auditor(editor):
    uri = "file:///page/frozen.e"
    text = "def zero implements DeepFrozen {}\ndef one {}\n"
    open_page(editor, text, uri)
    await editor.wait_for_notification("textDocument/publishDiagnostics")
    found = await editor.text_document_implementation_async(
        types.ImplementationParams(text_document=document(uri), position=place(text, "DeepFrozen"))
    )
    assert [it.range.start for it in found] == [place(text, "zero")]
