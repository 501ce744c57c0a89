//! `<file:…>`: files and directories as objects that know what is below them, and nothing of what is above.
//!
//! A path leads down from the object it is asked of, whether or not it starts with `/`; `..` is refused, and so
//! is whatever else could lead elsewhere. That nothing leads out of the granted folder, links included, is seen
//! to once more by whoever grants it.

use super::{FileAnswer, FileKind, FileRequest};
use crate::cx::Cx;
use crate::data::text::text_of;
use crate::iterate::{Items, each};
use crate::library::bytes::{bytes_of, bytes_value, text_value};
use crate::native::{Class, Method, Outcome, done};
use crate::natives;
use crate::print::write_pieces;
use crate::problem::Exit;
use crate::value::Value;

/// Field of each of the three: the path from the granted folder, without `/` at its start.
pub(crate) static FILE: Class = Class::new(
    "File",
    "<file>",
    natives![
        "get"(Text) => get,
        "getOpt"(Text) => get_opt,
        "getPath"() => get_path,
        "getPlatformPath"() => get_path,
        "getName"() => get_name,
        "exists"() => exists,
        "isDirectory"() => is_directory,
        "isFile"() => is_file,
        "length"() => size,
        "getText"() => get_text,
        "getTwine"() => get_twine,
        "getBytes"() => get_bytes,
        "list"() => list,
        "iterate"(Any) => iterate,
        "shallowReadOnly"() => shallow_read_only,
        "deepReadOnly"() => deep_read_only,
        "__printOn"(Any) => print_on,
        "setText"(Text) => set_text,
        "setBytes"(Any) => set_bytes,
        "appendText"(Text) => append_text,
        "appendBytes"(Any) => append_bytes,
        "createNewFile"(Any) => create_new_file,
        "delete"(Any) => delete,
        "mkdir"(Any) => make_directory,
    ],
);

/// What can be asked of a file that may not be changed.
const READING: &[Method] = natives![
    "get"(Text) => get,
    "getOpt"(Text) => get_opt,
    "getPath"() => get_path,
    "getPlatformPath"() => get_path,
    "getName"() => get_name,
    "exists"() => exists,
    "isDirectory"() => is_directory,
    "isFile"() => is_file,
    "length"() => size,
    "getText"() => get_text,
    "getTwine"() => get_twine,
    "getBytes"() => get_bytes,
    "list"() => list,
    "iterate"(Any) => iterate,
    "shallowReadOnly"() => itself,
    "deepReadOnly"() => deep_read_only,
    "__printOn"(Any) => print_on,
];

/// Cannot be changed itself; what is below it can.
pub(crate) static SHALLOW: Class = Class::new("ShallowReadOnlyFile", "<file>", READING);
/// Neither it nor what is below it can be changed through it.
pub(crate) static DEEP: Class = Class::new("DeepReadOnlyFile", "<file>", READING);

/// `file__uriGetter`: the granted folder.
pub fn make_root(cx: &mut Cx) -> Value {
    make(cx, &FILE, "")
}

fn make(cx: &mut Cx, class: &'static Class, path: &str) -> Value {
    let path = cx.heap.text(path);
    cx.heap.native(class, [path])
}

fn path_of(cx: &Cx, file: Value) -> String {
    let path = cx.heap.as_native(file).and_then(|it| it.fields.first().copied()).unwrap_or(Value::NULL);
    text_of(cx, path).to_string()
}

/// The path of what is at `below` under `path`, or why nothing can be there.
fn join(path: &str, below: &str) -> Result<String, String> {
    let mut parts: Vec<&str> = path.split('/').filter(|it| !it.is_empty()).collect();
    for part in below.split('/').filter(|it| !it.is_empty()) {
        let drive = part.len() == 2 && part.ends_with(':');
        if matches!(part, "." | "..") || drive || part.contains(['\\', '\0']) {
            return Err(format!(
                "no path leads through {part:?}: a file knows what is below it, and nothing else"
            ));
        }
        parts.push(part);
    }
    Ok(parts.join("/"))
}

/// What is below a file can do what the file can; below a shallowly read-only one it can be written.
fn class_below(cx: &Cx, file: Value) -> &'static Class {
    if cx.heap.fields(file, &DEEP).is_some() { &DEEP } else { &FILE }
}

fn get(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let path = join(&path_of(cx, this), &text_of(cx, args[0])).map_err(|why| cx.throw(why))?;
    let class = class_below(cx, this);
    done(make(cx, class, &path))
}

/// Null where there is nothing.
fn get_opt(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let path = join(&path_of(cx, this), &text_of(cx, args[0])).map_err(|why| cx.throw(why))?;
    let class = class_below(cx, this);
    match kind(cx, &path)? {
        FileKind::Nothing => done(Value::NULL),
        _ => done(make(cx, class, &path)),
    }
}

fn get_path(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let path = format!("/{}", path_of(cx, this));
    done(cx.heap.text(path))
}

fn get_name(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let path = path_of(cx, this);
    done(cx.heap.text(path.rsplit('/').next().unwrap_or_default()))
}

fn itself(_: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(this)
}

fn shallow_read_only(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let path = path_of(cx, this);
    done(make(cx, &SHALLOW, &path))
}

fn deep_read_only(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    if cx.heap.fields(this, &DEEP).is_some() {
        return done(this);
    }
    let path = path_of(cx, this);
    done(make(cx, &DEEP, &path))
}

fn print_on(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let facet = match () {
        () if cx.heap.fields(this, &DEEP).is_some() => ".deepReadOnly()",
        () if cx.heap.fields(this, &SHALLOW).is_some() => ".shallowReadOnly()",
        () => "",
    };
    let text = format!("<file:///{}>{facet}", path_of(cx, this));
    write_pieces(cx, args[0], vec![text.into()])
}

// Asking the world.

fn ask(cx: &mut Cx, path: &str, request: FileRequest<'_>) -> Result<FileAnswer, Exit> {
    cx.charge(100)?;
    cx.powers.file(path, request).map_err(|why| cx.throw(why))
}

fn kind(cx: &mut Cx, path: &str) -> Result<FileKind, Exit> {
    match ask(cx, path, FileRequest::Kind)? {
        FileAnswer::Kind(it) => Ok(it),
        _ => Ok(FileKind::Nothing),
    }
}

fn exists(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let path = path_of(cx, this);
    done(kind(cx, &path)? != FileKind::Nothing)
}

fn is_directory(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let path = path_of(cx, this);
    done(kind(cx, &path)? == FileKind::Directory)
}

fn is_file(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let path = path_of(cx, this);
    done(kind(cx, &path)? == FileKind::File)
}

/// How many bytes.
fn size(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let path = path_of(cx, this);
    match ask(cx, &path, FileRequest::Size)? {
        FileAnswer::Size(it) => done(i64::try_from(it).unwrap_or(i64::MAX)),
        _ => done(0),
    }
}

/// All bytes of a file, where each will weigh so much.
fn read(cx: &mut Cx, this: Value, weight: u64) -> Result<Vec<u8>, Exit> {
    let path = path_of(cx, this);
    let limit = super::later::room(cx, weight + 1);
    match ask(cx, &path, FileRequest::Read { limit })? {
        FileAnswer::Bytes(it) => Ok(it),
        _ => Ok(Vec::new()),
    }
}

fn get_bytes(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let bytes = read(cx, this, 16)?;
    done(bytes_value(cx, &bytes)?)
}

fn text(cx: &mut Cx, this: Value) -> Result<Value, Exit> {
    let bytes = read(cx, this, 1)?;
    match String::from_utf8(bytes) {
        Ok(it) => text_value(cx, it),
        Err(why) => {
            let (path, at) = (path_of(cx, this), why.utf8_error().valid_up_to());
            Err(cx.throw(format!("/{path} is not text: byte {at} is no UTF-8")))
        }
    }
}

fn get_text(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(text(cx, this)?)
}

/// Its text, which remembers where it was read.
fn get_twine(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let text = text(cx, this)?;
    let url = format!("file:///{}", path_of(cx, this));
    let url = cx.heap.text(url);
    cx.call(text, "asFrom", [url])
}

fn names(cx: &mut Cx, this: Value) -> Result<Vec<String>, Exit> {
    let path = path_of(cx, this);
    match ask(cx, &path, FileRequest::List)? {
        FileAnswer::Names(it) => {
            cx.reserve(64 * it.len() as u64)?;
            Ok(it)
        }
        _ => Ok(Vec::new()),
    }
}

/// The names in a directory, sorted.
fn list(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let names = names(cx, this)?;
    let names: Vec<Value> = names.into_iter().map(|it| cx.heap.text(it)).collect();
    done(cx.heap.list(names))
}

/// Names and files.
fn iterate(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let (names, path, class) = (names(cx, this)?, path_of(cx, this), class_below(cx, this));
    let mut pairs = Vec::with_capacity(names.len());
    for name in names {
        // A name that no path leads through (one with a backslash in it) is not reached either.
        if let Ok(path) = join(&path, &name) {
            pairs.push((cx.heap.text(name), make(cx, class, &path)));
        }
    }
    each(cx, Items::Pairs(pairs), args[0])
}

fn set_text(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    set_bytes(cx, this, args)
}

fn set_bytes(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let (path, bytes) = (path_of(cx, this), bytes_of(cx, args[0])?);
    ask(cx, &path, FileRequest::Write(&bytes))?;
    done(Value::NULL)
}

fn append_text(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    append_bytes(cx, this, args)
}

fn append_bytes(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let (path, bytes) = (path_of(cx, this), bytes_of(cx, args[0])?);
    ask(cx, &path, FileRequest::Append(&bytes))?;
    done(Value::NULL)
}

/// What has an ejector to leave through where it cannot be done; null: it throws.
fn or_eject(cx: &mut Cx, this: Value, request: FileRequest<'_>, ejector: Value) -> Outcome {
    let path = path_of(cx, this);
    cx.charge(100)?;
    match cx.powers.file(&path, request) {
        Ok(_) => done(Value::NULL),
        Err(why) => cx.eject(ejector, why),
    }
}

fn create_new_file(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    or_eject(cx, this, FileRequest::CreateNew, args[0])
}

fn delete(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    or_eject(cx, this, FileRequest::Delete, args[0])
}

fn make_directory(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    or_eject(cx, this, FileRequest::MakeDirectory, args[0])
}

#[cfg(test)]
mod tests {
    use super::join;

    #[test]
    fn a_path_leads_down() {
        assert_eq!(join("", "a/b").as_deref(), Ok("a/b"));
        assert_eq!(join("a", "/b//c/").as_deref(), Ok("a/b/c"));
        for below in ["..", "b/../..", "./b", "c:", "c:/b", "b\\..\\c", "b\0"] {
            assert!(join("a", below).is_err(), "{below}");
        }
    }
}
