//! What the name of a field says about its value.

use super::{MAX_FIELD_CHARS, character, layer, pattern};
use serde_json::{Map, Value};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use unicode_normalization::UnicodeNormalization;

/// What to do with the value of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// Hide every string and number below, as a secret of this kind.
    Hide(&'static str),
    /// Hide strings directly under the field (and in a list there) unless they are ARNs; objects are walked as usual.
    HideText(&'static str),
    /// Not a secret but long and dull: keep this many first and last characters.
    Shorten(usize, usize),
    /// A list of `{name, value}` or a map of environment variables: hide the values, keep the names.
    Environment,
    /// Nothing special: the text decides.
    Look,
}

use Rule::{Environment, Hide, HideText, Look, Shorten};

/// Rules for whole names, normalised by [`normalise`]; sorted for the binary search.
///
/// Source: the API models (members with and without the `sensitive` trait) and what real records show in the clear.
const NAMES: &[(&str, Rule)] = &[
    ("accesskeyid", Shorten(4, 4)),
    ("accesskeyvalue", Hide("secret key")),
    ("accountkey", Hide("secret key")),
    ("apikeyselectionexpression", Look),
    ("arguments", Environment),
    ("authorization", Hide("authorization")),
    ("authparameters", Hide("credentials")),
    ("buildargs", Environment),
    ("caparametervalue", Hide("parameter")),
    ("certificatebody", Shorten(16, 4)),
    ("certificatechain", Shorten(16, 4)),
    ("ciphertextblob", Shorten(4, 4)),
    ("clientrequesttoken", Shorten(4, 4)),
    ("clienttoken", Shorten(4, 4)),
    ("connectionproperties", Environment),
    ("connectionurl", HideText("connection string")),
    ("containerenvironment", Environment),
    ("continuationtoken", Shorten(4, 4)),
    ("cookie", Hide("cookie")),
    ("creationtoken", Look),
    ("customheaders", Environment),
    ("customheadervalue", Hide("header")),
    ("defaultarguments", Environment),
    ("environment", Environment),
    ("environmentvariables", Environment),
    ("envvars", Environment),
    ("granttokens", Hide("token")),
    ("headervalue", Hide("header")),
    ("hostkey", Hide("private key")),
    ("idempotencytoken", Shorten(4, 4)),
    ("keymaterial", Hide("private key")),
    ("locktoken", Shorten(4, 4)),
    ("marketplacetoken", Hide("token")),
    ("mfacode", Hide("code")),
    ("nexttoken", Shorten(4, 4)),
    ("nonoverridablearguments", Environment),
    ("optionsettings", Environment),
    ("originmfacode", Hide("code")),
    ("otp", Hide("code")),
    ("otpcode", Hide("code")),
    ("pagetoken", Shorten(4, 4)),
    ("paginationtoken", Shorten(4, 4)),
    ("passcode", Hide("code")),
    ("passwd", Hide("password")),
    ("passworddata", Hide("password")),
    ("pin", Hide("code")),
    ("pincode", Hide("code")),
    ("plaintext", Hide("plaintext")),
    ("platformcredential", Hide("credentials")),
    ("privatekeyplaintext", Hide("private key")),
    ("providerdetails", Environment),
    ("provisioningparameters", Environment),
    ("publickeybody", Shorten(16, 4)),
    ("publickeymaterial", Shorten(16, 4)),
    ("pw", Hide("password")),
    ("pwd", Hide("password")),
    ("requesttoken", Shorten(4, 4)),
    ("runtimeenvironmentvariables", Environment),
    ("samlassertion", Hide("assertion")),
    ("samlassertiondocument", Hide("assertion")),
    ("samlmetadatadocument", Shorten(16, 4)),
    ("secretbinary", Hide("secret")),
    ("secretstring", Hide("secret")),
    ("setcookie", Hide("cookie")),
    ("sharedaccesskey", Hide("secret key")),
    ("sourcetoken", Shorten(4, 4)),
    ("sshpublickey", Shorten(16, 4)),
    ("sshpublickeybody", Shorten(16, 4)),
    ("tokenvalue", Hide("token")),
    ("userdata", Hide("user data")),
    ("variables", Environment),
    ("x509certificatedata", Shorten(16, 4)),
    ("xapikey", Hide("api key")),
];

/// Rules for the end of a name; the first that fits counts, so the longer stand first.
///
/// Words that only look secret end otherwise: `httpTokens`, `secretId`, `secretArn`, `tokenStatus`, `passwordMode`.
const ENDINGS: &[(&str, Rule)] = &[
    ("clientrequesttoken", Shorten(4, 4)),
    ("clienttoken", Shorten(4, 4)),
    ("nexttoken", Shorten(4, 4)),
    ("sessiontoken", Hide("session token")),
    ("securitytoken", Hide("session token")),
    ("secretaccesskey", Hide("secret key")),
    ("token", Hide("token")),
    ("password", Hide("password")),
    ("passwd", Hide("password")),
    ("passphrase", Hide("password")),
    ("passwordvalue", Hide("password")),
    ("passwordhash", Hide("password")),
    ("passwordconfirmation", Hide("password")),
    ("userpw", Hide("password")),
    ("dbpw", Hide("password")),
    ("dbpass", Hide("password")),
    ("privatekey", Hide("private key")),
    ("presharedkey", Hide("secret key")),
    ("psk", Hide("secret key")),
    ("hmackey", Hide("secret key")),
    ("secretkey", Hide("secret key")),
    ("secretaccess", Hide("secret key")),
    ("signingkey", HideText("secret key")),
    ("connectionstring", Hide("connection string")),
    ("secretvalue", Hide("secret")),
    ("secretstring", Hide("secret")),
    ("apikeyvalue", Hide("api key")),
    ("apikey", HideText("api key")),
    ("clientsecret", Hide("secret")),
    ("sharedsecret", Hide("secret")),
    ("secret", HideText("secret")),
    ("pwd", Hide("password")),
    ("accesskey", HideText("secret key")),
    ("accountkey", HideText("secret key")),
    ("credential", HideText("credentials")),
    ("credentials", HideText("credentials")),
    ("authorization", HideText("authorization")),
    ("signature", HideText("signature")),
    ("cookie", HideText("cookie")),
];

/// Fields whose value is secret only beside another field: (hidden, beside it, and that one's value among these, when any).
///
/// Source: SSM PutParameter and SendCommand, CloudFormation parameters, API Gateway CreateApiKey, CodeBuild's
/// `auth`, Step Functions StartExecution, Lambda Invoke.
const BESIDE: &[(&str, &str, &[&str], &str)] = &[
    ("value", "type", &["String", "StringList", "SecureString"], "parameter"),
    ("parameters", "documentname", &[], "parameter"),
    ("parameters", "documentversion", &[], "parameter"),
    ("parametervalue", "parameterkey", &[], "parameter"),
    ("value", "generatedistinctid", &[], "api key"),
    ("resource", "type", &["OAUTH"], "token"),
    ("input", "statemachinearn", &[], "input"),
    ("payload", "functionname", &[], "input"),
];

/// Fields that name the value beside them, as in tags, filters and environment lists.
const PAIR_NAMES: &[&str] = &["name", "key", "parametername", "parameterkey", "optionname", "headername"];

/// Fields that hold the value of such a pair.
const PAIR_VALUES: &[&str] = &["value", "values", "valueset", "parametervalue", "stringvalue", "headervalue"];

/// Fields of an object called `environment` that describe it rather than being variables (CodeBuild, Cloud9, MWAA); and of a
/// `masterUserSecret` (RDS).
const DESCRIBES_ENVIRONMENT: &[&str] = &[
    "arn",
    "certificate",
    "computetype",
    "environmentvariables",
    "error",
    "fleet",
    "id",
    "image",
    "imagepullcredentialstype",
    "kmskeyid",
    "name",
    "privilegedmode",
    "registrycredential",
    "secretarn",
    "secretstatus",
    "status",
    "type",
];

/// Returns the name in lower case without separators, so that `SessionToken`, `session_token` and `session-token` are one.
pub(super) fn normalise(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    // The kind in a marker of ours is not a name.
    if pattern::holds_marker(name) {
        return normal;
    }
    if name.is_ascii() {
        name.chars().for_each(|c| push_normal(c, &mut normal));
    } else {
        // Full-width and other styled letters are the plain ones.
        name.nfkc().for_each(|c| push_normal(c, &mut normal));
    }
    normal
}

fn push_normal(c: char, normal: &mut String) {
    match c {
        _ if c.is_ascii_alphanumeric() => normal.push(c.to_ascii_lowercase()),
        '@' if !normal.is_empty() => normal.push('a'),
        '$' if !normal.is_empty() => normal.push('s'),
        _ => {}
    }
}

/// What is known of a name, worked out once: records have few names, over and over.
#[derive(Clone)]
pub(super) struct Known {
    /// The name as [`normalise`] writes it.
    pub(super) normal: Rc<str>,
    /// What the name alone says.
    pub(super) rule: Rule,
    /// Whether the fields beside it may say more.
    pub(super) hangs_on_others: bool,
    /// Whether the name itself may leave as it is.
    pub(super) is_safe: bool,
}

/// Names longer than this, and more names than this, are not remembered.
const MAX_KNOWN: (usize, usize) = (64, 4_096);

/// Looks a name up.
pub(super) fn known(name: &str) -> Known {
    thread_local! {
        static NAMES_SEEN: RefCell<HashMap<Box<str>, Known, foldhash::fast::RandomState>> = RefCell::default();
    }
    if let Some(known) = NAMES_SEEN.with_borrow(|seen| seen.get(name).cloned()) {
        return known;
    }
    // A name that is JSON has names in it, hence no borrow is held here.
    let normal = normalise(name);
    let known = Known {
        rule: rule(&normal),
        hangs_on_others: PAIR_VALUES.contains(&normal.as_str()) || BESIDE.iter().any(|(hidden, ..)| *hidden == normal),
        is_safe: character::clean(name, MAX_FIELD_CHARS) == name && layer::scrub(name).is_none(),
        normal: normal.into(),
    };
    NAMES_SEEN.with_borrow_mut(|seen| {
        if name.len() <= MAX_KNOWN.0 && seen.len() < MAX_KNOWN.1 {
            seen.insert(name.into(), known.clone());
        }
    });
    known
}

/// Returns the rule for a normalised name.
pub(super) fn rule(name: &str) -> Rule {
    if let Ok(at) = NAMES.binary_search_by(|(row, _)| row.cmp(&name)) {
        return NAMES.get(at).map_or(Look, |(_, rule)| *rule);
    }
    // A second password is `newPassword2`.
    let name = name.trim_end_matches(|c: char| c.is_ascii_digit());
    // The last letter spares nearly all of the comparisons.
    let last = name.as_bytes().last();
    let ending = ENDINGS.iter().find(|(ending, _)| ending.as_bytes().last() == last && name.ends_with(ending));
    ending.map_or(Look, |(_, rule)| *rule)
}

/// Returns the rule for the field called `name` (normalised) that follows from the fields beside it.
pub(super) fn rule_beside(name: &str, fields: &Map<String, Value>) -> Rule {
    let hidden = BESIDE.iter().filter(|(hidden, ..)| *hidden == name).find(|(_, beside, among, _)| {
        let mut found = texts(fields, |field| field == *beside);
        found.any(|text| among.is_empty() || text.is_some_and(|text| among.contains(&text)))
    });
    if let Some((.., kind)) = hidden {
        return Hide(kind);
    }
    if !PAIR_VALUES.contains(&name) {
        return Look;
    }
    let mut named = texts(fields, |field| PAIR_NAMES.contains(&field)).flatten().map(|text| rule(&normalise(text)));
    named.find(|rule| matches!(rule, Hide(_) | HideText(_))).unwrap_or(Look)
}

/// Tells whether a field of an environment holds a variable's value rather than a name or a description.
pub(super) fn is_variable(name: &str, fields: &Map<String, Value>) -> bool {
    if texts(fields, |field| PAIR_VALUES.contains(&field)).next().is_some() {
        return PAIR_VALUES.contains(&name);
    }
    !DESCRIBES_ENVIRONMENT.contains(&name)
}

/// Returns the fields whose normalised name is wanted, each with its text when it is a string.
fn texts(fields: &Map<String, Value>, wanted: impl Fn(&str) -> bool) -> impl Iterator<Item = Option<&str>> {
    fields.iter().filter(move |(field, _)| wanted(&known(field).normal)).map(|(_, value)| value.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_for_the_search() {
        assert!(NAMES.is_sorted_by(|(a, _), (b, _)| a < b));
    }

    #[test]
    fn words_that_only_look_secret_are_looked_at_as_text() {
        for name in [
            "httpTokens",
            "secretId",
            "secretArn",
            "secretName",
            "tokenStatus",
            "sessionCredentialFromConsole",
            "apiKeySelectionExpression",
            "passwordMode",
            "keyId",
            "kmsKeyId",
            "minimumPasswordLength",
            "tokenKeyId",
            "maxTokens",
            "publicKeys",
            "secretStatus",
        ] {
            assert_eq!(rule(&normalise(name)), Look, "{name}");
        }
    }

    #[test]
    fn a_name_that_holds_names_is_looked_up_like_any_other() {
        let name = r#"{"password":{"x":1}}"#;
        assert!(!known(name).is_safe);
        assert!(known(r#"{"a":{"b":1}}"#).is_safe);
    }

    #[test]
    fn spelling_does_not_matter() {
        for name in [
            "masterUserPassword",
            "MasterUserPassword",
            "master_user_password",
            "MASTER-USER-PASSWORD",
            "master.user.password",
            "ｍasterUserPassword",
            "masterUserP@ssword",
            "masterUserPa$$word2",
        ] {
            assert_eq!(rule(&normalise(name)), Hide("password"), "{name}");
        }
    }
}
