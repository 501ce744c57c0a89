//! Holds the conversations of `tests/suite/lsp` with a server in this process.
//!
//! The files of a case lie in a folder of their own, which is what the editor has open. The fence `talk` is what
//! editor and server say to each other:
//!
//! * `open purse.e` opens a file; `write purse.e coin` appends a line to it on disk, `delete purse.e` deletes it, and
//!   both tell the server as a watching editor would, and so does `commit`, which puts the folder into git; `loaded`
//!   waits until the folder has been read.
//! * `-> method {…}` asks, `=> method {…}` tells, `.. method` waits until the server says that, with parameters among
//!   which are those that are named.
//! * `<-` is what came back; positions count from 1, as in `3:5`, and addresses are the names of files.
//! * Among the parameters `$doc(purse.e)` is a document, `$at(purse.e, coin)` the place of a word (`coin~2` of its
//!   second), `$range(purse.e, coin)` all of it, `$whole(purse.e)` everything, `$last` the last answer or, as in
//!   `$last.0`, a part of it, `$uri(purse.e)` an address, `$id` the last result id.
//! * `| label, kind` shows only these fields of each thing in an answer.
//!
//! The fence `client` is what the editor says it can do.

mod editor;
mod interleaving;

use editor::Editor;
use harness::{Case, Suite};

fn conversation(case: &mut Case) {
    let client = case.given("client").unwrap_or_default();
    let talk = case.given("talk").unwrap_or_default();
    let files: Vec<(String, String)> =
        case.files.iter().map(|(name, it)| (name.clone(), it.text.clone())).collect();
    let mut editor = Editor::start(&case.name, &client, files);
    let mut said = String::new();
    for line in talk.lines().filter(|it| editor::is_ours(it)) {
        said.push_str(line);
        said.push('\n');
        said.push_str(&editor.act(line));
    }
    editor.stop();
    case.answer("talk", said);
}

fn main() -> std::process::ExitCode {
    Suite::new()
        .chapters("lsp", conversation)
        .test(
            "interleaving: every answer is about the texts it was asked about",
            interleaving::every_answer_is_about_the_texts_it_was_asked_about,
        )
        .run()
}
