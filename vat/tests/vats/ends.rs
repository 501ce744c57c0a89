//! A foreman who makes vats, gives them work, and ends every tenth while messages are on their way to it.

use crate::stage::Stage;

/// All that was asked of the others is answered, and what came too late for an ended one is broken.
pub fn some_end_and_the_others_answer(stage: &mut Stage, count: usize, case: &str) {
    let main = stage.vat("main");
    stage.eval(main, "var answered := 0; var gone := 0; null");
    let program = format!(
        "for i in 1..{count} {{
             def vat := makeVat(`worker $i`)
             def worker := seedVat(vat, \"var n := 0; def worker {{ to work() {{ for i in 1..50 {{ n += i }}; return n }} }}\")
             for j in 1..5 {{ when (worker <- work()) -> {{ answered += 1 }} catch _ {{ gone += 1 }} }}
             if (i % 10 == 0) {{ when (worker <- work()) -> {{ vat.orderlyShutdown(null); when (worker <- work()) -> {{}} catch _ {{ gone += 1 }} }} }}
         }}"
    );
    stage.eval(main, &program);
    let ended = count / 10;
    assert_eq!(stage.eval(main, "answered"), (5 * count).to_string(), "{case}");
    assert_eq!(stage.eval(main, "gone"), ended.to_string(), "{case}");
    assert_eq!(stage.world.vats(), 1 + count - ended, "{case}");
}
