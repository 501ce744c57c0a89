"""Neovim, if it is installed, sees the fault, the hover and the definition."""

import os
import pathlib
import shutil
import subprocess

import pytest

HERE = pathlib.Path(__file__).parent


@pytest.mark.skipif(shutil.which("nvim") is None, reason="Neovim is not installed (apt-get install neovim)")
def test_a_page_in_neovim(walnut, purse):
    environment = {**os.environ, "WALNUT": shutil.which(walnut) or walnut, "PAGE": str(HERE / "purse.e")}
    run = subprocess.run(
        ["nvim", "--headless", "-u", "NONE", "-c", f"luafile {HERE / 'nvim.lua'}"],
        capture_output=True, text=True, timeout=60, env=environment,
    )
    seen = run.stdout
    assert f"diagnostic {len(purse.splitlines()) + 1}:1 undefined variable: coin" in seen
    assert "issued" in seen.split("hover", 1)[1]
    definition = 1 + next(n for n, line in enumerate(purse.splitlines()) if "var issued" in line)
    assert f"definition line {definition}" in seen


@pytest.mark.skipif(shutil.which("nvim") is None, reason="Neovim is not installed (apt-get install neovim)")
def test_the_plugin_in_neovim(walnut, tmp_path, purse):
    page = tmp_path / "purse.e"
    page.write_text(purse)
    environment = {**os.environ, "PAGE": str(page)}
    plugin = HERE.parents[2] / "editors/neovim"
    run = subprocess.run(
        [
            "nvim", "--headless", "-u", "NONE", "--cmd", f"set rtp+={plugin}",
            "--cmd", f"let g:walnut_program = '{shutil.which(walnut) or walnut}'",
            "--cmd", "filetype plugin indent on", "-c", "runtime plugin/walnut.lua",
            "-c", f"luafile {HERE / 'nvim_plugin.lua'}",
        ],
        capture_output=True, text=True, timeout=60, env=environment,
    )
    seen = run.stdout
    assert "filetype e\nattached" in seen, run.stderr
    assert "WalnutGraph| mint (name)" in seen
    assert "var issued (state)" in seen
    assert "WalnutKernelE| def brand :String := \"quatloo\"" in seen
    assert "WalnutReport| # What the workspace can do" in seen
    assert "said mint → issued\nclosed if mint did not capture issued" in seen
    assert "said brand does not reach println, within what can be followed" in seen
    typed = [line.removeprefix("typed|") for line in seen.splitlines() if line.startswith("typed|")]
    assert typed == ["def gate {", "    to open() {", "        return 1", "    }", "}"]
