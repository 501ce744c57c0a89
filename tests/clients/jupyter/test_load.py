"""Much of everything: promises on one page, lines of output, cells that eat what there is."""

from collections import Counter

from conftest import PATIENCE, of_type, shown
from test_cells import fails, run


def test_a_thousand_promises_settle_each_once_and_in_order(kernel):
    run(kernel, "%%vat desk\ndef waiting := [].diverge()\nnull")
    displays = []
    for number in range(1000):
        code = f"%%vat desk\ndef [promise{number}, resolver] := Ref.promise()\nwaiting.push(resolver)\npromise{number}"
        _, said = kernel.execute(code, store_history=False)
        (display,) = of_type(said, "display_data")
        displays.append(display["content"]["transient"]["display_id"])
    asked = kernel.client.execute("%%vat desk\nfor at => resolver in waiting { resolver.resolve(at) }\nnull")
    updates = []
    while len(updates) < 1000:
        message = kernel.client.get_iopub_msg(timeout=PATIENCE)
        if message["msg_type"] == "update_display_data":
            content = message["content"]
            updates.append((content["transient"]["display_id"], content["data"]["text/plain"]))
    assert updates == [(it, str(at)) for at, it in enumerate(displays)]
    kernel.reply(asked)


def test_a_hundred_thousand_lines_are_few_messages_and_a_link_to_the_rest(kernel, tmp_path):
    asked = kernel.client.execute("for i in 1..100_000 { println(`line $i`) }\nnull")
    said = kernel.said(asked)
    assert kernel.reply(asked)["content"]["status"] == "ok"
    streams = of_type(said, "stream")
    assert len(streams) < 200
    seen = "".join(it["content"]["text"] for it in streams)
    (link,) = of_type(said, "display_data")
    name = link["content"]["data"]["text/html"].split('href="')[1].split('"')[0]
    # Every line once: on the page or in the file.
    lines = (seen + (tmp_path / name).read_text()).splitlines()
    assert lines == [f"line {it}" for it in range(1, 100_001)]
    assert run(kernel, "println(1)") == ["1\n"]


def test_a_cell_that_eats_its_stack_or_its_memory_harms_nobody(kernel):
    run(kernel, "def price := 3\nnull")
    fails(kernel, "def dig(n :int) { return 1 + dig(n + 1) }\ndig(0)")
    bank = '%%vat house\ndef till := makeSpaceBank("till", ["bytes" => 100_000])\n'
    code = "seedVat(makeVat(\"hoarder\", till), \"fn n { var all := []; for i in 1..n { all := [all] }; n }\") <- run(100_000)"
    _, said = kernel.execute(f"{bank}{code}", allow_stdin=False)
    assert "outOfSpaceException" in str(shown(said))
    assert run(kernel, "price") == ["3"]


def test_two_front_ends_on_one_kernel(kernel):
    from jupyter_client.blocking import BlockingKernelClient

    other = BlockingKernelClient(connection_file=kernel.connection_file)
    other.load_connection_file()
    other.start_channels()
    other.wait_for_ready(timeout=PATIENCE)
    asked = other.execute("def purse := 7")
    while other.get_shell_msg(timeout=PATIENCE)["parent_header"]["msg_id"] != asked:
        pass
    other.stop_channels()
    assert run(kernel, "purse") == ["7"]


def test_code_that_is_no_text_of_e(kernel):
    for code in ("\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"), "\x00", "«»", "\u202e" * 50, "(" * 5000):
        reply, said = kernel.execute(code)
        assert reply["status"] == "error", code
    kinds = Counter(it["msg_type"] for it in said)
    assert kinds["error"] == 1
    assert run(kernel, "1") == ["1"]
