//! Rows whose serial is known but whose content or number differs.
//!
//! Start at [`Intake::settle_repeated`]. They are decided once a delivery's statements are known: two rows
//! under one serial are two payments if the balances prove both. A payment that shares its serial gets a
//! suffix: `S1~2` is the second of its day, `S1~20260512` the one of another day, and `S1~20260512~2` combines
//! both. So a redelivery in another order, or with other days, finds the same rows.
//!
//! Invariant: among the rows of one night, names follow day and content, not the order of arrival. An unproved
//! row is either a duplicate or a conflict, which is rejected; it is never new.

use super::super::{StoreError, WorkingSet};
use super::agree::{content, united};
use super::known::{Known, Stage};
use super::origin::Sign;
use super::{FlagRecord, Intake, Placed};
use crate::feed::{Flag, Odd};
use crate::store::database::row::day_number;
use crate::store::database::sql::params;
use crate::store::posting::working_set::account_id;
use std::collections::BTreeMap;

/// Separates a bank's serial from the suffix; [`AFTER`] is the next character.
const MARK: char = '~';
const AFTER: char = '\u{7f}';

/// A transaction under a serial.
struct Member {
    known: Known,
    /// A row of this delivery matches it.
    claimed: bool,
    /// Its name in the store; `None` if it is not stored yet.
    stands: Option<String>,
    /// The line of a new row.
    line: u64,
}

impl Intake<'_> {
    /// Decides the deferred rows.
    pub(super) fn settle_repeated(
        &mut self,
        rows: Vec<Placed<'_>>,
        working_set: &mut WorkingSet,
    ) -> Result<(), StoreError> {
        let mut families: BTreeMap<(i64, &str), Vec<Placed<'_>>> = BTreeMap::new();
        for placed in rows {
            families.entry(placed.identity()).or_default().push(placed);
        }
        families.into_iter().try_for_each(|((account, serial), rows)| {
            self.settle_family(account, serial, rows, working_set)
        })
    }

    fn settle_family(
        &mut self,
        account: i64,
        serial: &str,
        mut rows: Vec<Placed<'_>>,
        working_set: &mut WorkingSet,
    ) -> Result<(), StoreError> {
        let mut family = self.family(account, serial, working_set)?;
        rows.sort_by(|one, other| content(&one.transaction).cmp(&content(&other.transaction)));
        // Known rows first, so that no other row claims them.
        let mut rest = Vec::new();
        for placed in rows {
            if !self.claim_one(&mut family, &placed, working_set)? {
                rest.push(placed);
            }
        }
        let mut fresh = Vec::new();
        for placed in rest {
            if self.settle_rest(serial, &mut family, &placed, working_set)? {
                fresh.push(placed);
            }
        }
        if fresh.is_empty() { Ok(()) } else { self.name_anew(serial, family, &fresh, working_set) }
    }

    /// All transactions stored under a serial.
    fn family(
        &mut self,
        account: i64,
        serial: &str,
        working_set: &WorkingSet,
    ) -> Result<Vec<Member>, StoreError> {
        let mut known: Vec<Known> = self.known(&[(account, serial)])?.into_values().collect();
        let (from, until) = (format!("{serial}{MARK}"), format!("{serial}{AFTER}"));
        known.extend(self.known_between(account, &from, &until)?);
        let member = |known: Known| Member {
            claimed: self.is_claimed(known.account_id, &known.serial, working_set),
            stands: Some(known.serial.clone()),
            line: 0,
            known,
        };
        Ok(known.into_iter().map(member).collect())
    }

    /// Matches a row with a stored one that no other row of this delivery has claimed.
    fn claim_one(
        &mut self,
        family: &mut [Member],
        placed: &Placed<'_>,
        working_set: &mut WorkingSet,
    ) -> Result<bool, StoreError> {
        for member in family.iter_mut().filter(|member| !member.claimed) {
            let (kept, given) = (member.known.transaction(), &placed.transaction);
            let Some(whole) = united(&kept, given, self.reader) else { continue };
            self.note_seen(&member.known, 1);
            if content(&whole) != content(&kept) && member.known.stage != Stage::Settled {
                self.replace(&member.known, &whole, working_set)?;
                let stage = member.known.stage;
                member.known =
                    Known::of(member.known.account_id, &whole, member.known.taken, stage);
            }
            member.claimed = true;
            let named = self.met_as_hash(member.known.account_id, &member.known.serial);
            self.met_here.insert(named);
            return Ok(true);
        }
        Ok(false)
    }

    /// Decides a row that matches no stored one: `true` if it is a payment of its own, which then becomes a
    /// member.
    fn settle_rest(
        &mut self,
        serial: &str,
        family: &mut Vec<Member>,
        placed: &Placed<'_>,
        working_set: &mut WorkingSet,
    ) -> Result<bool, StoreError> {
        let given = &placed.transaction;
        let proved = self.proof.proves(placed.row.account, placed.row.line);
        let same_day = |member: &Member| member.known.booked_on == given.booked_on;
        let here: Vec<&Member> = family.iter().filter(|member| same_day(member)).collect();
        let is_new = if here.is_empty() {
            proved && self.are_proved(placed, family)?
        } else {
            proved && here.iter().any(|member| member.claimed)
        };
        if is_new {
            let known =
                Known::of(account_id(placed.row.account), given, self.origin(), Stage::Tonight);
            family.push(Member { known, claimed: true, stands: None, line: placed.row.line });
            return Ok(true);
        }
        let alike = here.iter().any(|member| {
            member.claimed && united(&member.known.transaction(), given, self.reader).is_some()
        });
        if alike {
            self.taken.seen += 1;
            let (line, odd) = (placed.row.line, Odd::RepeatedInFile);
            let flag = Flag::Oddity { line, odd, found: serial.to_owned() };
            self.told.push(FlagRecord::of(&flag));
            return Ok(false);
        }
        let against = family.iter().position(same_day).unwrap_or_default();
        if let Some(member) = family.get_mut(against) {
            self.set_against(member, placed, working_set)?;
        }
        Ok(false)
    }

    /// A row contradicts a stored one: one of them is kept, the other is rejected.
    fn set_against(
        &mut self,
        member: &mut Member,
        placed: &Placed<'_>,
        working_set: &mut WorkingSet,
    ) -> Result<(), StoreError> {
        let given = &placed.transaction;
        let kept = member.known.clone();
        self.note_conflict(&kept);
        let stands = member.known.stage == Stage::Tonight
            && member.stands.is_some()
            && content(given) < content(&kept.transaction());
        if !stands {
            self.reject_conflict(placed.row.line, given, &kept.transaction());
            return Ok(());
        }
        self.reject_conflict(placed.row.line, &kept.transaction(), given);
        self.receive(kept.account_id, &kept.transaction(), Sign::Out);
        self.receive(kept.account_id, given, Sign::In);
        self.replace(&kept, given, working_set)?;
        let stage = kept.stage;
        member.known = Known::of(kept.account_id, given, kept.taken, stage).named(kept.serial);
        Ok(())
    }

    /// Whether balances prove the rows of other days under the serial of a row.
    fn are_proved(&self, placed: &Placed<'_>, family: &[Member]) -> Result<bool, StoreError> {
        for member in family {
            let here = member.claimed && self.proof.proves_all(placed.row.account);
            if !here && !self.is_day_proved(&member.known)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether balances prove every statement of the files for an account's day.
    fn is_day_proved(&self, known: &Known) -> Result<bool, StoreError> {
        let sql = "select count(*), count(case when s.proved = 1 then 1 end)
            from receipt r left join statement s on s.centre_id = r.centre_id
                and s.feed_id = r.feed_id and s.account_id = r.account_id
            where r.centre_id = ?1 and r.account_id = ?2 and r.booked_on = ?3";
        let tx = self.tx;
        let values = params![tx.centre_id, known.account_id, day_number(known.booked_on)];
        let (all, proved): (i64, i64) = tx.connection.fetch_one(sql, values)?;
        Ok(all > 0 && all == proved)
    }

    /// Names the members, and writes the new and the renamed ones.
    fn name_anew(
        &mut self,
        serial: &str,
        mut family: Vec<Member>,
        fresh: &[Placed<'_>],
        working_set: &mut WorkingSet,
    ) -> Result<(), StoreError> {
        let names = names(serial, &mut family);
        let mut written = Vec::new();
        for (member, name) in family.iter_mut().zip(names) {
            let Some(name) = name else { continue };
            match &member.stands {
                Some(stands) if *stands == name => continue,
                // Renamed: it is from tonight, so nothing refers to its name.
                Some(stands) => {
                    self.take_out(&member.known.clone().named(stands.clone()))?;
                    working_set.outdate();
                }
                None => {}
            }
            member.known.serial = name;
            written.push(member);
        }
        let rows: Vec<Known> = written.iter().map(|member| member.known.clone()).collect();
        self.put_in(&rows)?;
        for member in written.iter().filter(|member| member.stands.is_none()) {
            let Some(placed) = fresh.iter().find(|placed| placed.row.line == member.line) else {
                continue;
            };
            self.on_new(placed.row, &member.known.transaction(), working_set);
        }
        Ok(())
    }
}

/// The name of each member, in order; `None` if it keeps its name because it is older than tonight. The bank's
/// own serial belongs to the member that has it from an earlier night, else to the first day's.
fn names(serial: &str, family: &mut [Member]) -> Vec<Option<String>> {
    family.sort_by(|one, other| {
        content(&one.known.transaction()).cmp(&content(&other.known.transaction()))
    });
    let is_free = |member: &Member| member.known.stage == Stage::Tonight;
    let fixed: Vec<&Member> = family.iter().filter(|member| !is_free(member)).collect();
    let owner = fixed.iter().find(|member| member.known.serial == serial);
    let first = family.iter().map(|member| member.known.booked_on).min();
    let plain = owner.map(|member| member.known.booked_on).or(first);
    let mut given: Vec<String> = fixed.iter().map(|member| member.known.serial.clone()).collect();
    let mut names = Vec::with_capacity(family.len());
    for member in family.iter() {
        if !is_free(member) {
            names.push(None);
            continue;
        }
        let day = member.known.booked_on;
        let base = if Some(day) == plain {
            serial.to_owned()
        } else {
            format!("{serial}{MARK}{}", day.format("%Y%m%d"))
        };
        let ordinals = std::iter::once(base.clone())
            .chain((2_u64..).map(|ordinal| format!("{base}{MARK}{ordinal}")));
        let name = ordinals.into_iter().find(|name| !given.contains(name)).unwrap_or(base);
        given.push(name.clone());
        names.push(Some(name));
    }
    names
}
