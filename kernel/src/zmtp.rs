//! ZMTP 3, as far as a publisher speaks it: the greeting, the one handshake without security, frames, and what subscribers
//! say. Bytes in, bytes out; whoever has a stream to read from and to write to is elsewhere.
//!
//! The zeromq crate speaks it for every other socket. Its PUB tells nobody who has subscribed, and its XPUB waits for
//! the slowest subscriber, so neither can welcome one and stall nobody.

use zeromq::ZmqMessage;

/// How both ends of a connection begin.
pub const GREETING: usize = 64;
/// No subscriber has more to say than this.
const LONGEST: u64 = 64 * 1024;

const MORE: u8 = 1;
const LONG: u8 = 2;
const COMMAND: u8 = 4;

/// Version 3.0, no security: who speaks a later one speaks this one too.
pub fn greeting() -> [u8; GREETING] {
    let mut bytes = [0; GREETING];
    (bytes[0], bytes[9], bytes[10]) = (0xff, 0x7f, 3);
    bytes[12..16].copy_from_slice(b"NULL");
    bytes
}

/// Whether the other end may be spoken to.
pub fn understands(greeting: &[u8; GREETING]) -> Result<(), String> {
    match (greeting[0], greeting[9] & 1, greeting[10], &greeting[12..17]) {
        (0xff, 1, version, b"NULL\0") if version >= 3 => Ok(()),
        (0xff, 1, version, b"NULL\0") => {
            Err(format!("it speaks version {version} of ZMTP, and 3 was wanted"))
        }
        (0xff, 1, ..) => Err("it wants another security than none".to_owned()),
        _ => Err("what it says is no greeting".to_owned()),
    }
}

/// What either end says once it was greeted.
pub fn ready() -> Vec<u8> {
    let mut body = b"\x05READY\x0bSocket-Type".to_vec();
    body.extend(4_u32.to_be_bytes());
    body.extend(b"XPUB");
    let mut bytes = Vec::new();
    frame(COMMAND, &body, &mut bytes);
    bytes
}

/// A message as it goes over a connection.
pub fn written(message: &ZmqMessage) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(message.iter().map(|it| it.len() + 9).sum());
    for (at, part) in message.iter().enumerate() {
        frame(if at + 1 < message.len() { MORE } else { 0 }, part, &mut bytes);
    }
    bytes
}

fn frame(flags: u8, body: &[u8], bytes: &mut Vec<u8>) {
    match u8::try_from(body.len()) {
        Ok(length) => bytes.extend([flags, length]),
        Err(_) => {
            bytes.push(flags | LONG);
            bytes.extend((body.len() as u64).to_be_bytes());
        }
    }
    bytes.extend(body);
}

/// What a subscriber says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Said {
    Subscribes(Vec<u8>),
    Cancels(Vec<u8>),
    /// It wants to know that we live: this is to be sent back.
    Pings(Vec<u8>),
    /// Nothing that a publisher listens to.
    Other,
}

/// Takes the first frame off `heard`; none while it is not whole. An error: this is no ZMTP, or more than is listened to.
pub fn next(heard: &mut Vec<u8>) -> Result<Option<Said>, String> {
    let Some(flags) = heard.first().copied() else { return Ok(None) };
    if flags & !(MORE | LONG | COMMAND) != 0 {
        return Err("what it says is no frame".to_owned());
    }
    let head = if flags & LONG == 0 { 2 } else { 9 };
    let Some(length) = heard.get(1..head) else { return Ok(None) };
    let length = length.iter().fold(0_u64, |sum, it| sum << 8 | u64::from(*it));
    if length > LONGEST {
        return Err(format!("a frame of {length} bytes, of which a subscriber has no use"));
    }
    let end = head + length as usize;
    let Some(body) = heard.get(head..end) else { return Ok(None) };
    let said = if flags & COMMAND == 0 { message(body) } else { command(body) };
    heard.drain(..end);
    Ok(Some(said))
}

/// Subscriptions as version 3.0 has them.
fn message(body: &[u8]) -> Said {
    match body {
        [1, topic @ ..] => Said::Subscribes(topic.to_vec()),
        [0, topic @ ..] => Said::Cancels(topic.to_vec()),
        _ => Said::Other,
    }
}

/// As later versions have them.
fn command(body: &[u8]) -> Said {
    if let Some(topic) = body.strip_prefix(b"\x09SUBSCRIBE") {
        Said::Subscribes(topic.to_vec())
    } else if let Some(topic) = body.strip_prefix(b"\x06CANCEL") {
        Said::Cancels(topic.to_vec())
    } else if let Some([_, _, context @ ..]) = body.strip_prefix(b"\x04PING") {
        let mut bytes = Vec::new();
        frame(COMMAND, &[b"\x04PONG", context].concat(), &mut bytes);
        Said::Pings(bytes)
    } else {
        Said::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &[u8]) -> Result<Vec<Said>, String> {
        let mut heard = bytes.to_vec();
        let mut said = Vec::new();
        while let Some(it) = next(&mut heard)? {
            said.push(it);
        }
        Ok(said)
    }

    #[test]
    fn we_understand_ourselves_and_nobody_older() {
        assert_eq!(understands(&greeting()), Ok(()));
        let with = |at: usize, byte: u8| {
            let mut it = greeting();
            it[at] = byte;
            understands(&it)
        };
        assert!(with(10, 2).unwrap_err().contains("version 2"));
        assert!(with(12, b'C').unwrap_err().contains("security"));
        assert!(with(0, b'G').unwrap_err().contains("no greeting"));
    }

    #[test]
    fn a_message_is_its_parts_and_the_last_has_no_more_after_it() {
        let mut message = ZmqMessage::from("status");
        message.push_back(vec![b'x'; 300].into());
        let bytes = written(&message);
        assert_eq!(&bytes[..8], b"\x01\x06status");
        assert_eq!(&bytes[8..17], &[2, 0, 0, 0, 0, 0, 0, 1, 44]);
        assert_eq!(bytes.len(), 8 + 9 + 300);
    }

    #[test]
    fn subscriptions_are_heard_in_either_version_and_in_pieces() {
        let bytes = b"\x00\x05\x01mint\x00\x05\x00mint\x04\x0e\x09SUBSCRIBEmint\x04\x0b\x06CANCELmint";
        let topic = || b"mint".to_vec();
        let both = [Said::Subscribes(topic()), Said::Cancels(topic())];
        assert_eq!(all(bytes).unwrap(), [both.clone(), both.clone()].concat());
        let mut heard = bytes[..6].to_vec();
        assert_eq!(next(&mut heard), Ok(None));
        heard.push(bytes[6]);
        assert_eq!(next(&mut heard), Ok(Some(both[0].clone())));
    }

    #[test]
    fn a_ping_is_given_back() {
        assert_eq!(
            all(b"\x04\x09\x04PING\x00\x05hi").unwrap(),
            [Said::Pings(b"\x04\x07\x04PONGhi".to_vec())]
        );
    }

    #[test]
    fn what_is_no_frame_or_without_end_is_an_error() {
        assert!(all(b"GET / HTTP/1.1").is_err());
        assert!(all(b"\x02\xff\xff\xff\xff\xff\xff\xff\xff").unwrap_err().contains("bytes"));
        assert_eq!(all(b"\x00\x00").unwrap(), [Said::Other]);
    }
}
