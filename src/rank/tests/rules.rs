//! The table of rules, the points, and what becomes of a score.

use super::*;
use crate::rank::{Reason, Verdict};

#[test]
fn every_score_is_the_sum_of_its_parts_and_reasons_are_told_weightiest_first() {
    let changes = [terminate("named", 200, NAMED)];
    let ranked = rank(&incident("InstanceDown", json!({"instance_id": NAMED})), &changes, &[]);
    assert_eq!(ranked[0].score, ranked[0].explanation().contributions.iter().map(|part| part.points).sum::<i32>());
    let explanation = ranked[0].explanation();
    let reasons = explanation.reasons();
    let weight = |reason: &Reason<'_>| explanation.contributions.iter().find(|part| part.reason == Some(*reason)).unwrap().points.abs();
    assert!(reasons.windows(2).all(|two| weight(&two[0]) >= weight(&two[1])), "{reasons:?}");
    for told in [
        Reason::TargetsNamed { named: NAMED },
        Reason::Before { age: TimeDelta::seconds(200) },
        Reason::CanCause { what: "instances that are gone" },
    ] {
        assert!(reasons.contains(&told), "{reasons:?}");
    }
}

#[test]
fn every_rule_has_a_name_of_its_own_and_a_switch() {
    let mut ids: Vec<&str> = crate::rank::table::TABLE.iter().flat_map(|signal| signal.rules).map(|rule| rule.id).collect();
    assert!(ids.iter().all(|id| Weights::default().switch_off(id)));
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all);
    assert!(!Weights::default().set("no.such_rule", 1));
}

#[test]
fn a_rule_gives_other_points_with_other_weights_and_none_when_it_is_off() {
    let changes = [terminate("named", 200, NAMED)];
    let score = |weights: &Weights| {
        crate::rank::rank(&incident("InstanceDown", json!({"instance_id": NAMED})), changes.to_vec(), &[], weights)[0].score
    };
    let mut weights = Weights::default();
    let before = score(&weights);
    let fitted = crate::rank::points::points_of("tie.targets_named");
    assert!(weights.set("tie.targets_named", fitted + 20));
    assert_eq!(score(&weights), before + 20);
    assert!(weights.switch_off("tie.targets_named"));
    assert_eq!(score(&weights), before - fitted);
}

#[test]
fn a_change_that_is_no_suspect_tells_which_veto_keeps_it_from_being_one() {
    let changes = [terminate("late", -90, NAMED), terminate("named", 100, NAMED)];
    let ranked = rank(&incident("InstanceDown", json!({"instance_id": NAMED})), &changes, &[]);
    let vetoes = |id: &str| ranked.iter().find(|one| one.change.event.event_id == id).unwrap().explanation().vetoes;
    assert_eq!(vetoes("late"), ["veto.after_alert"]);
    assert_eq!(vetoes("named"), Vec::<&str>::new());
}

#[test]
fn chances_sum_to_one_with_that_of_none_and_the_parts_of_one_act_share_theirs() {
    let verdict = |score, vetoed| Verdict { score, bar: 60, vetoed };
    let alone = finding::chances(&[(0, verdict(60, false))]);
    assert!((alone[0] - 0.5).abs() < 1e-9, "as likely as that none is: {alone:?}");
    let two = finding::chances(&[(0, verdict(60, false)), (1, verdict(60, false)), (2, verdict(900, true))]);
    assert!((two[0] - 1.0 / 3.0).abs() < 1e-9 && two[2] == 0.0, "{two:?}");
    let one_act = finding::chances(&[(0, verdict(60, false)), (0, verdict(60, false))]);
    assert!((one_act[1] - 0.5).abs() < 1e-9, "{one_act:?}");
}

#[test]
fn every_rule_has_points_and_all_points_have_a_rule() {
    let mut ids: Vec<&str> = crate::rank::table::TABLE.iter().flat_map(|signal| signal.rules).map(|rule| rule.id).collect();
    ids.sort_unstable();
    let written: Vec<&str> = crate::rank::points::POINTS.iter().map(|(id, _)| *id).collect();
    assert_eq!(written, ids);
}
