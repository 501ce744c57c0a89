"""The notebooks of `examples/`: what they were saved with is what they say, to nbclient and to `walnut updoc`."""

import os
import subprocess
from pathlib import Path

import nbformat
import pytest
from conftest import PATIENCE, WALNUT
from nbclient import NotebookClient
from test_promises import output_text

EXAMPLES = Path(__file__).parents[3] / "examples"
NOTEBOOKS = sorted(EXAMPLES.glob("*.ipynb"))
GRANTS = {"WALNUT_GRANTS": "file=prices.csv"}


def texts(notebook):
    cells = [it for it in notebook.cells if it.cell_type == "code"]
    return [[output_text(it) for it in cell.outputs] for cell in cells]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda it: it.stem)
def test_a_notebook_says_what_it_was_saved_with(path, monkeypatch):
    monkeypatch.setenv("WALNUT_GRANTS", GRANTS["WALNUT_GRANTS"])
    kept = nbformat.read(path, as_version=4)
    nbformat.validate(kept)
    assert any(texts(kept)), "its outputs were not kept"
    again = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(EXAMPLES)}}
    NotebookClient(again, kernel_name="walnut", timeout=PATIENCE, allow_errors=True, resources=resources).execute()
    assert texts(again) == texts(kept)


def test_updoc_runs_them_too():
    run = subprocess.run(
        [WALNUT, "updoc", *map(str, NOTEBOOKS)],
        capture_output=True,
        text=True,
        timeout=4 * PATIENCE,
        env={**os.environ, **GRANTS},
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_gallery_is_whole():
    wanted = "tour objects money revocation sealers matcher horton promises confinement proxying banks philosophers prices"
    assert set(wanted.split()) <= {it.stem for it in NOTEBOOKS}
