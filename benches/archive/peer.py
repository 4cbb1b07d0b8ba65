"""Asks DuckDB or chDB for the writes of a window: how many, and the ids of the newest hundred."""
import sys

engine, begin, end, *files = sys.argv[1:]
WHERE = f"read_only = 'false' AND time >= '{begin}' AND time < '{end}'"
if engine == "duckdb":
    import duckdb
    typed = "{'Records': 'STRUCT(eventID VARCHAR, eventTime VARCHAR, readOnly VARCHAR)[]'}"
    duckdb.sql("SET threads TO 2")
    duckdb.sql(
        f"CREATE TABLE kept AS SELECT DISTINCT time, id FROM (SELECT r.eventID AS id, r.eventTime AS time, r.readOnly AS read_only "
        f"FROM (SELECT unnest(Records) AS r FROM read_json({files!r}, columns = {typed}, maximum_object_size = 1073741824))) WHERE {WHERE}"
    )
    print(duckdb.sql("SELECT count(*) FROM kept").fetchall()[0][0])
    for (id,) in duckdb.sql("SELECT id FROM kept ORDER BY time DESC, id LIMIT 100").fetchall():
        print(id)
else:
    import chdb
    inner = f"SELECT arrayJoin(JSONExtractArrayRaw(line, 'Records')) AS r FROM file('{files[0]}', 'LineAsString', 'line String', 'gzip')"
    kept = (
        f"SELECT DISTINCT JSONExtractString(r, 'eventTime') AS time, JSONExtractString(r, 'eventID') AS id, "
        f"JSONExtractRaw(r, 'readOnly') AS read_only FROM ({inner}) WHERE {WHERE}"
    )
    print(str(chdb.query(f"SELECT count() FROM ({kept}) SETTINGS max_threads = 2", "CSV")).strip())
    print(str(chdb.query(f"SELECT id FROM ({kept}) ORDER BY time DESC, id LIMIT 100", "TSV")).strip())
