//! What a server says, as a person would write it down.

use serde_json::{Map, Value};

/// On one line: places as `3:5`, ranges as `3:5-3:9`, addresses below `folder` as names, nothing that is null.
pub fn show(it: &Value, folder: &str) -> String {
    match it {
        Value::Object(all) => match (place(it), range(it)) {
            (Some(place), _) => place,
            (_, Some(range)) => range,
            _ => {
                let field = |(key, value): (&String, &Value)| {
                    format!("{}: {}", name(key, folder), show(value, folder))
                };
                let mut all: Vec<_> = all.iter().filter(|(_, it)| !it.is_null()).collect();
                // Of texts by their addresses no order is meant.
                if all.iter().all(|(key, _)| key.contains(':')) {
                    all.sort_by_key(|(key, _)| (*key).clone());
                }
                let fields: Vec<String> = all.into_iter().map(field).collect();
                format!("{{{}}}", fields.join(", "))
            }
        },
        Value::Array(all) => {
            let items: Vec<String> = all.iter().map(|it| show(it, folder)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::String(text) => match text.strip_prefix(folder) {
            Some(name) => name.to_owned(),
            None => format!("{text:?}"),
        },
        other => other.to_string(),
    }
}

fn name(key: &str, folder: &str) -> String {
    key.strip_prefix(folder).unwrap_or(key).to_owned()
}

fn place(it: &Value) -> Option<String> {
    let all = it.as_object().filter(|it| it.len() == 2)?;
    Some(format!("{}:{}", all.get("line")?.as_u64()? + 1, all.get("character")?.as_u64()? + 1))
}

fn range(it: &Value) -> Option<String> {
    let all = it.as_object().filter(|it| it.len() == 2)?;
    Some(format!("{}-{}", place(all.get("start")?)?, place(all.get("end")?)?))
}

/// One step into a thing: a field, an item by its number, or an item by what it is called.
pub fn step<'a>(it: &'a Value, step: &str) -> &'a Value {
    let is_called = |it: &&Value| ["label", "name", "title"].iter().any(|field| it[*field] == step);
    match (it, step.parse::<usize>()) {
        (_, Ok(index)) => &it[index],
        (Value::Array(all), Err(_)) => all.iter().find(is_called).unwrap_or(&Value::Null),
        (_, Err(_)) => &it[step],
    }
}

/// Only these fields, each a way of names with dots, of a thing or of each in a list.
pub fn fields(it: &Value, wanted: &str) -> Value {
    if let Value::Array(all) = it
        && !wanted.starts_with(|it: char| it.is_ascii_digit())
    {
        return Value::Array(all.iter().map(|it| fields(it, wanted)).collect());
    }
    let mut kept = Map::new();
    for way in wanted.split(", ") {
        let mut found = it;
        for step in way.split('.') {
            found = self::step(found, step);
        }
        if wanted == way {
            return found.clone();
        }
        kept.insert(way.rsplit('.').next().unwrap_or(way).to_owned(), found.clone());
    }
    Value::Object(kept)
}
