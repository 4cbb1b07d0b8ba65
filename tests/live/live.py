"""Prometheus -> Alertmanager -> webhook -> investigation -> posted report -> answer by id -> resolved -> posted end."""

import datetime
import hashlib
import http.server
import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request

BINARY, WORK = sys.argv[1], sys.argv[2]
ENOUGH = 30.0  # seconds, from the start of Prometheus to the answer by id
started, heard = time.monotonic(), []


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def write(name, text):
    path = os.path.join(WORK, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(text)
    return path


def until(what, found, seconds=ENOUGH):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        result = found()
        if result:
            return result
        time.sleep(0.1)
    raise SystemExit(f"live: it did not come: {what}")


class Channel(http.server.BaseHTTPRequestHandler):
    """Takes messages as an incoming webhook of Slack does."""

    def do_POST(self):
        heard.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_):
        pass


def record(minutes, name, by, parameters, source="ec2.amazonaws.com"):
    at = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=minutes)
    return {
        "eventVersion": "1.08", "eventTime": at.strftime("%Y-%m-%dT%H:%M:%SZ"), "eventSource": source, "eventName": name,
        "awsRegion": "eu-west-1", "sourceIPAddress": "192.0.2.7", "userAgent": "aws-cli/2.15", "readOnly": False, "eventType": "AwsApiCall",
        "userIdentity": {"type": "IAMUser", "userName": by, "accountId": "111122223333", "arn": f"arn:aws:iam::111122223333:user/{by}"},
        "requestParameters": parameters, "eventID": f"{secrets.token_hex(4)}-0000-4000-8000-{secrets.token_hex(6)}",
        "recipientAccountId": "111122223333",
    }


def start(*command, **more):
    process = subprocess.Popen(command, cwd=WORK, **more)
    running.append(process)
    return process


def rule(expression):
    write("rules.yml", f"""groups:
- name: live
  interval: 1s
  rules:
  - alert: CheckoutUnreachable
    expr: {expression}
    labels: {{region: eu-west-1, security_group_id: sg-0123456789abcdef0}}
    annotations: {{summary: "connections to checkout time out"}}
""")


def call(arguments):
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "aws.cloudtrail_events", "arguments": arguments}}
    headers = {"authorization": f"Bearer {caller}", "content-type": "application/json", "accept": "application/json, text/event-stream"}
    request = urllib.request.Request(f"{server}/mcp", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)["result"]["structuredContent"]


running = []
channel = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Channel)
threading.Thread(target=channel.serve_forever, daemon=True).start()
posted_to = f"http://127.0.0.1:{channel.server_address[1]}/services/live"
caller, token = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
alertmanager_port, prometheus_port, cluster_port = free_port(), free_port(), free_port()

try:
    ingress = {"groupId": "sg-0123456789abcdef0", "ipPermissions": {"items": [{"ipProtocol": "tcp", "fromPort": 443, "toPort": 443, "ipRanges": {"items": [{"cidrIp": "10.0.0.0/8"}]}}]}}
    changes = [record(6, "RevokeSecurityGroupIngress", "alice", ingress)]
    changes += [record(minutes, "CreateTags", "pipeline", {"resourcesSet": {"items": [{"resourceId": f"i-{minutes:017x}"}]}}) for minutes in range(8, 28)]
    write("logs/changes.json", json.dumps({"Records": changes}))
    os.mkdir(os.path.join(WORK, "kept"))
    digest = lambda text: hashlib.sha256(text.encode()).hexdigest()
    policy = write("policy.toml", f"""
[alertmanager]
url = "http://127.0.0.1:{alertmanager_port}"
[investigations]
path = "{WORK}/kept"
[slack]
url = "{posted_to}"
max_per_minute = 60
[[http.callers]]
name = "live"
token_sha256 = "{digest(caller)}"
[[http.webhooks]]
name = "prod"
form = "alertmanager"
caller = "live"
token_sha256 = "{digest(token)}"
""")
    log = open(os.path.join(WORK, "server.log"), "w")
    start(BINARY, "serve", "--http", "127.0.0.1:0", "--archive", f"{WORK}/logs", "--config", policy, stderr=log)
    address = until("the server's address", lambda: re.search(r"Listening on (http://[^/]+)/mcp", open(log.name).read()))
    server = address.group(1)

    write("alertmanager.yml", f"""route: {{receiver: live, group_wait: 0s, group_interval: 1s, repeat_interval: 1h}}
receivers:
- name: live
  webhook_configs:
  - url: {server}/webhooks/prod
    send_resolved: true
    http_config: {{authorization: {{credentials: {token}}}}}
""")
    quiet = {"stdout": subprocess.DEVNULL, "stderr": open(os.path.join(WORK, "others.log"), "w")}
    start("prometheus-alertmanager", "--config.file=alertmanager.yml", "--storage.path=alerts",
          f"--web.listen-address=127.0.0.1:{alertmanager_port}", "--cluster.listen-address=", **quiet)
    rule("vector(1)")
    write("prometheus.yml", f"""global: {{evaluation_interval: 1s, scrape_interval: 1m}}
rule_files: [rules.yml]
alerting: {{alertmanagers: [{{static_configs: [{{targets: ["127.0.0.1:{alertmanager_port}"]}}]}}]}}
""")
    fired = time.monotonic()
    prometheus = start("prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=data",
                       # It learns of Alertmanager only after it has fired, and would tell it a minute later.
                       "--rules.alert.resend-delay=1s",
                       f"--web.listen-address=127.0.0.1:{prometheus_port}", **quiet)

    report = until("the posted report", lambda: heard and heard[0])
    text = json.dumps(report)
    assert "CheckoutUnreachable" in report["text"] and "RevokeSecurityGroupIngress" in text, text
    identity = re.search(r"live-[0-9TZ]+-[0-9a-f]{8}", text).group(0)
    by_id = call({"investigation": identity})
    took = time.monotonic() - fired
    assert by_id["context"]["alert"]["name"] == "CheckoutUnreachable", by_id
    assert by_id["groups"][0]["events"][0]["name"] == "RevokeSecurityGroupIngress", by_id
    assert took <= ENOUGH, f"{took:.1f} s"
    for named in ["current", "CheckoutUnreachable"]:
        assert call({"investigation": named})["context"]["alert"]["name"] == "CheckoutUnreachable", named

    rule("vector(1) > 2")
    prometheus.send_signal(signal.SIGHUP)
    end = until("the posted end", lambda: next((message for message in heard if " is over" in message["text"]), None))
    assert len([message for message in heard if "RevokeSecurityGroupIngress" in json.dumps(message)]) == 1, heard
    print(f"live: fired, investigated, posted and answered by id in {took:.1f} s; {end['text']!r} after {time.monotonic() - started:.1f} s in all")
finally:
    for process in running:
        process.terminate()
    for process in running:
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
