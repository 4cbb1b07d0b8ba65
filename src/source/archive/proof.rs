//! What digests tell of the files that were read, put where people see it: at each event and in the cells.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;

use super::PROFILE;
use super::scan::{FileSeen, Scan};
use super::store::Store;
use super::watch::Halt;
use crate::coverage::{Cell, Note, Share, State};
use crate::event::Proof;
use crate::source::delivery::{LATEST_NAME, NAME_EARLY};
use crate::source::proof::{Disproof, ProofAsked, Proofs, Prover, Root, Sha256};
use crate::source::{Kind, Query};
use crate::time::Window;

/// How long to wait at a time.
const TICK: Duration = Duration::from_millis(20);

/// How much longer than the call has time the looking may take to notice that.
const GRACE: Duration = Duration::from_millis(150);

/// Proves the files of the window and says so at events and cells; what nobody proves, or is not told in time, is not proven.
pub(super) fn apply(
    prover: Option<Arc<dyn Prover>>,
    stores: &Arc<[Arc<dyn Store>]>,
    query: &Query,
    halt: &Arc<Halt>,
    (scan, cells): (&mut Scan, &mut Vec<Cell>),
) {
    let roots: Vec<Option<Root>> = stores.iter().map(|store| store.to_prove(halt)).collect();
    let known = scan.files.iter().filter_map(|(position, seen)| Some((path(*position, &roots, scan)?, seen.hash?))).collect();
    let asked = prover.zip(delivered(query, scan));
    let proofs = asked.and_then(|(prover, delivered)| prove(prover, &roots, query, halt, (delivered, known))).unwrap_or_default();
    add_spent(&roots, cells);
    let gave = mark(&proofs, &roots, scan);
    // Where one event was asked for, the other files were left as soon as it was found.
    let only = matches!(query.kind(), Kind::EventId(_)).then_some(gave);
    count(&proofs, &roots, scan, cells, only.as_deref());
    for place in proofs.disproven.into_iter().filter(|place| query.admits(&place.account, &place.region)) {
        tell(place, query, cells);
    }
}

/// Adds what was fetched of buckets for the proof to what was fetched of them before.
fn add_spent(roots: &[Option<Root>], cells: &mut [Cell]) {
    let fetched = cells.first_mut().into_iter().flat_map(|cell| &mut cell.notes);
    for note in fetched {
        if let Note::Fetched(lists, gets, bytes) = note {
            for root in roots.iter().flatten() {
                if let Root::Bucket(bucket) = root {
                    let (more_lists, more_gets, more_bytes) = bucket.spent();
                    (*lists, *gets, *bytes) = (*lists + more_lists, *gets + more_gets, *bytes + more_bytes);
                }
            }
        }
    }
}

/// Returns when the files were delivered that matter: of the window, or of the one event that was asked for.
fn delivered(query: &Query, scan: &Scan) -> Option<Window> {
    let window = match query.kind() {
        Kind::EventId(_) => {
            let times = || scan.events.values().flatten().map(|event| event.time);
            Window { from: times().min()?, to: times().max()? }
        }
        _ => query.window(),
    };
    Window::new(window.from - NAME_EARLY, (window.to + LATEST_NAME).min(query.now()).max(window.to))
}

/// Asks on a thread of its own, which is left behind where the system hangs.
fn prove(
    prover: Arc<dyn Prover>,
    roots: &[Option<Root>],
    query: &Query,
    halt: &Arc<Halt>,
    (delivered, known): (Window, HashMap<String, Sha256>),
) -> Option<Proofs> {
    let (done, ended) = mpsc::channel();
    let roots: Vec<Root> = roots.iter().flatten().cloned().collect();
    let (asked, held) = (query.clone(), halt.clone());
    Handle::try_current().ok()?.spawn_blocking(move || {
        let allows = |account: &str, region: &str| asked.admits(account, region);
        let (roots, known, stop) = (roots.as_slice(), &known, held.stop.as_ref());
        let proofs = prover.prove(&ProofAsked { roots, delivered, known, allows: &allows, until: held.until, stop });
        let _ = done.send(proofs);
    });
    loop {
        match ended.recv_timeout(TICK) {
            Ok(proofs) => return Some(proofs),
            Err(RecvTimeoutError::Disconnected) => return None,
            Err(RecvTimeoutError::Timeout) if halt.until.is_some_and(|until| until + GRACE < Instant::now()) => return None,
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
}

/// Says at each event how its file stands; returns the files that gave events.
fn mark(proofs: &Proofs, roots: &[Option<Root>], scan: &mut Scan) -> Vec<usize> {
    let mut events = std::mem::take(&mut scan.events);
    for (position, events) in &mut events {
        let proof = path(*position, roots, scan).and_then(|path| proofs.files.get(&path).copied()).unwrap_or(Proof::Unproven);
        events.iter_mut().for_each(|event| event.proof = Some(proof));
    }
    scan.events = events;
    scan.events.keys().copied().collect()
}

/// Returns the absolute path, or the address, of a file of the listing.
fn path(position: usize, roots: &[Option<Root>], scan: &Scan) -> Option<String> {
    let file = scan.listing.logs.get(position)?;
    Some(format!("{}/{}", roots.get(file.store)?.as_ref()?.address(), file.key))
}

/// Says in each cell how many of the files that hold its records are proven, of `only` these, where that is given; and makes it one that
/// is not proven, unless all of these are, and that no other is missing.
fn count(proofs: &Proofs, roots: &[Option<Root>], scan: &Scan, cells: &mut [Cell], only: Option<&[usize]>) {
    let proven = |position: usize| {
        let proof = path(position, roots, scan).and_then(|path| proofs.files.get(&path).copied());
        proof == Some(Proof::Proven)
    };
    let wanted = |position: &usize| only.is_none_or(|only| only.contains(position));
    let files = scan.files.iter().filter(|(position, _)| wanted(position));
    let files: Vec<(&FileSeen, bool)> = files.map(|(position, seen)| (seen, proven(*position))).collect();
    for cell in cells {
        let holds = |seen: &FileSeen| {
            let seen = seen.pairs.get(cell.account()).and_then(|regions| regions.get(cell.region()));
            seen.is_some_and(|seen| seen.in_window > 0)
        };
        let of_it: Vec<bool> = files.iter().filter(|(seen, _)| holds(seen)).map(|(_, proven)| *proven).collect();
        let count = of_it.iter().filter(|proven| **proven).count();
        if !of_it.is_empty() {
            cell.notes.push(Note::Proven(Share { count, of: of_it.len() }));
        }
        let is_place = |(account, region): &(String, String)| account == cell.account() && region == cell.region();
        // The one event that was asked for needs no other file than its own.
        let nothing_else = only.is_some() && count > 0 || proofs.proven.iter().any(is_place);
        if count < of_it.len() || !nothing_else {
            *cell = cell.clone().unproven();
        }
    }
}

/// Makes the cell of a place one that failed the integrity check.
fn tell(place: Disproof, query: &Query, cells: &mut Vec<Cell>) {
    let of_place = |cell: &Cell| cell.account() == place.account && cell.region() == place.region;
    if !cells.iter().any(of_place) {
        // All that there was of the place may be gone.
        let mut cell = Cell::cut(&place.account, &place.region, &PROFILE, State::NoData, None);
        cell.asked = query.asked() && super::scan::asks_for(query, &place.account, &place.region);
        cells.push(cell);
    }
    if let Some(cell) = cells.iter_mut().find(|cell| of_place(cell)) {
        *cell = cell.clone().disproven(place.files.clone());
    }
}
