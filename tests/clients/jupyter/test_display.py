"""What is more than text."""

import pytest
from conftest import of_type, shown
from test_cells import fails, run


def data(kernel, code):
    reply, said = kernel.execute(code)
    assert reply["status"] == "ok", reply
    (message,) = of_type(said, "execute_result", "display_data")
    return message["content"]["data"]


def test_a_list_of_maps_is_a_table(kernel):
    bundle = data(kernel, '[["fruit" => "apple", "price" => 3], ["fruit" => "pear", "price" => 12500]]')
    assert "<th>fruit</th><th>price</th>" in bundle["text/html"]
    assert bundle["text/plain"].startswith('[["fruit" => "apple"')


def test_much_data_is_a_tree(kernel):
    assert "list of 40" in data(kernel, "def squares := [].diverge()\nfor i in 1..40 { squares.push(i * i) }\nsquares.snapshot()")["text/html"]


def test_little_data_is_a_line(kernel):
    assert "text/html" not in data(kernel, "[1, 2, 3]")


def test_an_object_shows_itself(kernel):
    code = 'def badge {\n    to __printOn(out) { out.print("a badge") }\n    to __displayOn(display) {\n        display.show("image/svg+xml", "<svg/>")\n        display.show("application/json", ["rank" => 3])\n        display.show("image/png", [137, 80, 78, 71])\n    }\n}\nbadge'
    bundle = data(kernel, code)
    assert bundle["text/plain"] == "a badge"
    assert bundle["image/svg+xml"] == "<svg/>"
    assert bundle["application/json"] == {"rank": 3}
    assert bundle["image/png"] == "iVBORw=="


def test_a_display_that_throws_is_shown_as_a_problem(kernel):
    bundle = data(kernel, 'def badge {\n    to __displayOn(display) { throw("no ink") }\n}\nbadge')
    assert "no ink" in bundle["text/html"]
    assert "badge" in bundle["text/plain"]
    assert run(kernel, "1") == ["1"]


def test_a_display_without_end_is_given_up(kernel):
    bundle = data(kernel, "def badge {\n    to __displayOn(display) { while (true) {} }\n}\nbadge")
    assert "took too long" in bundle["text/html"]


@pytest.mark.parametrize(
    "code,mime,found",
    [
        ('markdown("*hello*")', "text/markdown", "*hello*"),
        ('latex("x^2")', "text/latex", "$x^2$"),
        ('svg("<svg/>")', "image/svg+xml", "<svg/>"),
        ('html("<b>hello</b>")', "text/html", "<b>hello</b>"),
        ('image("image/png", [137, 80])', "image/png", "iVA="),
    ],
    ids=lambda it: it.split("(")[0],
)
def test_ways_to_show_things_are_near_in_every_cell(kernel, code, mime, found):
    for _ in range(2):
        assert data(kernel, code)[mime] == found


def test_rows_are_plotted_in_one_call(kernel):
    bundle = data(kernel, 'plot([["day" => 1, "price" => 3], ["day" => 2, "price" => 5]], "day", "price")')
    spec = bundle["application/vnd.vegalite.v5+json"]
    assert spec["data"]["values"][1] == {"day": 2, "price": 5}
    assert spec["encoding"]["y"] == {"field": "price", "type": "quantitative"}
    assert bundle["text/plain"] == "<plot>"


def test_a_cell_may_define_those_names_anew(kernel):
    run(kernel, "def plot(n :int) { return n + 1 }\nnull")
    assert run(kernel, "plot(3)") == ["4"]


WORK = """%%vat work
def bar := progress("counting", 3)
def work(n :int) {
    if (n > 0) {
        bar.tick()
        work <- run(n - 1)
    }
}
work <- run(3)
bar"""


def test_a_bar_fills_where_it_stands(kernel):
    kernel.client.execute(WORK)
    first = kernel.next_said("display_data")["content"]
    assert "<progress" in first["data"]["text/html"]
    assert "application/x-walnut-live" not in first["data"]
    last = None
    while last != "counting: 3 of 3":
        update = kernel.next_said("update_display_data")["content"]
        assert update["transient"]["display_id"] == first["transient"]["display_id"]
        last = update["data"]["text/plain"]


def test_a_batch_sees_the_bar_when_it_is_full(kernel):
    _, said = kernel.execute(WORK, allow_stdin=False)
    assert shown(said) == ["counting: 3 of 3"]


def test_messages_between_vats_are_drawn(kernel):
    run(kernel, "%messages")
    run(kernel, "%%vat bank\nvar balance := 3\ndef purse { to spend(n :int) { return balance -= n } }\nnull")
    kernel.execute("interp.waitAtTop(purse <- spend(1))")
    _, said = kernel.execute("%messages")
    (display,) = of_type(said, "display_data")
    bundle = display["content"]["data"]
    assert "cell 3 → bank: spend/1" in bundle["text/plain"]
    assert bundle["image/svg+xml"].startswith("<svg")


def test_messages_are_drawn_that_are_still_on_their_way_when_all_cells_are_run(kernel):
    run(kernel, "%messages")
    run(kernel, "%%vat bank\nvar balance := 90\ndef purse { to spend(n) { return balance -= n } }\nnull")
    kernel.start("purse <- spend(1)", cell="cell 3")
    last = kernel.start("%messages", cell="cell 4")
    drawn = of_type(kernel.said(last), "display_data")[0]["content"]["data"]["text/plain"]
    assert "spend/1" in drawn, drawn
