//! Which places an engine holds anything of: what is known of that, and what one question found out.

use std::collections::HashSet;
use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use lru::LruCache;

use super::asked::Asked;
use crate::coverage::EngineFault;
use crate::time::Window;

/// An account and a region.
pub(super) type Place = (String, String);

/// Most places of which something is known: as many as an organisation has, twice.
const KNOWN: usize = 4096;

/// For how long a place that holds nothing is not asked for again, and by how much later a window may end.
const ABSENT: Duration = Duration::from_secs(600);

/// Where places are known to hold something, and where nothing. What was once there is not asked for again.
pub(super) struct Held(Mutex<LruCache<Place, Known>>);

/// What is known of a place.
#[derive(Clone, Copy, Debug)]
enum Known {
    /// Something lies in the window, at both of its ends.
    Something(Window),
    /// Something lies somewhere in the window.
    Somewhere(Window),
    /// Nothing did, when that was asked.
    Nothing(Window, Instant),
}

impl Default for Held {
    fn default() -> Self {
        Self(Mutex::new(LruCache::new(NonZeroUsize::new(KNOWN).unwrap_or(NonZeroUsize::MIN))))
    }
}

impl Held {
    /// Remembers that a place holds something in a window.
    pub(super) fn saw(&self, place: &Place, window: Window) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let window = match held.peek(place) {
            Some(Known::Something(known)) if known.meet(window).is_some() => {
                Window { from: known.from.min(window.from), to: known.to.max(window.to) }
            }
            _ => window,
        };
        held.put(place.clone(), Known::Something(window));
    }

    /// Remembers that a place holds something somewhere in a window. That tells nothing of a part of it.
    pub(super) fn sighted(&self, place: &Place, window: Window) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !matches!(held.peek(place), Some(Known::Something(_))) {
            held.put(place.clone(), Known::Somewhere(window));
        }
    }

    /// Remembers that a place holds nothing in a window.
    pub(super) fn missed(&self, place: &Place, window: Window) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).put(place.clone(), Known::Nothing(window, Instant::now()));
    }

    /// Tells whether a place is known to hold something around a window, or nothing at all; nothing where neither is known.
    pub(super) fn knows(&self, (account, region): (&str, &str), window: Window) -> Option<bool> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match held.peek(&(account.to_owned(), region.to_owned()))? {
            Known::Something(known) => known.meet(window).map(|_| true),
            Known::Somewhere(known) => (window.from <= known.from && known.to <= window.to).then_some(true),
            Known::Nothing(known, at) => {
                let later = (window.to - known.to).to_std().is_ok_and(|later| later > ABSENT);
                (known.from <= window.from && !later && at.elapsed() < ABSENT).then_some(false)
            }
        }
    }
}

/// Which of the places that a question is about hold anything at all.
#[derive(Debug, Default)]
pub(super) struct Holding {
    pub(super) present: HashSet<Place>,
    /// Why that is not known of the others.
    pub(super) fault: Option<EngineFault>,
    /// What it took to find out.
    pub(super) bytes: u64,
}

impl Holding {
    /// Begins with what is known.
    pub(super) fn of<'a>(present: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        Self { present: present.map(|(account, region)| (account.to_owned(), region.to_owned())).collect(), ..Self::default() }
    }

    /// Tells whether what a place gave is all there is. Where no regions were named, those are asked that there are, and an account that
    /// has something in one of them may well have nothing in another.
    pub(super) fn holds(&self, (account, region): (&str, &str), asked: &Asked) -> bool {
        self.present.iter().any(|(own, place)| own == account && (!asked.named || place == region))
    }

    /// Returns the places of which it is not known.
    pub(super) fn doubtful(&self, asked: &Asked) -> Vec<Place> {
        let doubtful = asked.places().filter(|place| !self.holds(*place, asked));
        doubtful.map(|(account, region)| (account.to_owned(), region.to_owned())).collect()
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    #[test]
    fn what_a_place_held_at_one_time_tells_nothing_of_another() {
        let window = |from, to| Window::new(DateTime::from_timestamp(from, 0).unwrap(), DateTime::from_timestamp(to, 0).unwrap()).unwrap();
        let held = Held::default();
        let place = ("111122223333".to_owned(), "eu-west-1".to_owned());
        let knows = |window| held.knows(("111122223333", "eu-west-1"), window);
        held.saw(&place, window(100, 200));
        held.saw(&place, window(150, 300));
        assert_eq!([knows(window(90, 110)), knows(window(290, 400)), knows(window(400, 500))], [Some(true), Some(true), None]);
        assert_eq!(held.knows(("111122223333", "us-east-1"), window(100, 200)), None);
        let other = ("111122223333".to_owned(), "eu-north-1".to_owned());
        held.sighted(&other, window(100, 900));
        let sighted = |window| held.knows(("111122223333", "eu-north-1"), window);
        assert_eq!([sighted(window(100, 900)), sighted(window(50, 950)), sighted(window(800, 950))], [Some(true), Some(true), None]);
        held.missed(&place, window(1000, 2000));
        let asked = [window(1000, 2000), window(1500, 2300), window(1500, 2700), window(900, 2000)];
        assert_eq!(asked.map(knows), [Some(false), Some(false), None, None]);
    }
}
