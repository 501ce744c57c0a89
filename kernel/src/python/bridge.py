"""The Python that a notebook starts: reads a question per line, answers it in a line. Data are copied, everything else
gets a number."""

import base64, importlib, itertools, json, math, sys, traceback

answers = sys.stdout


class Printed:
    """What is printed goes along with the answers, so that it is seen in its place."""

    def write(self, text):
        if text:
            answers.write(json.dumps({"print": text}) + "\n")
        return len(text)

    def flush(self):
        pass


sys.stdout = sys.stderr = Printed()
objects = {}
numbers = itertools.count(1)
OPERATORS = {
    "add": "__add__", "subtract": "__sub__", "multiply": "__mul__", "approxDivide": "__truediv__",
    "floorDivide": "__floordiv__", "mod": "__mod__", "pow": "__pow__", "negate": "__neg__",
    "get": "__getitem__", "put": "__setitem__", "run": "__call__", "size": "__len__",
}
MOST = 100_000


def pack(it):
    if it is None or isinstance(it, (bool, str)):
        return it
    if isinstance(it, int):
        return it
    if isinstance(it, float):
        if math.isfinite(it):
            return it
        return {"float": "nan" if it != it else "inf" if it > 0 else "-inf"}
    if isinstance(it, (bytes, bytearray)):
        return {"list": list(it)}
    if type(it) in (list, tuple) and len(it) <= MOST:
        return {"list": [pack(each) for each in it]}
    if type(it) is dict and all(isinstance(key, (str, int, float, bool)) for key in it):
        return {"map": [[pack(key), pack(value)] for key, value in it.items()]}
    kind = type(it).__module__.split(".")[0]
    if kind == "numpy" and hasattr(it, "tolist") and getattr(it, "size", 0) <= MOST:
        return pack(it.tolist())
    if kind == "pandas" and hasattr(it, "to_dict"):
        if hasattr(it, "columns"):
            rows = it.astype(object).where(it.notna(), None).to_dict("records")
            return {"list": [{"map": [[str(key), pack(value)] for key, value in row.items()]} for row in rows]}
        if hasattr(it, "tolist") and getattr(it, "size", 0) <= MOST:
            return pack(it.tolist())
    if hasattr(it, "savefig"):
        import io

        file = io.BytesIO()
        it.savefig(file, format="png")
        return {"mime": "image/png", "image": base64.b64encode(file.getvalue()).decode()}
    for name, mime in (("_repr_png_", "image/png"), ("_repr_svg_", "image/svg+xml")):
        shown = getattr(it, name, None)
        shown = shown() if callable(shown) else None
        if shown:
            return {"mime": mime, "image": shown if isinstance(shown, str) else base64.b64encode(shown).decode()}
    number = next(numbers)
    objects[number] = it
    return {"ref": number, "shown": f"<python {repr(it)[:200]}>"}


def unpack(it):
    if not isinstance(it, dict):
        return it
    if "list" in it:
        return [unpack(each) for each in it["list"]]
    if "map" in it:
        return {unpack(key): unpack(value) for key, value in it["map"]}
    return objects[it["ref"]]


def send(target, verb, args):
    if hasattr(target, verb):
        found = getattr(target, verb)
        return found(*args) if callable(found) else found if not args else found[args[0]]
    operator = OPERATORS.get(verb)
    if operator and hasattr(target, operator):
        return getattr(target, operator)(*args)
    raise AttributeError(f"{type(target).__name__} has no {verb}")


for line in sys.stdin:
    question = json.loads(line)
    if question["do"] == "forget":
        objects.pop(question["ref"], None)
        continue
    try:
        if question["do"] == "import":
            value = importlib.import_module(question["module"])
        else:
            value = send(objects[question["ref"]], question["verb"], [unpack(it) for it in question["args"]])
        answer = {"value": pack(value)}
    except BaseException as problem:
        where = "".join(traceback.format_tb(problem.__traceback__)[1:]).rstrip()
        text = f"{type(problem).__name__}: {problem}"
        answer = {"error": f"{text}\n{where}" if where else text}
    # Neither may keep alive what E lets go of.
    value = None
    answer["id"] = question["id"]
    answers.write(json.dumps(answer) + "\n")
    answers.flush()
