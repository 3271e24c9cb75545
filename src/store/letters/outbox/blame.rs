//! Delivery failures of an address, and when they block it.
//!
//! Start at [`against`]. "No such mailbox" blocks at once; any other failure of the address must happen on two
//! days. An address shared by several employers is never blocked without a person: it waits in `came_back`.

use crate::remittance::email::Addresses;
use crate::store::StoreError;
use crate::store::database::sql::{Connection, params};
use sha2::{Digest, Sha256};

/// The kind of a row for an address shared by several employers.
pub const SHARED: &str = "shared";

/// The effect on an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Blamed {
    /// Recorded, or known before.
    Noted,
    Blocked,
    /// Several employers share it: a person decides.
    Waits,
}

/// A failure of a letter's address.
pub(super) struct Charge<'c> {
    pub(super) letter_id: &'c str,
    pub(super) at_once: bool,
    pub(super) status: &'c str,
    pub(super) said: &'c str,
    /// Its day number.
    pub(super) on: i64,
}

/// Days with failures before a block, if one failure is not enough.
const DAYS_MIN: i64 = 2;

/// Days after which a failure no longer counts.
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

/// Candidate employers of an address; each is checked exactly.
const EMPLOYERS: &str = "
    select coalesce(c.address, e.email) from employer e
    left join letter_choice c on c.centre_id = e.centre_id and c.employer_id = e.employer_id
    where e.centre_id = ?1 and lower(coalesce(c.address, e.email)) like ?2 escape '!'";

/// A case that is already waiting, or was decided in favour of the address after the letter was sent, is not
/// added again.
const WAIT: &str = "
    insert into came_back (centre_id, message_id, kind, letter_id, employer_id, sender, subject, body,
        noted_on, waits)
    values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 1)
    on conflict (centre_id, message_id) do update set waits = 1, noted_on = excluded.noted_on,
        letter_id = excluded.letter_id, subject = excluded.subject, body = excluded.body
        where came_back.waits = 0 and came_back.noted_on < excluded.noted_on";

/// Records a failure of a letter's address.
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

/// Blocks an address; a blocked one stays so.
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

/// How many employers use an address.
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

/// The row id of a waiting shared address.
pub(super) fn shared_id(address: &str) -> String {
    hex::encode(Sha256::digest(format!("{SHARED} {address}")))
}
