//! What is held against an address, and when that blocks it.
//!
//! Start at [`against`]. "No such mailbox" is enough at once; anything else about the address has to happen on two
//! days. An address of several employers is never blocked without a person: it waits in `came_back`.

use crate::remittance::email::Addresses;
use crate::store::StoreError;
use crate::store::database::sql::{Connection, params};
use sha2::{Digest, Sha256};

/// The kind of a row for an address that several employers have.
pub const SHARED: &str = "shared";

/// What became of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Blamed {
    /// Noted, or known before.
    Noted,
    Blocked,
    /// Several employers have it: a person decides.
    Waits,
}

/// What is held against the address of a letter.
pub(super) struct Charge<'c> {
    pub(super) letter_id: &'c str,
    pub(super) at_once: bool,
    pub(super) status: &'c str,
    pub(super) said: &'c str,
    /// The day it happened, as a number.
    pub(super) on: i64,
}

/// Days on which it has to happen where once is not enough.
const DAYS_MIN: i64 = 2;

/// Days after which what happened to an address is no longer held against it.
const REMEMBERED_DAYS: i64 = 92;

const RECIPIENT: &str = "
    select lower(recipient), employer_id from letter where centre_id = ?1 and letter_id = ?2";

const NOTE: &str = "
    insert into address_failure (centre_id, address, letter_id, failed_on) values (?1, ?2, ?3, ?4)
    on conflict (centre_id, address, letter_id) do nothing";

const DAYS: &str = "
    select count(distinct failed_on) from address_failure
    where centre_id = ?1 and address = ?2 and failed_on >= ?3";

const BLOCKED: &str = "select 1 from blocked_address where centre_id = ?1 and address = ?2";

const BLOCK: &str = "
    insert into blocked_address (centre_id, address, reason, detail, since_on, employer_id)
    values (?1, ?2, ?3, ?4, ?5, ?6)
    on conflict (centre_id, address) do nothing";

/// Whose address it may be; which of them really have it is looked at one by one.
const EMPLOYERS: &str = "
    select coalesce(c.address, e.email) from employer e
    left join letter_choice c on c.centre_id = e.centre_id and c.employer_id = e.employer_id
    where e.centre_id = ?1 and lower(coalesce(c.address, e.email)) like ?2 escape '!'";

/// One that waits already, or was kept in use after the letter had gone, waits no second time.
const WAIT: &str = "
    insert into came_back (centre_id, message_id, kind, letter_id, employer_id, sender, subject, body,
        noted_on, waits)
    values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 1)
    on conflict (centre_id, message_id) do update set waits = 1, noted_on = excluded.noted_on,
        letter_id = excluded.letter_id, subject = excluded.subject, body = excluded.body
        where came_back.waits = 0 and came_back.noted_on < excluded.noted_on";

/// Holds a failure against the address that the letter went to.
pub(super) fn against(
    connection: &Connection,
    centre: i64,
    charge: &Charge<'_>,
) -> Result<Blamed, StoreError> {
    let key = params![centre, charge.letter_id];
    let found = connection.fetch_optional::<(String, String)>(RECIPIENT, key)?;
    let Some((address, employer_id)) = found.filter(|(address, _)| !address.is_empty()) else {
        return Ok(Blamed::Noted);
    };
    connection.execute(NOTE, params![centre, address, charge.letter_id, charge.on])?;
    let since = charge.on - REMEMBERED_DAYS;
    let days = params![centre, address, since];
    let days: i64 = connection.fetch_one(DAYS, days)?;
    let enough = charge.at_once || days >= DAYS_MIN;
    if !enough || connection.prepare_cached(BLOCKED)?.exists(params![centre, address])? {
        return Ok(Blamed::Noted);
    }
    let said = format!("{} {}", charge.status, charge.said);
    if employers(connection, centre, &address)? > 1 {
        let id = shared_id(&address);
        let values = params![
            centre,
            id,
            SHARED,
            charge.letter_id,
            employer_id,
            address,
            charge.status,
            said,
            charge.on
        ];
        connection.execute(WAIT, values)?;
        return Ok(Blamed::Waits);
    }
    block(connection, centre, &address, (charge.status, charge.said), charge.on, &employer_id)?;
    Ok(Blamed::Blocked)
}

/// Blocks an address; one that is blocked stays so.
pub(super) fn block(
    connection: &Connection,
    centre: i64,
    address: &str,
    (status, said): (&str, &str),
    on: i64,
    employer_id: &str,
) -> Result<(), StoreError> {
    let values = params![centre, address, status, said, on, employer_id];
    connection.execute(BLOCK, values).map(drop)
}

/// How many employers have an address.
pub(super) fn employers(
    connection: &Connection,
    centre: i64,
    address: &str,
) -> Result<usize, StoreError> {
    let mut pattern = String::from("%");
    for letter in address.chars() {
        if matches!(letter, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    let texts = connection.fetch_all::<String>(EMPLOYERS, params![centre, pattern])?;
    let has = |text: &&String| {
        Addresses::read(text).good.iter().any(|one| one.eq_ignore_ascii_case(address))
    };
    Ok(texts.iter().filter(has).count())
}

/// The row under which a shared address waits.
pub(super) fn shared_id(address: &str) -> String {
    hex::encode(Sha256::digest(format!("{SHARED} {address}")))
}
