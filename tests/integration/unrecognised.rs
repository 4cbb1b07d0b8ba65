//! What is not recognised lowers the verdict: archives in which one thing is other than CloudTrail writes it.
//!
//! The law: the culprit is found, or the verdict is not complete, or the finding is not `no_suspect`.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cloudtrail_mcp::investigate::{Cursors, ToolContext};
use cloudtrail_mcp::policy::Policy;
use cloudtrail_mcp::source::Sources;
use cloudtrail_mcp::source::api::Api;
use cloudtrail_mcp::source::archive::Archive;
use cloudtrail_mcp::tools::{Call, cloudtrail_events};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Map, Value, json};

const CULPRIT: &str = "aaaa0001-0000-4000-8000-000000000001";
const GROUP: &str = "sg-0c4e11112222aaaa1";
const FOLDER: &str = "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/02";

fn record(id: &str, time: &str, name: &str, read_only: bool, request: Value) -> Value {
    json!({"eventVersion": "1.10", "userIdentity": {"type": "IAMUser", "principalId": "AIDAEXAMPLEUSER00001",
        "arn": "arn:aws:iam::111122223333:user/dana", "accountId": "111122223333", "userName": "dana"}, "eventTime": time,
        "eventSource": "ec2.amazonaws.com", "eventName": name, "awsRegion": "eu-west-1", "sourceIPAddress": "198.51.100.7",
        "userAgent": "aws-cli/2.15.0", "requestParameters": request, "responseElements": null, "eventID": id, "readOnly": read_only,
        "eventType": "AwsApiCall", "managementEvent": true, "recipientAccountId": "111122223333", "eventCategory": "Management"})
}

fn culprit() -> Value {
    let rule = json!({"ipProtocol": "tcp", "fromPort": 5432, "toPort": 5432, "ipRanges": {"items": [{"cidrIp": "10.20.0.0/16"}]}});
    let request = json!({"groupId": GROUP, "ipPermissions": {"items": [rule]}});
    record(CULPRIT, "2026-03-02T09:55:12Z", "RevokeSecurityGroupIngress", false, request)
}

fn harmless() -> Value {
    let request = json!({"resourcesSet": {"items": [{"resourceId": "i-0dddd000000000001"}]}, "tagSet": {"items": [{"key": "team", "value": "blue"}]}});
    record("bbbb0001-0000-4000-8000-000000000001", "2026-03-02T09:41:00Z", "CreateTags", false, request)
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Packs in zstd without compressing: one raw block.
fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Uncompressed)
}

fn zip(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file(name, zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated)).unwrap();
    zip.write_all(bytes).unwrap();
    zip.finish().unwrap().into_inner()
}

/// Quiet logs of CloudTrail's own around the window, in both regions.
fn around(root: &Path) {
    for region in ["eu-west-1", "us-east-1"] {
        for (clock, time) in [("0925", "2026-03-02T09:22:10Z"), ("1015", "2026-03-02T10:12:10Z")] {
            let mut read = record(&format!("cccc{clock}-{region}"), time, "DescribeInstances", true, Value::Null);
            read["awsRegion"] = json!(region);
            let name = format!("{}/111122223333_CloudTrail_{region}_20260302T{clock}Z_AbCdEf.json.gz", FOLDER.replace("eu-west-1", region));
            put(root, &name, &gz(json!({"Records": [read]}).to_string().as_bytes()));
        }
    }
}

fn put(root: &Path, name: &str, bytes: &[u8]) {
    let path = root.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}

/// What an archive with one file more gives.
struct Told {
    found: bool,
    finding: String,
    verdict: String,
    all: String,
}

impl Told {
    fn holds(&self) -> bool {
        self.found || self.verdict != "complete" || self.finding != "no_suspect"
    }
}

async fn ask(name: &str, bytes: &[u8]) -> Told {
    let root = tempfile::tempdir().unwrap();
    around(root.path());
    put(root.path(), name, bytes);
    let context = ToolContext {
        policy: Policy::default(),
        api: Api::default(),
        surroundings: None,
        sources: Sources::of(Archive::open(&[root.path().to_path_buf()]).unwrap()),
        investigations: None,
        alertmanager: None,
        log_fields: std::sync::Arc::default(),
        cursors: Arc::new(Cursors::default()),
        clock: Arc::new(|| "2026-03-02T10:05:00Z".parse().unwrap()),
    };
    let alert = json!({"alert": {"name": "OrdersDbConnectionErrors", "labels": {"region": "eu-west-1", "account_id": "111122223333",
        "security_group": GROUP}, "annotations": {"summary": "connection timeouts to orders-db"}, "startsAt": "2026-03-02T10:00:00Z"}});
    let arguments = json!({"investigation": alert, "start_time": "alert-30m"});
    let outcome = (cloudtrail_events::TOOL.run)(&context, &Call::default(), arguments.as_object().cloned()).await;
    let answer = outcome.structured();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let all = answer.to_string();
    Told { found: all.contains(CULPRIT), finding: text(&answer["finding"]), verdict: text(&answer["coverage"]["verdict"]), all }
}

/// The ways in which people have the two records, each with the name of its file.
fn forms() -> Vec<(&'static str, Vec<u8>)> {
    let (one, two) = (culprit(), harmless());
    let (a, b) = (one.to_string(), two.to_string());
    let bytes = |value: Value| value.to_string().into_bytes();
    let records = json!({"Records": [one, two]}).to_string();
    let subscription = json!({"messageType": "DATA_MESSAGE", "owner": "111122223333", "logGroup": "CloudTrail/Logs",
        "logEvents": [{"id": "1", "timestamp": 1, "message": a}, {"id": "2", "timestamp": 1, "message": b}]})
    .to_string();
    let lookup = |record: &Value| {
        json!({"EventId": record["eventID"], "EventName": record["eventName"], "EventTime": record["eventTime"], "Resources": [],
            "CloudTrailEvent": record.to_string()})
    };
    let elastic = |record: &Value| {
        json!({"_index": "filebeat", "_source": {"@timestamp": record["eventTime"], "event": {"action": record["eventName"], "provider": "ec2.amazonaws.com",
            "id": record["eventID"]}, "cloud": {"region": "eu-west-1", "account": {"id": "111122223333"}}, "user": {"name": "dana"},
            "aws": {"cloudtrail": {"user_identity": {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/dana"}, "read_only": false,
            "flattened": {"request_parameters": record["requestParameters"]}}}}})
    };
    let ocsf = |record: &Value| {
        json!({"class_uid": 6003, "time": 1_772_445_312_000_i64, "api": {"operation": record["eventName"], "service": {"name": "ec2.amazonaws.com"}},
            "cloud": {"region": "eu-west-1", "provider": "AWS", "account": {"uid": "111122223333"}}, "metadata": {"uid": record["eventID"],
            "product": {"name": "CloudTrail"}}, "actor": {"user": {"type": "IAMUser", "name": "dana"}},
            "unmapped": {"requestParameters.groupId": GROUP, "readOnly": "false", "eventType": "AwsApiCall"}})
    };
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let request = one["requestParameters"].to_string();
    let hive = "{type=IAMUser, principalid=AIDA, arn=arn:aws:iam::111122223333:user/dana, accountid=111122223333, username=dana, sessioncontext=null}";
    let athena = format!(
        "\"eventversion\",\"useridentity\",\"eventtime\",\"eventsource\",\"eventname\",\"awsregion\",\"requestparameters\",\"eventid\",\"readonly\",\"recipientaccountid\"\n\
         \"1.10\",\"{hive}\",\"2026-03-02T09:55:12Z\",\"ec2.amazonaws.com\",\"RevokeSecurityGroupIngress\",\"eu-west-1\",{},\"{CULPRIT}\",\"false\",\"111122223333\"\n",
        quoted(&request)
    );
    let cells: Vec<Value> = one
        .as_object()
        .unwrap()
        .iter()
        .map(|(key, value)| json!({key.as_str(): if value.is_string() { value.clone() } else { json!(value.to_string()) }}))
        .collect();
    let names: Vec<Value> =
        cells.iter().flat_map(|cell| cell.as_object().unwrap().keys()).map(|name| json!({"VarCharValue": name.to_lowercase()})).collect();
    let values: Vec<Value> =
        cells.iter().flat_map(|cell| cell.as_object().unwrap().values()).map(|value| json!({"VarCharValue": value})).collect();
    let dotted: Map<String, Value> = one
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(key, value)| match value {
            Value::Object(inner) => inner.iter().map(|(sub, value)| (format!("{key}.{sub}"), value.clone())).collect::<Vec<_>>(),
            _ => vec![(key.clone(), value.clone())],
        })
        .collect();
    let snake: Map<String, Value> = [
        ("event_time", "eventTime"),
        ("event_name", "eventName"),
        ("event_source", "eventSource"),
        ("aws_region", "awsRegion"),
        ("event_id", "eventID"),
        ("user_identity", "userIdentity"),
        ("request_parameters", "requestParameters"),
        ("recipient_account_id", "recipientAccountId"),
    ]
    .iter()
    .map(|(snake, own)| ((*snake).to_owned(), one[*own].clone()))
    .collect();
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(records.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    vec![
        ("extra/a.json", records.clone().into_bytes()),
        ("extra/a.log", records.clone().into_bytes()),
        ("extra/without-ending", records.clone().into_bytes()),
        ("extra/a.bin", gz(records.as_bytes())),
        ("extra/a.json.gz", gz(&gz(records.as_bytes()))),
        ("extra/a.zst", zstd(records.as_bytes())),
        ("extra/logs.zip", zip("AWSLogs/a.json", records.as_bytes())),
        ("extra/logs.zip", zip("AWSLogs/a.json.gz", &gz(records.as_bytes()))),
        ("extra/windows.json", utf16),
        ("extra/bare.json", bytes(json!([one, two]))),
        ("extra/one.txt", a.clone().into_bytes()),
        ("extra/lines.out", format!("{a}\n{b}\n").into_bytes()),
        ("extra/events.txt", format!("{a}\t{b}\n").into_bytes()),
        ("extra/concatenated", format!("{a}{b}").into_bytes()),
        ("extra/documents.json", format!("{}\n{}", serde_json::to_string_pretty(&one).unwrap(), serde_json::to_string_pretty(&two).unwrap()).into_bytes()),
        ("extra/export.json", subscription.clone().into_bytes()),
        ("extra/filter.json", bytes(json!({"events": [{"logStreamName": "s", "timestamp": 1, "message": a, "eventId": "1"}], "searchedLogStreams": []}))),
        ("extra/filter.txt", format!("EVENTS\t3712\t1772445312000\tstream\t{a}\t1772445312000\n").into_bytes()),
        ("extra/syslog", format!("Mar  2 09:55:12 host forwarder[1]: {a}\n").into_bytes()),
        ("extra/awslogs.json", bytes(json!({"awslogs": {"data": STANDARD.encode(gz(subscription.as_bytes()))}}))),
        ("extra/lookup.json", bytes(json!({"Events": [lookup(&one), lookup(&two)]}))),
        ("extra/bridge.json", bytes(json!({"version": "0", "detail-type": "AWS API Call via CloudTrail", "detail": one}))),
        ("extra/wazuh.json", bytes(json!({"timestamp": "2026-03-02T09:58:00.000+0000", "rule": {"id": "80202"}, "data": {"integration": "aws", "aws": one}}))),
        ("extra/original.ndjson", bytes(json!({"@timestamp": one["eventTime"], "event": {"original": a, "action": "RevokeSecurityGroupIngress"}}))),
        ("extra/elastic.json", bytes(json!({"hits": {"total": 1, "hits": [elastic(&one)]}}))),
        ("extra/ocsf.json", bytes(ocsf(&one))),
        ("extra/raw.json", bytes(json!({"class_uid": 6003, "raw_data": a}))),
        ("extra/splunk.json", bytes(json!({"preview": false, "result": {"_raw": a, "_time": "2026-03-02"}}))),
        ("extra/dotted.json", bytes(json!({"result": dotted}))),
        ("extra/snake.json", bytes(Value::Object(snake))),
        ("extra/panther.json", {
            let mut panther = one.clone();
            panther["p_log_type"] = json!("AWS.CloudTrail");
            bytes(panther)
        }),
        ("extra/sns.json", bytes(json!({"Type": "Notification", "Message": records}))),
        ("extra/sqs.json", bytes(json!({"Messages": [{"MessageId": "1", "Body": json!({"Type": "Notification", "Message": bytes_text(&one)}).to_string()}]}))),
        ("extra/lake.json", bytes(json!({"QueryStatus": "FINISHED", "QueryResultRows": [cells]}))),
        ("extra/results.json", bytes(json!({"ResultSet": {"Rows": [{"Data": names}, {"Data": values}]}}))),
        ("extra/insights.json", bytes(json!({"results": [[{"field": "@timestamp", "value": "2026-03-02"}, {"field": "@message", "value": a}]]}))),
        ("extra/athena.csv", athena.into_bytes()),
        ("extra/message.csv", format!("@timestamp,@message\n2026-03-02 09:55:12.000,{}\n", quoted(&a)).into_bytes()),
        ("extra/event_history.csv", format!("Event name,Event time,User name,Event source,Resource type,Resource name,Event ID,AWS region,Read-only\n\
            RevokeSecurityGroupIngress,\"March 02, 2026, 10:55:12 (UTC+01:00)\",dana,ec2.amazonaws.com,AWS::EC2::SecurityGroup,{GROUP},{CULPRIT},eu-west-1,false\n").into_bytes()),
    ]
}

fn bytes_text(value: &Value) -> String {
    json!({"Records": [value]}).to_string()
}

#[tokio::test]
async fn the_culprit_is_found_in_every_form_that_people_have() {
    let mut wrong = Vec::new();
    for (name, bytes) in forms() {
        let told = ask(name, &bytes).await;
        // The console's download names no account.
        let whole = told.verdict == "complete" || name.ends_with("event_history.csv");
        if !told.found || told.finding != "suspects" || !whole {
            wrong.push(format!(
                "{name}: found {}, {}, {} {}",
                told.found,
                told.finding,
                told.verdict,
                told.all.get(..400).unwrap_or(&told.all)
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn what_may_hold_changes_and_is_not_read_is_a_gap_by_name() {
    let text = culprit().to_string();
    let native = format!("{FOLDER}/111122223333_CloudTrail_eu-west-1_20260302T0958Z_ZzYy.json.gz");
    let mut timeless = culprit();
    timeless.as_object_mut().unwrap().remove("eventTime");
    let mut nameless = culprit();
    nameless.as_object_mut().unwrap().remove("eventName");
    let mut placeless = culprit();
    placeless["awsRegion"] = json!("Ireland");
    let records = |record: &Value| json!({"Records": [record]}).to_string().into_bytes();
    let mut wrong = Vec::new();
    for (name, bytes) in [
        (native.as_str(), Vec::new()),
        (&native, b"null".to_vec()),
        (&native, b"{}".to_vec()),
        (&native, gz(b"")),
        (&native, b"[]".to_vec()),
        (&native, b"<Error><Code>AccessDenied</Code></Error>".to_vec()),
        (&native, b"\0\x01\x02\x03".to_vec()),
        ("extra/empty.json", Vec::new()),
        ("extra/null.json", b"null".to_vec()),
        ("extra/cut.json", text.as_bytes()[..300].to_vec()),
        ("extra/cut.bin", b"{\"Reco".to_vec()),
        ("extra/cut.zip", zip("a.json", text.as_bytes())[..200].to_vec()),
        ("extra/cut.zst", zstd(text.as_bytes())[..200].to_vec()),
        ("extra/a.json.bz2", b"BZh91AY&SY\x01\x02".to_vec()),
        ("extra/a.parquet", b"PAR1\x15\x04".to_vec()),
        ("extra/a.enc", (0..512_u32).map(|n| (n * 197 % 251) as u8).collect()),
        ("extra/timeless.json", records(&timeless)),
        ("extra/nameless.json", records(&nameless)),
        ("extra/placeless.json", records(&placeless)),
        ("extra/null-list.json", b"{\"Records\": null}".to_vec()),
        ("extra/strange-list.json", b"{\"Records\": [{\"a\": 1}]}".to_vec()),
        ("extra/cef.txt", b"CEF:0|Amazon|CloudTrail|1.0|x|RevokeSecurityGroupIngress|3|rt=1772445312000".to_vec()),
        (
            "extra/renamed.json",
            br#"{"when": "2026-03-02 09:55:12", "svc": "ec2.amazonaws.com", "what": "RevokeSecurityGroupIngress"}"#.to_vec(),
        ),
        ("extra/page.json", json!({"Events": [], "NextToken": "t"}).to_string().into_bytes()),
    ] {
        let told = ask(name, &bytes).await;
        let shown = name.rsplit('/').next().unwrap();
        if told.verdict != "partial" || !told.all.contains(shown) {
            wrong.push(format!("{name}: {} {}", told.verdict, told.all.get(..400).unwrap_or(&told.all)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn what_is_no_log_is_named_as_such_and_lowers_nothing() {
    for (name, bytes) in [
        ("package.json", br#"{"name": "x", "dependencies": {"@aws-sdk/client-cloudtrail": "3"}}"#.to_vec()),
        ("config.json", br#"{"region": "eu-west-1", "awsRegion": "eu-west-1", "bucket": "logs"}"#.to_vec()),
        ("README.md", b"# CloudTrail logs\n\n[how](x)\n".to_vec()),
        ("notes.txt", b"[ ] copy the logs\n".to_vec()),
        (".gitkeep", Vec::new()),
        ("shot.png", b"\x89PNG\r\n\x1a\n\0\0".to_vec()),
        ("main.tf", b"resource \"aws_cloudtrail\" \"x\" { name = \"x\" }".to_vec()),
    ] {
        let told = ask(name, &bytes).await;
        assert_eq!(told.verdict, "complete", "{name}: {}", told.all);
        assert!(told.all.contains(&format!("1 other file ({name})")), "{name}: {}", told.all);
    }
}

/// Numbers without order, the same for the same seed.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % n
    }

    fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// Makes one thing about the culprit's file other than it is known.
fn mutated(random: &mut Random) -> (String, Vec<u8>) {
    let native = format!("{FOLDER}/111122223333_CloudTrail_eu-west-1_20260302T0958Z_ZzYy.json.gz");
    let names = [
        native.as_str(),
        "extra/a.json",
        "extra/a.txt",
        "extra/a",
        "extra/a.dat",
        "extra/a.log.1",
        "extra/a.csv",
        "region=eu-west-1/a.out",
    ];
    let name = (*random.pick(&names)).to_owned();
    let mut record = culprit();
    let wrap = |record: &Value| json!({"Records": [harmless(), record]}).to_string().into_bytes();
    let values = [
        Value::Null,
        json!(""),
        json!("null"),
        json!(7),
        json!(true),
        json!([]),
        json!({}),
        json!("?"),
        json!({"value": "x"}),
        json!(["a", "b"]),
    ];
    match random.below(8) {
        // A field of another type, or none.
        0 => {
            let fields = [
                "eventTime",
                "eventName",
                "eventSource",
                "awsRegion",
                "userIdentity",
                "requestParameters",
                "recipientAccountId",
                "eventID",
                "eventType",
                "eventVersion",
                "eventCategory",
                "responseElements",
                "resources",
                "managementEvent",
            ];
            let field = *random.pick(&fields);
            match random.below(3) {
                0 => _ = record.as_object_mut().unwrap().remove(field),
                1 => record[field] = json!(record[field].to_string()),
                _ => record[field] = random.pick(&values).clone(),
            }
            (name, wrap(&record))
        }
        // A wrapper, maybe one that nobody knows.
        1 => {
            let mut value = if random.below(2) == 0 { record } else { json!(record.to_string()) };
            for _ in 0..=random.below(14) {
                let key = *random.pick(&["message", "data", "Records", "events", "payload", "_source", "x", "logEvents", "detail", "body"]);
                value = match random.below(4) {
                    0 => json!({key: value}),
                    1 => json!({key: [value]}),
                    2 => json!([value]),
                    _ => json!({key: value.to_string(), "time": 1}),
                };
            }
            (name, value.to_string().into_bytes())
        }
        // Cut, at any byte, packed or not.
        2 => {
            let whole = [wrap(&record), gz(&wrap(&record)), zstd(&wrap(&record)), zip("a.json", &wrap(&record))];
            let whole = random.pick(&whole).clone();
            let end = random.below(whole.len());
            // Nothing at all under a name that is none of a log is no log.
            let end = if name.contains("CloudTrail") || name.ends_with(".json") { end } else { end.max(8) };
            (name, whole[..end].to_vec())
        }
        // Packed in something, known or not.
        3 => {
            let mut bytes = wrap(&record);
            for _ in 0..=random.below(5) {
                bytes = match random.below(4) {
                    0 => gz(&bytes),
                    1 => zstd(&bytes),
                    2 => zip("x/inner", &bytes),
                    _ => bytes.iter().map(|byte| byte.wrapping_mul(167) ^ 0xa5).collect(),
                };
            }
            (name, bytes)
        }
        // A region that is spelt otherwise or is none.
        4 => {
            let regions = [
                "EU-WEST-1",
                "eu_west_1",
                " eu-west-1 ",
                "global",
                "Ireland",
                "EU (Ireland)",
                "euw1",
                "-",
                "eu-west-1a",
                "aws-global",
                "*",
                "unknown",
            ];
            record["awsRegion"] = json!(random.pick(&regions));
            (name, wrap(&record))
        }
        // A time in another form.
        5 => {
            let times = [
                json!("2026-03-02 09:55:12"),
                json!("2026-03-02T09:55:12+00:00"),
                json!(1_772_445_312),
                json!(1_772_445_312_000_u64),
                json!("02/03/2026 09:55:12"),
                json!("20260302095512"),
                json!("Mon Mar  2 09:55:12 2026"),
                json!("March 02, 2026, 09:55:12 (UTC+00:00)"),
                json!("2026-W10-1"),
                json!("1772445312.5"),
                json!(1_772_445_312.5),
                json!("yesterday"),
                json!("09:55:12"),
                json!("2026-03-02"),
                json!(20_260_302_095_512_u64),
                json!({"$date": "2026-03-02T09:55:12Z"}),
                json!("2.3.2026, 09:55"),
                json!("1772445312000000"),
            ];
            record["eventTime"] = random.pick(&times).clone();
            (name, wrap(&record))
        }
        // Other bytes amid the text, or its encoding.
        6 => {
            let mut bytes = wrap(&record);
            match random.below(3) {
                0 => {
                    let at = random.below(bytes.len());
                    bytes[at] = *random.pick(b"\0}{\",\xff\n");
                }
                1 => bytes = String::from_utf8(bytes).unwrap().encode_utf16().flat_map(u16::to_be_bytes).collect(),
                _ => bytes = STANDARD.encode(&bytes).into_bytes(),
            }
            (name, bytes)
        }
        // One of the known forms under any name, cut or not.
        _ => {
            let forms = forms();
            let (_, bytes) = random.pick(&forms);
            let end = if random.below(2) == 0 { bytes.len() } else { bytes.len() / 3 + random.below(bytes.len() * 2 / 3) };
            (name, bytes[..end].to_vec())
        }
    }
}

#[tokio::test]
async fn nothing_that_is_not_recognised_gives_an_all_clear() {
    let mut random = Random(11);
    let (mut wrong, mut found) = (Vec::new(), 0);
    for nth in 0..1200 {
        let (name, bytes) = mutated(&mut random);
        let told = ask(&name, &bytes).await;
        found += u32::from(told.found);
        if !told.holds() {
            let shown = String::from_utf8_lossy(&bytes);
            wrong.push(format!(
                "{nth} {name}: {} …\n{}",
                shown.chars().take(1800).collect::<String>(),
                told.all.get(..300).unwrap_or_default()
            ));
        }
    }
    assert!(wrong.is_empty(), "{} of 1200:\n{}", wrong.len(), wrong.iter().take(12).cloned().collect::<Vec<_>>().join("\n"));
    assert!(found > 300, "the culprit is found {found} times only");
}
