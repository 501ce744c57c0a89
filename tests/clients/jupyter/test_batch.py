"""The tools that execute a notebook from its first cell to its last."""

import subprocess
import sys
from pathlib import Path

import nbformat
from conftest import PATIENCE

TOUR = Path(__file__).parents[3] / "examples" / "tour.ipynb"


def tool(*args):
    run = subprocess.run([sys.executable, "-m", *map(str, args)], capture_output=True, text=True, timeout=4 * PATIENCE)
    assert run.returncode == 0, run.stdout + run.stderr
    return run


def outputs(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    return [it for cell in notebook.cells if cell.cell_type == "code" for it in cell.outputs]


def pending(path):
    return [it for it in outputs(path) if "<Promise>" in it.get("data", {}).get("text/plain", "")]


def test_nbconvert_executes_the_tour(tmp_path):
    executed = tmp_path / "tour.ipynb"
    tool("nbconvert", "--to", "notebook", "--execute", "--allow-errors", "--output", executed, TOUR)
    assert pending(executed) == []
    # One cell of the tour shows what a call on a far reference comes to; every other one works.
    (error,) = [it for it in outputs(executed) if it.output_type == "error"]
    assert "not synchronously callable" in error.evalue


def test_nbconvert_writes_the_tour_as_a_page(tmp_path):
    tool("nbconvert", "--to", "html", "--execute", "--allow-errors", "--output", tmp_path / "tour.html", TOUR)
    assert "&lt;Promise&gt;" not in (tmp_path / "tour.html").read_text()


CELLS = ["def double(n :int) { return n * 2 }\nnull", "double(4)", "double <- run(4)"]


def notebook(path, cells=CELLS):
    metadata = {"kernelspec": {"name": "walnut", "display_name": "E (Walnut)", "language": "e"}}
    cells = [nbformat.v4.new_code_cell(it) for it in cells]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=metadata), path)
    return path


def test_papermill(tmp_path):
    executed = tmp_path / "executed.ipynb"
    tool("papermill", notebook(tmp_path / "doubles.ipynb"), executed)
    assert [it["data"]["text/plain"] for it in outputs(executed)] == ["8", "8"]


def test_nbval_finds_an_executed_notebook_to_say_the_same_again(tmp_path):
    executed = tmp_path / "executed.ipynb"
    tool("nbconvert", "--to", "notebook", "--execute", "--output", executed, notebook(tmp_path / "doubles.ipynb"))
    # pytest-lsp would wrap nbval's cells too, which it cannot.
    tool("pytest", "--nbval", "-q", "-p", "no:cacheprovider", "-p", "no:pytest-lsp", executed)
