//! A Jupyter message as frames, and back: identities, `<IDS|MSG>`, signature, four JSON dictionaries, buffers.
//!
//! The header is kept whole, unknown fields included, because a reply must carry it back as it came. A message
//! that cannot be read is a [`Fault`], which says how far reading got; it is never the end of a loop.

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Map, Value, json};
use sha2::Sha256;
use std::time::{SystemTime, UNIX_EPOCH};
use zeromq::ZmqMessage;

const DELIMITER: &[u8] = b"<IDS|MSG>";
const PROTOCOL_VERSION: &str = "5.3";

/// A JSON dictionary.
pub type Dict = Map<String, Value>;

/// A message that was read and whose signature is right.
#[derive(Clone, Debug, Default)]
pub struct Message {
    /// Who asked, as the router socket tells it: what a reply is addressed with.
    pub identities: Vec<Vec<u8>>,
    pub header: Dict,
    /// The header of what it answers or tells about.
    pub parent: Dict,
    pub metadata: Dict,
    pub content: Dict,
}

impl Message {
    pub fn msg_type(&self) -> &str {
        text(&self.header, "msg_type")
    }
}

/// The text under `key`, or none.
pub fn text<'a>(dict: &'a Dict, key: &str) -> &'a str {
    dict.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// The truth under `key`, or `otherwise` where it is missing or of another type.
pub fn truth(dict: &Dict, key: &str, otherwise: bool) -> bool {
    dict.get(key).and_then(Value::as_bool).unwrap_or(otherwise)
}

/// Why frames are not a message.
#[derive(Debug)]
pub enum Fault {
    /// Nothing to answer to: no delimiter, too few frames, a signature that is wrong, a header that is not one.
    Unanswerable(String),
    /// Signed and with a header, but the rest cannot be read: its sender is told so.
    Unreadable(Box<Message>, String),
}

/// Signs what this kernel says and checks what it hears, with the key of the connection file.
#[derive(Clone)]
pub struct Wire {
    /// None where the key is empty: messages are then not signed.
    mac: Option<Hmac<Sha256>>,
    /// This kernel's name in the headers it writes.
    session: String,
}

impl Wire {
    pub fn new(key: &str) -> anyhow::Result<Wire> {
        let mac = match key {
            "" => None,
            key => Some(Hmac::new_from_slice(key.as_bytes())?),
        };
        Ok(Wire { mac, session: fresh_id() })
    }

    /// Reads what a router socket received.
    pub fn read(&self, frames: &ZmqMessage) -> Result<Message, Fault> {
        let frames: Vec<&[u8]> = frames.iter().map(|it| it.as_ref()).collect();
        let unanswerable = |why: &str| Fault::Unanswerable(why.to_owned());
        let at = frames
            .iter()
            .position(|it| *it == DELIMITER)
            .ok_or_else(|| unanswerable("it has no <IDS|MSG> delimiter"))?;
        let [signature, parts @ ..] = &frames[at + 1..] else {
            return Err(unanswerable("it has no signature"));
        };
        let [header, parent, metadata, content, ..] = parts else {
            return Err(unanswerable("it has fewer than four parts"));
        };
        if !self.is_signed_by_us([header, parent, metadata, content], signature) {
            return Err(unanswerable("its signature is wrong"));
        }
        let mut message = Message {
            identities: frames[..at].iter().map(|it| it.to_vec()).collect(),
            parent: dict(parent).unwrap_or_default(),
            header: dict(header).map_err(|why| unanswerable(&format!("its header is {why}")))?,
            ..Message::default()
        };
        if message.msg_type().is_empty() {
            return Err(unanswerable("its header has no msg_type"));
        }
        match (dict(metadata), dict(content)) {
            (Ok(metadata), Ok(content)) => {
                message.metadata = metadata;
                message.content = content;
                Ok(message)
            }
            (Err(why), _) => Err(Fault::Unreadable(Box::new(message), format!("its metadata is {why}"))),
            (_, Err(why)) => Err(Fault::Unreadable(Box::new(message), format!("its content is {why}"))),
        }
    }

    /// Writes a message: `to` is the identities of who asked, or the topic on iopub.
    pub fn write(
        &self,
        to: &[Vec<u8>],
        msg_type: &str,
        parent: &Dict,
        metadata: &Value,
        content: &Value,
    ) -> ZmqMessage {
        let header = json!({
            "msg_id": fresh_id(),
            "session": self.session,
            "username": "walnut",
            "date": timestamp(SystemTime::now()),
            "msg_type": msg_type,
            "version": PROTOCOL_VERSION,
        });
        let parent = serde_json::to_vec(parent).unwrap_or_else(|_| b"{}".to_vec());
        let parts = [
            header.to_string().into_bytes(),
            parent,
            metadata.to_string().into(),
            content.to_string().into(),
        ];
        let signature = self.sign([&parts[0], &parts[1], &parts[2], &parts[3]]);
        let mut message = ZmqMessage::from(DELIMITER.to_vec());
        message.push_back(signature.into_bytes().into());
        for part in parts {
            message.push_back(part.into());
        }
        for identity in to.iter().rev() {
            message.push_front(identity.clone().into());
        }
        message
    }

    fn sign(&self, parts: [&[u8]; 4]) -> String {
        let Some(mut mac) = self.mac.clone() else { return String::new() };
        for part in parts {
            mac.update(part);
        }
        hex::encode(mac.finalize().into_bytes())
    }

    fn is_signed_by_us(&self, parts: [&[u8]; 4], signature: &[u8]) -> bool {
        self.mac.is_none() || same_in_constant_time(self.sign(parts).as_bytes(), signature)
    }
}

/// Looks at every byte whatever it finds, so that the time taken tells nothing about where the first wrong one is.
fn same_in_constant_time(left: &[u8], right: &[u8]) -> bool {
    left.len() == right.len() && left.iter().zip(right).fold(0, |different, (l, r)| different | (l ^ r)) == 0
}

fn dict(part: &[u8]) -> Result<Dict, String> {
    match serde_json::from_slice(part) {
        Ok(Value::Object(it)) => Ok(it),
        Ok(_) => Err("JSON, but no dictionary".to_owned()),
        Err(why) => Err(format!("not JSON: {why}")),
    }
}

pub fn fresh_id() -> String {
    uuid::Uuid::new_v4().to_string()
}

/// ISO 8601, in UTC, with microseconds.
fn timestamp(now: SystemTime) -> String {
    let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    let (days, second) = (since.as_secs() / 86_400, since.as_secs() % 86_400);
    let (year, month, day) = civil(days);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:06}Z", since.subsec_micros())
}

/// The Gregorian date of a day counted from 1970-01-01. Years begin in March here, so that a leap day is the last.
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn asked(wire: &Wire, content: &Value) -> ZmqMessage {
        wire.write(&[b"front".to_vec()], "execute_request", &Dict::new(), &json!({}), content)
    }

    fn with_frame(message: &ZmqMessage, at: usize, frame: &[u8]) -> ZmqMessage {
        let mut frames = message.clone().into_vec();
        frames[at] = frame.to_vec().into();
        ZmqMessage::try_from(frames).unwrap()
    }

    #[test]
    fn what_is_written_is_read_back() {
        let wire = Wire::new("a key").unwrap();
        let message = wire.read(&asked(&wire, &json!({"code": "1 + 1"}))).unwrap();
        assert_eq!(message.identities, [b"front".to_vec()]);
        assert_eq!(message.msg_type(), "execute_request");
        assert_eq!(text(&message.content, "code"), "1 + 1");
    }

    #[test]
    fn another_key_is_a_wrong_signature() {
        let forged = asked(&Wire::new("another key").unwrap(), &json!({}));
        let wire = Wire::new("a key").unwrap();
        assert!(
            matches!(wire.read(&forged), Err(Fault::Unanswerable(why)) if why == "its signature is wrong")
        );
    }

    #[test]
    fn a_changed_part_is_a_wrong_signature() {
        let wire = Wire::new("a key").unwrap();
        let message = asked(&wire, &json!({"code": "1"}));
        let last = message.len() - 1;
        assert!(matches!(wire.read(&with_frame(&message, last, b"{}")), Err(Fault::Unanswerable(_))));
    }

    #[test]
    fn content_that_is_not_json_still_says_who_asked() {
        let wire = Wire::new("").unwrap();
        let message = asked(&wire, &json!({}));
        let last = message.len() - 1;
        let Err(Fault::Unreadable(message, why)) = wire.read(&with_frame(&message, last, b"{\"code\": "))
        else {
            panic!("it was read");
        };
        assert_eq!(message.msg_type(), "execute_request");
        assert!(why.starts_with("its content is not JSON"), "{why}");
    }

    #[test]
    fn any_frames_at_all_are_a_fault_and_no_panic() {
        let wire = Wire::new("a key").unwrap();
        for frames in
            [&[b"".as_slice()][..], &[DELIMITER], &[DELIMITER, b""], &[DELIMITER, b"", b"{}", b"{}"]]
        {
            let mut message = ZmqMessage::from(frames[0].to_vec());
            frames[1..].iter().for_each(|it| message.push_back(it.to_vec().into()));
            assert!(wire.read(&message).is_err());
        }
    }

    #[test]
    fn dates_are_those_of_the_calendar() {
        let at = |seconds| timestamp(UNIX_EPOCH + Duration::from_secs(seconds));
        assert_eq!(at(0), "1970-01-01T00:00:00.000000Z");
        assert_eq!(at(951_782_400), "2000-02-29T00:00:00.000000Z");
        assert_eq!(at(1_795_240_799), "2026-11-21T05:59:59.000000Z");
    }
}
