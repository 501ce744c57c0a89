# Python's side of a notebook, in a vat of its own: a process, and objects that stand for what lies in it. What goes
# over is a line of JSON each way. Data are copied; everything else has a number there and an object here.

def json := <import:text.json>
def bytes := <import:text.bytes>
def makeWeakRef := <unsafe:org.erights.e.elib.vat.makeWeakRef>
def [sealer, unsealer] := <elib:sealing.makeBrand>("python")

/** An image that Python made: data, so it may go anywhere. */
def makeImage(mime :String, data :String) {
    def picture implements DeepFrozen {
        to __printOn(out) { out.print(`<$mime>`) }
        to __displayOn(display) { display.show(mime, data) }
    }
    return picture
}

def makeBridge(python :String, code :String) {
    def process := makeCommand(python)(["-u", "-c", code], ["stdin" => "PIPE"])
    def out := process.getStdin()
    var count := 0
    var waiting := [].asMap()
    var ended := null
    # By number: how it is told that nobody holds an object any more.
    def watched := [].asMap().diverge()
    def bridge

    def unpack(it) {
        if (!(it =~ _ :Map)) { return it }
        if (it.maps("list")) {
            def items := [].diverge()
            for each in it["list"] { items.push(unpack(each)) }
            return items.snapshot()
        }
        if (it.maps("map")) {
            def entries := [].asMap().diverge()
            for [key, value] in it["map"] { entries[unpack(key)] := unpack(value) }
            return entries.snapshot()
        }
        if (it.maps("float")) {
            return switch (it["float"]) {
                match =="nan" { NaN }
                match =="inf" { Infinity }
                match _ { -Infinity }
            }
        }
        if (it.maps("image")) { return makeImage(it["mime"], it["image"]) }
        def object := bridge.makeObject(it["ref"], it["shown"])
        bridge.watch(it["ref"], object)
        return object
    }

    def pack(it) {
        if (it == null || it =~ _ :any[int, float64, String, boolean]) { return it }
        if (it =~ list :List) {
            def items := [].diverge()
            for each in list { items.push(pack(each)) }
            return ["list" => items.snapshot()]
        }
        if (it =~ map :Map) {
            def entries := [].diverge()
            for key => value in map { entries.push([pack(key), pack(value)]) }
            return ["map" => entries.snapshot()]
        }
        return try { ["ref" => unsealer.unseal(it.getPythonRef())] } catch _ {
            throw("only data and what came from Python can be handed to Python")
        }
    }

    def hear
    def stop

    # Only while something is asked, so that a notebook in which nothing is asked is at rest.
    def listen() {
        def line := process.getStdout() <- takeLine()
        when (line) -> {
            if (line == null) { stop("the Python process has ended") } else {
                hear(json.parse(line))
                if (waiting.size() > 0) { listen() }
            }
        } catch problem { stop(problem) }
    }

    def say(it) { out.reserve() <- resolve(bytes.encode(json.print(it) + "\n")) }

    def ask(question) {
        if (ended != null) { return Ref.broken(ended) }
        def [answer, resolver] := Ref.promise()
        count += 1
        waiting := waiting.with(count, resolver)
        if (waiting.size() == 1) { listen() }
        say(question.with("id", count))
        return answer
    }

    bind stop(problem) {
        ended := problem
        for _ => resolver in waiting { resolver.smash(problem) }
        waiting := [].asMap()
    }

    bind hear(answer) {
        if (answer.maps("print")) { return print(answer["print"]) }
        def resolver := waiting[answer["id"]]
        waiting := waiting.without(answer["id"])
        if (answer.maps("error")) { resolver.smash(answer["error"]) } else { resolver.resolve(unpack(answer["value"])) }
    }

    bind bridge {
        to makeObject(ref :int, shown :String) {
            def object {
                to __printOn(out) { out.print(shown) }
                to getPythonRef() { return sealer.seal(ref) }
                match [verb, args] {
                    ask(["do" => "send", "ref" => ref, "verb" => verb, "args" => pack(args)["list"]])
                }
            }
            return object
        }
        /** Python may let go of an object once E has. */
        to watch(ref :int, object) {
            watched[ref] := makeWeakRef(object, def letGo() {
                watched.removeKey(ref)
                if (ended == null) { say(["do" => "forget", "ref" => ref]) }
            })
        }
        to load(name :String) { return ask(["do" => "import", "module" => name]) }
    }
    return bridge
}
