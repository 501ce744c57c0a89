"""Auditors written in E: asked while somebody types, and stopped when they do not come to an end."""

import pytest
from lsprotocol import types

from test_conversation import document, edit, editor, place  # noqa: F401

AUDITED = """\
def noVars implements DeepFrozen {
    to audit(audition) {
        if (audition.getGuard("fee") == __makeVarSlot.asType()) {
            throw("fee can change")
        }
        return true
    }
}
def fee :int := 2
def gate implements noVars { to enter(coins :int) { return coins >= fee } }
"""


def all_of(text):
    return types.Range(types.Position(0, 0), types.Position(len(text.splitlines()), 0))


async def labels(client, text):
    hints = await client.text_document_inlay_hint_async(
        types.InlayHintParams(text_document=document(), range=all_of(text))
    )
    return [it.label for it in hints]


def word(text, word, occurrence=0):
    start = place(text, word, occurrence)
    return types.Range(start, types.Position(start.line, start.character + len(word)))


@pytest.mark.asyncio
async def test_what_an_auditor_says_changes_with_a_key(editor, purse):  # noqa: F811
    assert list(await edit(editor, 2, all_of(purse), AUDITED)) == []
    assert "gate: ✓ noVars" in await labels(editor, AUDITED)
    wrong = await edit(editor, 3, word(AUDITED, "def fee :int"), "var fee")
    text = AUDITED.replace("def fee :int", "var fee")
    named = word(text, "noVars", 1)
    assert [(it.code, it.range, it.message) for it in wrong] == [
        ("audit-rejected", named, "fee can change")
    ]
    assert "gate: ✗ noVars: fee can change" in await labels(editor, text)
    assert list(await edit(editor, 4, word(text, "var fee"), "def fee :int")) == []


@pytest.mark.asyncio
async def test_an_auditor_that_loops_costs_its_budget(editor, purse):  # noqa: F811
    loops = AUDITED.replace("return true", "while (true) {}")
    warned = await edit(editor, 2, all_of(purse), loops)
    assert [(it.code, it.range) for it in warned] == [("auditor-failed", word(loops, "noVars", 1))]
    assert "gate: noVars: unknown: over budget" in await labels(editor, loops)
    # The next edit does not wait for it, and mends it.
    assert list(await edit(editor, 3, word(loops, "while (true) {}"), "return true")) == []
    assert "gate: ✓ noVars" in await labels(editor, AUDITED)
