//! What powers answer, as bytes.

use super::codec::{Reader, Writer};
use crate::powers::{FileAnswer, FileKind, FileRequest, Reply, Resource, Source, Spawned};
use std::sync::Arc;

/// Something that a power answers.
pub(super) trait Answer: Sized {
    fn write(&self, out: &mut Writer);
    fn read(from: &mut Reader<'_>) -> Option<Self>;
}

impl Answer for () {
    fn write(&self, _: &mut Writer) {}
    fn read(_: &mut Reader<'_>) -> Option<()> {
        Some(())
    }
}

impl Answer for bool {
    fn write(&self, out: &mut Writer) {
        out.number((*self).into());
    }
    fn read(from: &mut Reader<'_>) -> Option<bool> {
        from.number().map(|it| it == 1)
    }
}

impl Answer for String {
    fn write(&self, out: &mut Writer) {
        out.text(self);
    }
    fn read(from: &mut Reader<'_>) -> Option<String> {
        from.string()
    }
}

impl Answer for Arc<str> {
    fn write(&self, out: &mut Writer) {
        out.text(self);
    }
    fn read(from: &mut Reader<'_>) -> Option<Arc<str>> {
        from.text().map(Arc::from)
    }
}

impl Answer for i64 {
    fn write(&self, out: &mut Writer) {
        out.signed(*self);
    }
    fn read(from: &mut Reader<'_>) -> Option<i64> {
        from.signed()
    }
}

/// Entropy.
impl Answer for Vec<u8> {
    fn write(&self, out: &mut Writer) {
        out.bytes(self);
    }
    fn read(from: &mut Reader<'_>) -> Option<Vec<u8>> {
        from.bytes().map(<[u8]>::to_vec)
    }
}

impl<A: Answer, B: Answer> Answer for (A, B) {
    fn write(&self, out: &mut Writer) {
        self.0.write(out);
        self.1.write(out);
    }
    fn read(from: &mut Reader<'_>) -> Option<(A, B)> {
        Some((A::read(from)?, B::read(from)?))
    }
}

impl<T: Answer> Answer for Option<T> {
    fn write(&self, out: &mut Writer) {
        self.is_some().write(out);
        if let Some(it) = self {
            it.write(out);
        }
    }
    fn read(from: &mut Reader<'_>) -> Option<Option<T>> {
        Some(if bool::read(from)? { Some(T::read(from)?) } else { None })
    }
}

impl<T: Answer> Answer for Result<T, String> {
    fn write(&self, out: &mut Writer) {
        self.is_ok().write(out);
        match self {
            Ok(it) => it.write(out),
            Err(it) => it.write(out),
        }
    }
    fn read(from: &mut Reader<'_>) -> Option<Result<T, String>> {
        Some(if bool::read(from)? { Ok(T::read(from)?) } else { Err(from.string()?) })
    }
}

/// Several of a kind.
pub(super) struct All<T>(pub Vec<T>);

impl<T: Answer> Answer for All<T> {
    fn write(&self, out: &mut Writer) {
        out.number(self.0.len() as u64);
        self.0.iter().for_each(|it| it.write(out));
    }
    fn read(from: &mut Reader<'_>) -> Option<All<T>> {
        from.all(T::read).map(All)
    }
}

impl Answer for Source {
    fn write(&self, out: &mut Writer) {
        self.name.write(out);
        self.text.write(out);
    }
    fn read(from: &mut Reader<'_>) -> Option<Source> {
        Some(Source { name: Answer::read(from)?, text: Answer::read(from)? })
    }
}

impl Answer for Resource {
    fn write(&self, out: &mut Writer) {
        out.number(self.0);
    }
    fn read(from: &mut Reader<'_>) -> Option<Resource> {
        from.number().map(Resource)
    }
}

impl Answer for Spawned {
    fn write(&self, out: &mut Writer) {
        self.process.write(out);
        self.stdin.write(out);
        self.stdout.write(out);
        self.stderr.write(out);
    }
    fn read(from: &mut Reader<'_>) -> Option<Spawned> {
        let (process, stdin) = (Answer::read(from)?, Answer::read(from)?);
        Some(Spawned { process, stdin, stdout: Answer::read(from)?, stderr: Answer::read(from)? })
    }
}

impl Answer for FileAnswer {
    fn write(&self, out: &mut Writer) {
        match self {
            FileAnswer::Done => out.number(0),
            FileAnswer::Kind(it) => {
                out.number(match it {
                    FileKind::Nothing => 1,
                    FileKind::File => 2,
                    FileKind::Directory => 3,
                    FileKind::Other => 4,
                });
            }
            FileAnswer::Size(it) => {
                out.number(5);
                out.number(*it);
            }
            FileAnswer::Bytes(it) => {
                out.number(6);
                out.bytes(it);
            }
            FileAnswer::Names(it) => {
                out.number(7);
                out.number(it.len() as u64);
                it.iter().for_each(|it| out.text(it));
            }
        }
    }
    fn read(from: &mut Reader<'_>) -> Option<FileAnswer> {
        Some(match from.number()? {
            0 => FileAnswer::Done,
            1 => FileAnswer::Kind(FileKind::Nothing),
            2 => FileAnswer::Kind(FileKind::File),
            3 => FileAnswer::Kind(FileKind::Directory),
            4 => FileAnswer::Kind(FileKind::Other),
            5 => FileAnswer::Size(from.number()?),
            6 => FileAnswer::Bytes(from.bytes()?.to_vec()),
            7 => FileAnswer::Names(from.all(Reader::string)?),
            _ => return None,
        })
    }
}

impl Answer for Reply {
    fn write(&self, out: &mut Writer) {
        match self {
            Reply::Done => out.number(0),
            Reply::Bytes(it) => {
                out.number(1);
                out.bytes(it);
            }
            Reply::End => out.number(2),
            Reply::Exit(it) => {
                out.number(3);
                it.map(i64::from).write(out);
            }
            Reply::Connection { input, output, peer } => {
                out.number(4);
                input.write(out);
                output.write(out);
                peer.write(out);
            }
            Reply::Listener { listener, port } => {
                out.number(5);
                listener.write(out);
                out.number((*port).into());
            }
        }
    }
    fn read(from: &mut Reader<'_>) -> Option<Reply> {
        Some(match from.number()? {
            0 => Reply::Done,
            1 => Reply::Bytes(from.bytes()?.to_vec()),
            2 => Reply::End,
            3 => Reply::Exit(Option::<i64>::read(from)?.and_then(|it| i32::try_from(it).ok())),
            4 => Reply::Connection {
                input: Answer::read(from)?,
                output: Answer::read(from)?,
                peer: from.string()?,
            },
            5 => Reply::Listener { listener: Answer::read(from)?, port: from.number()?.try_into().ok()? },
            _ => return None,
        })
    }
}

/// The replies to jobs, by ticket.
pub(super) fn write_replies(them: &[(u64, Result<Reply, String>)], out: &mut Writer) {
    out.number(them.len() as u64);
    for (ticket, reply) in them {
        out.number(*ticket);
        reply.write(out);
    }
}

pub(super) fn read_replies(from: &mut Reader<'_>) -> Option<Vec<(u64, Result<Reply, String>)>> {
    from.all(|from| Some((from.number()?, Answer::read(from)?)))
}

/// A request to a file as text: long bytes by their digest.
pub(super) fn file_question(path: &str, request: FileRequest<'_>) -> String {
    match request {
        FileRequest::Write(it) => format!("write {} to {path}", told(it)),
        FileRequest::Append(it) => format!("append {} to {path}", told(it)),
        other => format!("{other:?} {path}"),
    }
}

fn told(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if bytes.len() <= 64 => format!("{text:?}"),
        _ => format!("{} bytes ({})", bytes.len(), blake3::hash(bytes).to_hex()),
    }
}
