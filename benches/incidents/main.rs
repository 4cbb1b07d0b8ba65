//! Incidents of our own, to measure the ranking by.
mod incident;
use std::path::Path;
fn main() {
    let plans = incident::plan(40, 1, None);
    let made: Vec<_> = plans.iter().map(|p| p.make()).collect();
    for w in incident::check(made.iter()).iter().take(20) {
        println!("{w}");
    }
    for m in &made {
        println!("{} {} {} {:?} {}", m.truth.id, m.truth.named.word(), m.truth.writes, m.truth.delay, m.truth.form.word());
    }
    let out = std::env::temp_dir().join("inc-h");
    for m in &made {
        m.write(Path::new(&out), 1).unwrap();
    }
}
