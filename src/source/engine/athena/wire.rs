//! The words of Athena's API.

use chrono::TimeDelta;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::Athena;
use crate::coverage::EngineFault;
use crate::source::BoxFuture;
use crate::source::api::{Queries, engine, items};
use crate::source::engine::asked::Asked;
use crate::source::engine::conversation::{Foreseen, Polled, Requests, Stage, Wire};
use crate::source::engine::driver::{Fault, Of, Row, judge_end, name_of};

/// Rows of a page.
///
/// Source: Athena API reference, GetQueryResults, `MaxResults`.
const PAGE: usize = 1000;

/// For how long Athena may answer from an earlier result, in minutes.
const REUSE: i64 = 60;

impl Wire for Athena {
    fn requests(&self) -> Requests {
        Requests {
            begin: &engine::ATHENA_START,
            look: &engine::ATHENA_STATE,
            fetch: &engine::ATHENA_RESULTS,
            stop: &engine::ATHENA_STOP,
            id: "QueryExecutionId",
            rows: ("MaxResults", PAGE),
            next: "NextToken",
        }
    }

    /// Source: Athena user guide, "Troubleshooting in Athena"; Trino's error codes.
    fn faults(&self) -> Vec<Fault> {
        let limit = |words| Fault(Of::Code("TooManyRequestsException"), words, EngineFault::TooManyQueries);
        let of = |words, means| Fault(Of::Query, words, means);
        vec![
            of("bytes scanned limit was exceeded", EngineFault::ByteLimit),
            of("table_not_found", EngineFault::NoTable),
            of("schema_not_found", EngineFault::NoTable),
            of("entitynotfoundexception", EngineFault::NoTable),
            of("column_not_found", EngineFault::NoColumn),
            of("cannot be resolved", EngineFault::NoColumn),
            of("constraint_violation", EngineFault::NoPartition),
            of("hive_invalid_partition_value", EngineFault::NoPartition),
            of("invalid_table_property", EngineFault::NoPartition),
            of("no output location", EngineFault::NoOutput),
            of("unable to verify/create output bucket", EngineFault::NoOutput),
            of("workgroup", EngineFault::NoWorkgroup),
            of("access denied", EngineFault::DataDenied),
            of("permission_denied", EngineFault::DataDenied),
            of("accessdenied", EngineFault::DataDenied),
            of("insufficient permissions", EngineFault::DataDenied),
            of("kms", EngineFault::DataDenied),
            of("exhausted resources", EngineFault::Engine("EXHAUSTED_RESOURCES".to_owned())),
            of("query timeout", EngineFault::TimedOut),
            of("exceeded_time_limit", EngineFault::TimedOut),
            limit("concurrent"),
            limit("limit"),
        ]
    }

    fn foresee<'a>(&'a self, queries: &'a Queries, _: &'a Asked) -> BoxFuture<'a, Foreseen> {
        Box::pin(async move {
            let ask = json!({"WorkGroup": self.workgroup()});
            // What may not be read, or not now, tells nothing; the query itself tells what is wrong with a workgroup.
            let told = self.cutoff.get_or_try_init(|| async {
                let told = queries.send(&engine::ATHENA_WORKGROUP, ask).await.map_err(|_| ())?;
                Ok::<_, ()>(told.pointer("/WorkGroup/Configuration/BytesScannedCutoffPerQuery").and_then(Value::as_u64))
            });
            Foreseen { bytes: None, most: told.await.ok().copied().flatten() }
        })
    }

    fn begin(&self, statement: &str, _: &Asked) -> Result<Value, EngineFault> {
        let mut ask = json!({
            "QueryString": statement,
            "ClientRequestToken": token()?,
            "QueryExecutionContext": {"Database": self.settings.database},
            "WorkGroup": self.workgroup(),
            "ResultReuseConfiguration": {"ResultReuseByAgeConfiguration": {"Enabled": true, "MaxAgeInMinutes": REUSE}},
        });
        if let (Some(output), Some(ask)) = (&self.settings.output, ask.as_object_mut()) {
            ask.insert("ResultConfiguration".to_owned(), json!({"OutputLocation": output}));
        }
        Ok(ask)
    }

    fn polled(&self, told: &Value) -> Option<Polled> {
        let execution = told.get("QueryExecution")?;
        let bytes = execution.pointer("/Statistics/DataScannedInBytes").and_then(Value::as_u64).unwrap_or_default();
        let reused = execution.pointer("/Statistics/ResultReuseInformation/ReusedPreviousResult").and_then(Value::as_bool);
        let stage = match execution.pointer("/Status/State").and_then(Value::as_str)? {
            "QUEUED" => Stage::Queued,
            "RUNNING" => Stage::Running,
            "SUCCEEDED" => Stage::Done,
            "FAILED" => Stage::Failed(self.failed(execution)),
            "CANCELLED" => Stage::Failed(self.cancelled(execution)),
            _ => return None,
        };
        Some(match reused {
            Some(true) => Polled { stage, bytes: 0, age: TimeDelta::minutes(REUSE) },
            _ => Polled { stage, bytes, age: TimeDelta::zero() },
        })
    }

    /// The first row of the first page names the columns once more.
    fn rows(&self, told: &Value, first: bool) -> Option<Vec<Row>> {
        let set = told.get("ResultSet")?;
        let columns = items(set.get("ResultSetMetadata")?, "ColumnInfo");
        let names: Vec<String> = columns.filter_map(|one| Some(one.get("Name")?.as_str()?.to_lowercase())).collect();
        let cells =
            |row: &Value| -> Vec<Value> { items(row, "Data").map(|cell| cell.get("VarCharValue").cloned().unwrap_or_default()).collect() };
        let mut rows = items(set, "Rows").map(cells).peekable();
        let header =
            |cells: &Vec<Value>| cells.iter().map(|cell| cell.as_str().unwrap_or_default().to_lowercase()).eq(names.iter().cloned());
        if first && rows.peek().is_some_and(header) {
            rows.next();
        }
        Some(rows.map(|cells| names.iter().cloned().zip(cells).collect()).collect())
    }
}

impl Athena {
    fn workgroup(&self) -> &str {
        self.settings.workgroup.as_deref().unwrap_or("primary")
    }

    /// Says why a query failed.
    fn failed(&self, execution: &Value) -> EngineFault {
        let said = |pointer: &str| execution.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let reason = format!("{} {}", said("/Status/StateChangeReason"), said("/Status/AthenaError/ErrorMessage"));
        let of_the_statement = execution.pointer("/Status/AthenaError/ErrorCategory").and_then(Value::as_i64) == Some(2);
        judge_end(&reason, &self.faults()).unwrap_or_else(|| {
            let name = name_of(&reason);
            if of_the_statement { EngineFault::Statement(name) } else { EngineFault::Engine(name) }
        })
    }

    /// Says why a query was cancelled: Athena itself does so at a limit of bytes.
    fn cancelled(&self, execution: &Value) -> EngineFault {
        match self.failed(execution) {
            fault @ (EngineFault::ByteLimit | EngineFault::TimedOut) => fault,
            _ => EngineFault::Cancelled,
        }
    }
}

/// Makes a token by which Athena knows a submission that is sent again.
fn token() -> Result<String, EngineFault> {
    let mut bytes = [0u8; 16];
    getrandom::fill(&mut bytes).map_err(|_| EngineFault::Unreadable)?;
    Ok(Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect())
}
