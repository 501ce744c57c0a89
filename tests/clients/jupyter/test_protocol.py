"""The rest of the protocol: inspection, completion, history across sessions, input, user expressions, comms, subshells."""

import pytest
from conftest import Kernel, of_type, shown
from test_cells import GATE, fails, run


def completed(kernel, code, at=None):
    return kernel.ask("shell", "complete_request", {"code": code, "cursor_pos": len(code) if at is None else at})


def inspected(kernel, code, level=0):
    return kernel.ask("shell", "inspect_request", {"code": code, "cursor_pos": len(code), "detail_level": level})


def test_messages_complete_after_a_dot(kernel):
    run(kernel, "def mint {\n    to makePurse(amount :int) { return amount }\n    to status() { return 1 }\n}\nnull")
    content = completed(kernel, "mint.ma")
    assert content["matches"] == ["makePurse"]
    assert (content["cursor_start"], content["cursor_end"]) == (5, 7)
    (described,) = content["metadata"]["_jupyter_types_experimental"]
    assert described["type"] == "method" and "amount" in described["signature"]


def test_directives_complete(kernel):
    assert completed(kernel, "%gr")["matches"] == ["%grants"]


def test_inspection_says_guard_verdict_and_authority(kernel):
    run(kernel, "def makeCounter() {\n    var count := 0\n    def counter {\n        to next() { return count += 1 }\n    }\n    return counter\n}\nnull")
    text = inspected(kernel, "makeCounter")["data"]["text/plain"]
    assert "DeepFrozen" in text
    run(kernel, "def shout(word :String) { println(word) }\nnull")
    text = inspected(kernel, "shout")["data"]["text/plain"]
    assert "stdout" in text or "standard output" in text, text


def test_the_second_level_shows_what_it_is_now_and_its_cell(kernel):
    run(kernel, "def price := 3 * 4")
    assert "Now it is" not in inspected(kernel, "price")["data"]["text/plain"]
    text = inspected(kernel, "price", level=1)["data"]["text/plain"]
    assert "Now it is 12" in text
    assert "def price := 3 * 4" in text


def test_what_is_not_known_is_not_found(kernel):
    assert inspected(kernel, "nobody")["found"] is False


def test_history_outlives_the_kernel(tmp_path):
    kernel = Kernel(tmp_path)
    run(kernel, "def mint := 1")
    run(kernel, "mint + 1")
    history(kernel, hist_access_type="tail", n=1)
    kernel.close()
    kernel = Kernel(tmp_path)
    try:
        run(kernel, "3")
        tail = history(kernel, hist_access_type="tail", n=3)
        assert [it[2] for it in tail] == ["def mint := 1", "mint + 1", "3"]
        earlier = tail[0][0]
        assert history(kernel, hist_access_type="range", session=earlier, start=2, stop=9) == [[earlier, 2, "mint + 1"]]
        assert history(kernel, hist_access_type="range", session=-1, start=1, stop=2) == [[earlier, 1, "def mint := 1"]]
        assert [it[2] for it in history(kernel, hist_access_type="search", pattern="*mint*")] == ["def mint := 1", "mint + 1"]
    finally:
        kernel.close()


def history(kernel, **content):
    return kernel.ask("shell", "history_request", {"output": False, "raw": True, **content})["history"]


def test_two_kernels_share_one_history(tmp_path):
    data = {"WALNUT_DATA": str(tmp_path / "data")}
    kernels = []
    try:
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
            kernels.append(Kernel(tmp_path / name, environment=data))
        for kernel in kernels:
            run(kernel, "def purse := 1")
            history(kernel, hist_access_type="tail", n=9)
        assert len(history(kernels[0], hist_access_type="tail", n=9)) == 2
    finally:
        [it.close() for it in kernels]


def test_a_program_reads_a_line(kernel):
    asked = kernel.client.execute("stdin.takeLine()", allow_stdin=True)
    kernel.answer("forty two")
    update = kernel.next_said("update_display_data")
    assert update["content"]["data"]["text/plain"] == '"forty two"'
    kernel.reply(asked)


def test_nobody_is_asked_in_a_batch(kernel):
    reply, said = kernel.execute("stdin.takeLine()", allow_stdin=False)
    assert "nobody is there" in str(shown(said))


def test_an_input_that_never_comes_can_be_interrupted(kernel):
    asked = kernel.client.execute("interp.waitAtTop(stdin.takeLine())")
    kernel.client.get_stdin_msg(timeout=30)
    kernel.request("control", "interrupt_request", {})
    assert kernel.reply(asked)["content"]["status"] == "error"
    assert run(kernel, "1") == ["1"]


def test_user_expressions(kernel):
    reply, _ = kernel.execute("def price := 3", user_expressions={"double": "price * 2", "wrong": "price.nothing()", "typo": "pric"})
    values = reply["user_expressions"]
    assert values["double"]["data"]["text/plain"] == "6"
    assert values["wrong"]["status"] == "error" and "nothing" in values["wrong"]["evalue"]
    assert values["typo"]["status"] == "error"


def test_kernel_info_names_what_is_supported(kernel):
    info = kernel.ask("control", "kernel_info_request", {})
    assert info["supported_features"] == ["kernel subshells", "iopub_welcome"]


def test_a_subshell_runs_cells_while_the_main_shell_waits(kernel):
    subshell = kernel.ask("control", "create_subshell_request", {})["subshell_id"]
    run(kernel, "def [promise, resolver] := Ref.promise()\nnull")
    kernel.reply(kernel.start("1", subshell=subshell))
    waiting = kernel.client.execute("interp.waitAtTop(promise)\npromise <- add(1)")
    beside = kernel.start("resolver <- resolve(7)\nnull", subshell=subshell)
    replies = [kernel.client.get_shell_msg(timeout=30) for _ in range(2)]
    by_parent = {it["parent_header"]["msg_id"]: it for it in replies}
    assert by_parent[beside]["parent_header"]["subshell_id"] == subshell
    assert {it["content"]["status"] for it in replies} == {"ok"}
    assert waiting in by_parent
    assert kernel.ask("control", "list_subshell_request", {})["subshell_id"] == [subshell]
    assert kernel.ask("control", "delete_subshell_request", {"subshell_id": subshell})["status"] == "ok"
    assert kernel.reply(kernel.start("1", subshell=subshell))["content"]["status"] == "error"


def test_a_reloaded_page_finds_its_promises(kernel):
    asked = kernel.start("def [promise, resolver] := Ref.promise()\npromise", "a-cell")
    said = kernel.said(asked)
    (display,) = of_type(said, "display_data")
    model = display["content"]["data"]["application/vnd.jupyter.widget-view+json"]["model_id"]
    kernel.reply(asked)
    # The page is gone; meanwhile the promise settles.
    kernel.said(kernel.start('resolver <- resolve("settled")\nnull', "b-cell"))
    assert model in kernel.ask("shell", "comm_info_request", {"target_name": "jupyter.widget"})["comms"]
    control = {"comm_id": "control", "target_name": "jupyter.widget.control", "data": {}}
    kernel.said(kernel.request("shell", "comm_open", control))
    asked = kernel.request("shell", "comm_msg", {"comm_id": "control", "data": {"method": "request_states"}})
    (answer,) = of_type(kernel.said(asked), "comm_msg")
    states = answer["content"]["data"]["states"]
    assert "settled" in states[model]["state"]["value"]
    assert states[states[model]["state"]["layout"].removeprefix("IPY_MODEL_")]["model_name"] == "LayoutModel"


def test_a_debugger_is_asked_for_in_vain(kernel):
    request = {"seq": 7, "type": "request", "command": "debugInfo", "arguments": {}}
    answer = kernel.ask("control", "debug_request", request)
    assert (answer["type"], answer["request_seq"], answer["success"]) == ("response", 7, True)
    assert answer["body"]["isStarted"] is False
    answer = kernel.ask("control", "debug_request", {**request, "command": "attach"})
    assert (answer["command"], answer["success"]) == ("attach", False) and "no debugger" in answer["message"]


def test_a_view_of_the_vats_follows_them(kernel):
    asked = kernel.start("%vats", "panel")
    (display,) = of_type(kernel.said(asked), "display_data")
    assert "cell 2" not in display["content"]["data"]["text/plain"]
    kernel.start(GATE, "b-cell")
    update = until(kernel, "update_display_data", lambda it: "names: gate" in it["content"]["data"]["text/plain"])
    assert update["content"]["transient"] == display["content"]["transient"]
    assert update["parent_header"]["msg_id"] == asked


def until(kernel, msg_type, is_wanted):
    while True:
        message = kernel.next_said(msg_type)
        if is_wanted(message):
            return message


def test_a_front_end_may_show_the_vats_beside_the_notebook(kernel):
    kernel.request("shell", "comm_open", {"comm_id": "panel", "target_name": "walnut.vats", "data": {}})
    assert "no vats" in kernel.next_said("comm_msg")["content"]["data"]["text/plain"]
    kernel.start(GATE)
    message = until(kernel, "comm_msg", lambda it: ">gate" in it["content"]["data"]["text/html"])
    assert message["content"]["comm_id"] == "panel"
    kernel.request("shell", "comm_close", {"comm_id": "panel", "data": {}})
    assert kernel.ask("shell", "comm_info_request", {"target_name": "walnut.vats"})["comms"] == {}


def test_a_page_may_ask_what_auditors_say(kernel):
    kernel.said(kernel.request("shell", "comm_open", {"comm_id": "hints", "target_name": "walnut.hints", "data": {}}))
    run(kernel, "def price := 3\nnull")
    code = "%vat shop\n\nvar opened := 0\ndef gate {\n    to open() { return opened += price }\n}\ndef twice(n) { return n * 2 }"
    asked = kernel.request("shell", "comm_msg", {"comm_id": "hints", "data": {"cell": "a-cell", "code": code}})
    (answer,) = of_type(kernel.said(asked), "comm_msg")
    assert answer["content"]["data"]["cell"] == "a-cell"
    gate, twice = answer["content"]["data"]["hints"]
    assert (gate["line"], gate["kind"]) == (3, "rejected") and "opened" in gate["label"]
    assert (twice["line"], twice["kind"], twice["label"]) == (6, "approved", "DeepFrozen")
    for odd in ({}, {"code": 7}, {"code": "def def"}):
        asked = kernel.request("shell", "comm_msg", {"comm_id": "hints", "data": odd})
        assert of_type(kernel.said(asked), "comm_msg")[0]["content"]["data"]["hints"] == []


def test_what_a_cell_showed_before_is_seen_while_it_is_pending(kernel):
    kernel.said(kernel.start("6 * 7", "a-cell"))
    said = kernel.said(kernel.start("Ref.promise()[0]", "a-cell"))
    (display,) = of_type(said, "display_data")
    assert "was 42" in display["content"]["data"]["text/html"]


def test_a_broken_promise_links_to_the_cell(kernel):
    kernel.said(kernel.start("def sell(n :int) { throw(`no $n apples`) }\nnull", "shop"))
    kernel.start("sell <- run(4)", "till")
    update = kernel.next_said("update_display_data")
    assert '<a href="#cell-id=shop">cell 1</a>' in update["content"]["data"]["text/html"]


def test_a_terminal_gets_a_line_when_a_promise_settles(kernel):
    run(kernel, "def double(n :int) { return n * 2 }\nnull")
    kernel.client.execute("double <- run(4)")
    kernel.next_said("update_display_data")
    assert kernel.next_said("stream")["content"]["text"] == "[2] → 8\n"


def test_settle_wait_holds_the_cell_until_its_value_is_there(kernel):
    run(kernel, "def double(n :int) { return n * 2 }\nnull")
    reply, said = kernel.execute("%%settle wait\ndouble <- run(4)")
    assert shown(said)[:2] == ["<Promise>", "8"]
    run(kernel, "%settle wait\nnull")
    assert shown(kernel.execute("double <- run(5)")[1])[:2] == ["<Promise>", "10"]
    run(kernel, "%settle auto\nnull")


def test_the_metadata_of_a_cell_say_when_it_is_done(kernel):
    run(kernel, "def double(n :int) { return n * 2 }\nnull")
    message = kernel.client.session.msg("execute_request", {"code": "double <- run(4)", "allow_stdin": True})
    message["metadata"] = {"cellId": "a-cell", "walnut": {"settle": "wait"}}
    kernel.client.shell_channel.send(message)
    said = kernel.said(message["header"]["msg_id"])
    assert of_type(said, "update_display_data")[-1]["content"]["data"]["text/plain"] == "8"


def test_settle_late_lets_a_batch_go_on(kernel):
    reply, said = kernel.execute("%%settle late\nRef.promise()[0]", allow_stdin=False)
    assert shown(said) == ["<Promise>"]


def test_vats_are_listed_and_end_when_nobody_holds_them(kernel):
    for _ in range(3):
        run(kernel, "1")
    run(kernel, GATE)
    (text,) = run(kernel, "%vats")
    assert "cell 4: 0 waiting" in text and "gate" in text and "budget: 1073 MB left" in text
    assert "cell 1:" not in text and "cell 2:" not in text


def test_vats_say_what_is_left_to_them_and_who_holds_them(kernel):
    run(kernel, GATE)
    run(kernel, '%%vat house\ndef till := makeSpaceBank("till", ["bytes" => 100_000, "instructions" => 1_000_000])\ndef kept := gate\nnull')
    run(kernel, '%%vat house\ndef hoarder := seedVat(makeVat("hoarder", till), "def shelf { to size() { return 1 } }")\nnull')
    rows = {it.split(":")[0]: it for it in run(kernel, "%vats")[0].splitlines()}
    assert "kB left, 1000000 instructions of till" in rows["hoarder"]
    assert "held by: house (1)" in rows["hoarder"]
    assert "1 of cell 1" in rows["house"] and "house" in rows["cell 1"].split("held by:")[1]


def test_running_a_cell_again_leaves_no_trace_of_the_old_vat(kernel):
    run(kernel, GATE)
    run(kernel, "gate <- open()\nnull")
    run(kernel, GATE)
    (text,) = run(kernel, "%vats")
    assert "cell 3:" in text
    assert "cell 1:" not in text, text


def test_the_vat_of_a_thing_that_is_held_lives_on(kernel):
    run(kernel, GATE)
    run(kernel, "%%vat keeper\ndef kept := gate\nnull")
    run(kernel, GATE)
    (text,) = run(kernel, "%vats")
    assert "cell 1:" in text
    kernel.client.execute("%%vat keeper\nkept <- open()")
    assert kernel.next_said("update_display_data")["content"]["data"]["text/plain"] == "1"


@pytest.mark.parametrize("name", ["gate", "makeGate"])
def test_authority_is_drawn(kernel, name):
    run(kernel, GATE)
    _, said = kernel.execute(f"%authority {name}")
    (display,) = of_type(said, "display_data")
    assert name in display["content"]["data"]["text/plain"]
    assert display["content"]["data"]["image/svg+xml"].startswith("<svg")


def test_authority_of_nobody(kernel):
    assert fails(kernel, "%authority nobody")["ename"] == "NoSuchName"
