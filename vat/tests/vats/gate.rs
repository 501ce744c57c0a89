//! A gate that is a promise until somebody opens it, and four vats that speak to it and of it meanwhile: whatever takes
//! how long, what was sent first on a reference is there first.

/// Whose gate it is: what `opener` opens it to, it is.
pub const MINT: &str = "def [gate, resolver] := Ref.promise(); var n := 0; def opener { to open(it) { n += 1; resolver.resolve(it) } }; null";
/// What it is opened to: it says what arrives.
pub const CAROL: &str = "var n := 0; def log { to run(x) { n += 1; println(x) } }";
/// Who is told of the gate, and sends to it as well.
pub const BOB: &str = "var n := 0; def friend { to meet(it) { n += 1; it <- run(`bob $n`) } }";

/// Who sends `before` times to the gate before it is opened, up to `last` times in all, and tells the friend at every third.
pub fn alice(before: u64, last: u64) -> String {
    format!(
        "for i in 0..!{before} {{ gate <- run(`alice $i`) }}
         opener <- open(log)
         def go(i) {{
             gate <- run(`alice $i`)
             if (i % 3 == 0) {{ friend <- meet(gate); gate <- run(`after $i`) }}
             if (i < {last}) {{ go <- run(i + 1) }}
             null
         }}
         go({before})"
    )
}

/// Checks what the log has printed.
pub fn check(lines: &[String], before: u64, last: u64, case: &str) {
    let of = |who: &str| -> Vec<u64> {
        let it = lines.iter().filter_map(|it| it.strip_prefix(who)?.trim().parse().ok());
        it.collect()
    };
    assert_eq!(of("alice"), (0..=last).collect::<Vec<_>>(), "{case}: {lines:?}");
    let forks = (before..=last).filter(|it| it % 3 == 0);
    assert_eq!(of("bob").len(), forks.clone().count(), "{case}: {lines:?}");
    let at = |line: String| lines.iter().position(|it| *it == line).expect("it was logged");
    // Bob has met the gate in the order in which it was sent, for what goes to him keeps its order too.
    for (n, i) in forks.enumerate() {
        assert!(at(format!("alice {i}")) < at(format!("bob {}", n + 1)), "{case}: {lines:?}");
    }
}
