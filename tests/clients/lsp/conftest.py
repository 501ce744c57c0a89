"""`walnut lsp` as a real process, driven by a real client. WALNUT names the program under test."""

import os
import pathlib

import pytest

PURSE = pathlib.Path(__file__).parent / "purse.e"


@pytest.fixture(scope="session")
def walnut():
    return os.environ.get("WALNUT", "walnut")


@pytest.fixture(scope="session")
def purse():
    """A page of E with one frozen maker, one counter that is not, and nothing wrong."""
    return PURSE.read_text()
