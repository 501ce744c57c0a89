# What a notebook has beside the names of E: ways to show things. Each is an ordinary function that remembers nothing.

/** Text, shown as Markdown. */
def markdown(text :String) {
    def page {
        to __printOn(out) { out.print(text) }
        to __displayOn(display) { display.show("text/markdown", text) }
    }
    return page
}

/** A formula, as LaTeX writes it: latex("x^2"). */
def latex(formula :String) {
    def page {
        to __printOn(out) { out.print(formula) }
        to __displayOn(display) { display.show("text/latex", "$" + formula + "$") }
    }
    return page
}

/** A drawing, as SVG. */
def svg(text :String) {
    def drawing {
        to __printOn(out) { out.print("<drawing>") }
        to __displayOn(display) { display.show("image/svg+xml", text) }
    }
    return drawing
}

/** A page, as HTML. */
def html(text :String) {
    def page {
        to __printOn(out) { out.print("<page>") }
        to __displayOn(display) { display.show("text/html", text) }
    }
    return page
}

/** An image: image("image/png", bytes), where the bytes are a list of ints or a string in base 64. */
def image(mime :String, bytes) {
    def picture {
        to __printOn(out) { out.print(`<$mime>`) }
        to __displayOn(display) { display.show(mime, bytes) }
    }
    return picture
}

/** A plot, as Vega-Lite describes it in a map. */
def vegaLite(spec :Map) {
    def plot {
        to __printOn(out) { out.print("<plot>") }
        to __displayOn(display) {
            def schema := "https://vega.github.io/schema/vega-lite/v5.json"
            display.show("application/vnd.vegalite.v5+json", ["$schema" => schema] | spec)
        }
    }
    return plot
}

/** A plot of rows, which are maps, with marks such as "bar", "line" or "point": chart(rows, "bar", "fruit", "price"). */
def chart(rows :List, mark :String, x :String, y :String) {
    def field(name) {
        var kind := "nominal"
        for row in rows {
            if (row[name] =~ _ :int || row[name] =~ _ :float64) { kind := "quantitative" }
        }
        return ["field" => name, "type" => kind]
    }
    return vegaLite([
        "data" => ["values" => rows],
        "mark" => ["type" => mark, "tooltip" => true],
        "encoding" => ["x" => field(x), "y" => field(y)]])
}

/** A line through rows, which are maps: plot(rows, "day", "price"). */
def plot(rows :List, x :String, y :String) {
    return chart(rows, "line", x, y)
}

/** A bar that fills where it stands: the value of a cell, which is sent tick() whenever a part of the work is done. */
def progress(label :String, total :(int > 0)) {
    var done := 0
    def bar {
        to tick() { return done := (done + 1).min(total) }
        to __printOn(out) { out.print(`$label: $done of $total`) }
        to __displayOn(display) {
            def name := label.replaceAll("&", "&amp;").replaceAll("<", "&lt;")
            display.show("text/html", `<label>$name <progress value="$done" max="$total"></progress> $done of $total</label>`)
            display.show("application/x-walnut-live", done < total)
        }
    }
    return bar
}
