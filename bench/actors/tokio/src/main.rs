//! The programs of `bench/actors` for tokio: a task with a mailbox for each vat. `actors-tokio ring 10000 100`;
//! all on one thread, or with `--threads N` first on several.

use std::time::Instant;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;

type Mail = UnboundedSender<Message>;

enum Message {
    Join(Mail, Mail),
    Pass(u64),
    Ping(u64, Mail),
    Add(u64),
    Send(u64, Mail),
    Ask(u64, oneshot::Sender<u64>),
    Stop,
}

fn main() {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    let mut threads = 1;
    if args.first().is_some_and(|it| it == "--threads") {
        threads = number(&args, 1) as usize;
        args.drain(..2);
    }
    let runtime = match threads {
        1 => tokio::runtime::Builder::new_current_thread().build(),
        n => tokio::runtime::Builder::new_multi_thread().worker_threads(n).build(),
    };
    let Ok(runtime) = runtime else { return };
    // As a task of its own, so that on several threads it runs where the others do.
    let _ = runtime.block_on(async { tokio::spawn(run(args)).await });
}

fn number(args: &[String], at: usize) -> u64 {
    args.get(at).and_then(|it| it.parse().ok()).unwrap_or(0)
}

async fn run(args: Vec<String>) {
    let (first, second) = (number(&args, 1), number(&args, 2));
    match args.first().map_or("", |it| it.as_str()) {
        "ring" => ring(first, second).await,
        "pingpong" => ping_pong(first).await,
        "fanin" => fan_in(first, second).await,
        "idle" => idle(first).await,
        "alive" => alive(first).await,
        other => eprintln!("no bench is called {other:?}"),
    }
}

fn millis(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}

async fn ring(members: u64, rounds: u64) {
    let (done, mut finished) = unbounded_channel();
    let all: Vec<Mail> = (0..members)
        .map(|_| {
            let (mail, mut inbox) = unbounded_channel();
            tokio::spawn(async move {
                let mut ends: Option<(Mail, Mail)> = None;
                while let Some(it) = inbox.recv().await {
                    match (it, &ends) {
                        (Message::Join(next, done), _) => ends = Some((next, done)),
                        (Message::Pass(0), Some((_, done))) => drop(done.send(Message::Pass(0))),
                        (Message::Pass(n), Some((next, _))) => drop(next.send(Message::Pass(n - 1))),
                        _ => return,
                    }
                }
            });
            mail
        })
        .collect();
    for (i, it) in all.iter().enumerate() {
        let _ = it.send(Message::Join(all[(i + 1) % all.len()].clone(), done.clone()));
    }
    let began = Instant::now();
    let _ = all[0].send(Message::Pass(members * rounds));
    if let Some(Message::Pass(0)) = finished.recv().await {
        println!("ring {} {}", members * rounds, millis(began));
    }
    all.iter().for_each(|it| drop(it.send(Message::Stop)));
}

async fn ping_pong(n: u64) {
    let (wall, mut inbox) = unbounded_channel();
    tokio::spawn(async move {
        while let Some(Message::Ping(n, player)) = inbox.recv().await {
            let _ = player.send(Message::Pass(n));
        }
    });
    let (player, mut inbox) = unbounded_channel();
    let began = Instant::now();
    let _ = wall.send(Message::Ping(n - 1, player.clone()));
    while let Some(Message::Pass(left)) = inbox.recv().await {
        if left == 0 {
            break;
        }
        let _ = wall.send(Message::Ping(left - 1, player.clone()));
    }
    println!("pingpong {n} {}", millis(began));
}

async fn fan_in(senders: u64, each: u64) {
    let (collector, mut inbox) = unbounded_channel();
    let collected = tokio::spawn(async move {
        let (mut sum, mut left) = (0, senders * each);
        while left > 0 {
            let Some(Message::Add(n)) = inbox.recv().await else { break };
            sum += n;
            left -= 1;
        }
        sum
    });
    let all: Vec<Mail> = (0..senders)
        .map(|_| {
            let (mail, mut inbox) = unbounded_channel();
            tokio::spawn(async move {
                while let Some(Message::Send(n, to)) = inbox.recv().await {
                    (1..=n).for_each(|i| drop(to.send(Message::Add(i))));
                }
            });
            mail
        })
        .collect();
    let began = Instant::now();
    all.iter().for_each(|it| drop(it.send(Message::Send(each, collector.clone()))));
    if let Ok(sum) = collected.await {
        println!("fanin {sum} {}", millis(began));
    }
}

type Worker = (Mail, tokio::task::JoinHandle<()>);

async fn workers(n: u64) -> Vec<Worker> {
    let mut all: Vec<Worker> = Vec::new();
    for _ in 0..n {
        let (mail, mut inbox) = unbounded_channel();
        let task = tokio::spawn(async move {
            let mut sum = 0;
            while let Some(Message::Ask(k, answer)) = inbox.recv().await {
                sum += k;
                let _ = answer.send(sum);
            }
        });
        all.push((mail, task));
    }
    // They have begun, and wait.
    tokio::task::yield_now().await;
    all
}

async fn idle(n: u64) {
    let began = Instant::now();
    let all = workers(n).await;
    let made = millis(began);
    println!("idle {} {made}", all.len());
}

async fn alive(n: u64) {
    let began = Instant::now();
    let all = workers(n).await;
    let made = millis(began);
    (0..n / 100).for_each(|i| all[(i * 7919 % n) as usize].1.abort());
    let asked: Vec<oneshot::Receiver<u64>> = all
        .iter()
        .map(|(mail, _)| {
            let (answer, asked) = oneshot::channel();
            let _ = mail.send(Message::Ask(1, answer));
            asked
        })
        .collect();
    let (mut answers, mut gone) = (0, 0);
    for it in asked {
        match it.await {
            Ok(n) => answers += n,
            Err(_) => gone += 1,
        }
    }
    println!("alive {} {made}", answers * 1000 + gone);
}
