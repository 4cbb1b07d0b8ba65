//! What digests tell of the files that were read, put where people see it: at each event and in the cells.

use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use tokio::runtime::Handle;

use super::PROFILE;
use super::scan::Scan;
use super::store::Store;
use super::watch::Halt;
use crate::coverage::{Cell, Note, Share, State};
use crate::event::Proof;
use crate::source::Query;
use crate::source::proof::{PlaceProof, ProofAsked, Proofs, Prover};
use crate::time::Window;

/// Around its name's minute a log may have been delivered.
///
/// Source: the name's minute may be up to 5 minutes before the event and up to 15 after it; 5 more for a file's own span.
const EARLIER: TimeDelta = TimeDelta::minutes(5);
const LATER: TimeDelta = TimeDelta::minutes(20);

/// How long to wait at a time.
const TICK: Duration = Duration::from_millis(20);

/// How much longer than the call has time the looking may take to notice that.
const GRACE: Duration = Duration::from_millis(150);

/// Proves the files of the window and says so at events and cells; what is not told in time is not proven.
pub(super) fn apply(
    prover: Arc<dyn Prover>,
    stores: &Arc<[Arc<dyn Store>]>,
    query: &Query,
    halt: &Arc<Halt>,
    scan: &mut Scan,
    cells: &mut Vec<Cell>,
) {
    let proofs = prove(prover, stores, query, halt).unwrap_or_default();
    mark(&proofs, stores, scan);
    let told = cells.len();
    for place in proofs.places.iter().filter(|place| query.admits(&place.account, &place.region)) {
        tell(place, query, cells);
    }
    // Of what lies outside of CloudTrail's layout, and of what was not looked at in time, nothing is proven.
    let is_told = |cell: &Cell| proofs.places.iter().any(|place| cell.account() == place.account && cell.region() == place.region);
    for cell in cells.iter_mut().take(told).filter(|cell| cell.requests > 0 && !is_told(cell)) {
        cell.notes.push(Note::Proven(Share { count: 0, of: usize::try_from(cell.requests).unwrap_or(usize::MAX) }));
    }
}

/// Asks on a thread of its own, which is left behind where the system hangs.
fn prove(prover: Arc<dyn Prover>, stores: &Arc<[Arc<dyn Store>]>, query: &Query, halt: &Arc<Halt>) -> Option<Proofs> {
    let (done, ended) = mpsc::channel();
    let roots: Vec<String> = stores.iter().map(|store| store.root().to_owned()).filter(|root| !root.is_empty()).collect();
    let window = query.window();
    let delivered = Window::new(window.from - EARLIER, (window.to + LATER).min(query.now()).max(window.to))?;
    let (asked, held) = (query.clone(), halt.clone());
    Handle::try_current().ok()?.spawn_blocking(move || {
        let allows = |account: &str, region: &str| asked.admits(account, region);
        let proofs = prover.prove(&ProofAsked { roots: &roots, delivered, allows: &allows, until: held.until, stop: &held.stop });
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

/// Says at each event how its file stands.
fn mark(proofs: &Proofs, stores: &Arc<[Arc<dyn Store>]>, scan: &mut Scan) {
    let mut from = 0;
    for (position, to) in &scan.origins {
        let file = scan.listing.logs.get(*position);
        let path = file.and_then(|file| Some(format!("{}/{}", stores.get(file.store)?.root().trim_end_matches('/'), file.key)));
        let proof = path.and_then(|path| proofs.files.get(&path).copied()).unwrap_or(Proof::Unproven);
        scan.events.iter_mut().take(*to).skip(from).for_each(|event| event.proof = Some(proof));
        from = *to;
    }
}

/// Says in the cell of a place how its files stand.
fn tell(place: &PlaceProof, query: &Query, cells: &mut Vec<Cell>) {
    let of_place = |cell: &Cell| cell.account() == place.account && cell.region() == place.region;
    if !place.disproven.is_empty() && !cells.iter().any(of_place) {
        // All that there was of the place may be gone.
        let mut cell = Cell::cut(&place.account, &place.region, &PROFILE, State::NoData, None);
        cell.asked = query.asked() && super::scan::asks_for(query, &place.account, &place.region);
        cells.push(cell);
    }
    if let Some(cell) = cells.iter_mut().find(|cell| of_place(cell)) {
        if place.of > 0 {
            cell.notes.push(Note::Proven(Share { count: place.proven, of: place.of }));
        }
        if !place.disproven.is_empty() {
            *cell = cell.clone().disproven(place.disproven.clone());
        }
    }
}
