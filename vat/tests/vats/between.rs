//! Between vats: what goes over, in how many steps, and what is left when nobody needs it any more.

use crate::stage::Stage;
use vat::powers::still::Still;
use vat::world::{Known, Outcome};
use vat::{Powers, VatId};

/// Collects everywhere, twice: what one vat lets go of may free something in the other.
fn collect(stage: &mut Stage, vats: &[VatId]) {
    for it in vats.iter().chain(vats) {
        stage.world.collect(*it);
    }
}

/// An account that counts, in one vat, and its client in another.
fn bank() -> (Stage, VatId, VatId) {
    let mut stage = Stage::new();
    let (bank, client) = (stage.vat("bank"), stage.vat("client"));
    stage.eval(bank, "var balance := 0; def account { to deposit(n) { return balance += n } to self() { return account } }");
    stage.world.share(bank, "account", client);
    (stage, bank, client)
}

#[test]
fn a_million_sends_between_two_vats_leave_nothing_in_their_tables() {
    let (mut stage, bank, client) = bank();
    stage.eval(
        client,
        "var left := 1000
         def receipt { to noted(n) {} }
         def go() {
             for i in 1..1000 { account <- deposit(i) }
             when (account <- deposit(0)) -> { if ((left -= 1) > 0) { go() } }
         }
         go()",
    );
    stage.eval(bank, "println(balance)");
    assert_eq!(stage.lines().join("\n"), "500500000");
    collect(&mut stage, &[bank, client]);
    // The account, which the client still knows.
    assert_eq!(stage.world.known(bank), Known { exports: 1, ..Known::default() });
    assert_eq!(stage.world.known(client), Known { imports: 1, ..Known::default() });
    ["account", "go"].iter().for_each(|it| stage.world.forget(client, it));
    collect(&mut stage, &[client, bank]);
    assert_eq!(stage.world.known(client), Known::default());
    assert_eq!(stage.world.known(bank), Known::default());
}

#[test]
fn what_was_passed_on_lives_as_long_as_somebody_knows_it() {
    let mut stage = Stage::new();
    let (mint, alice, bob) = (stage.vat("mint"), stage.vat("alice"), stage.vat("bob"));
    stage.eval(mint, "def makeCoin() { var worth := 3; return def coin { to worth() { return worth += 1 } } }; var coins := 0; def mint { to coin() { coins += 1; return makeCoin() } }");
    stage.world.share(mint, "mint", alice);
    stage.eval(bob, "var kept := null; def box { to keep(it) { kept := it } to ask() { when (kept <- worth()) -> { println(`worth ${kept <- worth()}`) } } to drop() { kept := null } }");
    stage.world.share(bob, "box", alice);
    stage.eval(alice, "when (def coin := mint <- coin()) -> { box <- keep(coin) }");
    stage.world.forget(alice, "coin");
    collect(&mut stage, &[alice, mint, bob]);
    assert_eq!(stage.world.known(mint).exports, 2, "the mint, and the coin that bob keeps");
    stage.eval(bob, "when (def worth := kept <- worth()) -> { println(worth) }");
    assert_eq!(stage.lines().join("\n"), "4");
    stage.eval(bob, "box.drop()");
    collect(&mut stage, &[bob, alice, mint]);
    assert_eq!(stage.world.known(mint).exports, 1, "the coin is gone");
}

#[test]
fn the_end_of_a_vat_lets_go_of_what_it_held_and_breaks_the_cycle() {
    let mut stage = Stage::new();
    let (one, two) = (stage.vat("one"), stage.vat("two"));
    stage.eval(one, "var partner := null; def left { to meet(it) { partner := it } }");
    stage.eval(two, "var partner := null; def right { to meet(it) { partner := it } }");
    stage.world.share(one, "left", two);
    stage.world.share(two, "right", one);
    stage.eval(one, "right <- meet(left)");
    stage.eval(two, "left <- meet(right)");
    for vat in [one, two] {
        assert_eq!(stage.world.known(vat), Known { exports: 1, imports: 1, ..Known::default() });
    }
    stage.world.kill(two, "it was shut down");
    collect(&mut stage, &[one]);
    assert_eq!(stage.world.known(one), Known::default());
    stage.eval(one, "println(Ref.isBroken(right))");
    assert_eq!(stage.lines().join("\n"), "true");
}

/// O12: a program that only sends cannot tell whether what it sends to is in its vat or in another.
#[test]
fn o12_one_program_sees_the_same_results_in_the_same_order_near_and_far() {
    let program = "
        def log := [].diverge()
        for i in 1..3 { when (def balance := account <- deposit(i)) -> { log.push(balance) } }
        def again := account <- self()
        def last := again <- deposit(10)
        when (last) -> { log.push(last); println(log.snapshot()) }
        when (account <- withdraw(1)) -> {} catch problem { println(\"no such thing\") }
        when (Ref.broken(\"closed\") <- deposit(1)) -> {} catch problem { println(problem) }";
    let (mut stage, bank, client) = bank();
    stage.eval(client, program);
    let far = stage.lines().join("\n");
    stage.eval(bank, "balance := 0");
    stage.eval(bank, program);
    let near = stage.lines().join("\n");
    let sorted = |it: &str| {
        let mut lines: Vec<String> = it.lines().map(str::to_string).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted(&near), sorted(&far));
    assert!(near.contains("[1, 3, 6, 16]"), "{near}");
    assert_eq!(near.lines().count(), 3, "{near}");
}

/// O17: three sends, each to what the one before will answer, cost one round trip.
#[test]
fn o17_three_dependent_sends_go_in_one_frame() {
    let (mut stage, bank, client) = bank();
    let before = stage.world.traffic();
    stage.start(client, "account <- self() <- self() <- deposit(5)");
    stage.world.run_turn_of(client);
    let sent = stage.world.traffic();
    assert_eq!(sent.messages - before.messages, 3, "all three are on their way");
    assert_eq!(sent.frames - before.frames, 1, "together");
    // The client has no turn before all of it is done.
    while stage.world.run_turn_of(bank).outcome == Outcome::Turned {}
    stage.start(bank, "println(balance)");
    stage.world.run_turn_of(bank);
    assert_eq!(stage.lines().join("\n"), "5");
}

/// R19: a module that two vats import is not a place where they meet, even if it were to remember something.
#[test]
fn r19_what_one_vat_does_to_a_module_the_other_does_not_see() {
    let module = "var sold := 0; def shop { to sell() { return sold += 1 } }";
    let out = Still::with_modules([("trade.shop".to_string(), module.to_string())].into());
    let mut stage = Stage::new();
    let vats = ["one", "two"].map(|it| stage.world.make_vat(it, out.for_vat(it)));
    stage.out = out;
    for vat in vats {
        stage.eval(vat, "def shop := <import:trade.shop>; shop.sell(); println(shop.sell())");
        assert_eq!(stage.lines().join("\n"), "2");
    }
    stage.world.share(vats[0], "shop", vats[1]);
    stage.eval(vats[1], "when (def n := shop <- sell()) -> { println(n) }");
    assert_eq!(stage.lines().join("\n"), "3", "the shop that one shared is one's own");
}

/// R26, R27, R28: tens of thousands of domains in one process, without a process or a thread each.
#[test]
fn r26_r27_r28_fifty_thousand_vats_live_in_one_process_and_on_one_thread() {
    let mut stage = Stage::new();
    let maker = stage.vat("maker");
    stage.eval(
        maker,
        "def workers := [].diverge()
         for i in 1..50_000 {
             workers.push(seedVat(makeVat(`worker $i`), \"var done := 0; def worker { to work(n) { return done += n } }\"))
         }",
    );
    assert_eq!(stage.world.vats(), 50_001);
    stage.eval(maker, "var sum := 0; for it in (workers) { when (def n := it <- work(2)) -> { sum += n } }");
    stage.eval(maker, "println(sum)");
    assert_eq!(stage.lines().join("\n"), "100000");
    // Where the system tells, it has started nothing for them.
    if let Ok(status) = std::fs::read_to_string("/proc/self/status") {
        let threads = status.lines().find_map(|it| it.strip_prefix("Threads:"));
        let threads: usize = threads.and_then(|it| it.trim().parse().ok()).unwrap_or(0);
        assert!((1..100).contains(&threads), "{threads} threads");
    }
    let idle = stage.world.run_turn();
    assert_eq!(idle.outcome, Outcome::Quiet { wake_in: None });
}
