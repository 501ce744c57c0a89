//! Edits and requests of all kinds in a random order, some taken back, faster than they are answered.
//!
//! Every request gets one answer: for the texts as they were when it was asked, or one that says that it was cut off
//! or taken back. At the end the server says what a fresh one says of the same texts. `ROUNDS` and `SEED` are the
//! environment's to set.

use crate::editor::Editor;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const FILES: [&str; 3] = ["purse.e", "gate.e", "shop.updoc"];

/// Each has a name with the number of its version, by which an answer says what it is about.
fn text(file: usize, version: usize, rng: &mut Random) -> String {
    let extra = match rng.below(4) {
        0 => "var total := 0\ndef till implements DeepFrozen { to pay(n) { total += n } }\n",
        1 => "def gate { to open(key) { return key } }\ngate.open(3)\n",
        2 => "def half (\n",
        _ => "println(coin)\n",
    };
    if file == 2 {
        return format!(
            "A page.\n\n? def version{version} := {version}\n# value: {version}\n\n? {}",
            extra.replace('\n', "\n> ")
        );
    }
    let gates: String =
        (0..rng.below(12)).map(|n| format!("def gate{n}(x) {{ return x + {n} }}\n")).collect();
    format!("def version{version} := {version}\n{gates}{extra}")
}

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }
}

/// A request about a text: its method and parameters.
fn request(uri: &str, text: &str, rng: &mut Random) -> (&'static str, Value) {
    let document = json!({ "uri": uri });
    let line = rng.below(text.lines().count() + 2);
    let position = json!({ "line": line, "character": rng.below(30) });
    let at = json!({ "textDocument": document, "position": position });
    let whole = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 99, "character": 0 } });
    let with = |more: Value| {
        let mut it = at.clone();
        it.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        it
    };
    let options = json!({ "tabSize": 4, "insertSpaces": true });
    match rng.below(22) {
        0..=3 => ("textDocument/documentSymbol", json!({ "textDocument": document })),
        4 => ("textDocument/hover", at),
        5 => ("textDocument/completion", at),
        6 => ("textDocument/definition", at),
        7 => ("textDocument/references", with(json!({ "context": { "includeDeclaration": true } }))),
        8 => ("textDocument/documentHighlight", at),
        9 => ("textDocument/inlayHint", json!({ "textDocument": document, "range": whole })),
        10 => ("textDocument/codeLens", json!({ "textDocument": document })),
        11 => ("textDocument/foldingRange", json!({ "textDocument": document })),
        12 => ("textDocument/signatureHelp", at),
        13 => ("textDocument/rename", with(json!({ "newName": "renamed" }))),
        14 => ("textDocument/formatting", json!({ "textDocument": document, "options": options })),
        15 => ("textDocument/selectionRange", json!({ "textDocument": document, "positions": [position] })),
        16 => ("textDocument/prepareCallHierarchy", at),
        17 => ("textDocument/linkedEditingRange", at),
        18 => ("textDocument/diagnostic", json!({ "textDocument": document })),
        19 => ("walnut/authorityGraph", json!({ "textDocument": document })),
        20 => ("walnut/verdicts", json!({ "textDocument": document })),
        _ => (
            "textDocument/codeAction",
            json!({ "textDocument": document, "range": { "start": position, "end": position }, "context": { "diagnostics": [] } }),
        ),
    }
}

struct Asked {
    file: usize,
    version: usize,
    method: &'static str,
    params: Value,
    texts: Vec<String>,
    taken_back: bool,
}

/// What an error may say: that the text changed, that the request was taken back, that the question makes no sense.
const CUT_OFF: [i64; 3] = [-32801, -32802, -32800];
const INVALID: i64 = -32602;

fn open(editor: &mut Editor, texts: &[String]) {
    for (file, text) in texts.iter().enumerate() {
        let language = if file == 2 { "updoc" } else { "e" };
        let item =
            json!({ "uri": editor.uri(FILES[file]), "languageId": language, "version": 1, "text": text });
        editor.notify("textDocument/didOpen", json!({ "textDocument": item }));
    }
}

/// An answer to `asked`, as a fresh server gives it.
fn fresh(asked: &Asked) -> Value {
    let mut editor = Editor::start("fresh", "", Vec::new());
    open(&mut editor, &asked.texts);
    let mut params = asked.params.clone();
    params["textDocument"]["uri"] = json!(editor.uri(FILES[asked.file]));
    let answer = editor.request(asked.method, params);
    let shown = comparable(&editor, &answer);
    editor.stop();
    shown
}

/// Without what differs from server to server: the folder, and the numbers of results.
fn comparable(editor: &Editor, answer: &Value) -> Value {
    let mut what = answer.get("result").or_else(|| answer.get("error")).cloned().unwrap_or_default();
    if let Some(all) = what.as_object_mut() {
        all.remove("resultId");
    }
    serde_json::from_str(&what.to_string().replace(&editor.uri(""), "")).unwrap()
}

pub fn every_answer_is_about_the_texts_it_was_asked_about() -> Result<(), String> {
    let number = |name: &str, otherwise: u64| {
        std::env::var(name).ok().and_then(|it| it.parse().ok()).unwrap_or(otherwise)
    };
    let rounds = number("ROUNDS", 10_000) as usize;
    let mut rng = Random(number("SEED", 0x9E37_79B9_7F4A_7C15));
    let mut editor = Editor::start("interleaving", "", Vec::new());
    let mut texts: Vec<String> = (0..FILES.len()).map(|file| text(file, 1, &mut rng)).collect();
    let mut versions = [1; FILES.len()];
    open(&mut editor, &texts);
    let mut waiting: BTreeMap<u64, Asked> = BTreeMap::new();
    let mut compared = Vec::new();
    let (mut answered, mut cut_off) = (0, 0);
    let mut take = |editor: &mut Editor, waiting: &mut BTreeMap<u64, Asked>, rng: &mut Random| {
        let message = editor.receive();
        let Some(id) = message["id"].as_u64().filter(|_| message.get("method").is_none()) else { return };
        let asked = waiting.remove(&id).unwrap_or_else(|| panic!("nobody asked for {message}"));
        answered += 1;
        if let Some(code) = message["error"]["code"].as_i64() {
            let expected =
                CUT_OFF.contains(&code) || (code == INVALID && asked.method == "textDocument/rename");
            assert!(expected, "{} says {message}", asked.method);
            assert!(code != -32800 || asked.taken_back, "nobody took {} back", asked.method);
            cut_off += usize::from(CUT_OFF.contains(&code));
            return;
        }
        if asked.method == "textDocument/documentSymbol" {
            let names = message["result"].to_string();
            assert!(
                names.contains(&format!("\"version{}\"", asked.version)),
                "not of version {}: {names}",
                asked.version
            );
        }
        if rng.below(rounds / 500 + 1) == 0 {
            compared.push((comparable(editor, &message), asked));
        }
    };
    for _ in 0..rounds {
        let file = rng.below(FILES.len());
        match rng.below(10) {
            0..=2 => {
                // Often somebody reads before typing on; else most answers would be that it is too late.
                while rng.below(4) > 0 && !waiting.is_empty() {
                    take(&mut editor, &mut waiting, &mut rng);
                }
                versions[file] += 1;
                texts[file] = text(file, versions[file], &mut rng);
                let document = json!({ "uri": editor.uri(FILES[file]), "version": versions[file] });
                let params = json!({ "textDocument": document, "contentChanges": [{ "text": texts[file] }] });
                editor.notify("textDocument/didChange", params);
            }
            3 if !waiting.is_empty() => {
                let nth = rng.below(waiting.len());
                if let Some((id, asked)) = waiting.iter_mut().nth(nth) {
                    asked.taken_back = true;
                    editor.notify("$/cancelRequest", json!({ "id": id }));
                }
            }
            _ => {
                let (method, params) = request(&editor.uri(FILES[file]), &texts[file], &mut rng);
                let id = editor.ask(method, params.clone());
                let version = versions[file];
                waiting.insert(
                    id,
                    Asked { file, version, method, params, texts: texts.clone(), taken_back: false },
                );
            }
        }
        while waiting.len() > 40 {
            take(&mut editor, &mut waiting, &mut rng);
        }
    }
    while !waiting.is_empty() {
        take(&mut editor, &mut waiting, &mut rng);
    }
    assert!(answered > rounds / 3, "{answered} answers");
    let told = answered - cut_off;
    assert!(told > rounds / 20 && cut_off > 0, "{cut_off} of {answered} were cut off: the test says little");
    assert!(compared.len() > 20, "{} were compared", compared.len());
    for (got, asked) in &compared {
        assert_eq!(*got, fresh(asked), "{} {}\n{}", asked.method, asked.params, asked.texts[asked.file]);
    }
    // The end is as if nothing had happened.
    for file in 0..FILES.len() {
        for method in ["textDocument/diagnostic", "textDocument/inlayHint", "textDocument/documentSymbol"] {
            let whole =
                json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 99, "character": 0 } });
            let params = json!({ "textDocument": { "uri": editor.uri(FILES[file]) }, "range": whole });
            let answer = editor.request(method, params.clone());
            let asked = Asked {
                file,
                version: versions[file],
                method,
                params,
                texts: texts.clone(),
                taken_back: false,
            };
            assert_eq!(comparable(&editor, &answer), fresh(&asked), "{method} of {}", FILES[file]);
        }
    }
    editor.stop();
    Ok(())
}
