//! What data looks like beside its text: tables for lists of maps, trees for much of it, and whatever an object
//! shows of itself by `__displayOn`.

use crate::display::escaped;
use serde_json::{Map, Value, json};
use vat::world::Look;
use vat::{Handle, World};

/// Items of a value that are taken apart for a page.
const MOST: usize = 2000;
/// Data with fewer items than this reads best as a line of text.
const A_LINE: usize = 12;

/// What a display shows to say that it will look different, as long as it will.
pub const LIVE: &str = "application/x-walnut-live";

/// The MIME bundle of a near value; what every value has, its text, is not in it.
pub fn bundle(world: &mut World, handle: Handle, is_pending: bool) -> Map<String, Value> {
    let mut data = Map::new();
    match world.display(handle) {
        Some(Ok(shown)) => data.extend(shown.iter().map(|(mime, it)| (mime.clone(), of_type(mime, it)))),
        Some(Err(why)) => {
            let why = format!("__displayOn failed: {why}");
            let html = format!("<pre style=\"color: var(--jp-error-color1, #b00)\">{}</pre>", escaped(&why));
            data.insert("text/html".to_owned(), html.into());
        }
        None if is_pending => {}
        None => {
            let html = world.look(handle, MOST).and_then(|it| html(&it));
            data.extend(html.map(|it| ("text/html".to_owned(), it.into())));
        }
    }
    data
}

/// What was shown, as the MIME type has it on the wire.
fn of_type(mime: &str, data: &Look) -> Value {
    let is_json = mime.ends_with("json");
    match data {
        Look::Bool(it) if mime == LIVE => json!(it),
        Look::Text(text) if is_json => serde_json::from_str(text).unwrap_or_else(|_| json!(text)),
        Look::Text(text) => json!(text),
        _ if is_json => as_json(data),
        Look::List(bytes) if mime.starts_with("image/") => {
            let byte = |it: &Look| match it {
                Look::Int(it) => u8::try_from(*it).unwrap_or(0),
                _ => 0,
            };
            json!(base64(&bytes.iter().map(byte).collect::<Vec<_>>()))
        }
        other => json!(text(other)),
    }
}

fn as_json(data: &Look) -> Value {
    match data {
        Look::Null => Value::Null,
        Look::Bool(it) => json!(it),
        Look::Int(it) => json!(it),
        Look::Float(it) => json!(it),
        Look::Text(it) | Look::Other(it) => json!(it),
        Look::List(items) => items.iter().map(as_json).collect(),
        Look::Map(entries) => {
            entries.iter().map(|(key, it)| (text(key), as_json(it))).collect::<Map<_, _>>().into()
        }
        Look::More(it) => json!(format!("… {it} more")),
    }
}

/// A page's look of data that has more to it than a line; nothing for the rest.
fn html(data: &Look) -> Option<String> {
    if let Some(it) = table(data) {
        return Some(it);
    }
    let is_large = count(data) > A_LINE;
    match data {
        Look::List(_) | Look::Map(_) if is_large => Some(tree(data, true)),
        _ => None,
    }
}

/// A list of maps with the same keys, or nearly: a row each.
fn table(data: &Look) -> Option<String> {
    let Look::List(rows) = data else { return None };
    let mut columns: Vec<String> = Vec::new();
    for row in rows {
        match row {
            Look::Map(entries) => {
                for (key, _) in entries {
                    let Look::Text(key) = key else { return None };
                    if !columns.contains(key) {
                        columns.push(key.clone());
                    }
                }
            }
            Look::More(_) => {}
            _ => return None,
        }
    }
    if columns.is_empty() || columns.len() > 40 {
        return None;
    }
    let mut html = "<table><thead><tr>".to_owned();
    columns.iter().for_each(|it| html += &format!("<th>{}</th>", escaped(it)));
    html += "</tr></thead><tbody>";
    for row in rows {
        html += "<tr>";
        match row {
            Look::Map(entries) => {
                for column in &columns {
                    let found = entries.iter().find(|(key, _)| matches!(key, Look::Text(it) if it == column));
                    html += &found.map_or_else(|| "<td></td>".to_owned(), |(_, it)| cell(it));
                }
            }
            other => html += &format!("<td colspan=\"{}\">{}</td>", columns.len(), escaped(&text(other))),
        }
        html += "</tr>";
    }
    Some(html + "</tbody></table>")
}

fn cell(data: &Look) -> String {
    match data {
        Look::Int(_) | Look::Float(_) => {
            format!("<td style=\"text-align: right\">{}</td>", escaped(&number(data)))
        }
        Look::Text(it) => format!("<td style=\"text-align: left\">{}</td>", escaped(it)),
        Look::List(_) | Look::Map(_) if count(data) > A_LINE => format!("<td>{}</td>", tree(data, false)),
        other => format!("<td style=\"text-align: left\">{}</td>", escaped(&text(other))),
    }
}

/// Thousands apart, and of a fraction what can be read.
fn number(data: &Look) -> String {
    match data {
        Look::Int(it) => {
            let digits = it.unsigned_abs().to_string();
            let grouped: Vec<&str> = digits
                .as_bytes()
                .rchunks(3)
                .rev()
                .map(|it| std::str::from_utf8(it).unwrap_or_default())
                .collect();
            // A year has no thousands.
            let digits = if digits.len() > 4 { grouped.join("\u{202f}") } else { digits };
            if *it < 0 { format!("−{digits}") } else { digits }
        }
        Look::Float(it) if it.abs() >= 1e-4 && it.abs() < 1e15 => {
            let text = format!("{it:.4}");
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
        other => text(other),
    }
}

/// Lists and maps that open and close.
fn tree(data: &Look, open: bool) -> String {
    let (label, items): (String, Vec<(String, &Look)>) = match data {
        Look::List(items) => {
            let numbered = items.iter().enumerate().map(|(at, it)| (at.to_string(), it));
            (format!("list of {}", total(items.iter())), numbered.collect())
        }
        Look::Map(entries) => {
            let keyed = entries.iter().map(|(key, it)| match key {
                Look::More(_) => (String::new(), key),
                key => (text(key), it),
            });
            (format!("map of {}", total(entries.iter().map(|it| &it.0))), keyed.collect())
        }
        other => return escaped(&text(other)),
    };
    let mut html = format!("<details{}><summary>{label}</summary>", if open { " open" } else { "" });
    html += "<ul style=\"list-style: none; margin: 0; padding-left: 1.5em\">";
    for (key, it) in items {
        let inner = match it {
            Look::List(_) | Look::Map(_) if count(it) > A_LINE => tree(it, false),
            it => escaped(&text(it)),
        };
        html += &match it {
            Look::More(_) => format!("<li>{inner}</li>"),
            _ => format!("<li><span style=\"opacity: 0.6\">{}</span> {inner}</li>", escaped(&key)),
        };
    }
    html + "</ul></details>"
}

fn total<'a>(items: impl Iterator<Item = &'a Look>) -> usize {
    items.map(|it| if let Look::More(more) = it { *more } else { 1 }).sum()
}

fn count(data: &Look) -> usize {
    match data {
        Look::List(items) => 1 + items.iter().map(count).sum::<usize>(),
        Look::Map(entries) => 1 + entries.iter().map(|(key, it)| count(key) + count(it)).sum::<usize>(),
        Look::More(it) => *it,
        _ => 1,
    }
}

fn text(data: &Look) -> String {
    match data {
        Look::Null => "null".to_owned(),
        Look::Bool(it) => it.to_string(),
        Look::Int(it) => it.to_string(),
        Look::Float(it) => format!("{it:?}"),
        Look::Text(it) | Look::Other(it) => it.clone(),
        Look::More(it) => format!("… {it} more"),
        Look::List(items) => format!("[{}]", items.iter().map(text).collect::<Vec<_>>().join(", ")),
        Look::Map(entries) => {
            let entry = |(key, it): &(Look, Look)| format!("{} => {}", text(key), text(it));
            format!("[{}]", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
    }
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let three = [chunk[0], chunk.get(1).copied().unwrap_or(0), chunk.get(2).copied().unwrap_or(0)];
        let bits = u32::from(three[0]) << 16 | u32::from(three[1]) << 8 | u32::from(three[2]);
        for at in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * at)) as usize & 63];
            text.push(if at <= chunk.len() { letter as char } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, price: i64) -> Look {
        let text = |it: &str| Look::Text(it.to_owned());
        Look::Map(vec![(text("name"), text(name)), (text("price"), Look::Int(price))])
    }

    #[test]
    fn a_list_of_maps_is_a_table() {
        let html = html(&Look::List(vec![row("apple", 3), row("<pear>", 12_500)])).unwrap();
        assert!(html.contains("<th>name</th><th>price</th>"));
        assert!(html.contains("&lt;pear&gt;") && html.contains("12\u{202f}500"));
    }

    #[test]
    fn a_short_list_is_a_line() {
        assert_eq!(html(&Look::List(vec![Look::Int(1), Look::Int(2)])), None);
        assert!(html(&Look::List((0..50).map(Look::Int).collect())).unwrap().contains("list of 50"));
    }

    #[test]
    fn bytes_are_base64() {
        assert_eq!(base64(b"walnut"), "d2FsbnV0");
        assert_eq!(base64(b"nut!"), "bnV0IQ==");
    }
}
