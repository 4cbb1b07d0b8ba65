//! Messages of SNS, signed by a certificate as SNS has one: what is believed, and what is not.

use std::sync::{Arc, Mutex};

use base64::Engine as _;
use chrono::{DateTime, TimeDelta, Utc};
use cloudtrail_mcp::server::http::webhook::sns::{Ask, Doubt, Message, Sns};
use cloudtrail_mcp::source::BoxFuture;
use hyper::body::Bytes;
use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256};
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use rustls::pki_types::PrivatePkcs8KeyDer;
use serde_json::{Value, json};

const TOPIC: &str = "arn:aws:sns:eu-west-1:111122223333:alarms";
const KEY: &[u8] = include_bytes!("../http/rsa.der");
const OTHER: &[u8] = include_bytes!("../http/other-rsa.der");

/// SNS, as far as it is asked: its certificate, and what was asked of it.
#[derive(Clone)]
struct Host {
    pem: Option<String>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Ask for Host {
    fn get<'a>(&'a self, address: &'a str) -> BoxFuture<'a, Option<Bytes>> {
        self.asked.lock().unwrap().push(address.to_owned());
        Box::pin(async move { self.pem.clone().map(Bytes::from) })
    }
}

fn host(key: &'static [u8]) -> Host {
    let key = KeyPair::from_pkcs8_der_and_sign_algo(&PrivatePkcs8KeyDer::from(key), &PKCS_RSA_SHA256).unwrap();
    let certificate = CertificateParams::new(vec!["sns.amazonaws.com".to_owned()]).unwrap().self_signed(&key).unwrap();
    Host { pem: Some(certificate.pem()), asked: Arc::default() }
}

fn now() -> DateTime<Utc> {
    "2026-01-27T20:10:00Z".parse().unwrap()
}

/// A message as SNS would send it a minute ago, signed after `change`.
fn message(kind: &str, change: impl FnOnce(&mut Value)) -> Value {
    let mut message = json!({
        "Type": kind, "MessageId": "00000000-0000-0000-0000-000000000000", "TopicArn": TOPIC, "Message": "{\"AlarmName\": \"cpu\"}",
        "Timestamp": "2026-01-27T20:09:00.000Z", "SignatureVersion": "2",
        "SigningCertURL": "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem",
    });
    if kind != "Notification" {
        message["Token"] = json!("0123456789abcdef/+&x=1");
        message["SubscribeURL"] = json!("https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=0123");
    }
    change(&mut message);
    message["Signature"] = json!(signature(&message));
    message
}

fn signature(message: &Value) -> String {
    let keys = ["Message", "MessageId", "SubscribeURL", "Subject", "Timestamp", "Token", "TopicArn", "Type"];
    let said: String = keys.iter().filter_map(|key| Some(format!("{key}\n{}\n", message.get(*key)?.as_str()?))).collect();
    let pair = RsaKeyPair::from_pkcs8(KEY).unwrap();
    let mut signature = vec![0; pair.public().modulus_len()];
    pair.sign(&RSA_PKCS1_SHA256, &ring::rand::SystemRandom::new(), said.as_bytes(), &mut signature).unwrap();
    base64::engine::general_purpose::STANDARD.encode(signature)
}

async fn judged(host: &Host, message: &Value) -> Result<Message, Doubt> {
    Sns::new(Box::new(host.clone())).judge(message, &[TOPIC.to_owned()], now()).await
}

#[tokio::test]
async fn a_signed_message_of_a_named_topic_is_believed_and_its_certificate_is_asked_for_once() {
    let host = host(KEY);
    let sns = Sns::new(Box::new(host.clone()));
    for subject in [false, true] {
        let message = message("Notification", |message| {
            if subject {
                message["Subject"] = json!("ALARM: \"cpu\"");
            }
        });
        let believed = sns.judge(&message, &[TOPIC.to_owned()], now()).await;
        assert_eq!(believed, Ok(Message::Alert(json!({"AlarmName": "cpu"}))));
    }
    assert_eq!(host.asked.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn nothing_else_is_believed_and_nobody_else_is_asked() {
    let host = host(KEY);
    let after = |change: fn(&mut Value)| {
        let mut message = message("Notification", |_| {});
        change(&mut message);
        message
    };
    let before = |change: fn(&mut Value)| message("Notification", change);
    for (message, doubt) in [
        (after(|message| message["Message"] = json!("{\"AlarmName\": \"other\"}")), Doubt::Signature),
        (after(|message| message["Signature"] = json!("AAAA")), Doubt::Signature),
        (after(|message| message["SignatureVersion"] = json!("1")), Doubt::Signature),
        (after(|message| message["SignatureVersion"] = json!("3")), Doubt::Form),
        (after(|message| message["Type"] = json!("Other")), Doubt::Form),
        (after(|message| _ = message.as_object_mut().unwrap().remove("Signature")), Doubt::Form),
        (before(|message| message["TopicArn"] = json!("arn:aws:sns:eu-west-1:444455556666:alarms")), Doubt::Topic),
        (before(|message| message["TopicArn"] = json!(format!("{TOPIC}\nx"))), Doubt::Topic),
        (before(|message| message["SigningCertURL"] = json!("https://evil.example/SimpleNotificationService-0.pem")), Doubt::Address),
        (before(|message| message["SigningCertURL"] = json!("http://169.254.169.254/latest/meta-data")), Doubt::Address),
        (before(|message| message["Timestamp"] = json!("2026-01-27T19:09:59.000Z")), Doubt::Time),
        (before(|message| message["Timestamp"] = json!("2026-01-27T20:15:01.000Z")), Doubt::Time),
        (before(|message| message["Timestamp"] = json!("soon")), Doubt::Form),
    ] {
        assert_eq!(judged(&host, &message).await, Err(doubt), "{message}");
    }
    let other = super::sns::host(OTHER);
    assert_eq!(judged(&other, &message("Notification", |_| {})).await, Err(Doubt::Signature), "signed by another");
    let silent = Host { pem: None, asked: Arc::default() };
    assert_eq!(judged(&silent, &message("Notification", |_| {})).await, Err(Doubt::Unasked));
    let asked = [&host, &other, &silent].map(|host| host.asked.lock().unwrap().clone()).concat();
    assert!(asked.iter().all(|address| address.starts_with("https://sns.eu-west-1.amazonaws.com/")), "{asked:?}");
}

#[tokio::test]
async fn a_subscription_is_confirmed_at_an_address_of_our_own_making_and_only_for_a_named_topic() {
    let host = host(KEY);
    let Ok(Message::Confirm(address)) = judged(&host, &message("SubscriptionConfirmation", |_| {})).await else { panic!("not believed") };
    assert_eq!(
        address,
        "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=arn%3Aaws%3Asns%3Aeu%2Dwest%2D1%3A111122223333%3Aalarms\
         &Token=0123456789abcdef%2F%2B%26x%3D1&AuthenticateOnUnsubscribe=true"
    );
    for (change, doubt) in [
        (
            (|message: &mut Value| message["SubscribeURL"] = json!("https://evil.example/?Action=ConfirmSubscription")) as fn(&mut Value),
            Doubt::Address,
        ),
        (|message| message["TopicArn"] = json!("arn:aws:sns:eu-west-1:111122223333:others"), Doubt::Topic),
        (|message| _ = message.as_object_mut().unwrap().remove("Token"), Doubt::Form),
    ] {
        assert_eq!(judged(&host, &message("SubscriptionConfirmation", change)).await, Err(doubt));
    }
    assert_eq!(judged(&host, &message("UnsubscribeConfirmation", |_| {})).await, Ok(Message::Ended));
    let late = now() + TimeDelta::hours(2);
    let sns = Sns::new(Box::new(host));
    assert_eq!(sns.judge(&message("SubscriptionConfirmation", |_| {}), &[TOPIC.to_owned()], late).await, Err(Doubt::Time));
}
