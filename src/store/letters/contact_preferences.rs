//! Where letters go: an employer's preferences, its confirmed address, and blocked addresses.
//!
//! An address is confirmed if staff entered it (an import counts as staff) or if a reader of its mail followed
//! the link sent there. Bounces block an address until staff enter one again; only a bounce of a letter really
//! sent there counts.

use crate::alert::Rhythm;
use crate::remittance::email::Addresses;
use crate::store::database::columns::columns;
use crate::store::database::row::{day_number, unknown};
use crate::store::database::sql::{Connection, params};
use crate::store::database::tx::Tx;
use crate::store::error::StoreRefusal;
use crate::store::{Store, StoreError};
use crate::suspense::EntityKind;
use crate::suspense::trail::{LINK, TrailEntry, TrailEvent};
use chrono::NaiveDate;
use serde_json::json;
use std::collections::BTreeMap;

/// An employer's contact preferences.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContactPreference {
    pub employer_id: String,
    pub name: String,
    pub rhythm: Rhythm,
    /// The address for letters, if any: the first unblocked one, else the first.
    pub address: Option<String>,
    /// Its other addresses, used if that one is blocked.
    pub others: Vec<String>,
    /// Parts of its address field that are no address.
    pub left_over: Vec<String>,
    /// `import`, `staff:WHO` or `link`.
    pub confirmed_by: Option<String>,
    pub confirmed_on: Option<NaiveDate>,
    /// An address whose confirmation is pending.
    pub asked: Option<String>,
    /// It wants no advice on how to write remarks; it is still told of its items in suspense.
    pub no_advice: bool,
    /// Why letters to the address bounced, if they did.
    pub blocked: Option<String>,
    /// Its letters are joined in one mail with those of other employers at the same address.
    pub together: bool,
}

/// A blocked address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockedAddress {
    pub address: String,
    pub reason: String,
    pub detail: String,
    pub since_on: NaiveDate,
    /// Its employer; empty if unknown.
    pub employer_id: String,
}

columns! { impl BlockedAddress { address, reason, detail, since_on, employer_id } }

/// An address whose link has not been followed yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedAddress {
    pub employer_id: String,
    pub employer_name: String,
    pub address: String,
}

columns! { impl AskedAddress of "c" { employer_id, employer_name = "e.name", address = "c.asked" } }

columns! {
    /// The preference `c` of an employer `e`, or the defaults.
    struct ChoiceColumns of "c" {
        employer_id: String = "e.employer_id",
        name: String = "e.name",
        rhythm: String = "coalesce(c.rhythm, 'immediate')",
        address: Option<String> = "coalesce(c.address, e.email)",
        confirmed_by: Option<String> = "case when c.address is not null then c.confirmed_by
            when e.email is not null then 'import' end",
        confirmed_on: Option<NaiveDate>,
        asked: Option<String>,
        together: bool = "coalesce(c.together, 0)",
        advice_declined_at: Option<i64>,
    }
}

const PREFERENCES: &str = "from employer e
    left join letter_choice c on c.centre_id = e.centre_id and c.employer_id = e.employer_id
    where e.centre_id = ?1 and (cast(?2 as text) is null or e.employer_id = ?2)
    order by e.employer_id";

/// Since when an employer wants no advice; null if it wants it.
pub(in crate::store) const ADVICE: &str = "
    insert into letter_choice (centre_id, employer_id, rhythm, advice_declined_at)
    values (?1, ?2, 'immediate', ?3)
    on conflict (centre_id, employer_id) do update set advice_declined_at = excluded.advice_declined_at";

const BLOCKED: &str = "select address, reason from blocked_address where centre_id = ?1";

const UNBLOCK: &str = "delete from blocked_address where centre_id = ?1 and address = ?2";

const FORGET: &str = "delete from address_failure where centre_id = ?1 and address = ?2";

/// Lifts a block, and clears the failures of an address.
pub(in crate::store) fn unblock(
    connection: &Connection,
    centre: i64,
    address: &str,
) -> Result<(), StoreError> {
    let values = params![centre, address.to_lowercase()];
    connection.execute(UNBLOCK, values)?;
    connection.execute(FORGET, values).map(drop)
}

impl ContactPreference {
    /// Adds the addresses of a typed field.
    fn with_addresses(self, typed: &str, blocked: &BTreeMap<String, String>) -> Self {
        let Addresses { good: mut others, left_over } = Addresses::read(typed);
        let why = |address: &String| blocked.get(&address.to_lowercase()).cloned();
        let place = others.iter().position(|address| why(address).is_none()).unwrap_or(0);
        let address = (place < others.len()).then(|| others.remove(place));
        Self { blocked: address.as_ref().and_then(why), address, others, left_over, ..self }
    }

    /// Whether no mail reaches it although its address field is not empty.
    #[must_use]
    pub fn is_unreached(&self) -> bool {
        self.blocked.is_some() || (self.address.is_none() && !self.left_over.is_empty())
    }
}

impl Store {
    /// The contact preferences of all employers, or of one.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or holds what this release does not know.
    pub fn contact_preferences(
        &self,
        employer_id: Option<&str>,
    ) -> Result<Vec<ContactPreference>, StoreError> {
        let tx = self.reading()?;
        let blocked =
            tx.connection.fetch_all::<(String, String)>(BLOCKED, params![tx.centre_id])?;
        let blocked: BTreeMap<String, String> = blocked.into_iter().collect();
        let values = params![tx.centre_id, employer_id];
        let found: Vec<ChoiceColumns> = tx.connection.select_all(PREFERENCES, values)?;
        let preference = |found: ChoiceColumns| {
            let choice = ContactPreference {
                employer_id: found.employer_id,
                name: found.name,
                rhythm: rhythm(&found.rhythm)?,
                confirmed_by: found.confirmed_by,
                confirmed_on: found.confirmed_on,
                asked: found.asked,
                together: found.together,
                no_advice: found.advice_declined_at.is_some(),
                ..ContactPreference::default()
            };
            Ok(choice.with_addresses(&found.address.unwrap_or_default(), &blocked))
        };
        found.into_iter().map(preference).collect()
    }

    /// Employers that no mail reaches although their address field is not empty: it holds no address, or only
    /// blocked ones. Ordered by number, at most `limit`.
    ///
    /// # Errors
    /// As [`Store::contact_preferences`].
    pub fn unreached(&self, limit: usize) -> Result<Vec<ContactPreference>, StoreError> {
        let mut choices = self.contact_preferences(None)?;
        choices.retain(ContactPreference::is_unreached);
        choices.truncate(limit);
        Ok(choices)
    }

    /// Sets how often an employer gets letters.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where there is no such employer.
    pub fn set_rhythm(&self, employer_id: &str, rhythm: Rhythm) -> Result<(), StoreError> {
        let sql = "insert into letter_choice (centre_id, employer_id, rhythm) values (?1, ?2, ?3)
            on conflict (centre_id, employer_id) do update set rhythm = excluded.rhythm";
        self.choose(employer_id, |tx| {
            tx.connection.execute(sql, params![tx.centre_id, employer_id, rhythm.code()])
        })
    }

    /// Sets whether an employer's letters are joined in one mail with those of others at the same address.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where there is no such employer.
    pub fn set_together(&self, employer_id: &str, together: bool) -> Result<(), StoreError> {
        let sql = "insert into letter_choice (centre_id, employer_id, rhythm, together)
            values (?1, ?2, 'immediate', ?3)
            on conflict (centre_id, employer_id) do update set together = excluded.together";
        self.choose(employer_id, |tx| {
            let together = together.then_some(1_i64);
            tx.connection.execute(sql, params![tx.centre_id, employer_id, together])
        })
    }

    /// Sets since when an employer wants no advice on how to write remarks, or that it wants it again. It is
    /// told of its items in suspense in any case.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where there is no such employer.
    pub fn set_advice(
        &self,
        employer_id: &str,
        declined_at: Option<i64>,
    ) -> Result<(), StoreError> {
        self.choose(employer_id, |tx| {
            tx.connection.execute(ADVICE, params![tx.centre_id, employer_id, declined_at])
        })
    }

    /// Sets and confirms the address that staff entered, and lifts a block on it. Entering the same address
    /// again only lifts the block. `entry` records it in the trail.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where there is no such employer.
    pub fn set_address(
        &self,
        employer_id: &str,
        address: &str,
        by: &str,
        on: NaiveDate,
        entry: &TrailEntry,
    ) -> Result<(), StoreError> {
        self.choose(employer_id, |tx| {
            let centre = tx.centre_id;
            unblock(&tx.connection, centre, address)?;
            let sql = "insert into letter_choice
                    (centre_id, employer_id, rhythm, address, confirmed_by, confirmed_on)
                values (?1, ?2, 'immediate', ?3, ?4, ?5)
                on conflict (centre_id, employer_id) do update set address = excluded.address,
                    confirmed_by = excluded.confirmed_by, confirmed_on = excluded.confirmed_on,
                    asked = null, asked_hash = null, asked_until = null";
            let by = format!("staff:{by}");
            let values = params![centre, employer_id, address, by, day_number(on)];
            crate::store::trail::append(&tx.connection, centre, entry)?;
            tx.connection.execute(sql, values)
        })
    }

    /// Records that an address was asked for confirmation; `token_hash` is the SHA-256 of the link's token,
    /// which is not stored itself.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where there is no such employer.
    pub fn ask_address(
        &self,
        employer_id: &str,
        address: &str,
        token_hash: &str,
        until: i64,
    ) -> Result<(), StoreError> {
        let sql = "insert into letter_choice
                (centre_id, employer_id, rhythm, asked, asked_hash, asked_until)
            values (?1, ?2, 'immediate', ?3, ?4, ?5)
            on conflict (centre_id, employer_id) do update set asked = excluded.asked,
                asked_hash = excluded.asked_hash, asked_until = excluded.asked_until";
        self.choose(employer_id, |tx| {
            let values = params![tx.centre_id, employer_id, address, token_hash, until];
            tx.connection.execute(sql, values)
        })
    }

    /// The address asked under a token; `None` if there is none, or it has expired.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn asked_address(
        &self,
        token_hash: &str,
        now: i64,
    ) -> Result<Option<AskedAddress>, StoreError> {
        let tx = self.reading()?;
        asked(&tx.connection, tx.centre_id, token_hash, now)
    }

    /// Confirms the address whose link was followed; gives its employer, or `None` if the token is unknown or
    /// has expired. A token works once.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn confirm_address(
        &self,
        token_hash: &str,
        now: i64,
        on: NaiveDate,
    ) -> Result<Option<AskedAddress>, StoreError> {
        let tx = self.writing()?;
        let centre = tx.centre_id;
        tx.atomically(|connection| {
            let Some(asked) = asked(connection, centre, token_hash, now)? else { return Ok(None) };
            unblock(connection, centre, &asked.address)?;
            let sql = "update letter_choice set address = asked, confirmed_by = 'link',
                    confirmed_on = ?3, asked = null, asked_hash = null, asked_until = null
                where centre_id = ?1 and employer_id = ?2 and asked_hash = ?4";
            let values = params![centre, asked.employer_id, day_number(on), token_hash];
            if connection.execute(sql, values)? == 0 {
                return Ok(None);
            }
            let entry = TrailEntry {
                at: now,
                actor: LINK.to_owned(),
                role: String::new(),
                event: TrailEvent::AddressConfirmed,
                subject: asked.employer_id.clone(),
                detail: json!({ "is": asked.address }).to_string(),
            };
            crate::store::trail::append(connection, centre, &entry)?;
            Ok(Some(asked))
        })
    }

    /// Blocked addresses, the latest first, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn blocked_addresses(&self, limit: u32) -> Result<Vec<BlockedAddress>, StoreError> {
        let tx = self.reading()?;
        let from = "from blocked_address
            where centre_id = ?1 order by since_on desc, address limit ?2";
        tx.connection.select_all(from, params![tx.centre_id, limit])
    }

    /// Updates the preferences of a known employer.
    fn choose(
        &self,
        employer_id: &str,
        work: impl FnOnce(&Tx) -> Result<usize, StoreError>,
    ) -> Result<(), StoreError> {
        let tx = self.writing()?;
        tx.atomically(|connection| {
            let sql = "select 1 from employer where centre_id = ?1 and employer_id = ?2";
            let known = params![tx.centre_id, employer_id];
            if !connection.prepare_cached(sql)?.exists(known)? {
                let refusal =
                    StoreRefusal::NoSuch { what: EntityKind::Employer, id: employer_id.to_owned() };
                return Err(StoreError::Refused(refusal));
            }
            work(&tx).map(|_| ())
        })
    }
}

fn asked(
    connection: &Connection,
    centre: i64,
    token_hash: &str,
    now: i64,
) -> Result<Option<AskedAddress>, StoreError> {
    let from = "from letter_choice c
        join employer e on e.centre_id = c.centre_id and e.employer_id = c.employer_id
        where c.centre_id = ?1 and c.asked_hash = ?2 and c.asked_until > ?3";
    let key = params![centre, token_hash, now];
    connection.select_optional(from, key)
}

/// The rhythm of a database code.
fn rhythm(code: &str) -> Result<Rhythm, StoreError> {
    Rhythm::from_code(code).ok_or_else(|| unknown("letter_choice", "rhythm", code))
}
