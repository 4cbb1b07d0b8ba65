//! SQL engines on the wire: Athena and CloudTrail Lake, whose statements are parsed as SQL and judged record by record, and CloudWatch Logs
//! Insights, of whose language the commands are known that a query for records needs. What they give is what their words say.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use serde_json::{Map, Value, json};
use sqlparser::ast::{
    BinaryOperator, Expr, FunctionArg, FunctionArgExpr, FunctionArguments, InTarget, Query, SelectItem, SetExpr, Statement, UnaryOperator,
};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::Parser;

use super::{Request, State};

/// How engines behave, and what they were asked.
#[derive(Debug)]
pub(crate) struct Engines {
    /// How often a query is still queued, and still running, when it is looked at; for ever is a large number.
    pub(crate) queued: u32,
    pub(crate) runs: u32,
    /// What each query scans.
    pub(crate) bytes: u64,
    /// How queries end, instead of well: the state, and why.
    pub(crate) ends: Option<(&'static str, &'static str)>,
    /// Whether Athena gives an earlier result again.
    pub(crate) reused: bool,
    /// The limit of bytes of the workgroup.
    pub(crate) cutoff: Option<u64>,
    /// What the next request of an operation is answered: operation, code and words.
    pub(crate) faults: VecDeque<(&'static str, &'static str, &'static str)>,
    /// Rows of a page at most, whatever is asked.
    pub(crate) page: usize,
    queries: HashMap<String, Run>,
    tokens: HashMap<String, String>,
    asked: Vec<String>,
}

impl Default for Engines {
    fn default() -> Self {
        Self {
            queued: 0,
            runs: 1,
            bytes: 4096,
            ends: None,
            reused: false,
            cutoff: None,
            faults: VecDeque::new(),
            page: 1000,
            queries: HashMap::new(),
            tokens: HashMap::new(),
            asked: Vec::new(),
        }
    }
}

#[derive(Debug)]
struct Run {
    names: Vec<String>,
    rows: Vec<Vec<Option<String>>>,
    looked: u32,
    stopped: bool,
}

impl Engines {
    pub(super) fn statements(&self) -> Vec<String> {
        self.asked.clone()
    }

    pub(super) fn running(&self) -> usize {
        self.queries.values().filter(|run| !run.stopped && run.looked <= self.queued + self.runs).count()
    }

    fn begin(&mut self, statement: &str, names: Vec<String>, rows: Vec<Vec<Option<String>>>) -> String {
        self.asked.push(statement.to_owned());
        let id = format!("00000000-0000-0000-0000-{:012}", self.asked.len());
        self.queries.insert(id.clone(), Run { names, rows, looked: 0, stopped: false });
        id
    }

    /// Looks at a query: its state in the words of Athena.
    fn look(&mut self, id: &str) -> Result<&'static str, Refusal> {
        let (queued, runs, ends) = (self.queued, self.runs, self.ends);
        let run = self.queries.get_mut(id).ok_or(("InvalidRequestException".to_owned(), "QueryExecution was not found".to_owned()))?;
        run.looked = run.looked.saturating_add(1);
        Ok(match run.looked {
            _ if run.stopped => "CANCELLED",
            looked if looked <= queued => "QUEUED",
            looked if looked <= queued + runs => "RUNNING",
            _ => ends.map_or("SUCCEEDED", |(state, _)| state),
        })
    }
}

type Refusal = (String, String);

/// Names of columns, and rows.
type Answered = (Vec<String>, Vec<Vec<Option<String>>>);

fn operation(request: &Request) -> &str {
    request.target.rsplit('.').next().unwrap_or_default()
}

/// Tells whether a request is one of an engine.
pub(super) fn is_one(request: &Request) -> bool {
    request.service == "athena"
        || (["cloudtrail", "logs"].contains(&request.service.as_str())
            && ["StartQuery", "DescribeQuery", "GetQueryResults", "CancelQuery", "StopQuery"].contains(&operation(request)))
}

impl State {
    pub(super) fn engine(&mut self, request: &Request) -> Result<Value, Refusal> {
        let (name, ask) = (operation(request), &request.body);
        if let Some((fault, code, message)) = self.engines.faults.front().copied()
            && fault == name
        {
            self.engines.faults.pop_front();
            return Err((code.to_owned(), message.to_owned()));
        }
        let text = |key: &str| ask[key].as_str().unwrap_or_default().to_owned();
        match name {
            "GetWorkGroup" => Ok(json!({"WorkGroup": {"Name": text("WorkGroup"), "State": "ENABLED",
                "Configuration": {"BytesScannedCutoffPerQuery": self.engines.cutoff}}})),
            "StartQueryExecution" => {
                let token = text("ClientRequestToken");
                assert!(token.len() >= 32, "a token by which Athena knows a submission");
                if let Some(id) = self.engines.tokens.get(&token) {
                    return Ok(json!({"QueryExecutionId": id}));
                }
                let (names, rows) = select(&text("QueryString"), &self.events, &athena)?;
                let id = self.engines.begin(&text("QueryString"), names, rows);
                self.engines.tokens.insert(token, id.clone());
                Ok(json!({"QueryExecutionId": id}))
            }
            "GetQueryExecution" => {
                let state = self.engines.look(&text("QueryExecutionId"))?;
                let reason = self.engines.ends.filter(|(end, _)| *end == state).map(|(_, reason)| reason);
                Ok(json!({"QueryExecution": {"Status": {"State": state, "StateChangeReason": reason},
                    "Statistics": {"DataScannedInBytes": self.engines.bytes, "ResultReuseInformation": {"ReusedPreviousResult": self.engines.reused}}}}))
            }
            "GetQueryResults" if request.service == "athena" => {
                let run = self
                    .engines
                    .queries
                    .get(&text("QueryExecutionId"))
                    .ok_or(("InvalidRequestException".to_owned(), "not found".to_owned()))?;
                let size = (ask["MaxResults"].as_u64().unwrap_or(1000) as usize).min(self.engines.page);
                assert!((1..=1000).contains(&size), "{size}");
                let at: usize = ask["NextToken"].as_str().map_or(0, |token| token.parse().unwrap());
                let header = run.names.iter().cloned().map(Some).collect::<Vec<_>>();
                let all: Vec<&Vec<Option<String>>> = std::iter::once(&header).chain(&run.rows).collect();
                let cell = |cell: &Option<String>| cell.as_ref().map_or_else(|| json!({}), |text| json!({"VarCharValue": text}));
                let rows = all.iter().skip(at).take(size).map(|row| json!({"Data": row.iter().map(cell).collect::<Vec<_>>()}));
                let next = (at + size < all.len()).then(|| (at + size).to_string());
                let columns = run.names.iter().map(|name| json!({"Name": name, "Type": "varchar"})).collect::<Vec<_>>();
                Ok(
                    json!({"ResultSet": {"Rows": rows.collect::<Vec<_>>(), "ResultSetMetadata": {"ColumnInfo": columns}}, "NextToken": next}),
                )
            }
            "StopQueryExecution" => {
                self.engines.queries.get_mut(&text("QueryExecutionId")).unwrap().stopped = true;
                Ok(json!({}))
            }
            name if request.service == "cloudtrail" => self.lake(name, ask),
            name => self.logs(name, ask),
        }
    }

    fn lake(&mut self, name: &str, ask: &Value) -> Result<Value, Refusal> {
        let text = |key: &str| ask[key].as_str().unwrap_or_default().to_owned();
        assert_eq!(text("EventDataStoreOwnerAccountId"), super::ACCOUNT);
        match name {
            "StartQuery" => {
                // The id of a store stands there as it is, which is no SQL elsewhere.
                let statement = text("QueryStatement").replace(STORE, &format!("\"{STORE}\""));
                let (names, rows) = select(&statement, &self.events, &lake)?;
                Ok(json!({"QueryId": self.engines.begin(&text("QueryStatement"), names, rows)}))
            }
            "DescribeQuery" => {
                let state = self.engines.look(&text("QueryId"))?;
                let reason = self.engines.ends.filter(|(end, _)| *end == state).map(|(_, reason)| reason);
                let state = if state == "SUCCEEDED" { "FINISHED" } else { state };
                Ok(json!({"QueryStatus": state, "ErrorMessage": reason, "QueryStatistics": {"BytesScanned": self.engines.bytes}}))
            }
            "GetQueryResults" => {
                let run = &self.engines.queries[&text("QueryId")];
                let size = (ask["MaxQueryResults"].as_u64().unwrap() as usize).min(self.engines.page);
                let at: usize = ask["NextToken"].as_str().map_or(0, |token| token.parse().unwrap());
                let row = |row: &Vec<Option<String>>| run.names.iter().zip(row).map(|(name, cell)| json!({name: cell})).collect::<Vec<_>>();
                let rows: Vec<Vec<Value>> = run.rows.iter().skip(at).take(size).map(row).collect();
                let next = (at + size < run.rows.len()).then(|| (at + size).to_string());
                Ok(json!({"QueryStatus": "FINISHED", "QueryResultRows": rows, "NextToken": next}))
            }
            "CancelQuery" => {
                self.engines.queries.get_mut(&text("QueryId")).unwrap().stopped = true;
                Ok(json!({"QueryStatus": "CANCELLED"}))
            }
            name => panic!("the fake store knows no {name}"),
        }
    }

    fn logs(&mut self, name: &str, ask: &Value) -> Result<Value, Refusal> {
        let id = ask["queryId"].as_str().unwrap_or_default().to_owned();
        match name {
            "StartQuery" => {
                let (from, to) = (ask["startTime"].as_i64().unwrap(), ask["endTime"].as_i64().unwrap());
                let statement = ask["queryString"].as_str().unwrap();
                let named = ["logGroupNames", "logGroupIdentifiers"].iter().filter(|member| ask[**member].is_array()).count();
                assert_eq!(named, usize::from(!statement.starts_with("SOURCE")), "groups, or a source");
                let time =
                    |record: &Value| record["eventTime"].as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap().timestamp();
                let inside: Vec<&Value> = self.events.iter().filter(|record| (from..=to).contains(&time(record))).collect();
                let (names, rows) = insights(statement, inside);
                Ok(json!({"queryId": self.engines.begin(statement, names, rows)}))
            }
            "GetQueryResults" => {
                let most = ask["maxItems"].as_u64().unwrap() as usize;
                let state = if most == 0 { self.engines.look(&id)? } else { "SUCCEEDED" };
                let state = match state {
                    "QUEUED" => "Scheduled",
                    "RUNNING" => "Running",
                    "SUCCEEDED" => "Complete",
                    "CANCELLED" => "Cancelled",
                    "FAILED" => "Failed",
                    other => other,
                };
                let run = &self.engines.queries[&id];
                let size = most.min(self.engines.page);
                let at: usize = ask["nextToken"].as_str().map_or(0, |token| token.parse().unwrap());
                let row = |row: &Vec<Option<String>>| {
                    run.names.iter().zip(row).map(|(name, cell)| json!({"field": name, "value": cell})).collect::<Vec<_>>()
                };
                let rows: Vec<Vec<Value>> = run.rows.iter().skip(at).take(size).map(row).collect();
                let next = (size > 0 && at + size < run.rows.len()).then(|| (at + size).to_string());
                Ok(json!({"status": state, "results": rows, "nextToken": next, "statistics": {"bytesScanned": self.engines.bytes as f64}}))
            }
            "StopQuery" => {
                self.engines.queries.get_mut(&id).unwrap().stopped = true;
                Ok(json!({"success": true}))
            }
            name => panic!("the fake logs know no {name}"),
        }
    }
}

/// The id of the fake's event data store.
pub(crate) const STORE: &str = "11112222-3333-4444-5555-666677778888";

/// Judges a query of Logs Insights.
fn insights(statement: &str, mut records: Vec<&Value>) -> Answered {
    let (mut names, mut limit) = (Vec::new(), 10_000);
    for command in statement.split("\n| ") {
        let (word, rest) = command.split_once(' ').unwrap();
        match word {
            "SOURCE" | "filterIndex" => assert!(rest == "logGroups()" || rest.starts_with("@data_source_name in [\"")),
            "filter" => records.retain(|record| rest.split(" or ").any(|term| holds(record, term))),
            "fields" => names = rest.split(", ").map(str::to_owned).collect(),
            "sort" => {
                assert_eq!(rest, "eventTime desc");
                records.sort_by(|a, b| b["eventTime"].as_str().cmp(&a["eventTime"].as_str()));
            }
            "stats" => names = rest.split_once(" by ").unwrap().1.split(", ").map(str::to_owned).collect(),
            "limit" => limit = rest.parse().unwrap(),
            other => panic!("{other}: {statement}"),
        }
    }
    let cell = |record: &Value, name: &String| match name.as_str() {
        "@message" => Some(record.to_string()),
        name => discovered(record, name).map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned)),
    };
    let rows = records.into_iter().map(|record| names.iter().map(|name| cell(record, name)).collect::<Vec<_>>());
    let grouped = statement.contains("| stats ");
    let rows = if grouped { rows.collect::<BTreeSet<_>>().into_iter().collect() } else { rows.take(limit).collect() };
    (names, rows)
}

/// Judges one term of a filter.
fn holds(record: &Value, term: &str) -> bool {
    if let Some(name) = term.strip_prefix("not ispresent(").and_then(|rest| rest.strip_suffix(')')) {
        return discovered(record, name).is_none();
    }
    if let Some(pattern) = term.strip_prefix("@message like /").and_then(|rest| rest.strip_suffix('/')) {
        return regex::Regex::new(pattern).unwrap().is_match(&record.to_string());
    }
    if let Some((name, list)) = term.split_once(" in ") {
        let list: Vec<Value> = serde_json::from_str(list).unwrap();
        return discovered(record, name).is_some_and(|value| list.contains(value));
    }
    let (name, flag) = term.split_once(" = ").unwrap();
    discovered(record, name).is_some_and(|value| value.as_bool() == Some(flag == "1"))
}

/// Finds a field among the 200 that are found in a record.
fn discovered<'a>(record: &'a Value, name: &str) -> Option<&'a Value> {
    fn walk<'a>(value: &'a Value, path: &str, found: &mut Vec<(String, &'a Value)>) {
        let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
        match value {
            Value::Object(fields) => fields.iter().for_each(|(key, value)| walk(value, &below(key), found)),
            Value::Array(values) => values.iter().enumerate().for_each(|(n, value)| walk(value, &below(&n.to_string()), found)),
            value => found.push((path.to_owned(), value)),
        }
    }
    let mut found = Vec::new();
    walk(record, "", &mut found);
    found.into_iter().take(200).find(|(path, _)| path == name).map(|(_, value)| value)
}

/// Returns a column of an event data store.
fn lake(record: &Value, name: &str) -> Value {
    match name {
        "eventjson" => json!(record.to_string()),
        "recipientaccountid" => record["recipientAccountId"].clone(),
        "awsregion" => record["awsRegion"].clone(),
        // A timestamp has no zone in its literal.
        "eventtime" => json!(record["eventTime"].as_str().unwrap().replace('T', " ").replace('Z', "")),
        "readonly" => record["readOnly"].clone(),
        "eventname" => record["eventName"].clone(),
        "eventid" => record["eventID"].clone(),
        "errorcode" => record["errorCode"].clone(),
        "requestparameters" => json!(record["requestParameters"].to_string()),
        "useridentity" => lower(record["userIdentity"].clone()),
        other => panic!("a store has no {other}"),
    }
}

/// Judges a statement against records; `column` gives a record's value of a column.
fn select(statement: &str, records: &[Value], column: &dyn Fn(&Value, &str) -> Value) -> Result<Answered, Refusal> {
    let parsed = Parser::parse_sql(&GenericDialect {}, statement).unwrap_or_else(|error| panic!("{error}: {statement}"));
    let [Statement::Query(query)] = parsed.as_slice() else { panic!("not one query: {statement}") };
    let Query { body, limit_clause, .. } = query.as_ref();
    let SetExpr::Select(select) = body.as_ref() else { panic!("no SELECT: {statement}") };
    let chosen = select.selection.as_ref().unwrap();
    let mut items: Vec<(String, Expr)> = Vec::new();
    for item in &select.projection {
        match item {
            SelectItem::ExprWithAlias { expr, alias } => items.push((alias.value.clone(), expr.clone())),
            SelectItem::UnnamedExpr(Expr::CompoundIdentifier(names)) => {
                items.push((names.last().unwrap().value.clone(), Expr::CompoundIdentifier(names.clone())));
            }
            SelectItem::UnnamedExpr(expr @ Expr::Function(_)) => items.push((format!("_col{}", items.len()), expr.clone())),
            SelectItem::UnnamedExpr(expr) => items.push((expr.to_string(), expr.clone())),
            SelectItem::Wildcard(_) => items.extend(WHOLE.iter().map(|name| ((*name).to_owned(), Expr::Identifier((*name).into())))),
            other => panic!("{other}"),
        }
    }
    let limit = limit_clause.as_ref().map(|clause| clause.to_string());
    let limit: usize = limit.map_or(usize::MAX, |text| text.rsplit(' ').next().unwrap().parse().unwrap());
    let mut found: Vec<&Value> = records.iter().filter(|record| eval(chosen, record, column) == json!(true)).collect();
    found.sort_by(|a, b| b["eventTime"].as_str().cmp(&a["eventTime"].as_str()));
    let text = |value: Value| match value {
        Value::Null => None,
        Value::String(text) => Some(text),
        other => Some(other.to_string()),
    };
    let names = items.iter().map(|(name, _)| name.clone()).collect();
    let whole = items.iter().any(|(_, expr)| aggregate(expr).is_some());
    if !whole && !statement.contains("GROUP BY") {
        let row = |record: &&Value| items.iter().map(|(_, expr)| text(eval(expr, record, column))).collect::<Vec<_>>();
        return Ok((names, found.iter().take(limit).map(row).collect()));
    }
    let key = |record: &Value| -> Vec<Option<String>> {
        items.iter().map(|(_, expr)| if aggregate(expr).is_some() { None } else { text(eval(expr, record, column)) }).collect()
    };
    let mut groups: BTreeMap<Vec<Option<String>>, Vec<&Value>> = BTreeMap::new();
    found.into_iter().for_each(|record| groups.entry(key(record)).or_default().push(record));
    if groups.is_empty() && !statement.contains("GROUP BY") {
        groups.insert(vec![None; items.len()], Vec::new());
    }
    let row = |(key, group): (Vec<Option<String>>, Vec<&Value>)| {
        let cell = |(own, (_, expr)): (Option<String>, &(String, Expr))| match aggregate(expr) {
            None => own,
            Some("count") => Some(group.len().to_string()),
            Some(_) => {
                let Expr::Function(function) = expr else { panic!("{expr}") };
                let FunctionArguments::List(list) = &function.args else { panic!("{expr}") };
                let [FunctionArg::Unnamed(FunctionArgExpr::Expr(inner))] = list.args.as_slice() else { panic!("{expr}") };
                let values = group.iter().filter_map(|record| text(eval(inner, record, column)));
                if expr.to_string().starts_with("min") { values.min() } else { values.max() }
            }
        };
        key.into_iter().zip(&items).map(cell).collect::<Vec<_>>()
    };
    Ok((names, groups.into_iter().map(row).take(limit).collect()))
}

/// The columns of `*`.
const WHOLE: &[&str] = &["eventtime", "eventname", "awsregion", "requestparameters", "useridentity"];

/// Returns the name of a function that makes one value of many rows.
fn aggregate(expr: &Expr) -> Option<&'static str> {
    let Expr::Function(function) = expr else { return None };
    let name = function.name.to_string().to_lowercase();
    ["count", "min", "max"].into_iter().find(|known| *known == name)
}

/// Returns a column of Athena's table.
fn athena(record: &Value, name: &str) -> Value {
    let field =
        |name: &str| record.as_object().unwrap().iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone());
    match name {
        "account" => record["recipientAccountId"].clone(),
        "region" => record["awsRegion"].clone(),
        "day" => json!(record["eventTime"].as_str().unwrap().get(..10).unwrap().replace('-', "/")),
        "useridentity" | "resources" | "tlsdetails" => field(name).map(lower).unwrap_or_default(),
        _ => match field(name).unwrap_or_default() {
            Value::Null => Value::Null,
            Value::String(text) => json!(text),
            other => json!(other.to_string()),
        },
    }
}

/// A struct knows no upper case in its keys.
fn lower(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            Value::Object(fields.into_iter().map(|(key, value)| (key.to_lowercase(), lower(value))).collect::<Map<_, _>>())
        }
        Value::Array(values) => Value::Array(values.into_iter().map(lower).collect()),
        value => value,
    }
}

/// Evaluates an expression as Trino does, with null where it has null.
fn eval(expr: &Expr, record: &Value, column: &dyn Fn(&Value, &str) -> Value) -> Value {
    let of = |expr: &Expr| eval(expr, record, column);
    let compared = |a: &Value, b: &Value| Some(a.as_str()?.cmp(b.as_str()?));
    match expr {
        Expr::Identifier(name) => column(record, &name.value),
        Expr::Value(value) => match &value.value {
            sqlparser::ast::Value::SingleQuotedString(text) => json!(text),
            sqlparser::ast::Value::Boolean(flag) => json!(flag),
            sqlparser::ast::Value::Number(number, _) => json!(number.parse::<f64>().unwrap()),
            other => panic!("{other}"),
        },
        Expr::TypedString(typed) => match &typed.value.value {
            sqlparser::ast::Value::SingleQuotedString(text) => json!(text),
            other => panic!("{other}"),
        },
        Expr::Nested(inner) => of(inner),
        Expr::Cast { expr, .. } => of(expr),
        Expr::IsNull(inner) => json!(of(inner).is_null()),
        Expr::IsNotNull(inner) => json!(!of(inner).is_null()),
        Expr::CompoundIdentifier(names) => match (column(record, &names[0].value), names[1].value.as_str()) {
            (Value::Object(fields), name) => fields.get(name).cloned().unwrap_or_default(),
            _ => Value::Null,
        },
        Expr::UnaryOp { op: UnaryOperator::Not, expr } => of(expr).as_bool().map_or(Value::Null, |told| json!(!told)),
        Expr::In { expr, target: InTarget::List(list), negated: false, .. } => match of(expr) {
            Value::Null => Value::Null,
            value => json!(list.iter().any(|one| of(one) == value)),
        },
        Expr::Between { expr, negated: false, low, high } => {
            let (value, low, high) = (of(expr), of(low), of(high));
            json!(value.as_str() >= low.as_str() && value.as_str() <= high.as_str())
        }
        Expr::BinaryOp { left, op, right } => {
            let (left, right) = (of(left), of(right));
            match op {
                BinaryOperator::And => match (left.as_bool(), right.as_bool()) {
                    (Some(false), _) | (_, Some(false)) => json!(false),
                    (Some(true), Some(true)) => json!(true),
                    _ => Value::Null,
                },
                BinaryOperator::Or => match (left.as_bool(), right.as_bool()) {
                    (Some(true), _) | (_, Some(true)) => json!(true),
                    (Some(false), Some(false)) => json!(false),
                    _ => Value::Null,
                },
                _ if left.is_null() || right.is_null() => Value::Null,
                BinaryOperator::Eq => json!(left == right),
                BinaryOperator::NotEq => json!(left != right),
                BinaryOperator::GtEq => json!(compared(&left, &right).unwrap().is_ge()),
                BinaryOperator::Lt => json!(compared(&left, &right).unwrap().is_lt()),
                BinaryOperator::Gt => json!(left.as_f64() > right.as_f64()),
                other => panic!("{other}"),
            }
        }
        Expr::Function(function) => {
            let FunctionArguments::List(list) = &function.args else { panic!("{function}") };
            let args = list.args.iter().map(|arg| match arg {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => of(expr),
                other => panic!("{other}"),
            });
            let args: Vec<Value> = args.collect();
            if function.name.to_string() == "coalesce" {
                return args.into_iter().find(|arg| !arg.is_null()).unwrap_or_default();
            }
            if args.iter().any(Value::is_null) {
                return Value::Null;
            }
            match function.name.to_string().as_str() {
                "lower" => json!(args[0].as_str().unwrap().to_lowercase()),
                "json_format" => json!(args[0].to_string()),
                "strpos" => json!(args[0].as_str().unwrap().find(args[1].as_str().unwrap()).map_or(0.0, |at| at as f64 + 1.0)),
                other => panic!("{other}"),
            }
        }
        other => panic!("{other}"),
    }
}
