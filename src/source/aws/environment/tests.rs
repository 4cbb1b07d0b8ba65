use super::*;

fn profile(name: &str, config: &str) -> Result<Chain, Obstacle> {
    Environment::of(&[("AWS_PROFILE", name)], config).chain()
}

#[test]
fn keys_are_trimmed_and_those_that_cannot_be_any_are_told_by_their_variable() {
    let keys = |id: &str, secret: &str, token: &str| {
        Environment::of(&[("AWS_ACCESS_KEY_ID", id), ("AWS_SECRET_ACCESS_KEY", secret), ("AWS_SESSION_TOKEN", token)], "").keys()
    };
    let good = keys("AKIAEXAMPLE\n", " s3cr+t/\r\n", "\n").unwrap().unwrap();
    assert_eq!((good.access_key_id(), good.secret_access_key(), good.session_token()), ("AKIAEXAMPLE", "s3cr+t/", None));
    for (id, secret, token, name) in [
        ("AKIA EXAMPLE", "s", "", "AWS_ACCESS_KEY_ID"),
        ("\"AKIAEXAMPLE\"", "s", "", "AWS_ACCESS_KEY_ID"),
        ("AKIAEXAMPLE", "s\nt", "", "AWS_SECRET_ACCESS_KEY"),
        ("AKIAEXAMPLE", "s", "a\u{a0}b", "AWS_SESSION_TOKEN"),
    ] {
        assert_eq!(keys(id, secret, token).unwrap_err(), Obstacle::MalformedKey(name.into()), "{id:?} {secret:?} {token:?}");
    }
    assert!(keys(" ", "s", "").unwrap().is_none());
    let half = Environment::of(&[("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "")], "");
    assert_eq!(half.nothing(), Obstacle::HalfKey("AWS_SECRET_ACCESS_KEY".into()));
}

#[test]
fn a_profile_leads_to_where_its_credentials_come_from() {
    let chain = |base, roles, profile: &str| Ok(Chain { profile: profile.into(), base, roles });
    for (config, expected) in [
        ("[profile p]\naws_access_key_id = A\naws_secret_access_key = b\n", chain(Base::Keys, false, "p")),
        ("[profile p]\nsso_session = s\n[sso-session s]\n", chain(Base::Login(Login::Sso), false, "p")),
        ("[profile p]\nsso_start_url = https://example.com\n", chain(Base::Login(Login::Sso), false, "p")),
        ("[profile p]\nlogin_session = arn:aws:iam::111122223333:user/kim\n", chain(Base::Login(Login::Console), false, "p")),
        ("[profile p]\nrole_arn = r\nweb_identity_token_file = /t\n", chain(Base::Login(Login::WebIdentity), false, "p")),
        ("[profile p]\ncredential_process = get it\n", chain(Base::Helper("get it".into()), false, "p")),
        (
            "[profile p]\nrole_arn = r\nsource_profile = q\n[profile q]\ncredential_process = x\n",
            chain(Base::Helper("x".into()), true, "q"),
        ),
        ("[profile p]\nrole_arn = r\nsource_profile = p\naws_access_key_id = A\naws_secret_access_key = b\n", chain(Base::Keys, true, "p")),
        ("[profile p]\nrole_arn = r\ncredential_source = Ec2InstanceMetadata\n", chain(Base::Surroundings, true, "p")),
        ("[profile p]\nregion = eu-west-1\n", chain(Base::Nothing, false, "p")),
    ] {
        assert_eq!(profile("p", config), expected, "{config}");
    }
}

#[test]
fn a_profile_that_cannot_be_used_is_told_with_what_is_wrong() {
    let broken = |profile: &str, fault| Obstacle::BrokenProfile { profile: profile.into(), fault };
    for (config, expected) in [
        ("[profile dev]\n", Obstacle::MissingProfile("p".into())),
        ("", Obstacle::MissingProfile("p".into())),
        ("[profile p]\nsso_session = s\n", broken("p", ProfileFault::MissingSession("s".into()))),
        ("[profile p]\nrole_arn = r\nsource_profile = q\n", broken("p", ProfileFault::MissingSource("q".into()))),
        (
            "[profile p]\nrole_arn = r\nsource_profile = q\n[profile q]\nrole_arn = r\nsource_profile = p\n",
            broken("q", ProfileFault::Circle),
        ),
        ("[profile p]\nrole_arn = r\n", broken("p", ProfileFault::Unusable)),
        ("[profile p]\naws_access_key_id = A\n", broken("p", ProfileFault::HalfKey)),
        (
            "[profile p]\naws_access_key_id = A B\naws_secret_access_key = b\n",
            Obstacle::MalformedKey("aws_access_key_id of the profile p".into()),
        ),
    ] {
        assert_eq!(profile("p", config).unwrap_err(), expected, "{config}");
    }
    assert_eq!(profile(" p\n", "").unwrap_err(), Obstacle::MissingProfile("p".into()), "blanks around a name are nobody's intention");
    assert_eq!(profile(" ", "").unwrap().base, Base::Nothing, "a blank name is none");
    assert_eq!(
        profile("p", "[profile p]\n").map(|_| Environment::of(&[("AWS_PROFILE", "p")], "").nothing()),
        Ok(broken("p", ProfileFault::Empty))
    );
    assert_eq!(Environment::default().nothing(), Obstacle::NoCredentials);
}

#[test]
fn the_region_is_that_of_the_environment_else_of_the_profile() {
    let config = "[default]\nregion = eu-north-1\n[profile ro]\nregion = eu-west-1\n";
    for (variables, region) in [
        (vec![("AWS_PROFILE", "ro")], Some("eu-west-1")),
        (vec![("AWS_PROFILE", "ro"), ("AWS_DEFAULT_REGION", "us-west-2")], Some("us-west-2")),
        (vec![("AWS_REGION", " eu-south-1\n"), ("AWS_DEFAULT_REGION", "us-west-2")], Some("eu-south-1")),
        (vec![("AWS_REGION", "")], Some("eu-north-1")),
        (vec![("AWS_PROFILE", "none")], None),
    ] {
        assert_eq!(Environment::of(&variables, config).region().as_deref(), region, "{variables:?}");
    }
}

#[test]
fn the_host_is_the_one_that_is_asked() {
    let host =
        |variables: &[(&str, &str)], service: &str, region: &str| Environment::of(variables, "").host(service, region, None).to_string();
    assert_eq!(host(&[], "cloudtrail", "eusc-de-east-1"), "cloudtrail.eusc-de-east-1.amazonaws.eu");
    let replaced = [("AWS_ENDPOINT_URL", "http://127.0.0.1:4566/x"), ("AWS_ENDPOINT_URL_STS", "https://sts.example.com")];
    assert_eq!(host(&replaced, "cloudtrail", "eu-west-1"), "127.0.0.1:4566");
    assert_eq!(host(&replaced, "sts", "eu-west-1"), "sts.example.com");
    let proxy = [("HTTPS_PROXY", "http://kim:secret@proxy.example.com:3128"), ("no_proxy", "sts.eu-west-1.amazonaws.com")];
    let told = host(&proxy, "cloudtrail", "eu-west-1");
    assert_eq!(told, "proxy.example.com:3128 (the proxy before cloudtrail.eu-west-1.amazonaws.com)", "and no password");
    assert_eq!(host(&proxy, "sts", "eu-west-1"), "sts.eu-west-1.amazonaws.com");
}

#[test]
fn an_address_needs_a_scheme_and_a_host() {
    for (name, url, wrong) in [
        ("AWS_ENDPOINT_URL", "localhost:4566", true),
        ("AWS_ENDPOINT_URL_CLOUDTRAIL", "cloudtrail.example.com", true),
        ("AWS_ENDPOINT_URL_STS", "https://", true),
        ("AWS_ENDPOINT_URL", "http://localhost:4566", false),
        ("AWS_ENDPOINT_URL", " ", false),
    ] {
        let checked = Environment::of(&[(name, url)], "").checked_endpoints();
        assert_eq!(checked.err(), wrong.then(|| Obstacle::Address(name.into())), "{name} {url}");
    }
}
