//! The incidents that the benchmark is made of hold together.

#[path = "../../benches/incidents/incident/mod.rs"]
#[allow(dead_code, unused_imports, reason = "the benchmark uses what this test does not")]
mod incident;

#[test]
fn one_incident_of_each_kind_is_sound() {
    let plans = incident::plan(60, 7);
    let made: Vec<_> = plans.iter().map(incident::Plan::make).collect();
    assert_eq!(incident::check(made.iter()), Vec::<String>::new());
    let innocent = made.iter().filter(|one| one.truth.culprits.is_empty()).count();
    assert!((5..=15).contains(&innocent), "{innocent} of 60 without a culprit");
}

#[test]
fn the_same_seed_gives_the_same_incident() {
    let records = |seed| incident::plan(3, seed).iter().map(|plan| plan.make().records).collect::<Vec<_>>();
    assert_eq!(records(11), records(11));
    assert_ne!(records(11), records(12));
}

#[test]
fn half_the_kinds_are_kept_from_whoever_tunes() {
    let halves: Vec<_> = incident::plan(56, 1).iter().map(|plan| (plan.kind_name(), plan.half())).collect();
    let reported = halves.iter().filter(|(_, half)| *half == incident::Half::Reported).count();
    assert!((24..=32).contains(&reported), "{reported} of 56 kinds");
}
