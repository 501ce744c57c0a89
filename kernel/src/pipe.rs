//! The kernel for who starts it as a child and has no sockets for it, as an editor's extension: what a Jupyter server says
//! over a websocket, one message in a line of JSON, on standard input and output.
//!
//! A line is `{"channel": "shell", "header": {…}, "parent_header": {…}, "metadata": {…}, "content": {…}}`. It ends
//! when standard input does. Nothing is signed, for nobody else can write into a pipe.

use crate::outbox::{Said, Taker};
use crate::sockets::{Closing, drained};
use crate::voice::{Request, Voice};
use crate::wire::{Dict, Message, Wire, text};
use crate::worker::Job;
use crate::{Kernel, control, sockets};
use serde_json::{Value, json};
use std::io::{BufRead, Write};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use zeromq::ZmqMessage;

/// Serves the process at the other end of standard input and output, until it closes its end or asks for shutdown.
pub fn serve_pipe() -> anyhow::Result<()> {
    let runtime = sockets::runtime()?;
    runtime.block_on(async {
        let Kernel { session, voice, levers, questions, mut stopped, history, gathers } =
            Kernel::new(Wire::new("")?)?;
        let (close, closing) = Closing::new();
        let (shell, shell_replies) = sockets::queue();
        let (control, control_replies) = sockets::queue();
        let queues = [("stdin", questions), ("shell", shell_replies), ("control", control_replies)];
        tokio::spawn(write_said(voice.clone(), closing.clone()));
        for (channel, queue) in queues {
            tokio::spawn(write(channel, voice.wire.clone(), queue, closing.clone()));
        }
        crate::worker::start(session)?;
        let (hears, signals, out) = (levers.clone(), levers.clone(), voice.out.clone());
        std::thread::Builder::new().name("input".to_owned()).spawn(move || {
            let hear = |channel: &str, message: Message| match channel {
                "control" => control::answer(&asked(message, &control), &voice.straight(), &hears),
                "stdin" => drop(hears.jobs.send(Job::Entered(Box::new(message)))),
                _ => drop(hears.jobs.send(Job::Asked(Box::new(asked(message, &shell))))),
            };
            for line in std::io::stdin().lock().lines() {
                let Ok(line) = line else { break };
                match read(&line) {
                    Ok((channel, message)) => hear(&channel, message),
                    Err(why) => sockets::log("pipe", &format!("a line is ignored: {why}")),
                }
            }
            let _ = hears.stop.send(());
        })?;
        tokio::select! {
            _ = stopped.recv() => {}
            () = control::interrupt_on_signal(&signals) => {}
        }
        out.reply();
        let _ = close.send(true);
        gathers.abort();
        drained().await;
        history.finish();
        Ok(())
    })
}

fn asked(message: Message, reply_to: &UnboundedSender<ZmqMessage>) -> Request {
    Request { message, reply_to: reply_to.clone() }
}

/// The channel of a line, and its message.
fn read(line: &str) -> Result<(String, Message), String> {
    let mut it: Dict = serde_json::from_str(line).map_err(|why| why.to_string())?;
    let mut dict = |key: &str| match it.remove(key) {
        Some(Value::Object(it)) => it,
        _ => Dict::new(),
    };
    let (header, parent, metadata, content) =
        (dict("header"), dict("parent_header"), dict("metadata"), dict("content"));
    if text(&header, "msg_type").is_empty() {
        return Err("its header has no msg_type".to_owned());
    }
    let channel = text(&it, "channel").to_owned();
    Ok((channel, Message { header, parent, metadata, content, ..Message::default() }))
}

async fn write(channel: &str, wire: Wire, mut queue: UnboundedReceiver<ZmqMessage>, mut closing: Closing) {
    while let Some(frames) = sockets::next(&mut queue, &mut closing).await {
        write_line(channel, &wire, &frames);
    }
}

async fn write_said(voice: Voice, mut closing: Closing) {
    let mut taker = Taker::new(voice.out.clone());
    loop {
        let (said, is_last) = tokio::select! {
            biased;
            it = taker.next() => (it, false),
            () = closing.told() => (voice.out.take(), true),
        };
        for it in said {
            match it {
                Said::OnIopub(frames) => write_line("iopub", &voice.wire, &frames),
                Said::Reply(to, frames) => drop(to.send(frames)),
            }
        }
        if is_last {
            return;
        }
    }
}

fn write_line(channel: &str, wire: &Wire, frames: &ZmqMessage) {
    let Ok(message) = wire.read(frames) else { return };
    let it = json!({
        "channel": channel, "header": message.header, "parent_header": message.parent,
        "metadata": message.metadata, "content": message.content,
    });
    let mut out = std::io::stdout().lock();
    // Who does not read any more has closed the other end too.
    let _ = writeln!(out, "{it}").and_then(|()| out.flush());
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn a_line_is_a_message() {
        let line = r#"{"channel": "control", "header": {"msg_type": "interrupt_request"}}"#;
        let (channel, message) = read(line).unwrap();
        assert_eq!((channel.as_str(), message.msg_type()), ("control", "interrupt_request"));
    }

    #[test]
    fn what_is_no_message_is_told() {
        assert!(read("{").is_err());
        assert!(read("[1]").is_err());
        assert!(read(r#"{"header": {}}"#).unwrap_err().contains("msg_type"));
    }
}
