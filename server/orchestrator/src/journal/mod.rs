//! The journal of a repository's runs: what happened, durable, append-only, in the user's own state
//! folder and never in the repository.
//!
//! SQLite: many processes may read while one writes. A run has one owner, who alone appends to it; any
//! other process posts a [`Command`] and sees what became of it. Every text goes through the redactor
//! before it is written, so that what is folded live and what is read back are the same.

mod command;
mod error;
mod export;
mod markdown;
mod place;
mod schema;

pub use command::{Command, Outcome, Posted, settle};
pub use error::JournalError;
pub use export::json_lines;
pub use markdown::{cost, gate_words, markdown, status_word};
pub use place::{Place, state_folder};

use crate::event::{By, Event, Millis, Record};
use crate::state::State;
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use serde_json::Value;

/// Takes secrets out of a text; `None` where there are none.
pub type Redact = dyn Fn(&str) -> Option<String> + Send + Sync;

/// An open journal.
pub struct Journal {
    connection: Connection,
    redact: Box<Redact>,
}

/// A run of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunRow {
    /// Its id.
    pub run: String,
    /// When its first event was.
    pub began: Millis,
    /// The number of its last event.
    pub seq: u64,
}

fn connected(place: &Place) -> Result<Connection, JournalError> {
    let file = place.file();
    let mut connection = Connection::open(&file).map_err(|error| JournalError::of(&file, error))?;
    schema::prepare(&mut connection, place)?;
    Ok(connection)
}

impl Journal {
    /// Opens the journal of a repository, and makes it where there is none. Only a launch does that.
    ///
    /// # Errors
    ///
    /// See [`JournalError`]: each says what to do.
    pub fn create(place: &Place, redact: Box<Redact>) -> Result<Self, JournalError> {
        place.make()?;
        Ok(Self { connection: connected(place)?, redact })
    }

    /// Opens the journal of a repository where there is one: only to read where it cannot be written.
    ///
    /// # Errors
    ///
    /// See [`JournalError`].
    pub fn open(place: &Place, redact: Box<Redact>) -> Result<Option<Self>, JournalError> {
        if !place.file().is_file() {
            return Ok(None);
        }
        let connection = match connected(place) {
            // Where nothing can be written what is there can still be read.
            Err(JournalError::Folder { path, why }) => schema::only_to_read(place)
                .ok_or(JournalError::Folder { path, why })
                .and_then(|connection| schema::is_known(&connection, place).map(|()| connection)),
            connected => connected,
        };
        connection.map(|connection| Some(Self { connection, redact }))
    }

    /// Makes events durable, all or none, behind event `last` of the run. They are durable when this
    /// returns.
    ///
    /// # Errors
    ///
    /// [`JournalError::Moved`] where the run has another last event: somebody else owns it now.
    pub fn append(
        &mut self,
        run: &str,
        last: u64,
        events: Vec<Event>,
        now: Millis,
    ) -> Result<Vec<Record>, JournalError> {
        self.append_settling(run, last, events, now, &[])
    }

    /// As [`Journal::append`], and in the same moment tells commands what became of them.
    ///
    /// # Errors
    ///
    /// As [`Journal::append`].
    pub fn append_settling(
        &mut self,
        run: &str,
        last: u64,
        events: Vec<Event>,
        now: Millis,
        settled: &[(i64, Outcome)],
    ) -> Result<Vec<Record>, JournalError> {
        let redacted: Vec<(Event, String)> =
            events.into_iter().map(|event| self.redacted(event)).collect::<Result<_, _>>()?;
        let begun = self.connection.transaction_with_behavior(TransactionBehavior::Immediate);
        let written = begun.map_err(JournalError::from).and_then(|transaction| {
            let records = insert(&transaction, run, last, redacted, now)?;
            for (id, outcome) in settled {
                let outcome = serde_json::to_string(outcome)?;
                transaction
                    .execute("UPDATE commands SET outcome = ?2 WHERE id = ?1", params![id, outcome])?;
            }
            transaction.commit()?;
            Ok(records)
        });
        written.map_err(|error| error.at(self.connection.path()))
    }

    fn redacted(&self, event: Event) -> Result<(Event, String), JournalError> {
        let mut value = serde_json::to_value(&event)?;
        if redact_all(&mut value, &self.redact) {
            let body = value.to_string();
            return Ok((serde_json::from_value(value)?, body));
        }
        Ok((event, value.to_string()))
    }

    /// The events of a run behind event `after`.
    ///
    /// # Errors
    ///
    /// [`JournalError::Unreadable`] where an event is not one that this binary knows.
    pub fn records(&self, run: &str, after: u64) -> Result<Vec<Record>, JournalError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT seq, at, body FROM events WHERE run = ?1 AND seq > ?2 ORDER BY seq")?;
        let rows = statement.query_map(params![run, signed(after)], |row| {
            Ok((unsigned(row.get(0)?), unsigned(row.get(1)?), row.get::<_, String>(2)?))
        })?;
        let mut records = Vec::new();
        for row in rows {
            let (seq, at, body) = row?;
            let event = serde_json::from_str(&body).map_err(|error| JournalError::Unreadable {
                run: run.to_owned(),
                seq,
                why: error.to_string(),
            })?;
            records.push(Record { seq, at: Millis(at), event });
        }
        Ok(records)
    }

    /// What a run is now.
    ///
    /// # Errors
    ///
    /// As [`Journal::records`].
    pub fn state(&self, run: &str) -> Result<State, JournalError> {
        Ok(State::fold(&self.records(run, 0)?))
    }

    /// All runs, the newest first.
    ///
    /// # Errors
    ///
    /// The journal cannot be read.
    pub fn runs(&self) -> Result<Vec<RunRow>, JournalError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT run, min(at), max(seq) FROM events GROUP BY run ORDER BY min(at) DESC, run DESC",
        )?;
        let rows = statement.query_map([], |row| {
            Ok(RunRow { run: row.get(0)?, began: Millis(unsigned(row.get(1)?)), seq: unsigned(row.get(2)?) })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// A number that changes when another process has written.
    ///
    /// # Errors
    ///
    /// The journal cannot be read.
    pub fn data_version(&self) -> Result<i64, JournalError> {
        Ok(self.connection.query_row("PRAGMA data_version", [], |row| row.get(0))?)
    }

    /// Posts a command for the owner of a run, and gives its number.
    ///
    /// # Errors
    ///
    /// The journal cannot be written.
    pub fn post(&mut self, run: &str, command: &Command, by: &By, now: Millis) -> Result<i64, JournalError> {
        let mut body = serde_json::to_value(command)?;
        redact_all(&mut body, &self.redact);
        self.connection.execute(
            "INSERT INTO commands (run, at, body, by) VALUES (?1, ?2, ?3, ?4)",
            params![run, signed(now.0), body.to_string(), serde_json::to_string(by)?],
        )?;
        Ok(self.connection.last_insert_rowid())
    }

    /// The commands for a run that nobody has dealt with, the oldest first. What this binary does not
    /// know is left for one that does.
    ///
    /// # Errors
    ///
    /// The journal cannot be read.
    pub fn pending(&self, run: &str) -> Result<Vec<Posted>, JournalError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT id, body, by FROM commands WHERE run = ?1 AND outcome IS NULL ORDER BY id",
        )?;
        let rows = statement.query_map([run], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
        })?;
        let mut pending = Vec::new();
        for row in rows {
            let (id, body, by) = row?;
            if let (Ok(command), Ok(by)) = (serde_json::from_str(&body), serde_json::from_str(&by)) {
                pending.push(Posted { id, command, by });
            }
        }
        Ok(pending)
    }

    /// What became of a command; `None` while nobody has dealt with it.
    ///
    /// # Errors
    ///
    /// The journal cannot be read.
    pub fn outcome(&self, id: i64) -> Result<Option<Outcome>, JournalError> {
        let found: Option<Option<String>> = self
            .connection
            .query_row("SELECT outcome FROM commands WHERE id = ?1", [id], |row| row.get(0))
            .optional()?;
        Ok(found.flatten().and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// Keeps a person's yes to a launch list, by its hash.
    ///
    /// # Errors
    ///
    /// The journal cannot be written.
    pub fn keep_yes(&mut self, list_hash: &str, by: &By, now: Millis) -> Result<(), JournalError> {
        self.connection.execute(
            "INSERT OR IGNORE INTO lists (hash, at, by) VALUES (?1, ?2, ?3)",
            params![list_hash, signed(now.0), serde_json::to_string(by)?],
        )?;
        Ok(())
    }

    /// Who said yes to a launch list before.
    ///
    /// # Errors
    ///
    /// The journal cannot be read.
    pub fn kept_yes(&self, list_hash: &str) -> Result<Option<By>, JournalError> {
        let found: Option<String> = self
            .connection
            .query_row("SELECT by FROM lists WHERE hash = ?1", [list_hash], |row| row.get(0))
            .optional()?;
        Ok(found.and_then(|by| serde_json::from_str(&by).ok()))
    }

    /// Forgets a run: after its worktrees and branches are gone.
    ///
    /// # Errors
    ///
    /// The journal cannot be written.
    pub fn forget(&mut self, run: &str) -> Result<(), JournalError> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute("DELETE FROM events WHERE run = ?1", [run])?;
        transaction.execute("DELETE FROM commands WHERE run = ?1", [run])?;
        Ok(transaction.commit()?)
    }
}

/// Writes events, each with its JSON text, behind event `last` of a run.
fn insert(
    transaction: &Transaction<'_>,
    run: &str,
    last: u64,
    events: Vec<(Event, String)>,
    now: Millis,
) -> Result<Vec<Record>, JournalError> {
    let found: Option<(u64, u64)> = transaction
        .query_row("SELECT seq, at FROM events WHERE run = ?1 ORDER BY seq DESC LIMIT 1", [run], |row| {
            Ok((unsigned(row.get(0)?), unsigned(row.get(1)?)))
        })
        .optional()?;
    let (found, at) = found.unwrap_or_default();
    if found != last {
        return Err(JournalError::Moved { run: run.to_owned() });
    }
    // The clock of a machine may be put back; the time of a run goes on.
    let at = Millis(now.0.max(at));
    let mut records = Vec::with_capacity(events.len());
    for (offset, (event, body)) in events.into_iter().enumerate() {
        let seq = last + offset as u64 + 1;
        transaction
            .prepare_cached("INSERT INTO events (run, seq, at, body) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![run, signed(seq), signed(at.0), body])?;
        records.push(Record { seq, at, event });
    }
    Ok(records)
}

/// Redacts every string; whether there was something to redact.
fn redact_all(value: &mut Value, redact: &Redact) -> bool {
    match value {
        Value::String(text) => match redact(text) {
            Some(clean) => {
                *text = clean;
                true
            }
            None => false,
        },
        Value::Array(items) => items.iter_mut().fold(false, |found, item| redact_all(item, redact) | found),
        Value::Object(fields) => {
            fields.values_mut().fold(false, |found, field| redact_all(field, redact) | found)
        }
        _ => false,
    }
}

// SQLite has no unsigned numbers; no count and no time of ours comes near the difference.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

#[cfg(test)]
mod tests;
