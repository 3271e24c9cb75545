//! Rows of banks that give no serial: which of them are known, even if one format says more than another.
//!
//! Start at [`Intake::settle_silent`]. Such a row is named after its content, so the same row has another name
//! in a format that omits the time. If a day has stored rows, a row with a new name is compared with the stored
//! rows of that day, direction and amount: rows that agree are one payment, in a maximum matching
//! ([`super::pairing`]). If several matchings are possible, neither row completes the other: the rows of the
//! delivery that says more are kept unchanged.
//!
//! Invariant: the rows of one night end with the same content and names whichever file came first. A name that
//! a night has decided on stays, even if the content is completed.

use super::super::{StoreError, WorkingSet};
use super::agree::{content, said, united};
use super::known::{Known, Stage};
use super::pairing::{Graph, Pair, pairs};
use super::{Intake, Placed};
use crate::feed::identity;
use crate::remittance::{BankTransaction, Direction, Money};
use crate::store::database::sql::params;
use crate::store::posting::working_set::account_id;
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// Prefix of the names of rows without a serial.
pub(super) const SILENT: char = '~';

/// An account's day.
type Day = (i64, NaiveDate);

/// The unpaired rows of one day, direction and amount.
#[derive(Default)]
struct Group<'p, 'b> {
    kept: Vec<Known>,
    given: Vec<&'p Placed<'b>>,
}

/// A transaction of tonight that is to be named.
struct Unnamed<'p, 'b> {
    known: Known,
    /// Its name without the ordinal.
    content_name: String,
    /// The delivered row, if it is new.
    fresh: Option<&'p Placed<'b>>,
}

/// The range of names of a day; the end is excluded.
fn names_of(day: NaiveDate) -> (String, String) {
    let day = day.format("%Y%m%d");
    (format!("{SILENT}{day}-"), format!("{SILENT}{day}."))
}

impl Intake<'_> {
    /// Whether no row without a serial was stored for an account's day before this delivery.
    pub(super) fn is_quiet(&mut self, day: Day) -> Result<bool, StoreError> {
        if let Some(quiet) = self.days.get(&day) {
            return Ok(*quiet);
        }
        let (from, until) = names_of(day.1);
        let tx = self.tx;
        let table = tx.connection.dialect().identities().unwrap_or("bank_transaction");
        let sql = format!(
            "select 1 from {table} where centre_id = ?1 and account_id = ?2 and serial >= ?3
                and serial < ?4 limit 1"
        );
        let mut select = tx.connection.prepare_cached(&sql)?;
        let quiet = !select.exists(params![tx.centre_id, day.0, from, until])?;
        self.days.insert(day, quiet);
        Ok(quiet)
    }

    /// Decides the deferred rows: those under new names.
    pub(super) fn settle_silent(
        &mut self,
        rows: &[Placed<'_>],
        working_set: &mut WorkingSet,
    ) -> Result<(), StoreError> {
        let mut days: BTreeMap<Day, Vec<&Placed<'_>>> = BTreeMap::new();
        for placed in rows {
            let day = (account_id(placed.row.account), placed.transaction.booked_on);
            days.entry(day).or_default().push(placed);
        }
        days.into_iter().try_for_each(|(day, rows)| self.settle_day(day, &rows, working_set))
    }

    fn settle_day<'p, 'b>(
        &mut self,
        day: Day,
        rows: &[&'p Placed<'b>],
        working_set: &mut WorkingSet,
    ) -> Result<(), StoreError> {
        let (from, until) = names_of(day.1);
        let mut names = BTreeSet::new();
        let mut groups: BTreeMap<(Direction, Money), Group<'p, 'b>> = BTreeMap::new();
        for placed in rows {
            let key = (placed.transaction.direction, placed.transaction.amount);
            groups.entry(key).or_default().given.push(placed);
        }
        for known in self.known_between(day.0, &from, &until)? {
            names.insert(known.serial.clone());
            if !self.is_claimed(known.account_id, &known.serial, working_set)
                && let Some(group) = groups.get_mut(&(known.direction, known.amount))
            {
                group.kept.push(known);
            }
        }
        let mut unnamed = Vec::new();
        for group in groups.into_values() {
            self.settle_group(group, &mut unnamed, &mut names, working_set)?;
        }
        self.name(unnamed, &mut names, working_set)
    }

    fn settle_group<'p, 'b>(
        &mut self,
        Group { mut kept, mut given }: Group<'p, 'b>,
        unnamed: &mut Vec<Unnamed<'p, 'b>>,
        names: &mut BTreeSet<String>,
        working_set: &mut WorkingSet,
    ) -> Result<(), StoreError> {
        // Of equal rows the last is paired first, so that the first names remain.
        kept.sort_by(|one, other| {
            let contents = content(&one.transaction()).cmp(&content(&other.transaction()));
            contents.then_with(|| other.serial.cmp(&one.serial))
        });
        given.sort_by(|one, other| content(&one.transaction).cmp(&content(&other.transaction)));
        let graph = self.graph(&kept, &given);
        let found = pairs(&graph);
        let given_stand = stand(&found, &kept, &given);
        let mut paired = BTreeSet::new();
        for pair in found {
            paired.insert(pair.given);
            let (Some(known), Some(placed)) = (kept.get(pair.kept), given.get(pair.given)) else {
                continue;
            };
            self.note_seen(known, 1);
            let (one, other) = (known.transaction(), &placed.transaction);
            let whole = match pair.doubt {
                None => united(&one, other, self.reader).unwrap_or(one),
                Some(group) if given_stand.contains(&group) => *other,
                Some(_) => one,
            };
            let named = self.met_as_hash(known.account_id, &known.serial);
            self.met_here.insert(named);
            if content(&whole) == content(&one) {
                continue;
            }
            match known.stage {
                Stage::Settled => {}
                Stage::Open => self.replace(known, &whole, working_set)?,
                Stage::Tonight => {
                    self.note_changed(known);
                    self.take_out(known)?;
                    working_set.outdate();
                    names.remove(&known.serial);
                    let content_name = self.content_name(known.account_id, &whole, Some(other))?;
                    let known = Known::of(known.account_id, &whole, known.taken, known.stage);
                    unnamed.push(Unnamed { known, content_name, fresh: None });
                }
            }
        }
        for (place, placed) in given.into_iter().enumerate() {
            if !paired.contains(&place) {
                let (account, row) = (account_id(placed.row.account), &placed.transaction);
                let content_name = self.content_name(account, row, Some(row))?;
                let known = Known::of(account, row, self.origin(), Stage::Tonight);
                unnamed.push(Unnamed { known, content_name, fresh: Some(placed) });
            }
        }
        Ok(())
    }

    fn graph(&self, kept: &[Known], given: &[&Placed<'_>]) -> Graph {
        let agrees = |known: &Known| {
            let one = known.transaction();
            let agrees =
                |placed: &&Placed<'_>| united(&one, &placed.transaction, self.reader).is_some();
            let with = given.iter().enumerate().filter(|(_, placed)| agrees(placed));
            with.map(|(place, _)| place).collect()
        };
        Graph {
            agreeing: kept.iter().map(agrees).collect(),
            given: given.len(),
            equal_kept: first_equal(kept.iter().map(Known::transaction)),
            equal_given: first_equal(given.iter().map(|placed| placed.transaction)),
        }
    }

    /// The name of a row's content; a delivered row with this very content already has it.
    fn content_name(
        &self,
        account_id: i64,
        transaction: &BankTransaction<'_>,
        given: Option<&BankTransaction<'_>>,
    ) -> Result<String, StoreError> {
        if let Some(given) = given
            && content(given) == content(transaction)
            && let Some((name, _)) = given.serial.rsplit_once('-')
        {
            return Ok(name.to_owned());
        }
        let sql =
            "select account_no from collection_account where centre_id = ?1 and account_id = ?2";
        let account_no: String =
            self.tx.connection.fetch_one(sql, params![self.tx.centre_id, account_id])?;
        Ok(identity::content_name(&account_no, transaction))
    }

    /// Gives each row the first free ordinal of its content, and writes it.
    fn name(
        &mut self,
        mut unnamed: Vec<Unnamed<'_, '_>>,
        names: &mut BTreeSet<String>,
        working_set: &mut WorkingSet,
    ) -> Result<(), StoreError> {
        for row in &mut unnamed {
            let name = |ordinal: u64| format!("{}-{ordinal}", row.content_name);
            row.known.serial =
                (1..).map(name).find(|name| names.insert(name.clone())).unwrap_or_default();
        }
        let rows: Vec<Known> = unnamed.iter().map(|row| row.known.clone()).collect();
        self.put_in(&rows)?;
        for row in &unnamed {
            if let Some(placed) = row.fresh {
                self.on_new(placed.row, &row.known.transaction(), working_set);
            }
        }
        Ok(())
    }
}

/// For each row the first equal one; equal rows are adjacent.
fn first_equal<'a>(rows: impl Iterator<Item = BankTransaction<'a>>) -> Vec<usize> {
    let mut last: Option<(usize, BankTransaction<'a>)> = None;
    rows.enumerate()
        .map(|(place, row)| match &last {
            Some((first, equal)) if content(equal) == content(&row) => *first,
            _ => {
                last = Some((place, row));
                place
            }
        })
        .collect()
}

/// The uncertain groups in which the delivered rows are kept: they say more, or they say as much and sort
/// first. A row that a night has settled keeps its content.
fn stand(found: &[Pair], kept: &[Known], given: &[&Placed<'_>]) -> BTreeSet<usize> {
    let mut sides: BTreeMap<usize, [Vec<BankTransaction<'_>>; 2]> = BTreeMap::new();
    let mut settled = BTreeSet::new();
    for pair in found {
        let Some(group) = pair.doubt else { continue };
        let (Some(known), Some(placed)) = (kept.get(pair.kept), given.get(pair.given)) else {
            continue;
        };
        let [one, other] = sides.entry(group).or_default();
        one.push(known.transaction());
        other.push(placed.transaction);
        if known.stage == Stage::Settled {
            settled.insert(group);
        }
    }
    let weight = |side: &[BankTransaction<'_>]| {
        side.iter().map(said).fold([0; 3], |[a, b, c], [x, y, z]| [a + x, b + y, c + z])
    };
    let stands = |(group, [one, other]): (usize, [Vec<BankTransaction<'_>>; 2])| {
        let mut contents = [&one, &other].map(|side| side.iter().map(content).collect::<Vec<_>>());
        contents.iter_mut().for_each(|side| side.sort_unstable());
        let [kept, given] = contents;
        let more = (weight(&other), given) > (weight(&one), kept);
        (more && !settled.contains(&group)).then_some(group)
    };
    sides.into_iter().filter_map(stands).collect()
}
