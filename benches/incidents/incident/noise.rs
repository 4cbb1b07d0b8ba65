//! What goes on in an account anyway: heartbeats, pipelines, scaling, interfaces, reads, refused calls, people at work.

use chrono::{DateTime, Duration, Utc};
use serde_json::Value;

use super::actor::Actor;
use super::random::Random;
use super::record::fail;
use super::routine::{READS, ROUTINES};
use super::topology::{Names, World};

/// Makes noise of about `writes` write records, and reads beside them, over `[from, to]`.
pub(crate) fn fill_up(
    world: &World,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    alert: DateTime<Utc>,
    writes: usize,
    random: &mut Random,
) -> Vec<(DateTime<Utc>, Value)> {
    let mut records = Vec::with_capacity(writes * 2);
    let span = (to - from).num_seconds().max(60);
    // The same few callers come back all the time; new ones every time would make everybody a stranger.
    let crews: Vec<Vec<Actor>> = ROUTINES
        .iter()
        .chain(READS)
        .map(|r| (0..random.between(1, 3)).map(|_| Actor::new(r.who, world.account, random)).collect())
        .collect();
    let reads = writes.min(1_500) * usize::try_from(random.between(20, 120)).unwrap_or(50) / 100;
    for (list, offset, wanted) in [(ROUTINES, 0, writes), (READS, ROUTINES.len(), reads)] {
        let total: i64 = list.iter().map(|r| r.weight).sum();
        let before = records.len();
        while records.len() < before + wanted {
            let mut ticket = random.between(0, total - 1);
            let Some((at, routine)) = list.iter().enumerate().find(|(_, r)| {
                ticket -= r.weight;
                ticket < 0
            }) else {
                break;
            };
            let away = random.chance(12);
            let home = if away { world.second_region } else { world.region };
            let skip = usize::from(!away && !routine.anywhere);
            let owners: Vec<&Names> = if away { &world.abroad } else { &world.services }.iter().skip(skip).collect();
            let (Some(names), Some(crew)) = (random.pick(&owners).copied(), crews.get(offset + at)) else { break };
            let Some(actor) = random.pick(crew) else { break };
            // A third of it gathers in the last half hour before the alert, as incidents fall into working hours.
            let mut time = if random.chance(30) {
                alert - Duration::seconds(random.between(0, 1_800.min(span)))
            } else {
                from + Duration::seconds(random.between(0, span))
            };
            let failing = random.chance(6);
            for call in routine.calls {
                let mut record = call.record(names, actor, time, home, random);
                if failing {
                    fail(&mut record, random);
                }
                records.push((time, record));
                time += Duration::seconds(random.between(0, 8));
            }
        }
    }
    records
}
