//! A night's results: its row, and all data of the morning report.

use super::run::outcomes;
use crate::remittance::{Money, Outcome, PaymentReference, Subject, Tally, Total};
use crate::store::database::columns::{columns, columns_of};
use crate::store::database::row::day_number;
use crate::store::database::sql::{Connection, params};
use crate::store::letters::letter::letters_of_night;
use crate::store::posting::working_set::open_transactions;
use crate::store::read::RunLine;
use crate::store::{Store, StoreError};
use chrono::{Days, NaiveDate};

/// How many days the report's trend covers.
const TREND_DAYS: u64 = 90;

/// One night in the trend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NightPoint {
    pub run: RunLine,
    /// The suspense balance after the previous night.
    pub before: Tally,
}

columns! { impl NightPoint {
    run as RunLine,
    before = "count_before, fen_before, over_before",
} }

/// A night's data for the report, without its items.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunDetails {
    pub outcomes: Vec<(Outcome, Tally)>,
    pub files_taken: u64,
    pub fresh: u64,
    pub seen: u64,
    pub conflicting: u64,
    pub rejected: u64,
    pub letters: u64,
    /// This night and the earlier ones, oldest first.
    pub nights: Vec<NightPoint>,
    /// The suspense balance of the journals.
    pub ledger: Total,
    pub set_aside: Vec<SetAsideRow>,
    pub flags: Vec<FlagRow>,
    pub quarantined: Vec<(String, String)>,
    pub gaps: Vec<StatementGap>,
    pub awaiting: Vec<AwaitingRow>,
}

/// A row rejected tonight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetAsideRow {
    pub file_name: String,
    pub line: u64,
    pub field: String,
    pub found: String,
    pub problem: String,
}

columns! { impl SetAsideRow of "s" { file_name = "f.file_name", line, field, found, problem } }

/// A flag of a file ingested tonight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlagRow {
    pub file_name: String,
    pub line: u64,
    pub code: String,
    pub detail: String,
}

columns! { impl FlagRow of "g" { file_name = "f.file_name", line, code, detail } }

/// Two consecutive statements of an account whose balances do not join.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementGap {
    pub account_no: String,
    pub file_name: String,
    pub closed_on: NaiveDate,
    pub closing: Money,
    pub opened_on: NaiveDate,
    pub opening: Money,
}

columns! { impl StatementGap of "o" {
    account_no = "a.account_no", file_name, closed_on = "p.closing_on", closing = "min(p.closing_fen)",
    opened_on = "o.opening_on", opening = "o.opening_fen",
} }

/// A payment that awaits the rest of its notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AwaitingRow {
    pub reference: PaymentReference,
    pub employer: String,
    pub account_no: String,
    pub bank_name: String,
    pub serial: String,
    pub booked_on: NaiveDate,
    pub amount: Money,
    pub due: Money,
}

columns! { impl AwaitingRow of "t" {
    reference = "d.reference", employer = "coalesce(e.name, n.employer_id, '')", account_no = "a.account_no",
    bank_name = "a.bank_name", serial, booked_on, amount = "t.amount_fen", due = "coalesce(n.amount_fen, 0)",
} }

/// Statements whose opening balance has no matching closing balance. A statement joins the last one closed
/// before the day it opens, or another of that day; one that opens together with a shorter one (a month's
/// beside its first day's) is proved by that. The first statement of an account joins nothing: of those of its
/// first day, the one delivered first is exempt. A statement with rows seen before overlaps and may begin
/// anywhere. Equal deliveries count once.
const GAPS_OF: &str = "
    with said as (
        select s.account_id, min(f.file_name) as file_name, s.opening_on, s.opening_fen,
            s.closing_on, s.closing_fen, min(f.taken_on) as taken_on, max(f.seen) as seen
        from statement s join feed f using (centre_id, feed_id)
        where s.centre_id = ?1 and s.opening_on is not null and s.closing_on is not null
            and s.opening_fen is not null and s.closing_fen is not null
        group by s.account_id, s.opening_on, s.opening_fen, s.closing_on, s.closing_fen),
    recent as (
        select o.*, (select max(p.closing_on) from said p
            where p.account_id = o.account_id and p.closing_on < o.opening_on) as before_on
        from said o where o.closing_on >= ?2)";

const GAPS: &str = "from recent o
    join collection_account a on a.centre_id = ?1 and a.account_id = o.account_id
    join said p on p.account_id = o.account_id and (p.closing_on = o.before_on
        or (o.before_on is null and p.closing_on = o.opening_on and o.closing_on > o.opening_on)
        or (o.before_on is null and o.seen = 0 and o.closing_on = o.opening_on
            and p.opening_on = o.opening_on and p.closing_on = o.opening_on
            and p.opening_fen <> o.opening_fen
            and (p.taken_on, p.file_name, p.opening_fen) < (o.taken_on, o.file_name, o.opening_fen)
            and not exists (select 1 from said k where k.account_id = p.account_id
                and k.closing_on = p.opening_on and k.closing_fen = p.opening_fen
                and (k.opening_on, k.opening_fen) <> (p.opening_on, p.opening_fen))))
    where not exists (select 1 from said j where j.account_id = o.account_id
        and (j.opening_on, j.opening_fen, j.closing_on, j.closing_fen)
            <> (o.opening_on, o.opening_fen, o.closing_on, o.closing_fen)
        and ((j.closing_fen = o.opening_fen and j.closing_on in (o.opening_on, o.before_on))
            or (j.opening_on = o.opening_on and j.opening_fen = o.opening_fen
                and j.closing_on < o.closing_on)))
    group by a.account_no, o.file_name, p.closing_on, o.opening_on, o.opening_fen, o.closing_on,
        o.closing_fen
    order by a.account_no, o.opening_on, o.opening_fen";

impl Store {
    /// The report's data of this night, without its items.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or holds what this release does not know.
    pub fn run_details(&self, as_of: NaiveDate) -> Result<RunDetails, StoreError> {
        let tx = self.reading()?;
        let (connection, centre) = (&tx.connection, tx.centre_id);
        let night = day_number(as_of);
        let run_details = RunDetails {
            outcomes: outcomes(connection, centre, night)?,
            nights: nights(connection, centre, as_of)?,
            ledger: ledger(connection, centre)?,
            set_aside: set_aside(connection, centre, night)?,
            flags: flags(connection, centre, night)?,
            quarantined: quarantined(connection, centre)?,
            gaps: gaps(connection, centre, night)?,
            awaiting: awaiting(connection, centre)?,
            ..RunDetails::default()
        };
        let letters = letters_of_night(connection);
        let sql = format!(
            "select count(*), cast(coalesce(sum(fresh), 0) as bigint),
                cast(coalesce(sum(seen), 0) as bigint), cast(coalesce(sum(conflicting), 0) as bigint),
                cast(coalesce(sum(rejected), 0) as bigint),
                (select count(*) from {letters}
                    left join outbox o on o.centre_id = l.centre_id and o.letter_id = l.letter_id
                    where l.kind in ('digest', 'arrears')
                        and coalesce(o.state, '') not in ('held', 'dropped'))
             from feed where centre_id = ?1 and taken_on = ?2"
        );
        let (files_taken, fresh, seen, conflicting, rejected, letters) =
            connection.fetch_one(&sql, params![centre, night])?;
        Ok(RunDetails { files_taken, fresh, seen, conflicting, rejected, letters, ..run_details })
    }
}

fn nights(
    connection: &Connection,
    centre: i64,
    as_of: NaiveDate,
) -> Result<Vec<NightPoint>, StoreError> {
    let from = as_of.checked_sub_days(Days::new(TREND_DAYS)).unwrap_or(as_of);
    let run = columns_of::<RunLine>();
    let nights = format!(
        "from (
            select {run},
                coalesce(lag(closing_count) over w, 0) as count_before,
                coalesce(lag(closing_fen) over w, 0) as fen_before,
                coalesce(lag(closing_over) over w, 0) as over_before
            from night where centre_id = ?1 and as_of <= ?3 window w as (order by as_of)) n
        where as_of >= ?2 order by as_of"
    );
    connection.select_all(&nights, params![centre, day_number(from), day_number(as_of)])
}

fn ledger(connection: &Connection, centre: i64) -> Result<Total, StoreError> {
    let sql = "select cast(coalesce(
            sum(case when credit = ?2 then amount_fen else -amount_fen end), 0) as text)
        from journal where centre_id = ?1 and (credit = ?2 or debit = ?2)";
    let values = params![centre, Subject::Suspense.number()];
    connection.fetch_one(sql, values)
}

fn set_aside(
    connection: &Connection,
    centre: i64,
    night: i64,
) -> Result<Vec<SetAsideRow>, StoreError> {
    let from = "from set_aside s join feed f using (centre_id, feed_id)
        where s.centre_id = ?1 and f.taken_on = ?2 order by f.file_name, s.line, s.position";
    connection.select_all(from, params![centre, night])
}

fn flags(connection: &Connection, centre: i64, night: i64) -> Result<Vec<FlagRow>, StoreError> {
    let from = "from feed_flag g join feed f using (centre_id, feed_id)
        where g.centre_id = ?1 and f.taken_on = ?2 order by f.file_name, g.line, g.position";
    connection.select_all(from, params![centre, night])
}

fn quarantined(connection: &Connection, centre: i64) -> Result<Vec<(String, String)>, StoreError> {
    let sql =
        "select case folder when '' then file_name else folder || '/' || file_name end, reason
        from quarantined_feed where centre_id = ?1 order by 1";
    connection.fetch_all(sql, params![centre])
}

/// Gaps between statements that this night or a later one revealed.
fn gaps(connection: &Connection, centre: i64, night: i64) -> Result<Vec<StatementGap>, StoreError> {
    let from = night.saturating_sub(TREND_DAYS.cast_signed());
    let columns = columns_of::<StatementGap>();
    let sql = format!("{GAPS_OF} select {columns} {GAPS}");
    connection.fetch_all(&sql, params![centre, from])
}

fn awaiting(connection: &Connection, centre: i64) -> Result<Vec<AwaitingRow>, StoreError> {
    let listed = open_transactions(connection);
    let from = format!(
        "from {listed}
         join collection_account a on a.centre_id = ?1 and a.account_id = d.account_id
         left join notice n on n.centre_id = ?1 and n.reference = d.reference
         left join employer e on e.centre_id = ?1 and e.employer_id = n.employer_id
         where d.outcome = 2 and d.reference is not null
         order by d.reference, t.booked_on, a.account_no, t.serial"
    );
    connection.select_all(&from, params![centre])
}
