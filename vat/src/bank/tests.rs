//! Accounts among themselves: what is drawn, given back and refused, up the tree.

use super::*;

fn account(bytes: u64, parent: Option<&Arc<Account>>) -> Arc<Account> {
    let allowance = Allowance { bytes, instructions: 100, turn: 10 };
    Account::new("till".into(), allowance, true, parent.cloned()).expect("not that deep")
}

#[test]
fn what_is_drawn_below_is_drawn_above_and_a_refusal_draws_nothing() {
    let above = account(1000, None);
    let (alice, bob) = (account(800, Some(&above)), account(800, Some(&above)));
    assert!(alice.draw(Resource::Bytes, 700).is_ok());
    let by = bob.draw(Resource::Bytes, 400).expect_err("1100 of 1000");
    assert!(Arc::ptr_eq(&by, &above));
    assert_eq!(
        [alice.used(Resource::Bytes), bob.used(Resource::Bytes), above.used(Resource::Bytes)],
        [700, 0, 700]
    );
    let by = alice.draw(Resource::Bytes, 200).expect_err("900 of 800");
    assert!(Arc::ptr_eq(&by, &alice));
    assert_eq!(bob.draw_some(Resource::Bytes, 100, 5000).expect("300 are left"), 300);
    bob.refund(Resource::Bytes, 300);
    assert_eq!(above.used(Resource::Bytes), 700);
}

#[test]
fn a_purse_holds_blocks_while_it_grows_and_the_exact_weight_when_it_is_settled() {
    let above = account(1 << 20, None);
    let mut purse = Purse::default();
    purse.open(above.clone());
    assert_eq!(purse.cover(10), Some(BLOCK));
    purse.settle(10);
    assert_eq!(above.used(Resource::Bytes), 10);
    assert!(purse.cover(2 << 20).is_none());
    assert!(purse.take_refusal().is_some_and(|it| it.contains("1048576 bytes")));
    drop(purse);
    assert_eq!(above.used(Resource::Bytes), 0);
}

#[test]
fn the_accounts_are_exact_whatever_draws_on_them_at_once() {
    let above = account(u64::MAX, None);
    let accounts: Vec<_> = (0..4).map(|_| account(1 << 30, Some(&above))).collect();
    let spend = |below: Arc<Account>| {
        let mut purse = Purse::default();
        purse.open(below);
        for n in 0..10_000 {
            let _ = purse.cover(n * 7);
            purse.settle(n);
        }
        purse
    };
    let done: Vec<Purse> = std::thread::scope(|scope| {
        let all: Vec<_> = accounts.iter().map(|it| scope.spawn(|| spend(it.clone()))).collect();
        all.into_iter().map(|it| it.join().expect("no panic")).collect()
    });
    assert!(accounts.iter().all(|it| it.used(Resource::Bytes) == 9999));
    assert_eq!(above.used(Resource::Bytes), 4 * 9999);
    drop(done);
    assert_eq!(above.used(Resource::Bytes), 0);
}

#[test]
fn accounts_cannot_lie_above_one_another_without_end() {
    let mut at = account(1, None);
    for _ in 1..DEEPEST {
        at = account(1, Some(&at));
    }
    assert!(Account::new("one more".into(), Allowance::default(), true, Some(at)).is_none());
}
