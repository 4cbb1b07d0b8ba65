use futures_util::FutureExt as _;
use tokio::time::{advance, pause};

use super::*;

const FREE: Share = Share { requests_per_minute: None, max_concurrent: None };

fn gate(running: usize, waiting: usize) -> Arc<Gate> {
    Gate::new(Limits { running, waiting, patience: Duration::from_secs(5) })
}

fn name(name: &str) -> Arc<str> {
    name.into()
}

async fn let_others_go_on() {
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
}

/// Starts a call that waits for its turn, tells when it has it, and holds it until told to go.
fn call(gate: &Arc<Gate>, caller: &str, turns: &Arc<Mutex<Vec<String>>>) -> tokio::task::JoinHandle<Option<Permit>> {
    let (gate, caller, turns) = (Arc::clone(gate), name(caller), Arc::clone(turns));
    tokio::spawn(async move {
        let permit = gate.enter(Arc::clone(&caller), FREE).await.ok();
        turns.lock().unwrap().push(caller.to_string());
        permit
    })
}

#[tokio::test]
async fn a_call_too_many_waits_and_has_its_turn_when_another_ends() {
    let gate = gate(1, 1);
    let first = gate.enter(name("a"), FREE).await.ok().unwrap();
    let mut second = Box::pin(gate.enter(name("a"), FREE));
    assert!((&mut second).now_or_never().is_none());
    assert_eq!(gate.load(), (1, 1));
    assert_eq!(gate.enter(name("b"), FREE).await.err(), Some(Busy::Full));
    drop(first);
    let second = second.await.ok().unwrap();
    assert_eq!(gate.load(), (1, 0));
    drop(second);
    assert_eq!(gate.load(), (0, 0));
}

#[tokio::test]
async fn a_call_that_waits_too_long_is_sent_away() {
    pause();
    let gate = gate(1, 5);
    let _held = gate.enter(name("a"), FREE).await.ok().unwrap();
    let waiting = tokio::spawn({
        let gate = Arc::clone(&gate);
        async move { gate.enter(name("b"), FREE).await.err() }
    });
    let_others_go_on().await;
    advance(Duration::from_millis(5_001)).await;
    assert_eq!(waiting.await.unwrap(), Some(Busy::Full));
    assert_eq!(gate.load(), (1, 0));
}

#[tokio::test]
async fn callers_have_their_turns_one_after_the_other_however_much_each_asks() {
    let (gate, turns) = (gate(1, 100), Arc::new(Mutex::new(Vec::new())));
    let held = gate.enter(name("greedy"), FREE).await.ok().unwrap();
    let mut calls: Vec<_> = (0..10).map(|_| call(&gate, "greedy", &turns)).collect();
    let_others_go_on().await;
    calls.push(call(&gate, "modest", &turns));
    let_others_go_on().await;
    drop(held);
    for call in calls {
        drop(call.await.unwrap());
    }
    let turns = turns.lock().unwrap();
    assert!(turns.iter().position(|caller| caller == "modest").unwrap() <= 1, "{turns:?}");
}

#[tokio::test]
async fn no_more_calls_within_any_minute_than_the_caller_may_make() {
    pause();
    let gate = gate(10, 10);
    let share = Share { requests_per_minute: Some(3), ..FREE };
    let came: Vec<bool> = {
        let mut came = Vec::new();
        for _ in 0..240 {
            came.push(gate.enter(name("a"), share).await.is_ok());
            advance(Duration::from_secs(1)).await;
        }
        came
    };
    assert!(came.windows(60).all(|minute| minute.iter().filter(|let_in| **let_in).count() <= 3));
    assert_eq!(came.iter().filter(|let_in| **let_in).count(), 12);
}

#[tokio::test]
async fn a_refusal_says_after_how_long_there_is_room_and_there_is() {
    pause();
    let (gate, share) = (gate(10, 10), Share { requests_per_minute: Some(1), ..FREE });
    drop(gate.enter(name("a"), share).await);
    advance(Duration::from_secs(18)).await;
    let busy = gate.enter(name("a"), share).await.err().unwrap();
    let refusal = Refusal::from(busy);
    assert_eq!((refusal.code, refusal.retryable, refusal.retry_after_ms), (Code::Overloaded, true, Some(42_000)));
    assert!(gate.enter(name("b"), share).await.is_ok(), "another caller has a minute of its own");
    advance(busy.retry_after()).await;
    assert!(gate.enter(name("a"), share).await.is_ok());
}

#[tokio::test]
async fn a_caller_has_no_more_calls_going_than_it_may_waiting_ones_included() {
    let (gate, share) = (gate(1, 10), Share { max_concurrent: Some(2), ..FREE });
    let first = gate.enter(name("a"), share).await.ok().unwrap();
    let mut second = Box::pin(gate.enter(name("a"), share));
    assert!((&mut second).now_or_never().is_none());
    assert_eq!(gate.enter(name("a"), share).await.err(), Some(Busy::Concurrency));
    drop(second);
    let mut third = Box::pin(gate.enter(name("a"), share));
    assert!((&mut third).now_or_never().is_none(), "who gave up is not counted any more");
    drop(first);
    assert!(third.await.is_ok());
}

#[tokio::test]
async fn nothing_is_lost_however_calls_come_wait_give_up_and_go() {
    let (gate, turns) = (gate(4, 64), Arc::new(Mutex::new(Vec::new())));
    for round in 0..200 {
        let calls: Vec<_> = (0..20).map(|n| call(&gate, ["a", "b", "c"][n % 3], &turns)).collect();
        let_others_go_on().await;
        assert!(gate.load().0 <= 4);
        for (n, call) in calls.into_iter().enumerate() {
            if (n + round) % 3 == 0 {
                call.abort();
            }
            drop(call.await);
        }
        assert_eq!(gate.load(), (0, 0), "round {round}");
    }
    assert!(gate.lock().callers.values().all(|caller| caller.active == 0));
}

#[tokio::test]
async fn a_closed_gate_lets_nobody_in_sends_away_who_waits_and_tells_when_all_have_gone() {
    let gate = gate(1, 10);
    let held = gate.enter(name("a"), FREE).await.ok().unwrap();
    let mut waiting = Box::pin(gate.enter(name("b"), FREE));
    assert!((&mut waiting).now_or_never().is_none());
    gate.close();
    assert_eq!(waiting.await.err(), Some(Busy::Closing));
    assert_eq!(gate.enter(name("a"), FREE).await.err(), Some(Busy::Closing));
    let mut idle = Box::pin(gate.idle());
    assert!((&mut idle).now_or_never().is_none());
    drop(held);
    idle.await;
}

#[tokio::test]
async fn wider_limits_let_in_the_calls_that_wait() {
    let gate = gate(1, 10);
    let _held = gate.enter(name("a"), FREE).await.ok().unwrap();
    let mut waiting = Box::pin(gate.enter(name("b"), FREE));
    assert!((&mut waiting).now_or_never().is_none());
    gate.set_limits(Limits { running: 2, waiting: 10, patience: Duration::from_secs(5) });
    assert!(waiting.await.is_ok());
}

#[tokio::test]
async fn callers_that_did_nothing_lately_are_forgotten() {
    pause();
    let gate = gate(10, 10);
    let share = Share { requests_per_minute: Some(3), ..FREE };
    for n in 0..3 * REMEMBERED {
        drop(gate.enter(name(&n.to_string()), share).await);
        advance(Duration::from_millis(200)).await;
    }
    assert!(gate.lock().callers.len() <= 2 * REMEMBERED);
}

#[tokio::test]
async fn a_caller_that_fills_the_queue_leaves_room_for_others() {
    let gate = gate(1, 4);
    let held = gate.enter(name("greedy"), FREE).await.ok().unwrap();
    let ask = |caller: &str| {
        let (gate, caller) = (Arc::clone(&gate), name(caller));
        tokio::spawn(async move { gate.enter(caller, FREE).await.is_ok() })
    };
    let greedy: Vec<_> = (0..8).map(|_| ask("greedy")).collect();
    let_others_go_on().await;
    assert_eq!(gate.load(), (1, 4));
    let modest: Vec<_> = (0..4).map(|_| ask("modest")).collect();
    let_others_go_on().await;
    assert_eq!(gate.load(), (1, 4));
    drop(held);
    let let_in = |calls: Vec<Result<bool, _>>| {
        calls.into_iter().filter(|call: &Result<bool, tokio::task::JoinError>| *call.as_ref().unwrap()).count()
    };
    let (greedy, modest) = (futures_util::future::join_all(greedy).await, futures_util::future::join_all(modest).await);
    assert_eq!((let_in(greedy), let_in(modest)), (2, 2), "half of the queue each");
    assert_eq!(gate.load(), (0, 0));
}
