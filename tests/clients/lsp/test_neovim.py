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
