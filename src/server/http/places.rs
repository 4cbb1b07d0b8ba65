//! Who may be connected: so many in all, of them so many from one peer, and whoever keeps a place without using it gives way.
//!
//! A place is idle until a whole request has come, and again when it is answered. Where there is no room, the connection that has been idle
//! for longest leaves: the peer's own when it holds its share, else one of the peer that holds most. So nobody who only holds
//! connections, however many and from however many addresses, keeps out who asks something.

use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, Semaphore};

/// Memory for large bodies of one peer that are being read, in KiB.
const ROOM_OF_PEER: usize = 16 << 10;

/// All places.
#[derive(Debug)]
pub(super) struct Places {
    most: usize,
    share: usize,
    held: Mutex<Held>,
    /// Told when the last one is given back.
    empty: Notify,
}

#[derive(Debug, Default)]
struct Held {
    total: usize,
    /// Number of the next one to become idle.
    next: u64,
    peers: HashMap<IpAddr, Peer>,
}

#[derive(Debug)]
struct Peer {
    held: usize,
    /// Those that are idle, by when they became so.
    idle: BTreeMap<u64, Arc<Notify>>,
    room: Arc<Semaphore>,
}

/// A place for a connection, for as long as it lives.
#[derive(Debug)]
pub(super) struct Place {
    places: Arc<Places>,
    peer: IpAddr,
    /// When it became idle; nothing while it is not.
    since: Mutex<Option<u64>>,
    leave: Arc<Notify>,
    room: Arc<Semaphore>,
}

/// A place whose request is being answered.
#[derive(Debug)]
pub(super) struct Busy(Arc<Place>);

impl Places {
    /// Makes room for `most` connections, three quarters of them from one peer.
    pub(super) fn new(most: usize) -> Arc<Self> {
        let share = most - most / 4;
        Arc::new(Self { most, share, held: Mutex::default(), empty: Notify::new() })
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a place for a connection from `address`; nothing when there is none and every other is in use.
    pub(super) fn take(self: &Arc<Self>, address: IpAddr) -> Option<Arc<Place>> {
        let peer = peer_of(address);
        let mut held = self.held();
        let own = held.peers.get(&peer).map_or(0, |peer| peer.held);
        if own >= self.share {
            held.dismiss(peer)?;
        } else if held.total >= self.most {
            let largest = held.peers.iter().filter(|(_, peer)| !peer.idle.is_empty()).max_by_key(|(_, peer)| peer.held);
            let largest = largest.map(|(peer, _)| *peer)?;
            held.dismiss(largest)?;
        }
        let (leave, since) = (Arc::new(Notify::new()), held.next);
        held.next += 1;
        held.total += 1;
        let kept = held.peers.entry(peer).or_insert_with(|| Peer::new(ROOM_OF_PEER));
        kept.held += 1;
        kept.idle.insert(since, Arc::clone(&leave));
        let room = Arc::clone(&kept.room);
        drop(held);
        Some(Arc::new(Place { places: Arc::clone(self), peer, since: Mutex::new(Some(since)), leave, room }))
    }

    /// Waits until every place is given back.
    pub(super) async fn emptied(&self) {
        loop {
            let empty = self.empty.notified();
            if self.held().total == 0 {
                return;
            }
            empty.await;
        }
    }
}

impl Held {
    /// Lets the connection of a peer leave that has been idle for longest; nothing when none is.
    ///
    /// Shape: it counts until it has ended, which takes a moment.
    fn dismiss(&mut self, peer: IpAddr) -> Option<()> {
        let kept = self.peers.get_mut(&peer)?;
        let (_, leave) = kept.idle.pop_first()?;
        leave.notify_one();
        Some(())
    }
}

impl Peer {
    fn new(room: usize) -> Self {
        Self { held: 0, idle: BTreeMap::new(), room: Arc::new(Semaphore::new(room)) }
    }
}

impl Place {
    /// Resolves when the connection is to leave.
    pub(super) async fn dismissed(&self) {
        self.leave.notified().await;
    }

    /// Says that a whole request has come, which is now answered.
    pub(super) fn busy(self: &Arc<Self>) -> Busy {
        if let Some(since) = self.since().take()
            && let Some(peer) = self.places.held().peers.get_mut(&self.peer)
        {
            peer.idle.remove(&since);
        }
        Busy(Arc::clone(self))
    }

    /// Tells whether no request is being answered.
    pub(super) fn is_idle(&self) -> bool {
        self.since().is_some()
    }

    /// Returns the memory that bodies of its peer share while they are read, in KiB.
    pub(super) fn room(&self) -> &Semaphore {
        &self.room
    }

    fn since(&self) -> MutexGuard<'_, Option<u64>> {
        self.since.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let place = &self.0;
        let mut since = place.since();
        let mut held = place.places.held();
        let now = held.next;
        held.next += 1;
        if let Some(peer) = held.peers.get_mut(&place.peer) {
            peer.idle.insert(now, Arc::clone(&place.leave));
            *since = Some(now);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let since = self.since().take();
        let mut held = self.places.held();
        held.total = held.total.saturating_sub(1);
        if let Some(peer) = held.peers.get_mut(&self.peer) {
            peer.held = peer.held.saturating_sub(1);
            if let Some(since) = since {
                peer.idle.remove(&since);
            }
            if peer.held == 0 {
                held.peers.remove(&self.peer);
            }
        }
        if held.total == 0 {
            self.places.empty.notify_waiters();
        }
    }
}

/// Returns what stands for one peer: an IPv4 address, or the half of an IPv6 address that is given out as one.
fn peer_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    fn address(last: u8) -> IpAddr {
        [192, 0, 2, last].into()
    }

    fn has_to_leave(place: &Place) -> bool {
        place.dismissed().now_or_never().is_some()
    }

    #[test]
    fn a_peer_that_holds_its_share_makes_room_for_itself_and_leaves_the_rest_to_others() {
        let places = Places::new(8);
        let mut own: Vec<_> = (0..6).map(|_| places.take(address(1)).unwrap()).collect();
        own.push(places.take(address(1)).unwrap());
        assert_eq!(own.iter().map(|place| has_to_leave(place)).collect::<Vec<_>>(), [true, false, false, false, false, false, false]);
        let others: Vec<_> = (2..4).map(|last| places.take(address(last)).unwrap()).collect();
        assert!(others.iter().all(|place| !has_to_leave(place)));
    }

    #[test]
    fn where_all_is_taken_the_peer_with_most_gives_way_by_what_it_left_idle_for_longest() {
        let places = Places::new(4);
        let most: Vec<_> = (0..3).map(|_| places.take(address(1)).unwrap()).collect();
        let _other = places.take(address(2)).unwrap();
        let answering = most[0].busy();
        assert!(places.take(address(3)).is_some_and(|place| !has_to_leave(&place)));
        assert_eq!([0, 1, 2].map(|at: usize| has_to_leave(&most[at])), [false, true, false]);
        drop(answering);
        assert!(most[0].is_idle());
        drop(places.take(address(4)).unwrap());
        assert_eq!([0, 2].map(|at: usize| has_to_leave(&most[at])), [false, true], "what was used a moment ago stays");
    }

    #[test]
    fn who_is_being_answered_is_never_sent_away() {
        let places = Places::new(4);
        let all: Vec<_> = (1..5).map(|last| places.take(address(last)).unwrap()).collect();
        let busy: Vec<_> = all.iter().map(Place::busy).collect();
        assert!(places.take(address(9)).is_none());
        drop(busy);
        assert!(places.take(address(9)).is_some());
    }

    #[tokio::test]
    async fn places_are_given_back() {
        let places = Places::new(2);
        for _ in 0..10 {
            let place = places.take(address(1)).unwrap();
            drop(place.busy());
        }
        places.emptied().await;
        assert!(places.held().peers.is_empty());
    }

    #[test]
    fn one_household_is_one_peer() {
        let [one, other, far] = ["2001:db8::1", "2001:db8::ffff:2", "2001:db8:0:1::1"].map(|text| peer_of(text.parse().unwrap()));
        assert!(one == other && one != far);
        assert_eq!(peer_of("::ffff:192.0.2.1".parse().unwrap()), address(1));
    }
}
