//! The command that takes an event back: a row's template, filled with values that are validated one by one.
//!
//! The language of a template, which begins behind `aws `:
//!
//! - `{path}`: the one value at a path (see [`super::json_path`]), in the request first and then in the response; none or several fail.
//! - `{path*}`: one to ten values, divided by spaces.
//! - `{before:path}`: the value of the earlier request of the same kind to the same thing.
//! - `{path=value}`: writes nothing, and fails unless the value is this one; `{!path}` fails unless there is none.
//! - `{region}`: the event's region.
//! - `[… {x} …]`: left out when x holds nothing; with `{before:x}`, when the request does not set x. Where a template has such
//!   parts, one of them must hold.
//! - ` || `: divides whole templates; the first that can be filled is taken.
//!
//! What cannot be filled fails as a whole: no command is better than one with a hole.

use serde_json::Value;

use super::json_path;
use super::rows;

/// The longest value that may stand in a command, in characters.
const MAX_VALUE: usize = 200;
/// Most values of a list.
const MAX_VALUES: usize = 10;

/// What a command is made of, redacted already.
#[derive(Clone, Copy, Debug)]
pub struct Undoable<'a> {
    /// The short service name.
    pub service: &'a str,
    /// The base name, without API suffix.
    pub event_name: &'a str,
    /// Where it was called.
    pub region: &'a str,
    /// `requestParameters`.
    pub request: &'a Value,
    /// `responseElements`.
    pub response: &'a Value,
    /// The request of the last earlier change of the same thing by the same event name, if one is known.
    pub earlier: Option<&'a Value>,
    /// Tells whether a value may be told.
    pub admits: fn(&str) -> bool,
}

/// Returns the AWS CLI command that takes an event back; nothing when its row knows none, or a value is unknown or not plain.
///
/// Shape: one line that a shell reads as one or more plain commands: no value can quote, expand, redirect, begin an option or name a file.
pub fn undo_command(event: &Undoable<'_>) -> Option<String> {
    let template = rows::find(event.service, event.event_name)?.undo;
    let filled = template.split(" || ").filter(|one| !one.is_empty()).find_map(|one| fill(one, event))?;
    let region = if template.contains("{region}") { String::new() } else { format!(" --region {}", plain(event.region, event)?) };
    Some(format!("aws {}{region}", filled.trim()))
}

/// Fills one template.
fn fill(template: &str, event: &Undoable<'_>) -> Option<String> {
    let (mut out, mut rest) = (String::new(), template);
    // Whether one of the settings that are put back is there, where the template has any.
    let (mut settings, mut set) = (false, false);
    while let Some(at) = rest.find(['[', '{']) {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        if let Some(inner) = after.strip_prefix('[') {
            let (part, next) = inner.split_once(']')?;
            rest = next;
            let path = part.split_once('{').and_then(|(_, path)| path.split_once('}')).map(|(path, _)| path)?;
            let wanted = path.strip_prefix("before:");
            settings |= wanted.is_some();
            if !json_path::texts(event.request, wanted.unwrap_or(path).trim_end_matches('*')).is_empty() {
                set |= wanted.is_some();
                out.push_str(&fill(part, event)?);
            }
        } else {
            let (placeholder, next) = after.strip_prefix('{')?.split_once('}')?;
            rest = next;
            out.push_str(&value(placeholder, event)?);
        }
    }
    out.push_str(rest);
    (set || !settings).then_some(out)
}

/// Returns what stands for a placeholder.
fn value(placeholder: &str, event: &Undoable<'_>) -> Option<String> {
    let found = |path: &str| {
        let asked = json_path::texts(event.request, path);
        if asked.is_empty() { json_path::texts(event.response, path) } else { asked }
    };
    if placeholder == "region" {
        return plain(event.region, event).map(str::to_owned);
    }
    if let Some(path) = placeholder.strip_prefix('!') {
        return found(path).is_empty().then(String::new);
    }
    if let Some((path, wanted)) = placeholder.split_once('=') {
        return found(path).first().is_some_and(|value| value.eq_ignore_ascii_case(wanted)).then(String::new);
    }
    let (path, several) = placeholder.strip_suffix('*').map_or((placeholder, false), |path| (path, true));
    let mut values = match path.strip_prefix("before:") {
        Some(path) => json_path::texts(event.earlier?, path),
        None => path.split('|').map(found).find(|values| !values.is_empty())?,
    };
    values.dedup();
    let fits = if several { (1..=MAX_VALUES).contains(&values.len()) } else { values.len() == 1 };
    let values: Vec<&str> = values.iter().map(|value| plain(value, event)).collect::<Option<_>>()?;
    fits.then(|| values.join(" "))
}

/// Returns a value that means nothing but itself to a shell and to the AWS CLI, which reads files named `file://…`.
fn plain<'a>(value: &'a str, event: &Undoable<'_>) -> Option<&'a str> {
    let begins = value.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | ':'));
    let marks = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ':' | '@' | '+');
    let safe = begins && value.len() <= MAX_VALUE && value.chars().all(marks) && !value.contains("://");
    (safe && (event.admits)(value)).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told(service: &str, event_name: &str, request: Value, response: Value, earlier: Option<Value>) -> Option<String> {
        undo_command(&Undoable {
            service,
            event_name,
            region: "eu-west-1",
            request: &request,
            response: &response,
            earlier: earlier.as_ref(),
            admits: |_| true,
        })
    }

    #[test]
    fn many_events_can_be_taken_back() {
        let known = rows::all().filter(|row| !row.undo.is_empty()).count();
        assert!(known >= 25, "{known}");
    }

    #[test]
    fn every_template_is_of_the_language() {
        for row in rows::all().filter(|row| !row.undo.is_empty()) {
            let (open, shut) = (row.undo.matches(['{', '[']).count(), row.undo.matches(['}', ']']).count());
            assert_eq!(open, shut, "{}", row.name);
            assert!(!row.undo.starts_with("aws "), "{}", row.name);
        }
    }

    #[test]
    fn stopped_instances_are_started() {
        let request = json!({"instancesSet": {"items": [{"instanceId": "i-0123456789abcdef0"}, {"instanceId": "i-0fedcba9876543210"}]}});
        assert_eq!(
            told("ec2", "StopInstances", request, Value::Null, None).as_deref(),
            Some("aws ec2 start-instances --instance-ids i-0123456789abcdef0 i-0fedcba9876543210 --region eu-west-1")
        );
    }

    #[test]
    fn sizes_are_set_back_only_where_all_that_were_set_are_known() {
        let request = json!({"autoScalingGroupName": "web", "minSize": 0, "desiredCapacity": 0});
        let undo = |earlier| told("autoscaling", "UpdateAutoScalingGroup", request.clone(), Value::Null, earlier);
        assert_eq!(
            undo(Some(json!({"autoScalingGroupName": "web", "minSize": 4, "maxSize": 9, "desiredCapacity": 4}))).as_deref(),
            Some(
                "aws autoscaling update-auto-scaling-group --auto-scaling-group-name web --min-size 4 --desired-capacity 4 --region eu-west-1"
            )
        );
        assert_eq!(undo(Some(json!({"autoScalingGroupName": "web", "minSize": 4}))), None);
        assert_eq!(undo(None), None);
    }

    #[test]
    fn a_closed_port_is_opened_again_and_an_opened_one_closed_by_its_rule() {
        let permission = json!({"groupId": "sg-0123456789abcdef0", "ipPermissions": {"items": [
            {"ipProtocol": "tcp", "fromPort": 5432, "toPort": 5432, "groups": {"items": [{"groupId": "sg-0fedcba9876543210"}]}, "ipRanges": {}}]}});
        assert_eq!(
            told("ec2", "RevokeSecurityGroupIngress", permission.clone(), json!({"_return": true}), None).as_deref(),
            Some(
                "aws ec2 authorize-security-group-ingress --group-id sg-0123456789abcdef0 --protocol tcp --port 5432-5432 --source-group sg-0fedcba9876543210 --region eu-west-1"
            )
        );
        let rules = json!({"securityGroupRuleSet": {"items": [{"securityGroupRuleId": "sgr-0123456789abcdef0"}]}});
        assert_eq!(
            told("ec2", "AuthorizeSecurityGroupIngress", permission, rules, None).as_deref(),
            Some(
                "aws ec2 revoke-security-group-ingress --group-id sg-0123456789abcdef0 --security-group-rule-ids sgr-0123456789abcdef0 --region eu-west-1"
            )
        );
    }

    #[test]
    fn text_of_an_event_that_a_shell_or_the_cli_would_read_gives_no_command() {
        for name in ["x; rm -rf /", "$(id)", "--profile", "a b", "file:///etc/passwd", "`id`", "a'b", "", "x\ny", "é"] {
            let request = json!({"autoScalingGroupName": name, "scalingProcesses": ["Launch"]});
            assert_eq!(told("autoscaling", "SuspendProcesses", request, Value::Null, None), None, "{name}");
        }
    }
}
