//! The form of the journal's file, and how an older one becomes the newest.

use crate::journal::{JournalError, Place};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior};
use std::time::Duration;

/// What each version adds to the one before. Never changed, only added to.
const VERSIONS: [&str; 1] = ["
    CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE events (
        run TEXT NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL,
        PRIMARY KEY (run, seq)
    ) WITHOUT ROWID;
    CREATE TABLE commands (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        run TEXT NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL, by TEXT NOT NULL, outcome TEXT
    );
    CREATE INDEX pending ON commands (run) WHERE outcome IS NULL;
    CREATE TABLE lists (hash TEXT PRIMARY KEY, at INTEGER NOT NULL, by TEXT NOT NULL) WITHOUT ROWID;
"];

/// The form that this binary writes.
pub(super) const NEWEST: i64 = VERSIONS.len() as i64;

/// How long a process waits for another one that writes.
const PATIENCE: Duration = Duration::from_secs(10);

/// Makes a connection safe to use: full sync, the newest form, this repository's.
pub(super) fn prepare(connection: &mut Connection, place: &Place) -> Result<(), JournalError> {
    let file = place.file();
    let of = |error: rusqlite::Error| JournalError::of(&file, error);
    connection.busy_timeout(PATIENCE).map_err(of)?;
    let found: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(of)?;
    if found > NEWEST {
        return Err(JournalError::Newer { path: file, found, known: NEWEST });
    }
    durable(connection).map_err(of)?;
    if found < NEWEST {
        grow(connection, place).map_err(of)?;
    }
    let owner: Option<String> = connection
        .query_row("SELECT value FROM about WHERE name = 'repository'", [], |row| row.get(0))
        .optional()
        .map_err(of)?;
    match owner {
        Some(owner) if owner != place.key() => Err(JournalError::OtherRepository { path: file, owner }),
        _ => Ok(()),
    }
}

/// What is committed is on the disk. Write-ahead logging lets others read meanwhile; it needs memory
/// that processes share, which some file systems (network homes) do not have: there the older rollback
/// journal does.
fn durable(connection: &Connection) -> rusqlite::Result<()> {
    let mode: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if !mode.eq_ignore_ascii_case("wal") {
        connection.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()))?;
    }
    connection.pragma_update(None, "synchronous", "FULL")
}

fn grow(connection: &mut Connection, place: &Place) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have done it while this one waited.
    let found: i64 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    for version in VERSIONS.iter().skip(usize::try_from(found).unwrap_or_default()) {
        transaction.execute_batch(version)?;
    }
    transaction.execute("INSERT OR IGNORE INTO about VALUES ('repository', ?1)", [place.key()])?;
    transaction.pragma_update(None, "user_version", NEWEST)?;
    transaction.commit()
}
