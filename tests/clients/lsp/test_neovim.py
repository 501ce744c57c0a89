"""Neovim sees what a person sees: the fault, the hover, hints at the ends of lines, a name renamed, the grammar.

It is tried in each version that is there: the system's, and those that neovim.sh has put into target/neovim.
"""

import os
import pathlib
import re
import shutil
import subprocess

import pytest

HERE = pathlib.Path(__file__).parent
REPOSITORY = HERE.parents[2]


def versions():
    """Every Neovim that runs here, by its version."""
    programs = [shutil.which("nvim"), *sorted(map(str, REPOSITORY.glob("target/neovim/*/nvim")))]
    found = {}
    for program in filter(None, programs):
        said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=60).stdout
        if number := re.match(r"NVIM v(\d+)\.(\d+)", said):
            found[tuple(map(int, number.groups()))] = program
    return found


VERSIONS = versions()
NOT_THERE = pytest.mark.skip(reason="no such Neovim is installed (tests/clients/lsp/neovim.sh)")


def each(versions):
    found = [pytest.param(it, id=".".join(map(str, it))) for it in versions]
    return found or [pytest.param((0, 0), marks=NOT_THERE)]


EACH = each(VERSIONS)
# The README's lines are for these; the plugin serves earlier ones.
SINCE_0_11 = each([it for it in VERSIONS if it >= (0, 11)])


def tmp_folder(page):
    folder = page.parent / "bin"
    folder.mkdir()
    return folder


def run(version, walnut, page, *arguments, settings="NONE"):
    environment = {**os.environ, "WALNUT": shutil.which(walnut) or walnut, "PAGE": str(page)}
    folder = tmp_folder(page)
    (folder / "walnut").symlink_to(environment["WALNUT"])
    environment["PATH"] = f"{folder}{os.pathsep}{environment['PATH']}"
    # What Neovim reads of the person's own stays out of it.
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        environment[name] = str(page.parent / "nobody")
    command = [VERSIONS[version], "--headless", "-u", str(settings), "-i", "NONE", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment)


@pytest.mark.parametrize("version", EACH)
def test_a_page_in_neovim(version, walnut, tmp_path, purse):
    page = tmp_path / "purse.e"
    page.write_text(purse)
    seen = run(version, walnut, page, "-c", f"luafile {HERE / 'nvim.lua'}").stdout
    assert f"diagnostic {len(purse.splitlines()) + 1}:1 undefined variable: coin" in seen
    assert "issued" in seen.split("hover", 1)[1]
    definition = 1 + next(n for n, line in enumerate(purse.splitlines()) if "var issued" in line)
    assert f"definition line {definition}" in seen


@pytest.mark.parametrize("version", EACH)
def test_the_plugin_in_neovim(version, walnut, tmp_path, purse):
    page = tmp_path / "purse.e"
    page.write_text(purse)
    it = run(
        version, walnut, page,
        "--cmd", f"set rtp+={REPOSITORY / 'editors/neovim'}",
        "--cmd", f"let g:walnut_program = '{shutil.which(walnut) or walnut}'",
        "--cmd", "filetype plugin indent on", "-c", "runtime plugin/walnut.lua",
        "-c", f"luafile {HERE / 'nvim_plugin.lua'}",
    )
    seen = it.stdout
    assert "filetype e\nattached" in seen, it.stderr + seen
    assert "WalnutGraph| mint (name)" in seen
    assert "var issued (state)" in seen
    assert "WalnutKernelE| def brand :String := \"quatloo\"" in seen
    assert "WalnutReport| # What the workspace can do" in seen
    assert "said mint → issued\nclosed if mint did not capture issued" in seen
    assert "said brand does not reach println, within what can be followed" in seen
    typed = [line.removeprefix("typed|") for line in seen.splitlines() if line.startswith("typed|")]
    assert typed == ["def gate {", "    to open() {", "        return 1", "    }", "}"]
    if version >= (0, 10):
        line = {text: 1 + n for n, text in enumerate(map(str.strip, purse.splitlines()))}
        assert "hover|def mint" in seen
        assert "hints are on" in seen
        assert f"hint|{line['def describe() :String {']}|DeepFrozen" in seen
        assert f"hint|{line['def mint {']}|not DeepFrozen: `issued` is a var" in seen
        assert "renamed|def bob := mint.makePurse(10)\nrenamed|bob.getBalance()" in seen
    if version >= (0, 11):
        assert "grammar loaded\ntree|program|whole\ncolour|keyword" in seen
        assert "fold|>1" in seen
        first = line["def mint {"]
        assert f"object|{first}-{first + 9}" in seen


@pytest.mark.parametrize("version", SINCE_0_11)
def test_what_the_readme_says_ends_in_a_verdict(version, walnut, tmp_path, purse):
    readme = (REPOSITORY / "README.md").read_text()
    settings = tmp_path / "init.lua"
    settings.write_text(re.search(r"```lua\n(.*?)```", readme, re.DOTALL)[1])
    page = tmp_path / "purse.e"
    page.write_text(purse)
    it = run(version, walnut, page, "-c", f"luafile {HERE / 'nvim_readme.lua'}", settings=settings)
    assert "not DeepFrozen: `issued` is a var" in it.stdout, it.stderr + it.stdout
