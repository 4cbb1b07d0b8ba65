//! Reasons in words.

use crate::answer::withhold;
use crate::rank::{Objection, Reason};
use crate::redact;

/// The longest name or value in a reason: most ARNs are shorter.
const MAX_PART_CHARS: usize = 200;

/// Words a reason, its names and values redacted one by one: the sentence is ours.
pub(super) fn words(reason: &Reason<'_>, alert: bool) -> String {
    let asks = if alert { "alert" } else { "question" };
    let safe = |part: &str| redact::text(part, MAX_PART_CHARS);
    match reason {
        Reason::MakesNamed { named } => format!("makes {}, named in the {asks}", safe(named)),
        Reason::TargetsNamed { named } => format!("changes {}, named in the {asks}", safe(named)),
        Reason::MentionsNamed { named } => format!("involves {}, named in the {asks}", safe(named)),
        Reason::OneStep { named, through } => format!("changes {}, which {} depends on", safe(through), safe(named)),
        Reason::TwoSteps { named, through } => format!("changes {}, two steps from {}", safe(through), safe(named)),
        Reason::ThreeSteps { named, through } => format!("changes {}, three steps from {}", safe(through), safe(named)),
        Reason::PointedAt { refused, thing } => format!("the last change to {}, which {} was refused", safe(thing), safe(refused)),
        Reason::ApplicationFailed { line } => format!("the application reports an error in it (line {line} of its log)"),
        Reason::ApplicationFailedOn { thing, line } => {
            format!("the last change to {}, which the application failed on later (line {line} of its log)", safe(thing))
        }
        Reason::Reaction { to, by } => format!("AWS's reaction to {} by {}", safe(to), safe(by)),
        Reason::BearsName { named } => format!("bears the name {} of the {asks}", safe(named)),
        Reason::SharesName { word } => format!("bears the name {}, as what the {asks} names", safe(word)),
        Reason::SharesToldWord { word } => format!("bears the name {}, which the {asks} speaks of", safe(word)),
        // How near is told beside the change's name.
        Reason::Before { .. } => "near the alert in time".into(),
        Reason::Values { does } => (*does).to_owned(),
        Reason::CanCause { what } => format!("can cause {what}"),
        Reason::SetsValue { value } => format!("sets {}, which the {asks} speaks of", safe(value)),
        Reason::Failed => "the call failed".into(),
        Reason::RefusedForCapacity => "refused for want of capacity or quota".into(),
        Reason::UndoneBefore if !alert => "undone since".into(),
        Reason::UndoneBefore => "undone before the alert".into(),
        Reason::UndoneAfter => "undone after the alert".into(),
        Reason::Overwritten if !alert => "overwritten by a later one".into(),
        Reason::Overwritten => "overwritten by a later one before the alert".into(),
        Reason::GivesBack => "gives back what an earlier change took".into(),
        Reason::AfterAlert => "after the alert: a reaction, not a cause".into(),
    }
}

/// Words a reason for `untrusted_text = "omit"`: without anything that a caller of AWS or an alert could have chosen.
pub(super) fn withheld(reason: &Reason<'_>, alert: bool) -> String {
    let asks = if alert { "alert" } else { "question" };
    let made_by_aws = withhold::text;
    let plain = match reason {
        Reason::MakesNamed { named } => Reason::MakesNamed { named: made_by_aws(named) },
        Reason::TargetsNamed { named } => Reason::TargetsNamed { named: made_by_aws(named) },
        Reason::MentionsNamed { named } => Reason::MentionsNamed { named: made_by_aws(named) },
        Reason::OneStep { named, through } => Reason::OneStep { named: made_by_aws(named), through: made_by_aws(through) },
        Reason::TwoSteps { named, through } => Reason::TwoSteps { named: made_by_aws(named), through: made_by_aws(through) },
        Reason::ThreeSteps { named, through } => Reason::ThreeSteps { named: made_by_aws(named), through: made_by_aws(through) },
        Reason::PointedAt { .. } => return "the last change to what a workload was refused".into(),
        Reason::ApplicationFailedOn { line, .. } => {
            return format!("the last change to what the application failed on later (line {line} of its log)");
        }
        Reason::Reaction { .. } => return "AWS's reaction to another change".into(),
        Reason::BearsName { .. } | Reason::SharesName { .. } | Reason::SharesToldWord { .. } => {
            return format!("bears a name of the {asks}");
        }
        Reason::SetsValue { .. } => return format!("sets a value that the {asks} speaks of"),
        Reason::Before { .. }
        | Reason::ApplicationFailed { .. }
        | Reason::Values { .. }
        | Reason::CanCause { .. }
        | Reason::Failed
        | Reason::RefusedForCapacity
        | Reason::UndoneBefore
        | Reason::UndoneAfter
        | Reason::Overwritten
        | Reason::GivesBack
        | Reason::AfterAlert => return words(reason, alert),
    };
    words(&plain, alert)
}

/// Words what speaks against a suspect.
pub(super) fn against(objection: Objection, alert: bool) -> String {
    match objection {
        Objection::Repeated => "its actor asked for the very same before, hours ago and more than once".into(),
        Objection::Routine => "its actor does this all the time".into(),
        Objection::Common { calls } => format!("one of {calls} such calls by this actor"),
        Objection::UndoneBefore if !alert => "undone since".into(),
        Objection::UndoneBefore => "undone before the alert".into(),
        Objection::Overwritten if !alert => "overwritten since".into(),
        Objection::Overwritten => "overwritten before the alert".into(),
        Objection::Failed => "the call failed".into(),
        Objection::Unlinked if !alert => "nothing links it to what was asked about".into(),
        Objection::Unlinked => "nothing links it to what the alert names".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_somebody_chose_is_withheld_and_one_that_aws_made_is_told() {
        let target = |named: &'static str| Reason::TargetsNamed { named };
        assert_eq!(words(&target("x y"), true), "changes x y, named in the alert");
        assert_eq!(words(&target("x y"), false), "changes x y, named in the question");
        assert_eq!(withheld(&target("x y"), true), "changes (withheld), named in the alert");
        assert_eq!(withheld(&target("i-0123456789abcdef0"), true), "changes i-0123456789abcdef0, named in the alert");
        assert_eq!(withheld(&Reason::SharesName { word: "checkout" }, true), "bears a name of the alert");
        assert_eq!(withheld(&Reason::UndoneBefore, true), "undone before the alert");
    }
}
