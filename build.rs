//! Leaves symbols out of what is handed out and of what a clone builds to run.
//!
//! Why not `strip` of the profile? Cargo forgets it for a package whose level is set by name, as ours is.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let is = |name: &str, value: &str| std::env::var(name).is_ok_and(|found| found == value);
    if is("PROFILE", "release") && is("CARGO_CFG_TARGET_OS", "linux") {
        println!("cargo::rustc-link-arg-bins=-Wl,--strip-all");
    }
}
