//! Databases, caches, search and storage.
//!
//! Source: error texts of PostgreSQL, MySQL, Redis, MongoDB and Elasticsearch, of DynamoDB's API, of mount.nfs and the kernel; CloudWatch metrics of RDS,
//! ElastiCache and OpenSearch.

use super::super::{About, Complaint, exact, general, kind};
use crate::catalogue::aspect::Aspect::*;

#[rustfmt::skip] // A table reads best in rows.
pub(super) const ROWS: &[Complaint] = &[
    exact("refused database passwords", &["password authentication failed", "Access denied for user", "login failed for user", "WRONGPASS", "NOAUTH", "invalid username password", "invalid password", "wrong password", "password .. rejected", "password .. refused", "SASL authentication failed", "SaslAuthentication*", "authentication failed for user", "bad auth", "Authentication failed",
        "invalid user name or password", "PAM authentication failed", "auth token*", "database password", "db password", "credentials .. database", "ACCESS_REFUSED"],
        &[Secret], &[Identity, Configuration, Runtime, Replica, Existence]),
    exact("used-up database connections", &["too many connections", "remaining connection slots", "connection slots", "max_connections", "too many clients", "connection pool", "acquiring connection", "pool exhausted", "pool timeout", "connections exhausted", "ConnectionsExhausted", "DatabaseConnections", "max number of clients", "PoolTimeout", "QueuePool limit", "connection limit", "ConnectionBorrow*"],
        &[DatabaseParameter, MachineType, Scaling, Limit], &[Replica, Code, Runtime, Schedule, Existence, Database, Secret]),
    exact("a database that is not reached", &["could not connect to server", "can't connect to MySQL server", "Communications link failure", "SQLNonTransientConnection*", "ER_HOST_NOT_PRIVILEGED", "no pg_hba.conf entry", "OperationalError", "connection to server .. failed", "ServerSelectionTimeout*", "No nodes available", "RedisConnection*", "Error connecting to redis", "TNS", "database .. unreachable", "unable to connect to .. database", "connect .. ETIMEDOUT .. 5432", "connect .. ETIMEDOUT .. 3306"],
        &[Firewall, Existence, Replica, NetworkAcl, Route], &[InstanceState, NameResolution, Secret, DatabaseParameter, Database, Interconnect, PrivateLink, Certificate, Interface]),
    exact("writes to a database that only reads", &["read-only transaction", "read only transaction", "cannot execute .. in a read-only", "read-only option", "READONLY You can't write", "read only replica", "is read-only", "is read only", "super-read-only", "write failure*", "writes fail*", "not the primary", "not primary", "not master"],
        &[Replica, DatabaseParameter, Existence], &[NameResolution, Configuration, Database, Secret, Volume]),
    exact("a cache that is full", &["OOM command not allowed", "maxmemory", "Evictions", "evicted keys", "DatabaseMemoryUsage*", "BytesUsedForCache", "noeviction", "cache memory"], &[DatabaseParameter, MachineType, Scaling], &[Replica, Code, Database]),
    exact("replicas that lag behind", &["replication lag", "replica lag", "ReplicaLag*", "AuroraReplicaLag*", "replication .. behind", "replica .. behind", "replication stopped", "OldestReplicationSlotLag", "replication broken", "GlobalDatabase*Lag"],
        &[Replica, MachineType, DatabaseParameter], &[Volume, Database, Table, Code, Firewall, Interconnect]),
    exact("queries that are slow or blocked", &["statement timeout", "lock wait", "deadlock*", "slow quer*", "long running quer*", "canceling statement", "query timeout", "blocked quer*", "full table scan", "sequential scan", "missing index"], &[DatabaseParameter, Table, MachineType, Code], &[Replica, Workflow, Database, Schedule, Volume]),
    exact("missing tables or columns", &["relation .. does not exist", "column .. does not exist", "unknown column", "no such table", "schema mismatch", "table .. doesn't exist", "migration"], &[Code, Table], &[Existence, Database, Workflow, Backup]),
    exact("full storage", &["FreeStorageSpace", "storage full", "storage-full", "disk full", "No space left", "ENOSPC", "disk space", "DiskWillFill", "DiskUsage*", "disk usage", "free space", "DiskSpace*", "inode*", "running out of space", "FreeLocalStorage", "filesystem .. full", "disk is full", "disk will fill"],
        &[Volume, LogDelivery, ObjectLife], &[MachineType, DatabaseParameter, Schedule, Code, FileSystem, Database, Replica]).about(About::Outside),
    exact("storage at its limit", &["IOPS", "BurstBalance", "EBSIOBalance*", "DiskQueueDepth", "VolumeQueueLength", "PercentIOLimit", "BurstCreditBalance", "io wait", "iowait", "ReadLatency", "WriteLatency", "WriteThroughput"], &[Volume, MachineType, Limit], &[FileSystem, DatabaseParameter, Backup, Code, Database, Table]),
    exact("a search cluster that takes no writes", &["cluster_block_exception", "ClusterIndexWritesBlocked", "blocking writes", "writes blocked", "write requests blocked", "index .. blocked", "ClusterStatus*", "cluster .. red", "cluster .. yellow", "unassigned shard*", "JVMMemoryPressure", "flood stage", "read_only_allow_delete", "MasterReachable*", "index_create_block"],
        &[Volume, MachineType, Database, DatabaseParameter], &[Scaling, Replica, Key, ObjectLife]),
    exact("used-up throughput of a table", &["ProvisionedThroughput*", "ConsumedReadCapacity*", "ConsumedWriteCapacity*", "ReadThrottle*", "WriteThrottle*", "ThrottledRequests", "throughput exceeded", "AccountProvisioned*", "read capacity", "write capacity"], &[Limit, Table], &[Scaling, Schedule, Code]).about(About::Shortage),
    exact("a missing table", &["Requested resource not found", "table .. not found", "TableNotFound*", "Cannot do operations on a non-existent table", "does not have the specified index", "keyspace .. not", "index .. not found"], &[Table], &[Existence, Configuration, Runtime]),
    exact("something that does not exist", &["ResourceNotFoundException", "EntityNotFound*", "does not exist", "DBInstanceNotFound*", "DBClusterNotFound*", "FunctionNotFound", "no such entity", "NoSuchEntity"],
        &[Existence, Table, Secret, Configuration, Bucket], &[Identity, Queue, Code, Workflow, LogDelivery, ObjectLife, Image, Key, Delivery]),
    kind("a failover", &["failover*", "failed over", "switchover", "promoted", "primary changed", "multi az"], &[Replica, Existence, Database, DatabaseEngine], &[MachineType, DatabaseParameter]),
    exact("missed caches", &["CacheHitRate", "hit rate", "cache miss*", "hit ratio", "CacheMisses", "cache cold"], &[DatabaseParameter, MachineType, Database, Scaling, Cdn], &[Code, Replica, Limit]),
    // Storage
    exact("mounts that fail", &["mount.nfs", "mount fail*", "failed to mount", "MountVolume*", "unable to attach or mount", "FailedMount", "FailedAttachVolume", "Multi-Attach*", "stale file handle", "mount target*", "mounting", "cannot mount", "mount .. refused", "mount .. timed out", "mount .. denied", "NFS", "EFS"],
        &[FileSystem, Volume, Firewall], &[ResourcePolicy, Permission, Identity, Route, NetworkAcl, NameResolution, Key]),
    exact("volumes that are gone or broken", &["read-only file system", "input/output error", "VolumeAttachment", "detached volume", "volume .. detached", "device not found", "no such device", "Buffer I/O error", "volume .. missing"], &[Volume, FileSystem], &[Existence, InstanceState, Key, Backup]),
    kind("backups that fail", &["backup*", "snapshot*", "recovery point*", "restore fail*", "pitr"], &[Backup, Key], &[Permission, Identity, Volume, Schedule]),
    kind("storage trouble", &["disk*", "volume*", "ebs", "filesystem*", "file system*", "mount*", "efs", "storage"], &[Volume, FileSystem, ObjectLife, Bucket], &[Backup, Key, MachineType]),
    kind("bucket trouble", &["bucket*", "s3"], &[Bucket, BucketAccess, ObjectLife], &[Permission, Key, Delivery, Identity, PrivateLink]),
    general("database trouble", &["database*", "db", "rds", "aurora", "postgres*", "mysql", "mariadb", "oracle", "sqlserver", "dynamodb", "redis", "elasticache", "memcached", "valkey", "opensearch", "elasticsearch", "kafka", "msk", "redshift", "documentdb", "query", "queries", "connections", "mongo*", "cluster", "replica*", "transaction*", "sql"],
        &[Database, DatabaseParameter, DatabaseEngine, Replica, Table, Existence], &[Secret, Firewall, Volume, MachineType, Limit, Scaling, Route, Key, Permission]),
];
