//! Under which names one thing is known: id, name, ARN and the ARN's tails.

use crate::event::Arn;

/// Returns the spellings under which a thing may be named elsewhere, the given one first.
///
/// An ARN gives its resource part, that part without its type, and its bare name: `…:loadbalancer/app/web/50dc` is also `app/web/50dc` and `web`;
/// an ECS service's ARN gives `cluster/service` and `service`; a qualified function gives `fn:PROD` and `fn`; a queue URL gives the queue's name.
/// Shape: never empty for a non-empty id, each once, at most 8.
pub fn aliases_of(id: &str) -> Vec<String> {
    let id = id.trim();
    let mut aliases = Aliases(Vec::new());
    aliases.add(id);
    if let Some(arn) = Arn::parse(id) {
        arn_aliases(&arn, &mut aliases);
    } else if let Some(rest) = id.strip_prefix("https://").or_else(|| id.strip_prefix("http://")) {
        if rest.contains("sqs.") || rest.contains(".queue.") || rest.contains("localhost") {
            aliases.add(last(rest, '/'));
        }
    } else if let Some(host) = super::host::host(id) {
        aliases.add(host.name);
    } else {
        tail_aliases(id, &mut aliases);
    }
    aliases.0
}

/// Tells whether two spellings name the same thing: they share an alias, without regard to case.
///
/// Case: ids and ARNs are lower case anyway and RDS, ElastiCache and DNS names ignore it; names that AWS keeps apart by case alone (roles,
/// functions) are taken as one, since alerts often change case.
#[cfg(test)]
fn same_resource(a: &str, b: &str) -> bool {
    if a.trim().is_empty() || b.trim().is_empty() {
        return false;
    }
    if a.trim().eq_ignore_ascii_case(b.trim()) {
        return true;
    }
    // Two full ARNs of different kinds or accounts are different things though their names agree.
    if let (Some(a), Some(b)) = (Arn::parse(a.trim()), Arn::parse(b.trim()))
        && (a.service != b.service || (a.account != b.account && !a.account.is_empty() && !b.account.is_empty()))
    {
        return false;
    }
    let theirs = aliases_of(b);
    aliases_of(a).iter().any(|mine| theirs.iter().any(|their| their.eq_ignore_ascii_case(mine)))
}

/// Returns the spelling people use in a sentence: the name inside an ARN or a queue URL, anything else as it is.
pub(in crate::catalogue) fn short(id: &str) -> String {
    let id = id.trim();
    let Some(arn) = Arn::parse(id) else {
        return match id.starts_with("https://sqs.") {
            true => last(id, '/').to_owned(),
            false => id.to_owned(),
        };
    };
    let parts: Vec<&str> = arn.resource.split(['/', ':']).collect();
    let tail = |from: usize| parts.iter().skip(from).copied().collect::<Vec<_>>().join("/");
    let at = |index: usize| parts.get(index).copied().unwrap_or_default();
    let name = match (arn.service, at(0)) {
        ("iam" | "sts", "root") => format!("account {}", arn.account),
        ("elasticloadbalancing", "loadbalancer") if parts.len() >= 4 => at(2).to_owned(),
        ("elasticloadbalancing", "listener" | "listener-rule") => format!("{}/{}", at(2), parts.last().copied().unwrap_or_default()),
        ("elasticloadbalancing", "targetgroup" | "loadbalancer") | ("cloudformation", _) | ("wafv2", _) => {
            let index = if arn.service == "wafv2" { 2 } else { 1 };
            at(index).to_owned()
        }
        ("kafka", "cluster") => at(1).to_owned(),
        ("iam", "role" | "user" | "policy" | "instance-profile") => last(arn.resource, '/').to_owned(),
        ("lambda", "function") => parts.iter().skip(1).copied().collect::<Vec<_>>().join(":"),
        ("logs", "log-group") => log_group(arn.resource).to_owned(),
        ("secretsmanager", "secret") => secret_name(last(arn.resource, ':')).to_owned(),
        ("ssm", "parameter") => format!("/{}", tail(1)),
        ("autoscaling", _) => last(arn.resource, '/').to_owned(),
        ("ecs", "task-definition") => arn.resource.split_once('/').map_or(arn.resource, |(_, name)| name).to_owned(),
        ("s3", _) => arn.resource.to_owned(),
        ("sns", _) if parts.len() > 1 => at(0).to_owned(),
        _ if parts.len() > 1 => arn.resource.split_once(['/', ':']).map_or(arn.resource, |(_, name)| name).to_owned(),
        _ => arn.resource.to_owned(),
    };
    if name.is_empty() { id.to_owned() } else { name }
}

/// Returns a spelling without what stands for all versions or streams of the thing.
pub(super) fn main(alias: &str) -> &str {
    alias.trim_end_matches(":*").trim()
}

struct Aliases(Vec<String>);

impl Aliases {
    fn add(&mut self, alias: &str) {
        let alias = main(alias);
        if alias.len() > 1 && self.0.len() < 8 && !self.0.iter().any(|known| known == alias) {
            self.0.push(alias.to_owned());
        }
    }
}

fn arn_aliases(arn: &Arn<'_>, aliases: &mut Aliases) {
    let resource = arn.resource;
    let rest = resource.split_once(['/', ':']).map_or(resource, |(_, rest)| rest);
    match (arn.service, arn.resource_type()) {
        // `function:name` and `function:name:qualifier`.
        ("lambda", "function") => {
            aliases.add(rest);
            aliases.add(first(rest, ':'));
        }
        ("logs", "log-group") => aliases.add(log_group(resource)),
        ("secretsmanager", "secret") => {
            // One value of it, as task definitions name it, stands after a colon.
            let rest = first(rest, ':');
            aliases.add(rest);
            aliases.add(secret_name(rest));
        }
        ("ssm", "parameter") => {
            aliases.add(rest);
            aliases.add(&format!("/{rest}"));
        }
        ("autoscaling", _) => aliases.add(last(resource, '/')),
        // `app/web/50dc`, `web/6d0e` and, for listeners, all of `app/web/50dc/f2f7`.
        ("elasticloadbalancing", "loadbalancer") => {
            aliases.add(rest);
            tail_aliases(rest, aliases);
        }
        ("elasticloadbalancing", "targetgroup") => {
            aliases.add(resource);
            aliases.add(rest);
            aliases.add(first(rest, '/'));
        }
        ("elasticloadbalancing", _) => {
            aliases.add(rest);
            aliases.add(last(rest, '/'));
        }
        ("ecs", "task-definition") => {
            aliases.add(rest);
            aliases.add(first(rest, ':'));
        }
        ("cloudformation" | "kafka", _) => aliases.add(first(rest, '/')),
        ("s3", _) => aliases.add(first(resource, '/')),
        // `topic` and `topic:subscription-uuid`.
        ("sns", _) => {
            aliases.add(resource);
            aliases.add(first(resource, ':'));
        }
        ("execute-api", _) => aliases.add(first(resource, '/')),
        ("apigateway", _) => aliases.add(resource.split('/').nth(2).unwrap_or_default()),
        ("wafv2", _) => {
            aliases.add(last(resource, '/'));
            aliases.add(resource.split('/').nth(2).unwrap_or_default());
        }
        ("dynamodb", _) => aliases.add(first(rest, '/')),
        ("sts", "assumed-role") => aliases.add(first(rest, '/')),
        ("iam" | "sts", "root") => {}
        ("iam", _) if resource == "root" => {}
        _ => {
            aliases.add(rest);
            aliases.add(last(rest, '/'));
            aliases.add(last(rest, ':'));
        }
    }
}

/// Tails that appear without an ARN: CloudWatch's `LoadBalancer` and `TargetGroup` dimensions, `cluster/service`, `service/cluster/service`.
fn tail_aliases(id: &str, aliases: &mut Aliases) {
    if !id.contains('/') {
        return;
    }
    let parts: Vec<&str> = id.split('/').collect();
    match parts.as_slice() {
        ["app" | "net" | "gwy", name, hash] => {
            aliases.add(&format!("{name}/{hash}"));
            aliases.add(name);
        }
        ["targetgroup", name, hash] => {
            aliases.add(&format!("{name}/{hash}"));
            aliases.add(name);
        }
        ["service", cluster, service] => {
            aliases.add(&format!("{cluster}/{service}"));
            aliases.add(service);
        }
        ["table", name] => aliases.add(name),
        ["", "hostedzone", zone] | ["hostedzone", zone] => aliases.add(zone),
        [name, hash] if hash.len() == 16 && hash.bytes().all(|b| b.is_ascii_hexdigit()) => aliases.add(name),
        _ => {}
    }
}

fn first(text: &str, separator: char) -> &str {
    text.split(separator).next().unwrap_or(text)
}

fn last(text: &str, separator: char) -> &str {
    text.rsplit(separator).next().unwrap_or(text)
}

fn log_group(resource: &str) -> &str {
    let name = resource.strip_prefix("log-group:").unwrap_or(resource);
    first(name, ':')
}

/// Drops the six random characters that Secrets Manager adds to a name.
fn secret_name(name: &str) -> &str {
    match name.rsplit_once('-') {
        Some((name, suffix)) if suffix.len() == 6 && suffix.bytes().all(|b| b.is_ascii_alphanumeric()) => name,
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_thing_is_found_under_every_spelling() {
        let cases = [
            ("arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/app/web/50dc6c495c0c9188", "web"),
            ("arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/app/web/50dc6c495c0c9188", "app/web/50dc6c495c0c9188"),
            ("arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/api/6d0ecf831eec9f09", "targetgroup/api/6d0ecf831eec9f09"),
            ("arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/api/6d0ecf831eec9f09", "api"),
            ("arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/classic", "classic"),
            ("arn:aws:lambda:us-east-1:111122223333:function:fn:PROD", "fn"),
            ("arn:aws:lambda:us-east-1:111122223333:function:fn", "arn:aws:lambda:us-east-1:111122223333:function:fn:PROD"),
            ("arn:aws:ecs:us-east-1:111122223333:service/prod/api", "api"),
            ("arn:aws:ecs:us-east-1:111122223333:service/prod/api", "prod/api"),
            ("arn:aws:ecs:us-east-1:111122223333:service/prod/api", "service/prod/api"),
            ("arn:aws:logs:us-east-1:111122223333:log-group:/aws/lambda/fn:*", "/aws/lambda/fn"),
            ("arn:aws:iam::111122223333:role/path/app", "app"),
            ("arn:aws:sts::111122223333:assumed-role/app/i-0123456789abcdef0", "app"),
            ("arn:aws:secretsmanager:us-east-1:111122223333:secret:prod/db-AbC123:password::", "prod/db"),
            (
                "web-1234567890.us-east-1.elb.amazonaws.com",
                "arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/app/web/50dc6c495c0c9188",
            ),
            ("https://sqs.us-east-1.amazonaws.com/111122223333/orders", "orders"),
            ("arn:aws:sqs:us-east-1:111122223333:orders", "https://sqs.us-east-1.amazonaws.com/111122223333/orders"),
            ("arn:aws:rds:us-east-1:111122223333:db:orders", "Orders"),
            ("arn:aws:secretsmanager:us-east-1:111122223333:secret:prod/db-AbC123", "prod/db"),
            ("arn:aws:ssm:us-east-1:111122223333:parameter/prod/url", "/prod/url"),
            ("arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab", "1234abcd-12ab-34cd-56ef-1234567890ab"),
            ("arn:aws:autoscaling:us-east-1:111122223333:autoScalingGroup:930d:autoScalingGroupName/web-asg", "web-asg"),
            ("arn:aws:ec2:us-east-1:111122223333:instance/i-0123456789abcdef0", "i-0123456789abcdef0"),
            ("arn:aws:s3:::logs/2026/*", "logs"),
            ("arn:aws:cloudformation:us-east-1:111122223333:stack/web/6b1f", "web"),
            ("/hostedzone/Z0EXAMPLE", "Z0EXAMPLE"),
        ];
        for (a, b) in cases {
            assert!(same_resource(a, b), "{a} and {b}: {:?}", aliases_of(a));
            assert!(same_resource(b, a), "{b} and {a}");
        }
    }

    #[test]
    fn different_things_stay_apart() {
        let cases = [
            ("arn:aws:rds:us-east-1:111122223333:db:orders", "arn:aws:sqs:us-east-1:111122223333:orders"),
            ("arn:aws:iam::111122223333:role/app", "arn:aws:iam::444455556666:role/app"),
            ("i-0123456789abcdef0", "i-0123456789abcdef1"),
            ("", ""),
            ("arn:aws:iam::111122223333:root", "root"),
        ];
        for (a, b) in cases {
            assert!(!same_resource(a, b), "{a} and {b}");
        }
    }

    #[test]
    fn sentences_use_the_name_inside_an_arn() {
        let cases = [
            ("arn:aws:iam::aws:policy/AdministratorAccess", "AdministratorAccess"),
            ("arn:aws:iam::111122223333:root", "account 111122223333"),
            ("arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/web/50dc/f2f7", "web/f2f7"),
            ("arn:aws:ecs:us-east-1:111122223333:task-definition/api:42", "api:42"),
            ("arn:aws:secretsmanager:us-east-1:111122223333:secret:prod/db-AbC123", "prod/db"),
            ("arn:aws:kafka:us-east-1:111122223333:cluster/events/1234", "events"),
            ("arn:aws:sns:us-east-1:111122223333:alerts:0a1b", "alerts"),
            ("web", "web"),
        ];
        for (id, name) in cases {
            assert_eq!(short(id), name);
        }
    }
}
