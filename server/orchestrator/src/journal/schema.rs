//! The form of the journal's file, and how an older one becomes the newest.

use crate::journal::{JournalError, Place};
use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior};
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
    let found = version(connection, place)?;
    durable(connection, crate::os::is_on_network(file.parent().unwrap_or(&file))).map_err(of)?;
    if found < NEWEST {
        grow(connection, place).map_err(of)?;
    }
    is_known(connection, place)
}

/// The form of the file, where this binary knows it.
fn version(connection: &Connection, place: &Place) -> Result<i64, JournalError> {
    let file = place.file();
    let found = connection.query_row("PRAGMA user_version", [], |row| row.get(0));
    let found: i64 = found.map_err(|error| JournalError::of(&file, error))?;
    if found > NEWEST {
        return Err(JournalError::Newer { path: file, found, known: NEWEST });
    }
    Ok(found)
}

/// Opens a journal that cannot be written: beside one that nobody has written to for a while there is
/// nothing that has to be read with it.
pub(super) fn only_to_read(place: &Place) -> Option<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    let file = place.file();
    let name = file.to_str()?.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    [format!("file:{name}"), format!("file:{name}?immutable=1")].into_iter().find_map(|uri| {
        let connection = Connection::open_with_flags(uri, flags).ok()?;
        // Only the first look tells whether it can be read.
        connection.query_row("PRAGMA user_version", [], |_| Ok(())).ok().map(|()| connection)
    })
}

/// Whether a journal has a form that this binary knows, and is this repository's.
pub(super) fn is_known(connection: &Connection, place: &Place) -> Result<(), JournalError> {
    let file = place.file();
    let of = |error: rusqlite::Error| JournalError::of(&file, error);
    version(connection, place)?;
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
/// that processes share, which file systems over a network do not have, and some others neither: there
/// the older rollback journal does.
fn durable(connection: &Connection, is_remote: bool) -> rusqlite::Result<()> {
    let mode = |wanted: &str| -> rusqlite::Result<String> {
        connection.query_row(&format!("PRAGMA journal_mode = {wanted}"), [], |row| row.get(0))
    };
    let has_log = !is_remote && mode("WAL").is_ok_and(|mode| mode.eq_ignore_ascii_case("wal"));
    if !has_log {
        mode("DELETE")?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn mode(connection: &Connection) -> String {
        connection.query_row("PRAGMA journal_mode", [], |row| row.get(0)).unwrap()
    }

    /// A connection on a file system that has no memory to share.
    fn without_shared_memory(file: &Path) -> Connection {
        Connection::open_with_flags_and_vfs(file, OpenFlags::default(), "unix-dotfile").unwrap()
    }

    #[cfg(unix)]
    #[test]
    fn where_no_memory_is_shared_the_rollback_journal_is_used() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::new(folder.path(), Path::new("/r/.git"), "c");
        place.make().unwrap();
        let mut one = without_shared_memory(&place.file());
        prepare(&mut one, &place).unwrap();
        assert_eq!(mode(&one), "delete");
        one.execute("INSERT INTO events VALUES ('r', 1, 0, '{}')", []).unwrap();
        // Another process sees it, and that something was written.
        let mut other = without_shared_memory(&place.file());
        prepare(&mut other, &place).unwrap();
        let version = |from: &Connection| -> i64 {
            from.query_row("PRAGMA data_version", [], |row| row.get(0)).unwrap()
        };
        let before = version(&other);
        one.execute("INSERT INTO events VALUES ('r', 2, 0, '{}')", []).unwrap();
        assert_ne!(version(&other), before);
        let seen: i64 = other.query_row("SELECT count(*) FROM events", [], |row| row.get(0)).unwrap();
        assert_eq!(seen, 2);
        let full: i64 = other.query_row("PRAGMA synchronous", [], |row| row.get(0)).unwrap();
        assert_eq!(full, 2, "FULL");
    }

    #[test]
    fn a_file_over_a_network_has_no_log_although_it_could() {
        let folder = tempfile::tempdir().unwrap();
        let connection = Connection::open(folder.path().join("a")).unwrap();
        durable(&connection, false).unwrap();
        assert_eq!(mode(&connection), "wal");
        durable(&connection, true).unwrap();
        assert_eq!(mode(&connection), "delete");
    }
}
