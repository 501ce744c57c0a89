//! A heap of ten megabytes to bytes and back. Whoever comes out of it has to give the right answer.
#![allow(clippy::disallowed_methods, reason = "a benchmark looks at the clock")]

use std::time::Instant;
use vat::powers::still::Still;
use vat::world::{Evaluation, Outcome, World};
use vat::{Limits, VatId};

fn eval(world: &mut World, vat: VatId, text: &str) {
    let expansion = syntax::expand(&syntax::parse(text).program);
    world.eval(vat, Evaluation::new(expansion, "bench"));
    while world.run_turn().outcome == Outcome::Turned {}
}

const LEDGER: &str = r#"
    def ledger := [].diverge()
    def names := [].asMap().diverge()
    def makePurse(name, var balance) { return def purse { to getBalance() { return balance } to getName() { return name } } }
    for i in 1..30_000 {
        def name := `purse number $i of the ledger`
        def purse := makePurse(name, i)
        ledger.push(purse)
        names[name] := [i, purse]
    }
"#;

fn main() {
    let mut first = World::new(Limits::default());
    let vat = first.make_vat("bank", Box::new(Still::new()));
    eval(&mut first, vat, LEDGER);
    first.collect(vat);
    let (mut saving, mut restoring) = (Vec::new(), Vec::new());
    let mut size = 0;
    for _ in 0..11 {
        let start = Instant::now();
        let bytes = first.snapshot(vat).expect("it can be saved");
        saving.push(start.elapsed());
        size = bytes.len();
        let out = Still::new();
        let mut second = World::new(Limits::default());
        let start = Instant::now();
        let restored = second.restore(&bytes, Box::new(out.clone())).expect("it can be restored");
        restoring.push(start.elapsed());
        eval(
            &mut second,
            restored,
            "var sum := 0; for it in ledger { sum += it.getBalance() }
             println([sum, names[\"purse number 777 of the ledger\"][1].getName(), names.size()])",
        );
        assert_eq!(out.take_stdout().trim(), "[450015000, \"purse number 777 of the ledger\", 30000]");
    }
    saving.sort();
    restoring.sort();
    println!(
        "heap {:.1} MB, bytes {:.1} MB: saved in {:?}, restored in {:?} (medians of {})",
        first.heap_bytes(vat) as f64 / 1e6,
        size as f64 / 1e6,
        saving[5],
        restoring[5],
        saving.len()
    );
}
