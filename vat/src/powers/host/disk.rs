//! A folder of the disk, and nothing outside of it: each path is resolved below the folder's own handle, link by
//! link, so that neither a link nor a race leads out.

use super::super::{FileAnswer, FileKind, FileRequest};
use cap_std::ambient_authority;
use cap_std::fs::{Dir, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::sync::Arc;

/// What `file=DIR` grants.
#[derive(Clone)]
pub struct Folder {
    dir: Arc<Dir>,
    is_writable: bool,
}

impl Folder {
    /// `DIR`, `DIR:ro` (the same) or `DIR:rw`.
    pub fn open(grant: &str) -> Result<Folder, String> {
        let (path, is_writable) = match grant.rsplit_once(':') {
            Some((path, "rw")) => (path, true),
            Some((path, "ro")) => (path, false),
            _ => (grant, false),
        };
        match Dir::open_ambient_dir(path, ambient_authority()) {
            Ok(dir) => Ok(Folder { dir: Arc::new(dir), is_writable }),
            Err(why) => Err(format!("cannot grant the folder `{path}`: {}", plain(&why))),
        }
    }
}

/// Does what is asked of the file at `path`.
pub fn act(folder: &Folder, path: &str, request: FileRequest<'_>) -> Result<FileAnswer, String> {
    let reads = matches!(
        request,
        FileRequest::Kind | FileRequest::Size | FileRequest::Read { .. } | FileRequest::List
    );
    if !reads && !folder.is_writable {
        return Err(format!("/{path} may only be read: --grant file=DIR:rw lets files be written"));
    }
    let (dir, below) = (&*folder.dir, if path.is_empty() { "." } else { path });
    let answer = match request {
        FileRequest::Kind => return kind(dir, below).map(FileAnswer::Kind).map_err(|it| told(path, &it)),
        FileRequest::Size => dir.metadata(below).map(|it| FileAnswer::Size(it.len())),
        FileRequest::Read { limit } => return read(dir, path, below, limit),
        FileRequest::Write(bytes) => {
            let mut options = OpenOptions::new();
            write(dir, below, options.write(true).create(true).truncate(true), bytes)
        }
        FileRequest::Append(bytes) => {
            let mut options = OpenOptions::new();
            write(dir, below, options.append(true).create(true), bytes)
        }
        FileRequest::CreateNew => {
            let mut options = OpenOptions::new();
            dir.open_with(below, options.write(true).create_new(true)).map(|_| FileAnswer::Done)
        }
        FileRequest::List => list(dir, below),
        FileRequest::Delete => delete(dir, below),
        FileRequest::MakeDirectory => dir.create_dir(below).map(|()| FileAnswer::Done),
    };
    answer.map_err(|it| told(path, &it))
}

fn kind(dir: &Dir, path: &str) -> io::Result<FileKind> {
    match dir.metadata(path) {
        Ok(it) if it.is_file() => Ok(FileKind::File),
        Ok(it) if it.is_dir() => Ok(FileKind::Directory),
        Ok(_) => Ok(FileKind::Other),
        Err(it) if matches!(it.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(FileKind::Nothing)
        }
        Err(it) => Err(it),
    }
}

/// Whoever opens a pipe or a device may wait for ever: only files are opened.
fn plain_file(kind: FileKind) -> io::Result<()> {
    match kind {
        FileKind::Directory => Err(ErrorKind::IsADirectory.into()),
        FileKind::Other => Err(io::Error::other("it is a device or a pipe, not a file")),
        FileKind::Nothing | FileKind::File => Ok(()),
    }
}

fn read(dir: &Dir, path: &str, below: &str, limit: u64) -> Result<FileAnswer, String> {
    let all = || -> io::Result<Vec<u8>> {
        plain_file(kind(dir, below)?)?;
        let mut bytes = Vec::new();
        // One byte more than allowed tells a file that is too long, however it grows meanwhile.
        dir.open(below)?.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let bytes = all().map_err(|it| told(path, &it))?;
    if bytes.len() as u64 > limit {
        return Err(format!("/{path}: it has more than {limit} bytes, and there is no room for more"));
    }
    Ok(FileAnswer::Bytes(bytes))
}

fn write(dir: &Dir, path: &str, options: &OpenOptions, bytes: &[u8]) -> io::Result<FileAnswer> {
    plain_file(kind(dir, path)?)?;
    dir.open_with(path, options)?.write_all(bytes)?;
    Ok(FileAnswer::Done)
}

fn list(dir: &Dir, path: &str) -> io::Result<FileAnswer> {
    let mut names = Vec::new();
    for it in dir.read_dir(path)? {
        // A name that is no text cannot be said here, so it cannot be asked for.
        names.extend(it?.file_name().into_string().ok());
    }
    names.sort_unstable();
    Ok(FileAnswer::Names(names))
}

/// A link is deleted itself, wherever it leads.
fn delete(dir: &Dir, path: &str) -> io::Result<FileAnswer> {
    if path == "." {
        return Err(io::Error::other("it is the folder that was granted"));
    }
    match dir.symlink_metadata(path)?.is_dir() {
        true => dir.remove_dir(path)?,
        false => dir.remove_file(path)?,
    }
    Ok(FileAnswer::Done)
}

fn told(path: &str, why: &io::Error) -> String {
    format!("/{path}: {}", plain(why))
}

/// What went wrong, in the same words on every system.
fn plain(why: &io::Error) -> String {
    let words = match why.kind() {
        ErrorKind::NotFound => "there is no such file",
        ErrorKind::AlreadyExists => "it exists already",
        ErrorKind::DirectoryNotEmpty => "it is not empty",
        ErrorKind::IsADirectory => "it is a directory",
        ErrorKind::NotADirectory => "it is no directory",
        // The resolver's own refusal has no number of the system's.
        ErrorKind::PermissionDenied if why.raw_os_error().is_none() => {
            "it leads out of the folder that was granted"
        }
        ErrorKind::PermissionDenied => "the system does not permit it",
        _ => return why.to_string(),
    };
    words.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder of its own, `granted` inside it, and a secret beside that.
    struct Place(std::path::PathBuf);

    impl Place {
        fn new(name: &str) -> Place {
            let path = std::env::temp_dir().join(format!("walnut-disk-{}-{name}", std::process::id()));
            let _gone = std::fs::remove_dir_all(&path);
            std::fs::create_dir_all(path.join("granted/vault")).unwrap();
            std::fs::write(path.join("secret"), "the combination").unwrap();
            std::fs::write(path.join("granted/ledger"), "ten coins").unwrap();
            Place(path)
        }
        fn folder(&self, mode: &str) -> Folder {
            Folder::open(&format!("{}:{mode}", self.0.join("granted").display())).unwrap()
        }
    }

    impl Drop for Place {
        fn drop(&mut self) {
            let _gone = std::fs::remove_dir_all(&self.0);
        }
    }

    const READ: FileRequest<'static> = FileRequest::Read { limit: 1000 };

    #[test]
    fn what_is_below_can_be_read_and_written() {
        let place = Place::new("below");
        let folder = place.folder("rw");
        assert_eq!(act(&folder, "ledger", READ), Ok(FileAnswer::Bytes(b"ten coins".to_vec())));
        assert_eq!(act(&folder, "vault/key", FileRequest::Write(b"brass")), Ok(FileAnswer::Done));
        assert_eq!(act(&folder, "vault/key", FileRequest::Append(b"!")), Ok(FileAnswer::Done));
        assert_eq!(act(&folder, "vault/key", READ), Ok(FileAnswer::Bytes(b"brass!".to_vec())));
        let names = vec!["ledger".to_string(), "vault".to_string()];
        assert_eq!(act(&folder, "", FileRequest::List), Ok(FileAnswer::Names(names)));
        assert_eq!(act(&folder, "vault", FileRequest::Delete), Err("/vault: it is not empty".to_string()));
        let long = act(&folder, "ledger", FileRequest::Read { limit: 3 });
        assert_eq!(long, Err("/ledger: it has more than 3 bytes, and there is no room for more".to_string()));
    }

    #[test]
    fn nothing_leads_out() {
        let place = Place::new("out");
        let folder = place.folder("rw");
        let secret = place.0.join("secret");
        for path in ["../secret", "vault/../../secret", "/etc/hostname", secret.to_str().unwrap_or_default()]
        {
            for request in [READ, FileRequest::Kind, FileRequest::Write(b"taken"), FileRequest::Delete] {
                let answer = act(&folder, path, request);
                assert!(
                    answer.is_err() || answer == Ok(FileAnswer::Kind(FileKind::Nothing)),
                    "{path} {answer:?}"
                );
            }
        }
        assert_eq!(std::fs::read_to_string(secret).unwrap(), "the combination");
    }

    #[cfg(unix)]
    #[test]
    fn links_lead_no_further_than_paths() {
        use std::os::unix::fs::symlink;
        let place = Place::new("links");
        let folder = place.folder("rw");
        symlink("../secret", place.0.join("granted/relative")).unwrap();
        symlink(place.0.join("secret"), place.0.join("granted/absolute")).unwrap();
        symlink("..", place.0.join("granted/up")).unwrap();
        symlink("ledger", place.0.join("granted/inside")).unwrap();
        let out = "it leads out of the folder that was granted";
        for path in ["relative", "absolute", "up/secret"] {
            assert_eq!(act(&folder, path, READ), Err(format!("/{path}: {out}")));
            assert_eq!(act(&folder, path, FileRequest::Write(b"taken")), Err(format!("/{path}: {out}")));
        }
        assert_eq!(act(&folder, "inside", READ), Ok(FileAnswer::Bytes(b"ten coins".to_vec())));
        // A link that leads out can be deleted; where it led is as it was.
        assert_eq!(act(&folder, "absolute", FileRequest::Delete), Ok(FileAnswer::Done));
        assert_eq!(std::fs::read_to_string(place.0.join("secret")).unwrap(), "the combination");
    }

    #[test]
    fn what_may_be_read_may_not_be_written() {
        let place = Place::new("ro");
        let folder = place.folder("ro");
        let refused = "may only be read: --grant file=DIR:rw lets files be written";
        let requests = [
            FileRequest::Write(b""),
            FileRequest::Append(b""),
            FileRequest::CreateNew,
            FileRequest::Delete,
            FileRequest::MakeDirectory,
        ];
        for request in requests {
            assert_eq!(act(&folder, "ledger", request), Err(format!("/ledger {refused}")));
        }
        assert_eq!(act(&folder, "ledger", READ), Ok(FileAnswer::Bytes(b"ten coins".to_vec())));
    }
}
