"""JupyterLab in a Chromium without a screen: a person runs cells and sees a promise resolve where it stands."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from conftest import PATIENCE
from playwright.sync_api import expect, sync_playwright

CHROMIUM = os.environ.get("CHROMIUM")
SCREENSHOTS = Path(__file__).parents[3] / "target" / "screenshots"

pytestmark = pytest.mark.skipif(not CHROMIUM, reason=os.environ.get("NO_CHROMIUM", "CHROMIUM does not name a browser"))

CELLS = [
    "%%vat bank\nvar balance := 90\ndef purse {\n    to spend(n) { return balance -= n }\n}\npurse.spend(0)",
    "def [promise, resolver] := Ref.promise()\npromise",
    'resolver <- resolve("settled later")\nnull',
    "purse.spend(1)",
]


def free_port():
    with socket.socket() as it:
        it.bind(("127.0.0.1", 0))
        return it.getsockname()[1]


@pytest.fixture
def lab(tmp_path):
    """A server with one notebook, and its address once it has said that it listens."""
    metadata = {"kernelspec": {"name": "walnut", "display_name": "E (Walnut)", "language": "e"}}
    cells = [nbformat.v4.new_code_cell(it) for it in CELLS]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=metadata), tmp_path / "promises.ipynb")
    port = free_port()
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}"]
    command += ["--ServerApp.port_retries=0", "--IdentityProvider.token=", f"--ServerApp.root_dir={tmp_path}"]
    command += ["--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    for line in server.stderr:
        if f":{port}/lab" in line:
            break
    yield f"http://127.0.0.1:{port}/lab/tree/promises.ipynb"
    server.terminate()
    server.communicate()


@pytest.fixture
def page(lab, tmp_path):
    flags = "--disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-sync", *flags.split()]
        )
        page = browser.new_page(viewport={"width": 1200, "height": 1000})
        page.set_default_timeout(PATIENCE * 1000)
        page.goto(lab)
        yield page
        browser.close()


def test_a_promise_resolves_in_place(page):
    expect(page.locator(".jp-Notebook .jp-CodeCell")).to_have_count(len(CELLS), timeout=2 * PATIENCE * 1000)
    expect(page.get_by_text("E (Walnut)").first).to_be_visible()
    expect(page.locator('[data-status="idle"]').first).to_be_attached()
    outputs = [page.locator(".jp-CodeCell").nth(it).locator(".jp-OutputArea-output") for it in range(len(CELLS))]
    page.locator(".jp-CodeCell .cm-content").first.click()
    for at in (0, 1):
        page.keyboard.press("Shift+Enter")
    expect(outputs[0]).to_have_text(re.compile("90"))
    expect(outputs[1]).to_have_text(re.compile("<Promise>"))
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / "lab-pending.png")
    page.keyboard.press("Shift+Enter")
    expect(outputs[1]).to_have_text(re.compile("settled later"))
    page.keyboard.press("Shift+Enter")
    expect(outputs[3]).to_have_text(re.compile("bank"))
    page.screenshot(path=SCREENSHOTS / "lab-settled.png")
