//! Vats as bytes: a snapshot goes on where its vat was; bytes that were cut, altered or made up are a problem and
//! nothing else.

use harness::texts::Dice;
use vat::bank::{Account, Allowance, Resource, VAT, WhenOut};
use vat::powers::still::Still;
use vat::world::{Evaluation, Outcome, World};
use vat::{Handle, Limits, ReferenceState, SnapshotError, VatId};

fn world() -> World {
    World::new(Limits { turn: 200_000, heap: 1 << 24, ..Limits::default() })
}

fn powers() -> Box<Still> {
    Box::new(Still::new())
}

fn eval(world: &mut World, vat: VatId, text: &str) -> Handle {
    let expansion = syntax::expand(&syntax::parse(text).program);
    let handle = world.eval(vat, Evaluation::new(expansion, "cell 1"));
    run(world);
    handle
}

/// Turns until there are none; programs that go on for ever are given up.
fn run(world: &mut World) {
    for _ in 0..200 {
        if let Outcome::Quiet { .. } = world.run_turn().outcome {
            return;
        }
    }
}

fn shown(world: &mut World, handle: Handle) -> String {
    match world.state(handle) {
        ReferenceState::Near(it) | ReferenceState::Far(it) | ReferenceState::Broken(it) => it,
        ReferenceState::Promise(it) => it,
    }
}

const MINT: &str = r#"
    def makeMint(name :String) :near {
        def [sealer, unsealer] := <elib:sealing.makeBrand>.pair(name)
        def mint {
            to __printOn(out) { out.print(`<$name's mint>`) }
            to makePurse(var balance :int) {
                def decr(amount :(0..balance)) :void { balance -= amount }
                def purse {
                    to getBalance() :int { return balance }
                    to sprout() { return mint.makePurse(0) }
                    to getDecr() { return sealer.seal(decr) }
                    to deposit(amount :int, src) :void { unsealer.unseal(src.getDecr())(amount); balance += amount }
                }
                return purse
            }
        }
        return mint
    }
    def carol := makeMint("Carol")
    def alice := carol.makePurse(1000)
    var bob := alice.sprout()
    def log := [].diverge()
    def seen := ["alice" => 1, 10 ** 30 => ["bob", 'b', 2.5], null => true].diverge()
    def rates implements DeepFrozen { to of(x :int) :int { return x * 3 } }
    def [later, settle] := Ref.promise()
    def sum := later <- add(1)
    when (sum) -> { log.push(`sum $sum`) } catch p { log.push(`no sum: $p`) }
    for name => _ in seen { log.push(name) }
    def words := <import:text.makeRegex>("[a-z]+")
    bob.deposit(30, alice)
"#;

/// What one asks of it afterwards, and the answer.
const QUESTION: &str = r#"
    bob.deposit(12, alice); settle.resolve(41); log.push(rates.of(14))
    [alice.getBalance(), bob.getBalance(), seen[10 ** 30], log.snapshot(), carol, sum]
"#;

#[test]
fn a_restored_vat_goes_on_as_if_nothing_had_happened() {
    let mut first = world();
    let vat = first.make_vat("bank", powers());
    let made = eval(&mut first, vat, MINT);
    assert_eq!(shown(&mut first, made), "null");
    let bytes = first.snapshot(vat).unwrap();
    assert_eq!(bytes, first.snapshot(vat).unwrap(), "the same vat is the same bytes");
    let mut second = world();
    let restored = second.restore(&bytes, powers()).unwrap();
    let asked = eval(&mut first, vat, QUESTION);
    let again = eval(&mut second, restored, QUESTION);
    let answer = shown(&mut first, asked);
    assert!(answer.starts_with("[958, 42, [\"bob\", 'b', 2.5], [\"alice\", "), "{answer}");
    assert_eq!(shown(&mut second, again), answer);
    let log = (eval(&mut first, vat, "log.last()"), eval(&mut second, restored, "log.last()"));
    assert_eq!(shown(&mut first, log.0), "\"sum 42\"");
    assert_eq!(shown(&mut second, log.1), "\"sum 42\"");
    assert_eq!(first.heap_bytes(vat), second.heap_bytes(restored));
}

#[test]
fn what_leads_into_a_vat_that_was_left_behind_is_broken_and_says_so() {
    let mut first = world();
    let vat = first.make_vat("alice", powers());
    eval(&mut first, vat, "def bob := seedVat(makeVat(\"bob\"), \"def bob { to hi() { return 5 } }\")");
    let bytes = first.snapshot(vat).unwrap();
    let mut second = world();
    let restored = second.restore(&bytes, powers()).unwrap();
    let asked = eval(&mut second, restored, "bob");
    assert_eq!(
        shown(&mut second, asked),
        "<ref broken by problem: the vat is not where this one was restored>"
    );
}

#[test]
fn vats_that_are_saved_together_find_each_other_again() {
    let mut first = world();
    let vat = first.make_vat("alice", powers());
    eval(
        &mut first,
        vat,
        "def bob := seedVat(makeVat(\"bob\"), \"var n := 0; def bob { to hi() { return n += 1 } }\")",
    );
    eval(&mut first, vat, "def one := bob <- hi()");
    let bytes = first.snapshot_of(&first.vat_ids()).unwrap();
    drop(first);
    let mut second = world();
    // Their numbers are taken here.
    let other = second.make_vat("somebody else", powers());
    let vats = second.restore_all(&bytes, &mut |_| Some(powers())).unwrap();
    assert!(!vats.contains(&other));
    eval(&mut second, vats[0], "def two := bob <- hi()");
    let both = eval(&mut second, vats[0], "[one, two]");
    assert_eq!(shown(&mut second, both), "[1, 2]");
}

#[test]
fn a_snapshot_that_was_cut_short_is_refused() {
    let mut first = world();
    let vat = first.make_vat("bank", powers());
    eval(&mut first, vat, MINT);
    let bytes = first.snapshot(vat).unwrap();
    for length in 0..bytes.len() {
        let why = world().restore(&bytes[..length], powers()).unwrap_err();
        assert!(
            matches!(why, SnapshotError::CutShort | SnapshotError::NotASnapshot),
            "{length} bytes: {why}"
        );
    }
    assert_eq!(SnapshotError::CutShort.to_string(), "the snapshot is not as long as it says it is");
}

#[test]
fn a_snapshot_with_one_byte_altered_is_refused() {
    let mut first = world();
    let vat = first.make_vat("bank", powers());
    eval(&mut first, vat, MINT);
    let mut bytes = first.snapshot(vat).unwrap();
    let mut target = world();
    for at in 0..bytes.len() {
        for change in [1, 0x80, 0xff] {
            bytes[at] ^= change;
            assert!(target.restore(&bytes, powers()).is_err(), "byte {at} xor {change} was not noticed");
            bytes[at] ^= change;
        }
    }
    assert_eq!(target.vats(), 0);
    assert!(target.restore(&bytes, powers()).is_ok());
}

const HEADING: usize = 52;

/// Makes the heading right for whatever follows it.
fn forge(bytes: &mut [u8]) {
    let length = (bytes.len() - HEADING) as u64;
    bytes[12..20].copy_from_slice(&length.to_le_bytes());
    let checksum = blake3::hash(&bytes[HEADING..]);
    bytes[20..HEADING].copy_from_slice(checksum.as_bytes());
}

/// Whoever makes a snapshot up gets a vat that is broken, or none. It reaches nothing that it was not given, and
/// whatever it then runs harms only itself.
#[test]
fn r30_bytes_made_up_to_deceive_forge_no_reference_and_break_nothing() {
    let mut first = world();
    let vat = first.make_vat("bank", powers());
    eval(&mut first, vat, MINT);
    eval(
        &mut first,
        vat,
        "def other := seedVat(makeVat(\"other\"), \"def x { to hi() { return 5 } }\"); other <- hi()",
    );
    let sound = first.snapshot(vat).unwrap();
    let mut dice = Dice(2026);
    let (mut refused, mut restored) = (0, 0);
    // A longer run finds more: `ROUNDS=100000 cargo test -p vat --test vats snapshots`.
    let rounds = std::env::var("ROUNDS").ok().and_then(|it| it.parse().ok()).unwrap_or(2_000);
    for _ in 0..rounds {
        let mut bytes = sound.clone();
        for _ in 0..=dice.below(2) {
            let at = HEADING + dice.below(bytes.len() - HEADING);
            match dice.below(16) {
                0..=7 => bytes[at] = bytes[at].wrapping_add(1),
                8..=13 => bytes[at] = dice.below(256) as u8,
                14 => drop(bytes.remove(at)),
                _ => bytes.insert(at, dice.below(256) as u8),
            }
        }
        forge(&mut bytes);
        let mut target = world();
        let victim = target.make_vat("victim", powers());
        let before = eval(&mut target, victim, "var touched := 0; def safe { to touch() { touched += 1 } }");
        assert_eq!(shown(&mut target, before), "<safe>");
        match target.restore(&bytes, powers()) {
            Err(_) => refused += 1,
            Ok(it) => {
                restored += 1;
                let answer = eval(&mut target, it, QUESTION);
                shown(&mut target, answer);
                target.snapshot(it).ok();
            }
        }
        assert_eq!(target.known(victim).exports, 0);
        let after = eval(&mut target, victim, "touched");
        assert_eq!(shown(&mut target, after), "0");
    }
    assert!(refused > 200 && restored > 200, "{refused} refused, {restored} restored: what is tested?");
}

/// Whatever byte of a snapshot is altered, no object comes out of it as DeepFrozen that can change.
#[test]
fn a_restored_object_has_no_stamp_that_it_has_not_earned() {
    let mut first = world();
    let vat = first.make_vat("forger", powers());
    let text = "def makeCounter() { var n := 0; return def counter { to next() { return n += 1 } } }; def counter := makeCounter()
                def logger { to log() { println(counter) } }; def steady as DeepFrozen { to run() { return 1 } }";
    eval(&mut first, vat, text);
    let sound = first.snapshot(vat).unwrap();
    let (mut refused, mut restored) = (0, 0);
    for at in HEADING..sound.len() {
        for bits in [1, 64] {
            let mut bytes = sound.clone();
            bytes[at] |= bits;
            forge(&mut bytes);
            let mut target = world();
            let Ok(it) = target.restore(&bytes, powers()) else {
                refused += 1;
                continue;
            };
            restored += 1;
            let asked = eval(
                &mut target,
                it,
                "[DeepFrozen.isDeepFrozen(counter), DeepFrozen.isDeepFrozen(logger), DeepFrozen.isDeepFrozen([counter])]",
            );
            let said = shown(&mut target, asked);
            assert!(!said.contains("true"), "byte {at} with {bits}: {said}");
        }
    }
    assert!(refused > 100 && restored > 100, "{refused} refused, {restored} restored");
}

#[test]
fn whoever_restores_a_vat_may_say_who_pays_for_it() {
    let mut first = world();
    let vat = first.make_vat("bank", powers());
    eval(
        &mut first,
        vat,
        "var coins := []; for n in 1..100 { coins with= [n] }; def hoard(n) { for _ in 1..n { coins := [coins] } }",
    );
    let bytes = first.snapshot(vat).unwrap();
    let mut second = world();
    let allowance = |bytes| Allowance { bytes, ..Allowance::default() };
    let till = Account::new("till".into(), allowance(200_000), true, None).unwrap();
    let restored = second.restore_on(&bytes, powers(), &till, WhenOut::Stop).unwrap();
    assert_eq!(till.used(Resource::Bytes), VAT + second.heap_bytes(restored));
    let asked = eval(&mut second, restored, "hoard(10 ** 5)");
    // Nothing can be printed in a vat that is full, nor done to empty it.
    till.allow(allowance(400_000));
    eval(&mut second, restored, "coins := [1]");
    second.collect(restored);
    let said = second.problem(asked).expect("the turn was stopped").printed;
    assert!(said.contains("the space bank \"till\" is used up: it has 200000 bytes"), "{said}");
    let asked = eval(&mut second, restored, "coins.size() > 0");
    assert_eq!(shown(&mut second, asked), "true");
    second.kill(restored, "done");
    assert_eq!(till.used(Resource::Bytes), 0);
    let small = Account::new("small".into(), allowance(2_000), true, None).unwrap();
    let why = second.restore_on(&bytes, powers(), &small, WhenOut::Stop).unwrap_err();
    assert_eq!(
        why.to_string(),
        "there is no room for the vat: the space bank \"small\" is used up: it has 2000 bytes"
    );
    assert_eq!((small.used(Resource::Bytes), second.vats()), (0, 0));
}
