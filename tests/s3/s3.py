"""Puts a trail with signed digests into moto's S3, and has the program answer from it and verify it."""

import base64
import gzip
import hashlib
import json
import logging
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from urllib.parse import parse_qs

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.s3.models import s3_backends
from werkzeug.serving import make_server

WORK, BINARY, *FLAGS = sys.argv[1:]
ACCOUNT, REGION, BUCKET, PREFIX = "111122223333", "us-east-1", "trail-logs", "pre"
# moto's own account, in which the bucket lies.
OWNER = "123456789012"
BEGIN = datetime(2026, 1, 27, 12, tzinfo=timezone.utc)
HOURS, LOGS = 24, 12
faults = []


def check(holds, what):
    print(("ok    " if holds else "FAULT ") + what)
    if not holds:
        faults.append(what)


# ---- the trail

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
DER = KEY.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)
FINGERPRINT = hashlib.md5(DER).hexdigest()
PUBLIC = {"Value": base64.b64encode(DER).decode(), "Fingerprint": FINGERPRINT, "ValidityStartTime": 1767225600, "ValidityEndTime": 1798675200}


def stamp(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def record(number, moment):
    name, read = [("StopInstances", False), ("DescribeInstances", True), ("UpdateService", False), ("AssumeRole", True)][number % 4]
    return {
        "eventVersion": "1.09",
        "userIdentity": {"type": "IAMUser", "userName": "alice", "arn": f"arn:aws:iam::{ACCOUNT}:user/alice", "accountId": ACCOUNT},
        "eventTime": stamp(moment), "eventSource": "ec2.amazonaws.com" if number % 4 < 2 else "ecs.amazonaws.com", "eventName": name,
        "awsRegion": REGION, "sourceIPAddress": "192.0.2.1", "userAgent": "aws-cli/2", "requestParameters": {"instanceId": f"i-{number:08x}"},
        "responseElements": None, "requestID": f"r-{number}", "eventID": f"00000000-0000-4000-8000-{number:012x}", "readOnly": read,
        "eventType": "AwsApiCall", "managementEvent": True, "recipientAccountId": ACCOUNT, "eventCategory": "Management",
    }


def deliver():
    """Returns bytes and metadata by key: logs every five minutes, and the digest of each hour."""
    objects, previous, number = {}, None, 0
    for hour in range(HOURS):
        listed, begin = [], BEGIN + timedelta(hours=hour)
        for slot in range(LOGS):
            named = begin + timedelta(minutes=5 * slot)
            records = [record(number + n, named + timedelta(seconds=10 * n)) for n in range(20)]
            number += len(records)
            text = json.dumps({"Records": records}, separators=(",", ":")).encode()
            key = f"{PREFIX}/AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/{named:%Y/%m/%d}/{ACCOUNT}_CloudTrail_{REGION}_{named:%Y%m%dT%H%MZ}_{hour:04d}{slot:012d}.json.gz"
            objects[key] = (gzip.compress(text, mtime=0), {})
            listed.append({"s3Bucket": BUCKET, "s3Object": key, "hashValue": hashlib.sha256(text).hexdigest(), "hashAlgorithm": "SHA-256"})
        end = begin + timedelta(hours=1, minutes=1, seconds=31)
        start = end - timedelta(hours=1)
        key = f"{PREFIX}/AWSLogs/{ACCOUNT}/CloudTrail-Digest/{REGION}/{end:%Y/%m/%d}/{ACCOUNT}_CloudTrail-Digest_{REGION}_trail_{REGION}_{end:%Y%m%dT%H%M%SZ}.json.gz"
        before = previous or {"bucket": None, "key": None, "hash": None, "signature": None}
        digest = {
            "awsAccountId": ACCOUNT, "digestStartTime": stamp(start), "digestEndTime": stamp(end), "digestS3Bucket": BUCKET, "digestS3Object": key,
            "digestPublicKeyFingerprint": FINGERPRINT, "digestSignatureAlgorithm": "SHA256withRSA",
            "newestEventTime": stamp(end), "oldestEventTime": stamp(start),
            "previousDigestS3Bucket": before["bucket"], "previousDigestS3Object": before["key"], "previousDigestHashValue": before["hash"],
            "previousDigestHashAlgorithm": previous and "SHA-256", "previousDigestSignature": before["signature"], "logFiles": listed,
        }
        text = json.dumps(digest).encode()
        hashed = hashlib.sha256(text).hexdigest()
        signed = f"{stamp(end)}\n{BUCKET}/{key}\n{hashed}\n{before['signature'] or 'null'}"
        signature = KEY.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()).hex()
        objects[key] = (gzip.compress(text, mtime=0), {"signature": signature, "signature-algorithm": "SHA256withRSA"})
        previous = {"bucket": BUCKET, "key": key, "hash": hashed, "signature": signature}
    return objects


# ---- the server

logging.getLogger("werkzeug").setLevel(logging.ERROR)
asked = []
refused = set()


def serve():
    """Serves S3, counts what is asked, and tells the public key."""
    moto = DomainDispatcherApplication(create_backend_app)

    def app(environ, start):
        query = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
        target = environ.get("HTTP_X_AMZ_TARGET", "")
        if target.endswith(".ListPublicKeys"):
            body = json.dumps({"PublicKeyList": [PUBLIC]}).encode()
            start("200 OK", [("Content-Type", "application/x-amz-json-1.1"), ("Content-Length", str(len(body)))])
            return [body]
        if environ["PATH_INFO"] in refused:
            body = b"<Error><Code>AccessDenied</Code><Message>not authorized to perform: s3:GetObject</Message></Error>"
            start("403 Forbidden", [("Content-Type", "application/xml"), ("Content-Length", str(len(body)))])
            return [body]
        if environ["REQUEST_METHOD"] == "GET":
            asked.append("list" if "list-type" in query else environ["PATH_INFO"])
        return moto(environ, start)

    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


STORE = s3_backends[OWNER]["aws"]


def fill(bucket, objects):
    if bucket in STORE.buckets:
        STORE.buckets[bucket].keys.clear()
    else:
        STORE.create_bucket(bucket, REGION)
    for key, (body, metadata) in objects.items():
        put(bucket, key, body, metadata)


def put(bucket, key, body, metadata=()):
    made = STORE.put_object(bucket, key, body)
    made.set_metadata({f"x-amz-meta-{name}": value for name, value in dict(metadata).items()})


# ---- the program

ENDPOINT = serve()
ENV = {
    "PATH": os.environ["PATH"], "AWS_ENDPOINT_URL": ENDPOINT, "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "example",
    "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION, "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "CLOUDTRAIL_MCP_NOW": "2026-02-01T00:00:00Z", "CHAT_ALLOW_AWS_READ": "true",
}


def run(*arguments):
    """Returns exit code and output of the program, and the requests that it sent: listings, objects."""
    asked.clear()
    done = subprocess.run([BINARY, *map(str, arguments)], capture_output=True, text=True, env=ENV)
    return done.returncode, done.stdout or done.stderr, asked.count("list"), [one for one in asked if one != "list"]


def facts(answer):
    """Returns what an answer tells but for what it cost."""
    answer = json.loads(answer)
    events = [event["event_id"] for group in answer.get("groups", []) for event in group["events"]]
    cells = [(cell["account"], cell["region"], cell["state"]) for cell in answer["coverage"]["cells"]]
    return answer["finding"], answer["totals"], events, cells, answer["coverage"]["verdict"]


def answers(folder):
    ask = ["events", "--json", "--limit", "50", "--region", REGION, "--since", "2026-01-27T20:00:00Z", "--until", "2026-01-27T21:00:00Z"]
    _, disk, _, _ = run(*ask, "--archive", folder)
    _, cloud, lists, gets = run(*ask, "--archive", f"s3://{BUCKET}/{PREFIX}")
    check(facts(disk) == facts(cloud), "an hour out of S3 is the hour on disk")
    print(f"      {lists} LIST, {len(gets)} GET")
    code, proven, lists, gets = run(*ask, "--archive", f"s3://{BUCKET}", "--verified", "--keys", KEYS)
    flags = [event.get("flags", []) for group in json.loads(proven)["groups"] for event in group["events"]]
    check(flags and all("verified" in one for one in flags), "with --verified each event of S3 is proven")
    print(f"      {lists} LIST, {len(gets)} GET")
    event = json.loads(cloud)["groups"][0]["events"][0]
    code, found, _, _ = run("event", event["event_id"], "--json", "--archive", f"s3://{BUCKET}/{PREFIX}", "--time", event["time"])
    check(code == 0 and event["event_id"] in found, "an event is found by its id")


def verification(objects):
    place = f"s3://{BUCKET}/{PREFIX}"
    logs = sorted(key for key in objects if "/CloudTrail/" in key)
    digests = sorted(key for key in objects if "/CloudTrail-Digest/" in key)
    began = time.monotonic()
    code, out, lists, gets = run("verify", place, "--keys", KEYS)
    took = time.monotonic() - began
    check(code == 0 and out.startswith(f"VALID: all {len(digests)} digests and {len(logs)} logs"), "a whole trail is valid")
    print(f"      {lists} LIST, {len(gets)} GET, {took:.2f} s")
    code, out, _, _ = run("verify", place)
    check(code == 0, "with the keys that AWS tells, too")
    log, digest = logs[100], digests[5]
    other = {"Records": []}
    cases = [
        ("altered", lambda: put(BUCKET, log, gzip.compress(json.dumps(other).encode())), log, 1),
        ("removed", lambda: STORE.delete_object(BUCKET, log), log, 1),
        ("added", lambda: put(BUCKET, log.replace("_0008", "_F008"), objects[log][0]), log.replace("_0008", "_F008"), 1),
        ("a digest removed", lambda: STORE.delete_object(BUCKET, digest), digest, 1),
        ("a digest altered", lambda: put(BUCKET, digest, gzip.compress(gzip.decompress(objects[digest][0]) + b" "), objects[digest][1]), digest, 1),
        ("its signature altered", lambda: put(BUCKET, digest, objects[digest][0], {"signature": "00" * 256}), digest, 1),
        ("bytes after a log", lambda: put(BUCKET, log, objects[log][0] + b"more"), log, 1),
    ]
    for what, tamper, named, expected in cases:
        fill(BUCKET, objects)
        tamper()
        code, out, _, _ = run("verify", place, "--keys", KEYS)
        check(code == expected and f"s3://{BUCKET}/{named}" in out, f"{what}: found and named")
    fill(BUCKET, objects)
    state = Path(tempfile.mkdtemp(dir=WORK)) / "state"
    refused.update(f"/{BUCKET}/{key}" for key in logs[::2])
    code, out, _, _ = run("verify", place, "--keys", KEYS, "--state", state)
    check(code == 3 and "s3:GetObject is denied" in out and "INVALID" not in out, "what may not be read is an error and no tampering")
    refused.clear()
    code, out, _, second = run("verify", place, "--keys", KEYS, "--state", state)
    fetched = sum("/CloudTrail/" in path for path in second)
    check(code == 0 and fetched == len(logs) / 2 and not state.exists(), f"goes on where it was interrupted: {fetched} of {len(logs)} logs were left")
    return took


def many():
    """An hour out of a hundred thousand keys."""
    objects = {}
    for number in range(100_000):
        named = datetime(2026, 2, 1, tzinfo=timezone.utc) - timedelta(seconds=24 * number)
        key = f"{PREFIX}/AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/{named:%Y/%m/%d}/{ACCOUNT}_CloudTrail_{REGION}_{named:%Y%m%dT%H%MZ}_{number:016d}.json.gz"
        objects[key] = named
    empty = gzip.compress(b'{"Records":[]}', mtime=0)
    STORE.create_bucket("many", REGION)
    for key, named in objects.items():
        near = abs((named - datetime(2026, 1, 27, 20, 30, tzinfo=timezone.utc)).total_seconds()) < 7200
        body = gzip.compress(json.dumps({"Records": [record(int(named.timestamp()), named)]}, separators=(",", ":")).encode()) if near else empty
        STORE.put_object("many", key, body)
    window = ["--since", "2026-01-27T20:00:00Z", "--until", "2026-01-27T21:00:00Z"]
    began = time.monotonic()
    code, out, lists, gets = run("query", "errors", "--json", "--region", REGION, *window, "--archive", f"s3://many/{PREFIX}")
    if code not in (0, 3):
        print(out)
    check(0 < lists <= 6, f"an hour out of {len(objects)} keys took {lists} LIST and {len(gets)} GET, {time.monotonic() - began:.1f} s")


def compared(took):
    """The AWS CLI's own verification of the same tree."""
    command = [Path(WORK) / "bin/aws", "cloudtrail", "validate-logs", "--trail-arn", f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/trail",
               "--start-time", stamp(BEGIN - timedelta(hours=1)), "--end-time", stamp(BEGIN + timedelta(hours=HOURS + 1)),
               "--s3-bucket", BUCKET, "--s3-prefix", PREFIX]
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, capture_output=True, text=True, env=ENV)
    theirs, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    told = re.findall(r"\d+/\d+ (?:digest|log) files? valid", done.stdout)
    print(f"      aws cloudtrail validate-logs: {theirs:.2f} s, {cpu:.2f} s of CPU, {told or done.stdout + done.stderr}")
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    run("verify", f"s3://{BUCKET}/{PREFIX}", "--keys", KEYS)
    ours, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    own = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"      cloudtrail-mcp verify: {ours:.2f} s, {own:.2f} s of CPU: {theirs / ours:.0f} and {cpu / own:.0f} times as fast")


OBJECTS = deliver()
KEYS = Path(WORK) / "keys.json"
KEYS.write_text(json.dumps({"PublicKeyList": [PUBLIC]}))
FOLDER = Path(tempfile.mkdtemp(dir=WORK))
try:
    for key, (body, _) in OBJECTS.items():
        path = FOLDER / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    fill(BUCKET, OBJECTS)
    answers(FOLDER / PREFIX)
    took = verification(OBJECTS)
    if "--cli" in FLAGS:
        compared(took)
    many()
finally:
    shutil.rmtree(FOLDER)
sys.exit(f"{len(faults)} faults" if faults else 0)
