//! Commands and parameters as people send them: what is innocent is shown, and of the rest only the word that may be a secret is hidden.

use super::*;

/// Lines of commands with nothing to hide.
#[rustfmt::skip] // One line each.
const INNOCENT: &[&str] = &[
    "apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y nginx=1.24.0-2ubuntu7.1",
    "echo \"deploy finished at $(date -u +%Y-%m-%dT%H:%M:%SZ) on $(hostname -f)\" >> /var/log/deploy.log",
    "growpart /dev/nvme0n1 1 && resize2fs /dev/nvme0n1p1",
    "jstack $(pgrep -f ledger-2.8.1.jar) > /tmp/threads.$(date +%s).txt",
    "hostnamectl set-hostname web-07.prod.internal",
    "INSTANCE_ID=$(ec2-metadata -i | cut -d' ' -f2); echo $INSTANCE_ID",
    "Get-WmiObject Win32_LogicalDisk -Filter \"DriveType=3\" | Select-Object DeviceID, @{n='FreeGB';e={[math]::Round($_.FreeSpace/1GB,1)}}",
    "msiexec /i C:\\Temp\\AWSCLIV2.msi /qn",
    "# roll back to the previous release",
    "tc qdisc add dev eth0 root netem delay 200ms 40ms distribution normal",
    "curl -s 'http://prometheus:9090/api/v1/query?query=sum(rate(http_requests_total{code=~\"5..\"}[5m]))' | jq .data.result",
    "dpkg -l | grep -E '^ii +(openssl|libssl3)'",
    "until nc -z $DB_HOST $DB_PORT; do echo waiting for db; sleep 1; done; ./server",
    "TOKEN=$(curl -sX PUT http://169.254.169.254/latest/api/token -H 'X-aws-ec2-metadata-token-ttl-seconds: 300')",
    "ls -la /mnt/efs/fs-0a1b2c3d4e5f60718",
    "java -Xmx1g -XX:+UseG1GC -XX:+ExitOnOutOfMemoryError -jar app.jar",
    "convert in.png -resize 800x600 out.jpg",
    "aws ec2 modify-instance-attribute --instance-type r6g.4xlarge",
];

/// Words of commands with nothing to hide.
const WORDS: &[&str] = &[
    "-url=jdbc:postgresql://orders-db:5432/orders",
    "scheduled__2026-11-29T00:00:00+00:00",
    "-XX:+ExitOnOutOfMemoryError",
    "/mnt/efs/fs-0a1b2c3d4e5f60718",
    "NA12878",
    "PT3M",
    "1s,5s,30s,2m",
];

fn in_record(source: &str, request: Value) -> Value {
    json!({"eventSource": format!("{source}.amazonaws.com"), "eventName": "X", "requestParameters": request})
}

/// The places that take a line of commands.
fn places(line: &str) -> Vec<Value> {
    vec![
        in_record("ssm", json!({"documentName": "AWS-RunShellScript", "parameters": {"commands": [line]}})),
        in_record("ecs", json!({"overrides": {"containerOverrides": [{"command": ["sh", "-c", line]}]}})),
        in_record("batch", json!({"containerOverrides": {"command": ["CMD-SHELL", line]}})),
    ]
}

#[test]
fn innocent_commands_are_shown_as_they_are() {
    for line in INNOCENT {
        for record in places(line) {
            assert_eq!(*super::record(&record), record, "{line}");
        }
    }
    for word in WORDS {
        let record = in_record("ecs", json!({"overrides": {"containerOverrides": [{"command": ["app", word]}]}}));
        assert_eq!(*super::record(&record), record, "{word}");
    }
}

#[test]
fn of_a_command_with_a_secret_the_rest_is_shown() {
    for (line, shown) in [
        ("/opt/agent/install.sh wJ7rXk2Qm9Lz4VtB8nYc --site eu1", "/opt/agent/install.sh "),
        ("mysqldump --user=backup --password=wJ7rXk2Qm9Lz4VtB8nYc orders | gzip > /backup/o.sql.gz", " orders | gzip > /backup/o.sql.gz"),
        ("register-node 10.0.1.10:8443 9f3ac27d51b8e64f0a7c3e9d12b5f8a6", "register-node 10.0.1.10:8443 "),
        ("printf '%s' 'k3!dL9sq#x' | /opt/app/bin/unlock", " | /opt/app/bin/unlock"),
    ] {
        for record in places(line) {
            let output = super::record(&record).into_inner();
            let text = output.to_string();
            assert!(text.contains(shown) && text.contains("[redacted: "), "{text}");
            assert!(["wJ7rXk2Q", "9f3ac27d51", "k3!dL9"].iter().all(|secret| !text.contains(secret)), "{text}");
            assert_eq!(*super::record(&output), output);
        }
    }
}

#[test]
fn a_command_that_sets_a_secret_by_its_place_is_hidden() {
    for line in ["consul acl set-agent-token default monkey-Coffee-38", "snyk auth hunter2", "correct horse battery staple"] {
        let output = super::record(&in_record("ssm", json!({"parameters": {"commands": [line]}}))).into_inner().to_string();
        assert!(["monkey", "hunter2", "battery"].iter().all(|secret| !output.contains(secret)), "{output}");
    }
}

#[test]
fn json_shows_what_of_it_is_plain() {
    let input = json!({"step": "unlock", "with": "wJ7rXk2Qm9Lz4VtB8nYc", "retry": 2, "note": {"password": "hunter2"}}).to_string();
    let record = in_record("states", json!({"input": input}));
    let output = super::record(&record).into_inner();
    let shown =
        json!({"step": "unlock", "with": "[redacted: input]", "retry": 2, "note": {"password": "[redacted: password]"}}).to_string();
    assert_eq!(output["requestParameters"]["input"], json!(shown));
    assert_eq!(*super::record(&output), output);
    let names = in_record("states", json!({"input": json!({"wJ7rXk2Qm9Lz4VtB8nYc": "on"}).to_string()}));
    assert_eq!(super::record(&names).into_inner()["requestParameters"]["input"], json!("[redacted: input]"));
}

#[test]
fn what_people_say_and_ids_are_shown_by_the_name_of_their_parameter() {
    let id = "1b2c3d4e-5f60-4718-8293-a4b5c6d7e8f9";
    let shown = in_record("ssm", json!({"parameters": {"SnapshotId": [id], "Reason": ["Primary shows rising replica lag, see OPS-4821"]}}));
    assert_eq!(*super::record(&shown), shown);
    for (name, text) in [("SecretId", id), ("Activation", id), ("Phrase", "correct horse battery staple")] {
        let output = super::record(&in_record("ssm", json!({"parameters": {name: [text]}}))).into_inner().to_string();
        assert!(!output.contains(text), "{output}");
    }
}
