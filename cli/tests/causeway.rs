//! Every log that `walnut run --causeway` writes is one that Causeway can make a graph of.

use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What is wrong with a log.
fn faults(log: &[Value]) -> Vec<String> {
    let mut faults = Vec::new();
    let (mut sent, mut got) = (HashSet::new(), HashSet::new());
    let mut waited: HashMap<&str, Vec<&str>> = HashMap::new();
    let mut decided = HashSet::new();
    let mut last: HashMap<&str, (u64, u64)> = HashMap::new();
    for it in log {
        let classes: Vec<&str> =
            it["class"].as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect();
        assert_eq!(classes.last(), Some(&"org.ref_send.log.Event"), "{it}");
        let major = classes[classes.len() - 2].strip_prefix("org.ref_send.log.").unwrap();
        let minor = classes[0].strip_prefix("org.ref_send.log.").unwrap();
        let message = it["message"].as_str().unwrap_or_default();
        let condition = it["condition"].as_str().unwrap_or_default();
        let turn = &it["anchor"]["turn"];
        let at = (turn["number"].as_u64().unwrap(), it["anchor"]["number"].as_u64().unwrap());
        let of_loop = turn["loop"].as_str().unwrap();
        let begins = major == "Got";
        let before = last.insert(of_loop, at);
        let rises = before.is_none_or(|it| if begins { at.0 > it.0 } else { at > it });
        if !rises || begins != (at.1 == 0) {
            faults.push(format!("{of_loop} is at {at:?} after {before:?}"));
        }
        match major {
            "Sent" => {
                if !sent.insert(message) {
                    faults.push(format!("{message} was sent twice"));
                }
                if !condition.is_empty() {
                    waited.entry(condition).or_default().push(if minor == "SentIf" { message } else { "" });
                }
            }
            "Got" if !sent.contains(message) => faults.push(format!("{message} was got and not sent")),
            "Got" if !got.insert(message) => faults.push(format!("{message} was got twice")),
            "Got" => {
                let waits = waited.iter().find(|it| it.1.contains(&message));
                if let Some((condition, _)) = waits.filter(|it| !decided.contains(*it.0)) {
                    faults.push(format!("{message} was got before {condition} was decided"));
                }
            }
            "Resolved" => {
                if !waited.contains_key(condition) {
                    faults.push(format!("{condition} was decided, and nobody had waited for it"));
                }
                if minor != "Resolved" && !decided.insert(condition) {
                    faults.push(format!("{condition} was decided twice"));
                }
            }
            "Comment" => assert!(it["text"].is_string(), "{it}"),
            other => panic!("no class of the log's: {other}"),
        }
        for call in it["trace"]["calls"].as_array().into_iter().flatten() {
            assert!(call["name"].is_string() && call["source"].is_string(), "{it}");
            for place in call["span"].as_array().into_iter().flatten() {
                assert!(place[0].as_u64() > Some(0) && place[1].as_u64() > Some(0), "{it}");
            }
        }
    }
    faults
}

fn logged(program: &Path) -> Vec<Value> {
    let out = std::env::temp_dir().join(format!(
        "walnut-causeway-{}-{}.json",
        std::process::id(),
        program.file_stem().unwrap().to_string_lossy()
    ));
    let mut run = Command::new(env!("CARGO_BIN_EXE_walnut"));
    run.arg("run").arg(program).args(["--grant", "vat", "--grant", "interp", "--causeway"]).arg(&out);
    run.output().unwrap();
    let log = std::fs::read_to_string(&out).unwrap();
    std::fs::remove_file(&out).unwrap();
    serde_json::from_str(&log).unwrap()
}

/// Of three vats, one of which ends in between: pipelines, timers, races, a promise that becomes another.
const BUSY: &str = r#"
def [mint, _] := seedVat(`def mint { to coin(n) { return def coin { to value() { return n } } } }`)
def [shop, vat] := seedVat(`def shop {
    to buy(coin) { return when (def n := coin <- value()) -> { if (n < 3) { throw("too little") }; [n, "gold"] } }
    to open() { return Ref.promise()[0] }
}`)
def ring := shop <- buy(mint <- coin(5))
def nothing := shop <- buy(mint <- coin(1))
def size := ring <- size()
def [later, resolver] := Ref.promise()
def [evenLater, other] := Ref.promise()
def sum := later <- add(1)
def open := shop <- open()
resolver.resolve(evenLater)
timer.whenPast(timer.now() + 2, fn { other.resolve(40) })
for i in 0..20 { when (mint <- coin(i) <- value()) -> { traceln(`coin $i`) } }
when (promiseAllFulfilled([size, sum])) -> {
    vat.orderlyShutdown("closed")
    when (open) -> { null } catch p { traceln(`$p`) }
}
"#;

#[test]
fn every_got_was_sent_every_condition_waited_for_and_turns_rise() {
    let folder = harness::repository().join("examples");
    let own = std::env::temp_dir().join(format!("walnut-causeway-{}-busy.e", std::process::id()));
    std::fs::write(&own, BUSY).unwrap();
    let examples = std::fs::read_dir(folder).unwrap().flatten().map(|it| it.path());
    let mut programs: Vec<PathBuf> =
        examples.filter(|it| it.extension().is_some_and(|it| it == "e")).collect();
    programs.push(own.clone());
    for it in &programs {
        let log = logged(it);
        assert_eq!(faults(&log), Vec::<String>::new(), "{}", it.display());
        assert!(!log.is_empty(), "{}", it.display());
    }
    let log = logged(&own);
    std::fs::remove_file(&own).unwrap();
    let classes: HashSet<&str> = log
        .iter()
        .map(|it| it["class"][0].as_str().unwrap().trim_start_matches("org.ref_send.log."))
        .collect();
    let all =
        ["Sent", "SentIf", "Pipelined", "Got", "Returned", "Fulfilled", "Rejected", "Resolved", "Comment"];
    assert_eq!(classes, HashSet::from(all));

    // The checker finds what it is for: any message that is not there is missed where it is got.
    let is_sent = |it: &Value| it["class"].as_array().unwrap().iter().any(|it| it == "org.ref_send.log.Sent");
    let got: HashSet<&str> =
        log.iter().filter(|it| it["anchor"]["number"] == 0).filter_map(|it| it["message"].as_str()).collect();
    for at in (0..log.len()).filter(|it| is_sent(&log[*it])) {
        if got.contains(log[at]["message"].as_str().unwrap()) {
            let mut less = log.clone();
            less.remove(at);
            assert!(!faults(&less).is_empty(), "{}", log[at]);
        }
    }
    let mut turned = log.clone();
    turned.reverse();
    assert!(!faults(&turned).is_empty());
}
