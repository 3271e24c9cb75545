//! The audit trail: appends to it, reads it in pages, proves it.
//!
//! Start at [`append`]: it writes in the open transaction, so an act and its entry are one commit. Before
//! appending, a verb locks the centre's row in `trail_head` ([`hold`]), so the next sequence number is reserved
//! and the acts of one centre are serialized.
//!
//! Invariant: rows are only ever added.

use super::{Store, StoreError};
use crate::report::TrailHead;
use crate::store::database::columns::columns;
use crate::store::database::seal::step;
use crate::store::database::sql::{Connection, params};
use crate::store::database::tx::Tx;
use crate::suspense::Moment;
use crate::suspense::trail::{Break, Chain, GENESIS, Link, NIGHT, TrailEntry, TrailEvent};
use chrono::NaiveDate;

/// Whether the trail contains a recorded head.
#[derive(Clone, Debug)]
pub enum Continued {
    /// It does: from this entry on, to the end of the chain.
    From {
        link: Box<Link>,
        chain: Chain,
    },
    /// The trail is intact, but the head is none of its entries.
    Unknown,
    Broken(Break),
}

/// Which entries to read, newest first; `None` means any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrailFilter {
    /// Only entries before this one: the last of the previous page.
    pub before: Option<i64>,
    pub subject: Option<String>,
    pub actor: Option<String>,
    pub event: Option<String>,
}

/// Entries per statement when the whole trail is read.
const PAGE: i64 = 2_000;

columns! { impl TrailEntry of "t" { at = "t.done_at", actor, role, event, subject, detail } }

columns! { impl Link of "t" { sequence, entry as TrailEntry, previous, hash } }

/// The head of a centre's trail.
pub(super) struct Head {
    sequence: i64,
    hash: String,
    /// Counts changes of items, so that a night notices acts of staff.
    pub(super) turn: i64,
}

/// Locks the head of the centre's trail until the transaction ends.
pub(super) fn hold(connection: &Connection, centre: i64) -> Result<Head, StoreError> {
    let sql = "insert into trail_head (centre_id, sequence, hash, turn, remade)
        values (?1, 0, ?2, 0, 0) on conflict (centre_id) do nothing";
    connection.execute(sql, params![centre, GENESIS])?;
    let hold = connection.dialect().to_hold();
    let sql = format!("select sequence, hash, turn from trail_head where centre_id = ?1{hold}");
    let (sequence, hash, turn) = connection.fetch_one(&sql, params![centre])?;
    Ok(Head { sequence, hash, turn })
}

/// How often staff have changed items.
pub(super) fn turn(store: &Store) -> Result<i64, StoreError> {
    let tx = store.reading()?;
    let sql = "select turn from trail_head where centre_id = ?1";
    let turn = tx.connection.fetch_optional(sql, params![tx.centre_id])?;
    Ok(turn.unwrap_or_default())
}

/// Records that items changed: a night that loaded them before must read again.
pub(super) fn next_turn(connection: &Connection, centre: i64) -> Result<(), StoreError> {
    let sql = "update trail_head set turn = turn + 1 where centre_id = ?1";
    connection.execute(sql, params![centre]).map(|_| ())
}

/// Records a change beyond the trail's entries, such as a night or an import.
pub(super) fn rebuild_epoch(connection: &Connection, centre: i64) -> Result<(), StoreError> {
    let sql = "insert into trail_head (centre_id, sequence, hash, turn, remade)
        values (?1, 0, ?2, 0, 1)
        on conflict (centre_id) do update set remade = trail_head.remade + 1";
    connection.execute(sql, params![centre, GENESIS]).map(|_| ())
}

/// The version of a centre's data. A cached index built at these marks is valid while they are unchanged; if
/// only `sequence` moved, the later entries name everything that changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marks {
    /// The last entry of the trail.
    pub sequence: i64,
    pub(super) rebuild_epoch: i64,
}

impl Marks {
    /// Whether an index built at these marks serves a transaction at the other marks: it is as new, or newer by
    /// commits since that transaction began.
    #[must_use]
    pub const fn cover(self, other: Self) -> bool {
        self.sequence >= other.sequence && self.rebuild_epoch >= other.rebuild_epoch
    }
}

/// The current marks.
pub(super) fn marks(tx: &Tx) -> Result<Marks, StoreError> {
    let sql = "select sequence, remade from trail_head where centre_id = ?1";
    let found = tx.connection.fetch_optional(sql, params![tx.centre_id])?;
    let (sequence, rebuild_epoch) = found.unwrap_or_default();
    Ok(Marks { sequence, rebuild_epoch })
}

/// Appends an entry in the open transaction.
pub(super) fn append(
    connection: &Connection,
    centre: i64,
    entry: &TrailEntry,
) -> Result<Link, StoreError> {
    let head = hold(connection, centre)?;
    let sequence = head.sequence + 1;
    let hash = entry.hash_after(&head.hash, sequence);
    connection.execute(
        "insert into trail (centre_id, sequence, done_at, actor, role, event, subject, detail,
                previous, hash)
            values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        params![
            centre,
            sequence,
            entry.at,
            entry.actor,
            entry.role,
            entry.event.code(),
            entry.subject,
            entry.detail,
            head.hash,
            hash
        ],
    )?;
    let sql = "update trail_head set sequence = ?2, hash = ?3
        where centre_id = ?1 and sequence = ?4";
    let moved = connection.execute(sql, params![centre, sequence, hash, head.sequence])?;
    assert!(moved == 1, "whoever holds the trail's head is the only one to move it");
    Ok(Link { sequence, entry: entry.clone(), previous: head.hash, hash })
}

/// Records the state of the books in the trail, in a night's commit; a night without changes records nothing.
pub(super) fn note_books(
    connection: &Connection,
    centre: i64,
    night: NaiveDate,
) -> Result<(), StoreError> {
    if step::write(connection)? == 0 {
        return Ok(());
    }
    let head = step::head(connection, centre)?;
    let detail = serde_json::json!({ "step": head.ordinal, "chain": head.chain }).to_string();
    let entry = TrailEntry {
        at: Moment::midnight(night).at,
        actor: NIGHT.to_owned(),
        role: String::new(),
        event: TrailEvent::Night,
        subject: night.to_string(),
        detail,
    };
    append(connection, centre, &entry).map(|_| ())
}

impl Store {
    /// Appends an entry in a commit of its own: a login, a view of a full account number, an export.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn append(&self, entry: &TrailEntry) -> Result<Link, StoreError> {
        let tx = self.writing()?;
        tx.atomically(|connection| append(connection, tx.centre_id, entry))
    }

    /// A page of the trail, newest first.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn trail(&self, filter: &TrailFilter, limit: u32) -> Result<Vec<Link>, StoreError> {
        let tx = self.reading()?;
        let from = "from trail t where centre_id = ?1
                and (cast(?2 as bigint) is null or sequence < ?2)
                and (cast(?3 as text) is null or subject = ?3)
                and (cast(?4 as text) is null or actor = ?4)
                and (cast(?5 as text) is null or event = ?5)
            order by sequence desc limit ?6";
        let TrailFilter { before, subject, actor, event } = filter;
        let values = params![tx.centre_id, before, subject, actor, event, i64::from(limit)];
        tx.connection.select_all(from, values)
    }

    /// Reads the whole trail from its first entry, page by page. Entries are only ever appended, so the pages
    /// need no common transaction, and a slow reader holds no lock.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails, or what `show` gives.
    pub fn whole_trail<E: From<StoreError>>(
        &self,
        mut show: impl FnMut(&Link) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut last = 0;
        loop {
            let page = self.reading().and_then(|tx| links_after(&tx, last)).map_err(E::from)?;
            let Some(end) = page.last() else { return Ok(()) };
            last = end.sequence;
            page.iter().try_for_each(&mut show)?;
        }
    }

    /// The trail entry of the last night up to this day.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn trail_of(&self, night: NaiveDate) -> Result<Option<TrailHead>, StoreError> {
        let tx = self.reading()?;
        let from = "from trail t where centre_id = ?1 and event = ?2 and done_at <= ?3
            order by sequence desc limit 1";
        let values = params![tx.centre_id, TrailEvent::Night.code(), Moment::midnight(night).at];
        let found: Option<Link> = tx.connection.select_optional(from, values)?;
        Ok(found.map(|link| TrailHead {
            night: link.entry.subject.parse().unwrap_or(night),
            entry: link.sequence,
            head: link.hash,
            signature: None,
        }))
    }

    /// Finds the entry with a given hash, proving the trail link by link.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails; a contradiction is in the result.
    pub fn continues(&self, head: &str) -> Result<Continued, StoreError> {
        let tx = self.reading()?;
        let chain = match verify(&tx)? {
            Ok(chain) => chain,
            Err(broken) => return Ok(Continued::Broken(broken)),
        };
        let from = "from trail t where centre_id = ?1 and hash = ?2";
        let values = params![tx.centre_id, head];
        let found = tx.connection.select_optional(from, values)?;
        Ok(found.map_or(Continued::Unknown, |link| Continued::From { link: Box::new(link), chain }))
    }

    /// Proves the trail link by link; the resulting head can be recorded elsewhere.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails; a broken trail is no error but in the result.
    pub fn verify_trail(&self) -> Result<Result<Chain, Break>, StoreError> {
        verify(&*self.reading()?)
    }
}

/// Proves the trail as visible to a transaction.
pub(super) fn verify(tx: &Tx) -> Result<Result<Chain, Break>, StoreError> {
    let mut chain = Chain::default();
    let mut broken = None;
    let mut last = 0;
    loop {
        let page = links_after(tx, last)?;
        let Some(end) = page.last() else { break };
        last = end.sequence;
        if broken.is_none() {
            broken = page.iter().find_map(|link| chain.take(link).err());
        }
    }
    let sql = "select sequence, hash from trail_head where centre_id = ?1";
    let head = tx.connection.fetch_optional::<(i64, String)>(sql, params![tx.centre_id])?;
    let (sequence, hash) = head.unwrap_or_else(|| (0, GENESIS.to_owned()));
    Ok(match broken {
        Some(broken) => Err(broken),
        None => chain.end(sequence, &hash).map(|()| chain),
    })
}

/// The next page of entries.
fn links_after(tx: &Tx, last: i64) -> Result<Vec<Link>, StoreError> {
    let from = "from trail t where centre_id = ?1 and sequence > ?2 order by sequence limit ?3";
    tx.connection.select_all(from, params![tx.centre_id, last, PAGE])
}
