//! The rules of STS: whose keys these are, and who may borrow others.

use chrono::{TimeDelta, Utc};

use super::{ACCOUNT, Request, State};

/// A role that may be assumed, and on what terms.
#[derive(Clone, Debug)]
pub(crate) struct Trust {
    /// Its ARN.
    pub(crate) role_arn: &'static str,
    /// What `ExternalId` has to be.
    pub(crate) external_id: Option<&'static str>,
}

/// A status and a body of the query protocol.
pub(super) type Reply = (u16, String);

impl State {
    /// Returns the account of an access key: borrowed ones hold it.
    pub(super) fn account_of<'a>(&self, access_key: &'a str) -> &'a str {
        access_key.strip_prefix("ASIA").and_then(|rest| rest.get(..12)).unwrap_or(ACCOUNT)
    }

    /// Answers one request.
    pub(super) fn sts(&mut self, request: &Request) -> Reply {
        if self.identity_fails {
            return (503, String::new());
        }
        if self.expired.contains(&request.access_key) {
            return refusal("ExpiredToken");
        }
        if self.disabled.contains(&request.region) {
            return refusal("InvalidClientTokenId");
        }
        let form = form(request.body.as_str().unwrap_or_default());
        let given = |key: &str| form.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str());
        match given("Action") {
            Some("AssumeRole") => self.assume_role(&given),
            _ => {
                let account = self.account_of(&request.access_key);
                let arn = format!("<Arn>arn:aws:iam::{account}:user/alice</Arn>");
                reply("GetCallerIdentity", &format!("{arn}<UserId>AIDAEXAMPLE</UserId><Account>{account}</Account>"))
            }
        }
    }

    fn assume_role<'a>(&mut self, given: &impl Fn(&str) -> Option<&'a str>) -> Reply {
        if self.roles_fail > 0 {
            self.roles_fail -= 1;
            return (503, String::new());
        }
        let arn = given("RoleArn").unwrap();
        if !self.roles.iter().any(|role| role.role_arn == arn && role.external_id == given("ExternalId")) {
            return refusal("AccessDenied");
        }
        self.issued += 1;
        let key = format!("ASIA{}{:04}", arn.split(':').nth(4).unwrap(), self.issued);
        let ends = (Utc::now() + TimeDelta::from_std(self.sessions_last).unwrap()).format("%Y-%m-%dT%H:%M:%SZ");
        let credentials = format!(
            "<AccessKeyId>{key}</AccessKeyId><SecretAccessKey>example</SecretAccessKey><SessionToken>example</SessionToken>\
             <Expiration>{ends}</Expiration>"
        );
        reply("AssumeRole", &format!("<Credentials>{credentials}</Credentials>"))
    }
}

/// Takes a form apart.
pub(crate) fn form(body: &str) -> Vec<(String, String)> {
    let decoded = |text: &str| {
        let mut bytes = Vec::new();
        let mut rest = text.bytes();
        while let Some(byte) = rest.next() {
            bytes.push(match byte {
                b'%' => u8::from_str_radix(&String::from_utf8(vec![rest.next().unwrap(), rest.next().unwrap()]).unwrap(), 16).unwrap(),
                b'+' => b' ',
                byte => byte,
            });
        }
        String::from_utf8(bytes).unwrap()
    };
    body.split('&').filter_map(|pair| pair.split_once('=')).map(|(name, value)| (decoded(name), decoded(value))).collect()
}

fn reply(action: &str, result: &str) -> Reply {
    let open = format!("<{action}Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">");
    (200, format!("{open}<{action}Result>{result}</{action}Result></{action}Response>"))
}

fn refusal(code: &str) -> Reply {
    (
        403,
        format!("<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>text-from-outside</Message></Error></ErrorResponse>"),
    )
}
