"""JupyterLab in a Chromium without a screen: a person runs cells and sees a promise resolve where it stands."""

import contextlib
import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from conftest import PATIENCE
from playwright.sync_api import TimeoutError, expect, sync_playwright

CHROMIUM = os.environ.get("CHROMIUM")
expect.set_options(timeout=PATIENCE * 1000)
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
def lab(tmp_path, monkeypatch, request):
    """A server, and its address once it has said that it listens. Its person's settings are the test's parameter."""
    settings = tmp_path / "settings"
    for name, values in getattr(request, "param", {}).items():
        (settings / name).parent.mkdir(parents=True)
        (settings / f"{name}.jupyterlab-settings").write_text(json.dumps(values))
    monkeypatch.setenv("WALNUT_DATA", str(tmp_path / "data"))
    (tmp_path / "prices.csv").write_text("fruit,cents\napple,30\n")
    port = free_port()
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}"]
    command += ["--ServerApp.port_retries=0", "--IdentityProvider.token=", f"--ServerApp.root_dir={tmp_path}"]
    command += [f"--LabApp.user_settings_dir={settings}"]
    command += ["--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    for line in server.stderr:
        if f":{port}/lab" in line:
            break
    yield f"http://127.0.0.1:{port}/lab/tree/"
    server.terminate()
    server.communicate()


class Lab:
    """A page of JupyterLab with a notebook of these cells."""

    def __init__(self, page, address, folder):
        self.page, self.address, self.folder = page, address, folder

    def open(self, *cells):
        metadata = {"kernelspec": {"name": "walnut", "display_name": "E (Walnut)", "language": "e"}}
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(it) for it in cells], metadata=metadata)
        nbformat.write(notebook, self.folder / "cells.ipynb")
        self.load(len(cells))
        self.click(0)

    def load(self, cells):
        self.page.goto(self.address + "cells.ipynb")
        expect(self.page.locator(".jp-Notebook .jp-CodeCell")).to_have_count(cells, timeout=2 * PATIENCE * 1000)
        expect(self.page.get_by_text("E (Walnut)").filter(visible=True).first).to_be_visible()
        expect(self.page.locator('[data-status="idle"]').first).to_be_attached()

    def run(self, times=1):
        for _ in range(times):
            self.page.keyboard.press("Shift+Enter")

    def click(self, at):
        self.page.locator(".jp-CodeCell .cm-content").nth(at).click()

    def output(self, at):
        return self.page.locator(".jp-CodeCell").nth(at).locator(".jp-OutputArea-output")

    def shows(self, at, text):
        expect(self.output(at).first).to_have_text(re.compile(text))

    def picture(self, name):
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"lab-{name}.png")


@pytest.fixture
def notebook(lab, tmp_path):
    flags = "--disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-sync", *flags.split()]
        )
        page = browser.new_page(viewport={"width": 1200, "height": 1000})
        page.set_default_timeout(PATIENCE * 1000)
        yield Lab(page, lab, tmp_path)
        browser.close()


def test_a_promise_resolves_in_place(notebook):
    notebook.open(*CELLS)
    notebook.run(2)
    notebook.shows(0, "90")
    notebook.shows(1, "<Promise>")
    notebook.picture("pending")
    notebook.run()
    notebook.shows(1, "settled later")
    notebook.run()
    notebook.shows(3, "bank")
    notebook.picture("settled")


def test_a_page_that_is_reloaded_shows_what_has_settled_since(notebook):
    notebook.open("def [promise, resolver] := Ref.promise()\npromise", 'resolver <- resolve("settled later")\nnull')
    notebook.run()
    notebook.shows(0, "<Promise>")
    notebook.page.keyboard.press("Control+s")
    expect(notebook.page.locator(".jp-mod-dirty")).to_have_count(0)
    notebook.load(2)
    notebook.shows(0, "<Promise>")
    notebook.click(1)
    notebook.run()
    notebook.shows(0, "settled later")
    notebook.picture("reloaded")


def test_the_question_for_a_power_is_answered_in_the_page(notebook):
    notebook.open("<file:prices.csv>.getText()", "%grants")
    notebook.run()
    box = notebook.page.locator(".jp-Stdin-input")
    expect(notebook.page.get_by_text(re.compile("Cell 1 asks to read"))).to_be_visible()
    notebook.picture("question")
    box.fill("s")
    box.press("Enter")
    expect(notebook.page.get_by_text(re.compile("apple,30")).first).to_be_visible()
    notebook.click(1)
    notebook.run()
    notebook.shows(1, "file=prices.csv: this session")
    notebook.picture("grants")


def test_interrupt_and_restart(notebook):
    notebook.open("while (true) {}", "1 + 1")
    notebook.run()
    expect(notebook.page.locator('[data-status="busy"]').first).to_be_attached()
    notebook.page.get_by_title("Interrupt the kernel").click()
    notebook.shows(0, "Interrupted")
    notebook.page.get_by_title("Restart the kernel", exact=True).click()
    notebook.page.locator(".jp-Dialog .jp-mod-accept").click()
    expect(notebook.page.locator('[data-status="idle"]').first).to_be_attached()
    notebook.click(1)
    notebook.run()
    notebook.shows(1, "2")


def test_names_complete_and_are_explained(notebook):
    notebook.open("def mint {\n    to makePurse(amount :int) { return amount }\n}\nnull", "mint.ma")
    notebook.run()
    notebook.click(1)
    notebook.page.keyboard.press("End")
    notebook.page.keyboard.press("Tab")
    expect(notebook.page.locator(".jp-Completer-item").first).to_have_text(re.compile("makePurse"))
    notebook.picture("completion")
    notebook.page.keyboard.press("Enter")
    expect(notebook.page.locator(".jp-CodeCell .cm-content").nth(1)).to_have_text(re.compile("makePurse"))
    notebook.page.keyboard.press("Home")
    notebook.page.keyboard.press("Shift+Tab")
    expect(notebook.page.locator(".jp-Tooltip")).to_have_text(re.compile("mint"))
    notebook.picture("tooltip")


def test_tables_drawings_and_plots_are_seen(notebook):
    rows = '[["fruit" => "apple", "cents" => 30], ["fruit" => "walnut", "cents" => 12500]]'
    notebook.open(rows, f'chart({rows}, "bar", "fruit", "cents")', "def gate { to open() { println(1) } }\nnull", "%authority gate")
    notebook.run(4)
    expect(notebook.output(0).locator("table")).to_be_visible()
    expect(notebook.output(1).locator("canvas, svg").first).to_be_visible()
    expect(notebook.output(3).locator("svg, img").first).to_be_visible()
    notebook.picture("display")


def test_e_has_colours(notebook):
    notebook.open('%vat shop\n# a price\ndef price :int := 3\ndef note := `at $price`\nprice.add("x")')
    cell = notebook.page.locator(".jp-CodeCell .cm-content").first
    expect(cell.locator("span").filter(has_text=re.compile("^def$")).first).to_be_visible()
    colours = cell.evaluate(
        "cell => Object.fromEntries([...cell.querySelectorAll('span')].map(it => [it.textContent, getComputedStyle(it).color]))"
    )
    assert len({colours[it] for it in ("%vat shop", "# a price", "def", "3", "`at ")}) >= 4, colours
    notebook.picture("colours")


def test_the_vats_are_followed_in_a_panel_and_in_a_cell(notebook):
    notebook.open("%vats", "def counter { to next() { return 1 } }\nvar count := 0\ndef gate { to open() { return count += 1 } }\nnull")
    panel = notebook.page.locator(".jp-RenderedHTMLCommon[id^=walnut-e-vats]")
    # JupyterLab puts its palette away whenever something else takes the focus, as a notebook does while it settles.
    for _ in range(5):
        notebook.page.keyboard.press("Control+Shift+c")
        with contextlib.suppress(TimeoutError, AssertionError):
            notebook.page.locator(".lm-CommandPalette-input").fill("vats of this notebook", timeout=2_000)
            notebook.page.keyboard.press("Enter")
            expect(panel).to_be_visible(timeout=4_000)
            break
    expect(panel).to_be_visible()
    notebook.click(0)
    notebook.run(2)
    expect(panel).to_contain_text("gate")
    expect(notebook.output(0).first).to_contain_text("gate")
    notebook.picture("vats")


def test_verdicts_stand_at_the_ends_of_lines_and_follow_what_is_written(notebook):
    notebook.open("def price := 3\nnull", "def gate {\n    to open() { return price }\n}", "var opened := 0\ndef door { to open() { return opened += 1 } }")
    verdicts = notebook.page.locator(".walnut-verdict")
    expect(verdicts).to_have_count(2)
    expect(verdicts.nth(1)).to_have_text(re.compile("not DeepFrozen: `opened` is a var"))
    notebook.run()
    # What `price` is, is known once its cell has run.
    expect(verdicts.nth(0)).to_have_text("DeepFrozen")
    expect(verdicts.nth(0)).to_have_attribute("title", re.compile("nothing it holds can change"))
    notebook.picture("verdicts")
    notebook.click(2)
    notebook.page.keyboard.press("Control+a")
    notebook.page.keyboard.type("def shut := 0\ndef door { to open() { return shut } }")
    expect(verdicts.nth(1)).to_have_text("DeepFrozen")


@pytest.mark.parametrize("lab", [{"@jupyterlab/lsp-extension/plugin": {"activate": "on"}}], indirect=True)
def test_the_language_server_sees_cells_though_jupyterlab_joins_them(notebook):
    bank = "%%vat bank\nvar coins := 1\n\n\ndef purse {\n    to spend(n) { return coins -= n }\n}"
    notebook.open(bank, "def rate := 2", "def rate := 3\npurse <- spend(rate)\nmarkdown(`$cions`)")
    faults = notebook.page.locator(".cm-lintRange-error")
    expect(faults).to_have_count(1)
    expect(faults).to_have_text("cions")
    notebook.page.locator(".cm-line", has_text="def purse").get_by_text("purse").click()
    uses = notebook.page.locator(".cm-lsp-highlight-Text, .cm-lsp-highlight-Read, .cm-lsp-highlight-Write")
    expect(uses).to_have_count(2)
    expect(notebook.page.locator(".jp-CodeCell").nth(2).locator(uses)).to_have_text("purse")
    notebook.picture("language-server")
    uses.first.click(button="right")
    notebook.page.locator(".lm-Menu-itemLabel", has_text="Rename symbol").click()
    box = notebook.page.locator(".jp-Dialog input")
    box.fill("wallet")
    box.press("Enter")
    expect(notebook.page.locator(".jp-CodeCell .cm-content").nth(2)).to_contain_text("wallet <- spend(rate)")
    expect(notebook.page.locator(".jp-CodeCell .cm-content").nth(0)).to_contain_text("def wallet {")
    expect(faults).to_have_text("cions")
    # What ends a cell for the server is nowhere in the notebook.
    expect(notebook.page.locator(".jp-CodeCell .cm-specialChar")).to_have_count(0)
    notebook.picture("renamed")
