"""Powers are asked for, once, and can be taken back."""

import pytest
from conftest import Kernel, of_type, shown
from test_cells import fails, run

PRICES = "<file:prices.csv>.getText()"


@pytest.fixture
def kernel(tmp_path):
    (tmp_path / "prices.csv").write_text("apple,3\n")
    (tmp_path / "secret.txt").write_text("hush\n")
    it = Kernel(tmp_path)
    yield it
    it.close()


def asks(kernel, code, answer):
    """Runs a cell that asks: the question, the reply, what was shown."""
    asked = kernel.client.execute(code)
    question = kernel.answer(answer)
    return question, kernel.reply(asked)["content"], shown(kernel.said(asked))


def test_a_file_is_asked_for_and_read(kernel):
    question, reply, said = asks(kernel, PRICES, "o")
    assert "Cell 1" in question and "read `prices.csv`" in question and "write" not in question
    assert said == ['"apple,3\\n"'.replace("\\n", "\n")] or said == ['"apple,3\\n"']


def test_once_is_once(kernel):
    asks(kernel, PRICES, "o")
    question, *_ = asks(kernel, PRICES, "o")
    assert "prices.csv" in question


def test_a_session_is_asked_once(kernel):
    asks(kernel, PRICES, "s")
    assert "apple" in run(kernel, PRICES)[0]


def test_no_runs_nothing(kernel):
    _, reply, said = asks(kernel, f'println("begun")\n{PRICES}', "n")
    assert reply["ename"] == "NotGranted"
    assert "begun" not in str(said)


def test_a_grant_is_for_that_file_only(kernel):
    asks(kernel, "def prices := <file:prices.csv>\nnull", "s")
    question, reply, _ = asks(kernel, "<file:secret.txt>.getText()", "no")
    assert "secret.txt" in question


def test_writing_is_asked_for_apart(kernel):
    asks(kernel, PRICES, "s")
    question, reply, _ = asks(kernel, '<file:prices.csv>.setText("")', "n")
    assert "read and write" in question


def test_revoking_breaks_what_was_handed_out(kernel):
    asks(kernel, "%%vat shop\ndef prices := <file:prices.csv>\nprices.getText()", "s")
    run(kernel, "%%vat shop\nprices.getText()")
    assert "1. file=prices.csv: this session, to cell 1" in run(kernel, "%grants")[0]
    run(kernel, "%revoke 1")
    assert "revoked" in fails(kernel, "%%vat shop\nprices.getText()")["evalue"]
    assert "revoked" in run(kernel, "%grants")[0]
    assert fails(kernel, "%revoke 7")["ename"] == "NoSuchGrant"


def test_a_batch_is_refused_and_told_how(kernel):
    reply, _ = kernel.execute(PRICES, allow_stdin=False)
    assert reply["ename"] == "NotGranted" and "WALNUT_GRANTS=file=prices.csv" in reply["evalue"]


def test_always_is_for_this_notebook_in_later_sessions(tmp_path):
    (tmp_path / "prices.csv").write_text("apple,3\n")
    named = {"JPY_SESSION_NAME": "prices.ipynb"}
    kernel = Kernel(tmp_path, environment=named)
    question, *_ = asks(kernel, PRICES, "a")
    assert "always for this notebook" in question
    kernel.close()
    kernel = Kernel(tmp_path, environment=named)
    assert "apple" in run(kernel, PRICES)[0]
    kernel.close()
    kernel = Kernel(tmp_path, environment={"JPY_SESSION_NAME": "another.ipynb"})
    asks(kernel, PRICES, "n")
    kernel.close()


def test_the_timer_is_a_power(kernel):
    question, *_ = asks(kernel, "timer.now() > 0", "s")
    assert "time" in question


def test_an_interrupt_takes_the_question_back(kernel):
    asked = kernel.client.execute(PRICES)
    kernel.client.get_stdin_msg(timeout=30)
    kernel.request("control", "interrupt_request", {})
    assert kernel.reply(asked)["content"]["ename"] == "Interrupted"
    assert run(kernel, "1") == ["1"]


def test_a_command_is_run(kernel):
    question, reply, _ = asks(kernel, 'def echo := makeCommand("echo")\n(echo(["hello"]) <- getOutput())', "s")
    assert "run the command `echo`" in question
    assert "hello" in kernel.next_said("update_display_data")["content"]["data"]["text/plain"]
