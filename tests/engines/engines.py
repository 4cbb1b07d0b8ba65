"""Plays Athena, CloudTrail Lake and CloudWatch Logs over DuckDB, and compares what the program answers from each with its archive's answer."""

import gzip
import itertools
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import duckdb
import sqlglot
from sqlglot import exp

WORK, BINARY, FILES = sys.argv[1], sys.argv[2], sys.argv[3:]
STORE = "11112222-3333-4444-5555-666677778888"
OWNER = "111122223333"
SOURCES = ["athena", "logs_insights", "lake"]
faults = []


def load():
    """Reads the records that name an id, an account and a region, each once."""
    known = {}
    for file in FILES:
        with (gzip.open if file.endswith(".gz") else open)(file, "rt") as lines:
            for line in lines:
                record = json.loads(line)
                record = record.get("record", record)
                place = re.fullmatch(r"(us|eu|ap|ca|sa|me|af|il|mx)-(?!gov|iso)[a-z]+-\d", str(record.get("awsRegion")))
                identity = record.get("userIdentity")
                account = record.get("recipientAccountId") or (identity or {}).get("accountId")
                if place and re.fullmatch(r"\d{12}", str(account)) and record.get("eventID") and re.fullmatch(r"20\d\d-[\dT:-]+Z", record["eventTime"]):
                    record["recipientAccountId"] = account
                    known.setdefault(record["eventID"], record)
    return sorted(known.values(), key=lambda record: record["eventTime"])


RECORDS = load()


def lower(value):
    """Writes keys as a struct of Hive has them."""
    if isinstance(value, dict):
        return {key.lower(): lower(one) for key, one in value.items()}
    return [lower(one) for one in value] if isinstance(value, list) else value


def shape(kind):
    """Writes a type as DuckDB has it for reading JSON of which some may be missing."""
    if kind.is_type("struct"):
        return {one.name.lower(): shape(one.args["kind"]) for one in kind.expressions}
    if kind.is_type("array"):
        return [shape(kind.expressions[0])]
    return "MAP(VARCHAR, VARCHAR)" if kind.is_type("map") else "VARCHAR"


def plain(value):
    return value if value is None or isinstance(value, str) else json.dumps(value)


def tables():
    """Makes the tables: Athena's by the statement that the program prints, and that of an event data store by CloudTrail's documentation."""
    database = duckdb.connect()
    ddl = subprocess.run([BINARY, "trail-template", "--athena", "--bucket", "logs", "--table", "audit.logs"], capture_output=True, text=True, check=True).stdout
    schema = sqlglot.parse_one(ddl, read="athena")
    columns = [(one.name.lower(), one.kind.sql("duckdb")) for one in schema.this.expressions]
    shapes = {one.name.lower(): json.dumps(shape(one.kind)) for one in schema.this.expressions}
    parts = [one.name for one in schema.find(exp.PartitionedByProperty).find_all(exp.ColumnDef)]
    assert parts == ["account", "region", "day"], parts
    columns += [(part, "TEXT") for part in parts]
    database.execute("CREATE SCHEMA audit")
    database.execute("CREATE TABLE audit.logs (" + ", ".join(f"{name} {kind}" for name, kind in columns) + ")")
    for record in RECORDS:
        fields = {key.lower(): value for key, value in record.items()}
        fields |= {"account": record["recipientAccountId"], "region": record["awsRegion"], "day": record["eventTime"][:10].replace("-", "/")}
        values, marks = [], []
        for name, kind in columns:
            value = fields.get(name)
            struct = kind.startswith("STRUCT")
            marks.append(f"from_json(CAST(? AS JSON), '{shapes[name]}')" if struct else "?")
            values.append((None if value is None else json.dumps(lower(value))) if struct else plain(value))
        database.execute(f"INSERT INTO audit.logs VALUES ({', '.join(marks)})", values)
    database.execute(
        f'CREATE TABLE "{STORE}" (eventjson TEXT, recipientaccountid TEXT, awsregion TEXT, eventtime TIMESTAMP, readonly BOOLEAN, eventname TEXT, eventid TEXT)'
    )
    for record in RECORDS:
        at = datetime.strptime(record["eventTime"], "%Y-%m-%dT%H:%M:%SZ")
        flag = record.get("readOnly")
        flag = flag if isinstance(flag, bool) or flag is None else str(flag).lower() == "true"
        row = [json.dumps(record), record["recipientAccountId"], record["awsRegion"], at, flag, record.get("eventName"), record["eventID"]]
        database.execute(f'INSERT INTO "{STORE}" VALUES (?, ?, ?, ?, ?, ?, ?)', row)
    return database


DATABASE = tables()
LOCK = threading.Lock()
STATEMENTS = []
RUNS = {}
ENDLESS = threading.Event()


def begin(statement, names, rows):
    with LOCK:
        STATEMENTS.append(statement)
        run = f"00000000-0000-0000-0000-{len(STATEMENTS):012}"
        RUNS[run] = {"names": names, "rows": rows, "looked": 0, "stopped": None}
        return run


def execute(statement):
    """Parses one statement of Trino's SQL strictly and runs it."""
    text = statement.replace(f"FROM {STORE}", f'FROM "{STORE}"')
    trees = sqlglot.parse(text, read="trino", error_level=sqlglot.ErrorLevel.RAISE)
    assert len(trees) == 1 and isinstance(trees[0], exp.Select), statement
    where = trees[0].args["where"].sql("trino")
    for bound in ["IN (", "eventtime >=", "eventtime <"]:
        assert bound in where, (bound, statement)
    with LOCK:
        done = DATABASE.execute(trees[0].sql("duckdb"))
        names = [one[0].lower() for one in done.description]
        return names, [[None if cell is None else str(cell) for cell in row] for row in done.fetchall()]


def flat(value, path=""):
    if isinstance(value, dict):
        for key, one in value.items():
            yield from flat(one, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for n, one in enumerate(value):
            yield from flat(one, f"{path}.{n}")
    else:
        yield path, value


def stamp(text):
    return int(datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc).timestamp())


class Laid:
    """A record as Logs Insights has it: when, its text, and the 200 fields that are found in it. Laid out once, as every query reads all."""

    def __init__(self, record):
        self.at, self.time = stamp(record["eventTime"]), record["eventTime"]
        self.text, self.fields = json.dumps(record), dict(itertools.islice(flat(record), 200))


LAID = [Laid(record) for record in RECORDS]


def judge(term):
    """Reads one term of a filter; gives what judges a record by it."""
    if found := re.fullmatch(r"not ispresent\((\S+)\)", term):
        return lambda one: found[1] not in one.fields
    if found := re.fullmatch(r"@message like /(.*)/", term):
        pattern = re.compile(found[1])
        return lambda one: pattern.search(one.text) is not None
    if found := re.fullmatch(r"(\S+) in (\[.*\])", term):
        listed = set(json.loads(found[2]))
        return lambda one: isinstance(value := one.fields.get(found[1]), str) and value in listed
    name, flag = re.fullmatch(r"(\S+) = ([01])", term).groups()
    return lambda one: one.fields.get(name) is (flag == "1")


def insights(statement, start, end):
    """Runs the commands of Logs Insights that a query for records has."""
    rows = [one for one in LAID if start <= one.at <= end]
    names, limit = [], 10_000
    for command in statement.split("\n| "):
        word, rest = command.split(" ", 1)
        if word == "filter":
            terms = [judge(term) for term in rest.split(" or ")]
            rows = [one for one in rows if any(holds(one) for holds in terms)]
        elif word == "sort":
            rows.sort(key=lambda one: one.time, reverse=True)
        elif word == "limit":
            limit = int(rest)
        elif word == "fields":
            names = ["@message"]
        else:
            assert word == "stats", command
            names = rest.split(" by ")[1].split(", ")
    if names == ["@message"]:
        return names, [[one.text] for one in rows[:limit]]
    return names, [list(row) for row in {tuple(one.fields.get(name) for name in names) for one in rows}]


class Engines(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        service, name = self.headers["x-amz-target"].split(".")
        try:
            status, told = 200, getattr(self, {"AmazonAthena": "athena", "Logs_20140328": "logs", "CloudTrail_20131101": "lake"}[service])(name, body)
        except Exception as error:
            faults.append(f"{name}: {error!r}")
            status, told = 400, {"__type": "InvalidRequestException", "message": str(error)}
        text = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("content-type", "application/x-amz-json-1.1")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def state(self, run):
        RUNS[run]["looked"] += 1
        return "RUNNING" if ENDLESS.is_set() or RUNS[run]["looked"] < 2 else "DONE"

    def athena(self, name, ask):
        if name == "GetWorkGroup":
            return {"WorkGroup": {"Name": ask["WorkGroup"], "State": "ENABLED", "Configuration": {}}}
        if name == "StartQueryExecution":
            return {"QueryExecutionId": begin(ask["QueryString"], *execute(ask["QueryString"]))}
        run = RUNS[ask["QueryExecutionId"]]
        if name == "GetQueryExecution":
            state = self.state(ask["QueryExecutionId"]).replace("DONE", "SUCCEEDED")
            return {"QueryExecution": {"Status": {"State": state}, "Statistics": {"DataScannedInBytes": 12_000_000}}}
        if name == "StopQueryExecution":
            run["stopped"] = time.monotonic()
            return {}
        at, size = int(ask.get("NextToken", 0)), ask["MaxResults"]
        rows = [run["names"]] + run["rows"]
        cells = [{"Data": [{} if cell is None else {"VarCharValue": cell} for cell in row]} for row in rows[at : at + size]]
        told = {"ResultSet": {"Rows": cells, "ResultSetMetadata": {"ColumnInfo": [{"Name": one, "Type": "varchar"} for one in run["names"]]}}}
        return told | ({"NextToken": str(at + size)} if at + size < len(rows) else {})

    def lake(self, name, ask):
        if name == "StartQuery":
            return {"QueryId": begin(ask["QueryStatement"], *execute(ask["QueryStatement"]))}
        run = RUNS[ask["QueryId"]]
        if name == "DescribeQuery":
            return {"QueryStatus": self.state(ask["QueryId"]).replace("DONE", "FINISHED"), "QueryStatistics": {"BytesScanned": 1000}}
        if name == "CancelQuery":
            run["stopped"] = time.monotonic()
            return {}
        at, size = int(ask.get("NextToken", 0)), ask["MaxQueryResults"]
        rows = [[{one: cell} for one, cell in zip(run["names"], row)] for row in run["rows"][at : at + size]]
        return {"QueryStatus": "FINISHED", "QueryResultRows": rows} | ({"NextToken": str(at + size)} if at + size < len(run["rows"]) else {})

    def logs(self, name, ask):
        if name == "DescribeLogGroups":
            return {"logGroups": []}
        if name == "StartQuery":
            return {"queryId": begin(ask["queryString"], *insights(ask["queryString"], ask["startTime"], ask["endTime"]))}
        run = RUNS[ask["queryId"]]
        if name == "StopQuery":
            run["stopped"] = time.monotonic()
            return {"success": True}
        at, size = int(ask.get("nextToken", 0)), ask["maxItems"]
        state = self.state(ask["queryId"]) if size == 0 else "DONE"
        rows = [[{"field": one, "value": cell} for one, cell in zip(run["names"], row)] for row in run["rows"][at : at + size]]
        told = {"status": {"RUNNING": "Running", "DONE": "Complete"}[state], "results": rows, "statistics": {"bytesScanned": 1000.0}}
        return told | ({"nextToken": str(at + size)} if size and at + size < len(run["rows"]) else {})


server = ThreadingHTTPServer(("127.0.0.1", 0), Engines)
threading.Thread(target=server.serve_forever, daemon=True).start()

ACCOUNTS = sorted({record["recipientAccountId"] for record in RECORDS})
NOW = (datetime.strptime(RECORDS[-1]["eventTime"], "%Y-%m-%dT%H:%M:%SZ") + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
os.makedirs(f"{WORK}/archive", exist_ok=True)
with open(f"{WORK}/archive/log.json", "w") as file:
    json.dump({"Records": RECORDS}, file)
with open(f"{WORK}/policy.toml", "w") as file:
    listed = json.dumps(ACCOUNTS)
    file.write(
        f"""allow_aws_read = true
max_window = "90d"
[query]
allow_sql = true
[athena]
database = "audit"
table = "logs"
accounts = {listed}
[logs_insights]
log_groups = ["trail"]
accounts = {listed}
[lake]
event_data_store = "arn:aws:cloudtrail:eu-west-1:{OWNER}:eventdatastore/{STORE}"
accounts = {listed}
"""
    )


def environment(url):
    told = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "example", "AWS_REGION": "eu-west-1", "AWS_EC2_METADATA_DISABLED": "true"}
    told |= {"AWS_ENDPOINT_URL": url, "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "CLOUDTRAIL_MCP_NOW": NOW}
    return told


ENV = environment(f"http://127.0.0.1:{server.server_port}")


def ask(source, *arguments, env=ENV, policy="policy"):
    own = ["--archive", f"{WORK}/archive"] if source == "archive" else []
    done = subprocess.run([BINARY, *arguments, "--source", source, "--json", "--config", f"{WORK}/{policy}.toml", *own], env=env, capture_output=True, text=True)
    try:
        return json.loads(done.stdout)
    except ValueError:
        return {"error": done.stderr + done.stdout}


def told(answer):
    """What an answer tells that no source may change: the entries, and how many there are."""
    if "totals" not in answer:
        return answer.get("error", answer)
    entries = [one for group in answer.get("groups", []) for one in group["events"]]
    shown = sorted((one["event_id"], one["name"], one["summary"], one["actor"]["name"]) for one in entries)
    totals = answer["totals"]
    # What is folded under which entry is a matter of rank, for which an archive looks at the day before, too.
    whole = totals["remaining"] == 0 and totals["folded"] == 0
    return (totals["matched"], totals.get("heartbeats", 0), totals.get("data_events", 0)), shown if whole else None


def same(one, other):
    """Tells whether two answers tell the same; what one folds and the other does not is only counted."""
    if not (isinstance(one, tuple) and isinstance(other, tuple)):
        return one == other
    return one[0] == other[0] and (one[1] is None or other[1] is None or one[1] == other[1])


def questions():
    days = Counter(record["eventTime"][:10] for record in RECORDS)
    for day, _ in days.most_common(12):
        start, end = f"{day}T00:00:00Z", (datetime.strptime(day, "%Y-%m-%d") + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        inside = [record for record in RECORDS if record["eventTime"].startswith(day)]
        window = ["--start-time", start, "--end-time", end, "--regions", "all", "--limit", "100"]
        yield window
        yield [*window, "--include-reads"]
        yield [*window, "--errors-only"]
        middle = inside[len(inside) // 2]["eventTime"]
        yield ["--start-time", middle, "--end-time", end, "--regions", inside[0]["awsRegion"], "--limit", "100"]
        chance = random.Random(day)
        for record in chance.sample(inside, min(3, len(inside))):
            yield [*window, "--include-reads", "--event-names", record["eventName"]]
            identity = record.get("userIdentity") or {}
            for name in [identity.get("accessKeyId"), identity.get("userName"), (identity.get("arn") or "").split("/")[-1]]:
                if name:
                    yield [*window, "--include-reads", "--actors", name]
    for hostile in ["x' OR '1'='1", "a'; DROP TABLE logs; --", 'q" or 1=1', "back\\slash", "null\x01byte", "emoji\U0001f600", "%", "_", "/*", "*/ 1"]:
        window = ["--start-time", RECORDS[0]["eventTime"], "--end-time", RECORDS[-1]["eventTime"], "--regions", "all"]
        if stamp(RECORDS[-1]["eventTime"]) - stamp(RECORDS[0]["eventTime"]) < 80 * 86400:
            yield [*window, "--resources", hostile, "--resources-only"]


count = Counter()
# Most of the time of a question is spent waiting.
WORKERS = ThreadPoolExecutor(6)


def everywhere(*question):
    """Asks the archive and every engine side by side."""
    return list(WORKERS.map(lambda source: ask(source, *question), ["archive", *SOURCES]))


for question in questions():
    expected, *answers = [told(answer) for answer in everywhere("events", *question)]
    for source, given in zip(SOURCES, answers):
        count["equal" if same(given, expected) else "different"] += 1
        if not same(given, expected):
            faults.append(f"{source} {question}:\n  archive {str(expected)[:600]}\n  {source} {str(given)[:600]}")
for record in random.Random(7).sample(RECORDS, min(12, len(RECORDS))):

    def parts(answer):
        # What stands for a key differs from process to process.
        told = json.loads(re.sub(r"…([0-9A-Z]{4})#[0-9a-f]{6}", r"…\1", json.dumps(answer.get("record", {}), ensure_ascii=False)))
        return {key: told.get(key) for key in ("eventTime", "eventName", "requestParameters", "responseElements", "errorCode", "userAgent", "awsRegion", "readOnly")}

    question = ["event", record["eventID"], "--time", record["eventTime"], "--regions", "all"]
    expected, *answers = everywhere(*question)
    for source, given in zip(SOURCES, answers):
        alike = parts(given) == parts(expected) and "record" in given
        count["records equal" if alike else "records different"] += 1
        if not alike:
            faults.append(f"{source} {question}:\n  {str(parts(expected))[:500]}\n  {str(parts(given))[:500]} {str(given)[:200]}")


def presets():
    """Asks by every preset, of the busiest days and of all records at once where that is no longer than may be asked."""
    days = Counter(record["eventTime"][:10] for record in RECORDS)
    with open("schemas/cloudtrail_query.json") as file:
        known = re.search(r'"enum":\s*(\[[^\]]*"who_did"[^\]]*\])', file.read())
    known = json.loads(known[1])
    assert len(known) >= 19, known
    for day, _ in days.most_common(6):
        # An archive was read as far as its files reach, and hours that machines ran are counted to there.
        inside = [record for record in RECORDS if record["eventTime"].startswith(day)]
        start, end = inside[0]["eventTime"], inside[-1]["eventTime"]
        if start == end:
            continue
        chance = random.Random(start)
        one = chance.choice(inside)
        identity = one.get("userIdentity") or {}
        actor = identity.get("userName") or (identity.get("arn") or "root").split("/")[-1]
        things = [value for value in (one.get("requestParameters") or {}).values() if isinstance(value, str) and re.fullmatch(r"[\w.-]{4,60}", value)]
        needs = {"who_did": {"event": one["eventName"]}, "actor_activity": {"actor": actor}, "resource_history": {"resource": (things or ["nothing-of-this-name"])[0]}}
        needs["launch_cost"] = {"prices": {"t2.micro": 0.0116}}
        for name in known:
            yield ["--preset", name, "--parameters", json.dumps(needs.get(name, {})), "--start-time", start, "--end-time", end, "--regions", "all", "--limit", "100"]


def table(answer):
    """What the answer to a preset tells that no source may change: its rows."""
    return (answer["totals"], answer.get("columns", []), answer.get("rows", [])) if "totals" in answer else answer.get("error", answer)


for question in presets():
    expected, *answers = [table(answer) for answer in everywhere("query", *question)]
    for source, given in zip(SOURCES, answers):
        count["presets equal" if given == expected else "presets different"] += 1
        if given != expected:
            faults.append(f"{source} {question}:\n  archive {str(expected)[:700]}\n  {source} {str(given)[:700]}")


def statements():
    """Asks in SQL, and counts the same here."""
    day, _ = Counter(record["eventTime"][:10] for record in RECORDS).most_common(1)[0]
    inside = [record for record in RECORDS if record["eventTime"].startswith(day)]
    window = ["--start-time", f"{day}T00:00:00Z", "--end-time", f"{day}T23:59:59Z", "--regions", "all", "--limit", "100"]
    inside = [record for record in inside if record["eventTime"] < f"{day}T23:59:59Z"]
    calls = Counter(record["eventName"] for record in inside)
    failed = Counter(record["eventName"] for record in inside if record.get("errorCode"))
    yield "SELECT eventname, count(*) AS calls FROM events GROUP BY eventname ORDER BY calls DESC, eventname", window, {name: str(n) for name, n in calls.items()}
    ran = "SELECT eventname, count(*) AS calls FROM events WHERE errorcode IS NOT NULL GROUP BY eventname"
    yield ran, window, {name: str(n) for name, n in failed.items()}
    hostile = "SELECT eventname, count(*) AS calls FROM events WHERE eventname = 'x'' OR ''1''=''1' OR eventname LIKE 'Describe%' GROUP BY eventname"
    yield hostile, window, {name: str(n) for name, n in calls.items() if name.startswith("Describe")}


for sql, window, expected in statements():
    # An event data store has more columns than the table that stands for one here.
    for source in ["athena"] if "errorcode" in sql else ["athena", "lake"]:
        answer = ask(source, "query", "--sql", sql, *window)
        given = {row["eventname"]: row["calls"] for row in answer.get("rows", [])}
        alike = given == expected if len(expected) <= 100 else len(given) == 100 and given.items() <= expected.items()
        count["statements equal" if alike else "statements different"] += 1
        if not alike:
            faults.append(f"{source} {sql}:\n  {str(expected)[:500]}\n  {str(answer.get('error', given))[:500]}")
print(f"ok      {len(RECORDS)} records, {len(ACCOUNTS)} accounts: {dict(count)}, {len(STATEMENTS)} statements parsed and run")

# A call that is interrupted, or whose client goes, leaves no query behind.
ENDLESS.set()
day = RECORDS[-1]["eventTime"][:10]
for source in SOURCES:
    before = len(RUNS)
    command = [BINARY, "events", "--source", source, "--start-time", f"{day}T00:00:00Z", "--end-time", f"{day}T23:00:00Z", "--regions", "us-east-1"]
    running = subprocess.Popen([*command, "--config", f"{WORK}/policy.toml"], env=ENV, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    while len(RUNS) == before:
        time.sleep(0.01)
    began = time.monotonic()
    running.send_signal(signal.SIGINT)
    running.communicate()
    stopped = list(RUNS.values())[-1]["stopped"]
    if stopped is None or stopped - began > 1:
        faults.append(f"{source}: not stopped within a second of an interrupt: {stopped and stopped - began}")
    else:
        print(f"ok      {source}: stopped {stopped - began:.2f} s after an interrupt")
ENDLESS.clear()


LENT = "222233334444"
"""The account whose role asks moto."""


def post(url, body, **headers):
    request = urllib.request.Request(url, json.dumps(body).encode(), {"content-type": "application/x-amz-json-1.1"} | headers)
    return urllib.request.urlopen(request).read()


def seed(url, account, run):
    """Gives moto's Athena of an account the rows that a query gave here."""
    rows = [{"Data": [{"VarCharValue": cell} if cell is not None else {} for cell in row]} for row in [run["names"], *run["rows"]]]
    column = {"CatalogName": "hive", "SchemaName": "", "TableName": "", "Type": "varchar", "Precision": 0, "Scale": 0, "Nullable": "UNKNOWN", "CaseSensitive": True}
    results = [{"rows": rows, "column_info": [column | {"Name": one, "Label": one} for one in run["names"]]}] * 2
    post(f"{url}/moto-api/static/athena/query-results", {"account_id": account, "region": "eu-west-1", "results": results})


def logs(url, expected):
    """Asks moto's CloudWatch Logs, which take no entry older than two weeks: the records of a day are moved to yesterday."""
    moved = (datetime.now(timezone.utc) - timedelta(days=1)).strftime("%Y-%m-%d")
    inside = [record | {"eventTime": record["eventTime"].replace(day, moved)} for record in RECORDS if record["eventTime"].startswith(day)]
    target = lambda name: {"x-amz-target": f"Logs_20140328.{name}", "authorization": "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/eu-west-1/logs/aws4_request"}
    post(url, {"logGroupName": "trail"}, **target("CreateLogGroup"))
    post(url, {"logGroupName": "trail", "logStreamName": "all"}, **target("CreateLogStream"))
    entries = [{"timestamp": stamp(record["eventTime"]) * 1000, "message": json.dumps(record)} for record in inside]
    post(url, {"logGroupName": "trail", "logStreamName": "all", "logEvents": entries}, **target("PutLogEvents"))
    env = environment(url) | {"CLOUDTRAIL_MCP_NOW": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")}
    window = ["--start-time", f"{moved}T00:00:00Z", "--end-time", f"{moved}T23:59:59Z", "--regions", "all", "--limit", "100", "--include-reads"]
    given = ask("logs_insights", "events", *window, env=env)
    if "totals" not in given:
        print(f"skipped moto's CloudWatch Logs, which cannot run the query: {str(given)[:200]}")
    elif not same(told(given), told(expected)):
        faults.append(f"moto's logs: {str(told(given))[:500]} instead of {str(told(expected))[:500]}")
    else:
        print(f"ok      moto's CloudWatch Logs: {given['totals']['matched']} events")


def moto():
    """Asks moto's Athena, whose rows are those that DuckDB gave: as the own account, and by a role that moto's STS lends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([f"{WORK}/bin/moto_server", "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}"
        for _ in range(600):
            try:
                urllib.request.urlopen(f"{url}/moto-api/")
                break
            except OSError:
                time.sleep(0.1)
        window = ["--start-time", f"{day}T00:00:00Z", "--end-time", f"{day}T23:59:59Z", "--regions", "all", "--limit", "100", "--include-reads"]
        begun = len(RUNS)
        expected = ask("athena", "events", *window)
        run = list(RUNS.values())[begun]
        if not run["rows"]:
            faults.append("moto was given no rows, which says nothing")
        for account in ["123456789012", LENT]:
            seed(url, account, run)
        role = f'[accounts.lent]\nid = "{LENT}"\nrole_arn = "arn:aws:iam::{LENT}:role/investigator"\n'
        with open(f"{WORK}/policy.toml") as own, open(f"{WORK}/by-role.toml", "w") as file:
            file.write(own.read().replace("[athena]\n", '[athena]\naccount = "lent"\n') + role)
        for name, policy in [("Athena", "policy"), ("Athena by a role of its STS", "by-role")]:
            given = ask("athena", "events", *window, env=environment(url), policy=policy)
            if not same(told(given), told(expected)):
                faults.append(f"moto, {name}: {str(told(given))[:500]} instead of {str(told(expected))[:500]}")
            else:
                print(f"ok      moto's {name}: {given['totals']['matched']} events")
        logs(url, expected)
    finally:
        process.kill()


moto()
if faults:
    print("\n".join(faults[:12]))
    sys.exit(f"FAILED  {len(faults)} faults")
