"""The transcripts of `examples/` and `tests/suite/vat/`, played in a notebook: the same answers as in the terminal.

`walnut updoc --json` takes a transcript apart; each step becomes a cell of one vat, and what the cell shows is held
against what the transcript expects.
"""

import json
import re
import subprocess
from pathlib import Path

import pytest
from conftest import PATIENCE, WALNUT, Kernel, of_type

REPOSITORY = Path(__file__).parents[3]
# Some pages are left to the terminal: in the first four a step shows what later turns print, which a notebook shows under the
# cell once it is printed; `hostile` takes its time, and nothing in it is about notebooks.
ELSEWHERE = ("proxies", "references", "sends", "sugar", "hostile")
# What a cell's failure is called that a transcript just calls a problem.
PLAIN = ("problem", "SyntaxError", "ScopeError")
TRANSCRIPTS = sorted([*REPOSITORY.glob("examples/*.updoc"), *REPOSITORY.glob("tests/suite/vat/*.updoc")])
TRANSCRIPTS = [it for it in TRANSCRIPTS if it.stem not in ELSEWHERE]


def steps(path):
    run = subprocess.run([WALNUT, "updoc", "--json", str(path)], capture_output=True, text=True, timeout=PATIENCE)
    rows = [json.loads(it) for it in run.stdout.splitlines()]
    return [it for it in rows if "input" in it]


def answers(reply, said):
    """What a cell shows, as a transcript writes it."""
    lines = []
    for stream in ("stdout", "stderr"):
        said_there = [it["content"]["text"] for it in of_type(said, "stream") if it["content"]["name"] == stream]
        # A front end that looks like a terminal gets a line when a promise settles.
        text = "".join(it for it in said_there if not re.match(r"\[\d+\] → ", it))
        lines += answer(stream, text.removesuffix("\n")) if text else []
    for it in of_type(said, "execute_result", "display_data"):
        # A notebook also shows by what a reference was broken, and where.
        lines += answer("value", re.split(r"\n  (?:problem:|cell |seed )", it["content"]["data"]["text/plain"])[0])
    if reply["status"] == "error":
        kind, message = reply["ename"], reply["evalue"]
        lines += answer("problem", message if kind in PLAIN else f"<{kind}: {message}>")
    return [it for it in lines if it.strip("# ")]


def answer(key, text):
    first, *rest = text.split("\n")
    indent = " " * (len(key) + 4)
    return [f"# {key}: {first}".rstrip(), *(f"#{indent[1:]}{it}".rstrip() for it in rest)]


@pytest.fixture
def kernel(tmp_path):
    # What a transcript at the terminal has without being asked.
    it = Kernel(tmp_path, environment={"WALNUT_GRANTS": "timer,entropy,file,network"})
    yield it
    it.close()


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda it: it.stem)
def test_a_transcript_says_the_same_in_a_notebook(kernel, path):
    assert kernel.execute("%vat main")[0]["status"] == "ok"
    played = steps(path)
    assert played, f"{path} has no steps"
    for step in played:
        reply, said = kernel.execute(step["input"])
        expected = [it.rstrip() for it in step["expected"].splitlines() if it.strip("# ")]
        assert answers(reply, said) == expected, f"{path.name}:{step['line']}: {step['input']}"
