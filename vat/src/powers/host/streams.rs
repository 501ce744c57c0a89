//! Threads that read and write, one job after the other.

use super::super::{Job, Reply, Resource};
use super::jobs::{Ticket, Told, thread};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::mpsc::{Sender, channel};

/// A job, and where its answer goes.
pub type Asked = (Ticket, Job);

/// A thread that does jobs until nobody can ask any more.
pub fn worker(mut work: impl FnMut(Job) -> Told + Send + 'static) -> Result<Sender<Asked>, String> {
    let (sender, receiver) = channel::<Asked>();
    thread(move || {
        for (ticket, job) in receiver {
            ticket.answer(work(job));
        }
    })?;
    Ok(sender)
}

/// A thread that reads.
pub fn reader(input: impl Read + Send + 'static) -> Result<Sender<Asked>, String> {
    let mut input = BufReader::new(input);
    worker(move |job| match job {
        Job::Read { at_most, .. } => {
            let ready = input.fill_buf().map_err(|it| it.to_string())?;
            let taken = ready[..ready.len().min(at_most as usize)].to_vec();
            input.consume(taken.len());
            Ok(if taken.is_empty() { Reply::End } else { Reply::Bytes(taken) })
        }
        Job::ReadLine { limit, .. } => {
            let mut line = Vec::new();
            let read = (&mut input).take(limit).read_until(b'\n', &mut line);
            read.map_err(|it| it.to_string())?;
            match line.last() {
                None => Ok(Reply::End),
                Some(b'\n') => Ok(Reply::Bytes(line)),
                Some(_) if line.len() as u64 == limit => Err(format!("a line of more than {limit} bytes")),
                Some(_) => Ok(Reply::Bytes(line)),
            }
        }
        Job::ReadAll { limit, .. } => {
            let mut all = Vec::new();
            let read = (&mut input).take(limit.saturating_add(1)).read_to_end(&mut all);
            read.map_err(|it| it.to_string())?;
            match all.len() as u64 > limit {
                true => Err(format!("more than {limit} bytes, and there is no room for more")),
                false => Ok(Reply::Bytes(all)),
            }
        }
        _ => Err("this can only be read from".to_string()),
    })
}

/// A thread that writes.
pub fn writer(mut output: impl Write + Send + 'static) -> Result<Sender<Asked>, String> {
    worker(move |job| match job {
        Job::Write { bytes, .. } => {
            let written = output.write_all(&bytes).and_then(|()| output.flush());
            written.map(|()| Reply::Done).map_err(|it| it.to_string())
        }
        _ => Err("this can only be written to".to_string()),
    })
}

/// Ends the writing half of a socket once its thread has written all that it was given.
pub fn close_after(jobs: Sender<Asked>, socket: TcpStream) {
    let (ticket, written) = Ticket::to_nobody();
    let last = Job::Write { to: Resource(0), bytes: Vec::new() };
    let asked = jobs.send((ticket, last)).is_ok();
    let _started = thread(move || {
        if asked {
            let _written = written.recv();
        }
        let _shut = socket.shutdown(Shutdown::Write);
    });
}
