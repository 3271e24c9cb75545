//! Proves the books: every fen of every feed is in exactly one place.
//!
//! Start at [`Store::audit`]. It computes each figure twice, in two ways that share no column, and compares:
//! the totals the files declared against the transactions; each settled notice against the transactions that
//! paid it; each subject's balance, summed over the journals, against the transactions that must be on it. A
//! difference is a [`Gap`] that names the first culprit. Staff's decisions are proved too ([`proof`]), and the
//! audit trail link by link.

mod corrected;
mod digest;

use super::desk::proof;
use super::{Store, StoreError};
use crate::remittance::{Money, Outcome, PaymentReference, Subject, Tally, Total};
use crate::store::database::row::WideTotal;
use crate::store::database::seal;
use crate::store::database::seal::tampering::Tampering;
use crate::store::database::sql::{Connection, params};
use crate::store::operations;
use crate::suspense::trail::{Break, Chain};
use std::collections::BTreeMap;
use std::fmt;

/// The result of an audit.
#[derive(Clone, Debug)]
pub struct Audit {
    /// Credited by the feeds, as the files declared when they were ingested.
    pub received: Total,
    /// Where the money is: all the contract's places.
    pub places: Vec<PlaceFigures>,
    pub advance: AdvanceFigures,
    /// The opening balances of accounts: imported by lists, in no bank file, and in no place.
    pub opening: Tally,
    /// The balance of every subject, debit less credit.
    pub balances: Vec<(Subject, Total)>,
    /// The audit trail's head; `None` if the trail is broken.
    pub trail: Option<Chain>,
    /// Empty if the books are intact.
    pub gaps: Vec<Gap>,
}

/// The money at one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlaceFigures {
    pub place: MoneyPlace,
    /// Credits with the place's outcome, and their sum, as listed by `duizhang transactions`.
    pub transactions: u64,
    pub by_outcome: Total,
    /// The amount at the place. It differs from the sum by outcome if an advance balance paid for a notice, or
    /// a settled transaction left a remainder on one.
    pub amount: Total,
}

/// All employers' advance balances together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AdvanceFigures {
    /// Whole transactions, and the remainders of allocations.
    pub put_in: Total,
    /// Amounts that corrections took back from employees, without transactions of their own.
    pub corrected: Total,
    /// Amounts that paid for notices.
    pub used: Total,
    pub left: Total,
}

/// Where a credited fen can be (contract, "Always true").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MoneyPlace {
    EmployeeAccounts,
    Awaiting,
    Suspense,
    Advance,
    RefundDue,
    Refunded,
    Returned,
    Ignored,
}

/// A failed proof: what, where, and the two figures that differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gap {
    /// The files' total for an account differs from the sum of its transactions.
    Received { account_id: i64, files: Total, transactions: Total },
    /// A settled notice is not paid by exactly the transactions that name it.
    Settlement { reference: String, settled: Money, paid: Total, notice: Option<Money> },
    /// The postings to employees differ from the settlement of their notice.
    Allocation { reference: String, settled: Total, posted: Total },
    /// A subject's balance differs from the sum of the transactions that must be on it.
    Subject { subject: Subject, journals: Total, transactions: Total },
    /// A decision without its transaction, an open item that is not in suspense, and the like.
    Orphan { what: &'static str, count: u64 },
    /// The audit trail is broken.
    Trail(Break),
    /// Rows were altered outside this program.
    Tampered(Tampering),
}

impl MoneyPlace {
    const ALL: [Self; 8] = [
        Self::EmployeeAccounts,
        Self::Awaiting,
        Self::Suspense,
        Self::Advance,
        Self::RefundDue,
        Self::Refunded,
        Self::Returned,
        Self::Ignored,
    ];

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::EmployeeAccounts => "employee-accounts",
            Self::Awaiting => "awaiting",
            Self::Suspense => "suspense",
            Self::Advance => "advance",
            Self::RefundDue => "refund-due",
            Self::Refunded => "refunded",
            Self::Returned => "returned",
            Self::Ignored => "ignored",
        }
    }

    /// The outcome of the transactions at this place. Undecided ones count as awaiting.
    #[must_use]
    pub const fn outcome(self) -> Outcome {
        match self {
            Self::EmployeeAccounts => Outcome::Matched,
            Self::Awaiting => Outcome::Awaiting,
            Self::Suspense => Outcome::Suspense,
            Self::Advance => Outcome::Advance,
            Self::RefundDue => Outcome::RefundDue,
            Self::Refunded => Outcome::Refunded,
            Self::Returned => Outcome::Returned,
            Self::Ignored => Outcome::Ignored,
        }
    }

    fn of_outcome(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|place| place.outcome().number() == number)
    }
}

/// The sums per outcome, by direction.
fn places() -> String {
    format!(
        "select {OUTCOME}, t.direction, count(*), cast(sum(t.amount_fen) as text), '0' {STANDING}
            where t.centre_id = ?1 group by 1, 2
        union all
        select outcome, direction, cast(sum(count) as bigint), cast(sum(amount_fen) as text),
            cast(sum(amount_over) as text)
            from archived_place where centre_id = ?1 group by 1, 2"
    )
}

/// The outcome of a transaction; an undecided one counts as awaiting.
pub(super) const OUTCOME: &str = "coalesce(d.outcome, 2)";

/// Transactions with their decisions.
pub(super) const STANDING: &str = "from bank_transaction t
    left join decision d using (centre_id, account_id, serial, booked_on)";

const RECEIVED: &str = "
    select account_id, way, cast(sum(fen) as text), cast(sum(fen_over) as text),
        cast(sum(files) as text), cast(sum(files_over) as text),
        cast(sum(case when files = 9223372036854775807 then 1 else 0 end) as bigint) from (
        select account_id, direction as way, amount_fen as fen, 0 as fen_over, 0 as files,
            0 as files_over
        from bank_transaction where centre_id = ?1
        union all
        select account_id, 1, credit_fen, credit_over, 0, 0 from archived_account where centre_id = ?1
        union all
        select account_id, 2, debit_fen, debit_over, 0, 0 from archived_account where centre_id = ?1
        union all
        select account_id, 1, 0, 0, credit_fen, credit_over from receipt where centre_id = ?1
        union all
        select account_id, 2, 0, 0, debit_fen, debit_over from receipt where centre_id = ?1) b
    group by 1, 2 order by 1, 2";

const SETTLEMENTS: &str = "
    select p.reference, max(p.settled), cast(sum(p.paid) as text), max(n.amount_fen) from (
        select reference, amount_fen as settled, 0 as paid from settlement where centre_id = ?1
        union all
        select d.notice, 0, t.amount_fen from decision d
            join bank_transaction t using (centre_id, account_id, serial, booked_on)
            where d.centre_id = ?1 and d.outcome = 1 and d.notice is not null
        union all
        select reference, 0, amount_fen from allocation where centre_id = ?1
        union all
        select reference, 0, amount_fen from archived_payment where centre_id = ?1
        union all
        select reference, 0, -amount_fen from advance_entry
            where centre_id = ?1 and reference is not null) p
    left join notice n on n.centre_id = ?1 and n.reference = p.reference
    group by 1
    having max(p.settled) <> sum(p.paid)
        or (max(p.settled) > 0 and max(n.amount_fen) is distinct from max(p.settled))
    order by 1 limit 20";

/// Settled notices with lines, compared with the postings to employees under their references; corrections are
/// proved separately ([`corrected`]).
const SPREAD: &str = "
    select reference, cast(sum(settled) as text), cast(sum(posted) as text) from (
        select s.reference, s.amount_fen as settled, 0 as posted
            from notice_part p join settlement s using (centre_id, reference) where p.centre_id = ?1
        union all
        select reference, 0, amount_fen from account_entry
            where centre_id = ?1 and reference is not null and kind <> 11) b
    group by 1 having sum(settled) <> sum(posted) order by 1 limit 20";

/// The amounts paid from employers' advance balances.
const PAID_FROM_ADVANCE: &str = "select cast(coalesce(sum(-amount_fen), 0) as text)
    from advance_entry
    where centre_id = ?1 and reference is not null";

const ORPHANS: [(&str, &str); 9] = [
    (
        "decision without its transaction",
        "select count(*) from decision d where centre_id = ?1 and not exists (select 1
            from bank_transaction t where t.centre_id = d.centre_id
            and t.account_id = d.account_id and t.serial = d.serial
            and t.booked_on = d.booked_on)",
    ),
    (
        // Only once every file is judged; transactions of unjudged files have no decision.
        "transaction without a decision",
        "select case when exists (select 1 from feed where centre_id = ?1 and judged = 0) then 0
            else (select count(*) from bank_transaction where centre_id = ?1)
                - (select count(*) from decision where centre_id = ?1) end",
    ),
    (
        "transaction in suspense without its item",
        "select count(*) from decision d where centre_id = ?1 and outcome = 3 and not exists (
            select 1 from suspense_item i where i.centre_id = d.centre_id
            and i.account_id = d.account_id and i.serial = d.serial)",
    ),
    (
        "hanging item whose transaction is not in suspense",
        "select count(*) from suspense_item i where centre_id = ?1 and closed_on is null
            and not exists (select 1 from decision d where d.centre_id = i.centre_id
            and d.account_id = i.account_id and d.serial = i.serial
            and d.booked_on = i.booked_on and d.outcome = 3)",
    ),
    (
        "transaction whose allocations are not its amount",
        "select count(*) from (select 1 from (
                select account_id, serial, booked_on, amount_fen from allocation
                    where centre_id = ?1
                union all
                select account_id, serial, booked_on, amount_fen from advance_part
                    where centre_id = ?1) l
            join bank_transaction t on t.centre_id = ?1 and t.account_id = l.account_id
                and t.serial = l.serial and t.booked_on = l.booked_on
            group by l.account_id, l.serial having sum(l.amount_fen) <> max(t.amount_fen)) b",
    ),
    (
        "employee whose balance is not the sum of the account's entries",
        "select count(*) from (select 1 from (
                select employer_no, employee_no, balance_fen, 0 as entry_fen
                    from employee where centre_id = ?1 and (balance_fen <> 0 or entries > 0)
                union all
                select employer_no, employee_no, 0, amount_fen
                    from account_entry where centre_id = ?1) b
            group by employer_no, employee_no having sum(balance_fen) <> sum(entry_fen)) c",
    ),
    (
        "opening balance of an account that is not there",
        "select count(*) from opening_balance o where centre_id = ?1 and not exists (select 1
            from employee e where e.centre_id = o.centre_id and e.employer_no = o.employer_no
            and e.employee_no = o.employee_no and e.status not in ('transferred', 'merged'))",
    ),
    (
        "list whose lines are not its total",
        "select count(*) from roster r where centre_id = ?1 and total_fen <> (
            select coalesce(sum(b.fen), 0) from (
                select l.month, l.employer_fen as fen from roster_line l
                    where l.centre_id = r.centre_id and l.employer_no = r.employer_no
                union all
                select l.month, l.employee_fen from roster_line l
                    where l.centre_id = r.centre_id and l.employer_no = r.employer_no) b
            where b.month = r.month)",
    ),
    (
        "employer whose advance balance is below zero",
        "select count(*) from (select 1 from advance_entry where centre_id = ?1
            group by employer_no having cast(sum(amount_fen) as double precision) < 0) b",
    ),
];

impl Store {
    /// Audits the centre's books.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails; a gap is no error but in the result.
    pub fn audit(&self) -> Result<Audit, StoreError> {
        let tx = self.reading()?;
        let (connection, centre) = (&tx.connection, tx.centre_id);
        let mut gaps = Vec::new();
        let (received, paid_out) = received(connection, centre, &mut gaps)?;
        settlements(connection, centre, &mut gaps)?;
        allocate(connection, centre, &mut gaps)?;
        let all = [
            &ORPHANS[..],
            &proof::ORPHANS,
            &corrected::ORPHANS,
            &super::refund::proof::ORPHANS,
            &super::desk::counter::ORPHANS,
            &operations::proof::ORPHANS,
        ];
        for (what, sql) in all.into_iter().flatten() {
            let count: i64 = connection.fetch_one(sql, params![centre])?;
            if count > 0 {
                gaps.push(Gap::Orphan { what, count: count.cast_unsigned() });
            }
        }
        let by_outcome = standing(connection, centre)?;
        let advance = advance(connection, centre, &by_outcome)?;
        let standing = moved_by_advance(&by_outcome, &advance);
        gaps.extend(one_sided(&standing));
        let balances = balances(connection, centre, received, paid_out)?;
        for (subject, journals) in &balances {
            let transactions = expected(*subject, &standing, received, paid_out);
            if transactions != *journals {
                gaps.push(Gap::Subject { subject: *subject, journals: *journals, transactions });
            }
        }
        let places = MoneyPlace::ALL.into_iter().map(|place| {
            let (transactions, by_outcome) =
                by_outcome.get(&(place, true)).copied().unwrap_or_default();
            let (_, amount) = standing.get(&(place, true)).copied().unwrap_or_default();
            PlaceFigures { place, transactions, by_outcome, amount }
        });
        let places = places.collect();
        let trail = match super::trail::verify(&tx)? {
            Ok(chain) => Some(chain),
            Err(broken) => {
                gaps.push(Gap::Trail(broken));
                None
            }
        };
        gaps.extend(seal::proof::prove(connection, centre)?.into_iter().map(Gap::Tampered));
        let opening = opening(connection, centre)?;
        Ok(Audit { received, places, advance, opening, balances, trail, gaps })
    }
}

/// Compares files with transactions per account; gives the declared totals: in and out.
///
/// Releases before 0027 clamped a receipt to 64 bits. Such a receipt is a lower bound, and where there is more,
/// the transactions give the sum.
fn received(
    connection: &Connection,
    centre: i64,
    gaps: &mut Vec<Gap>,
) -> Result<(Total, Total), StoreError> {
    let (mut total_in, mut total_out) = (Total::ZERO, Total::ZERO);
    for received in connection.fetch_all(RECEIVED, params![centre])? {
        let (account_id, way, WideTotal(transactions), WideTotal(mut files), cut_off) = received;
        let (way, cut_off): (i64, i64) = (way, cut_off);
        if cut_off > 0 {
            files = files.max(transactions);
        }
        if files != transactions {
            gaps.push(Gap::Received { account_id, files, transactions });
        }
        let way = if way == 1 { &mut total_in } else { &mut total_out };
        *way += files;
    }
    Ok((total_in, total_out))
}

fn settlements(
    connection: &Connection,
    centre: i64,
    gaps: &mut Vec<Gap>,
) -> Result<(), StoreError> {
    for (reference, settled, paid, notice) in connection.fetch_all(SETTLEMENTS, params![centre])? {
        gaps.push(Gap::Settlement { reference: named(reference), settled, paid, notice });
    }
    Ok(())
}

fn allocate(connection: &Connection, centre: i64, gaps: &mut Vec<Gap>) -> Result<(), StoreError> {
    for (reference, settled, posted) in connection.fetch_all(SPREAD, params![centre])? {
        gaps.push(Gap::Allocation { reference: named(reference), settled, posted });
    }
    Ok(())
}

/// A reference in its printed form.
fn named(number: i64) -> String {
    let reference = u64::try_from(number).ok().and_then(PaymentReference::from_number);
    reference.map_or_else(|| number.to_string(), |known| known.to_string())
}

/// Count and sum by place and by whether it is a credit.
type Sums = BTreeMap<(MoneyPlace, bool), (u64, Total)>;

fn standing(connection: &Connection, centre: i64) -> Result<Sums, StoreError> {
    let mut standing = Sums::new();
    for (outcome, direction, tally) in connection.fetch_all(&places(), params![centre])? {
        let (outcome, direction, tally): (i64, i64, Tally) = (outcome, direction, tally);
        let unknown = || crate::store::database::row::unknown("decision", "outcome", outcome);
        let place = MoneyPlace::of_outcome(outcome).ok_or_else(unknown)?;
        let stands: &mut (u64, Total) = standing.entry((place, direction == 1)).or_default();
        stands.0 += tally.count;
        stands.1 += tally.amount;
    }
    Ok(standing)
}

/// The imported opening balances.
fn opening(connection: &Connection, centre: i64) -> Result<Tally, StoreError> {
    let sql = "select count(*), cast(coalesce(sum(amount_fen), 0) as text)
        from opening_balance where centre_id = ?1";
    let (count, amount) = connection.fetch_one(sql, params![centre])?;
    Ok(Tally { count, amount })
}

/// The credits and debits of employers' advance balances.
fn advance(
    connection: &Connection,
    centre: i64,
    by_outcome: &Sums,
) -> Result<AdvanceFigures, StoreError> {
    let sum = |sql| connection.fetch_one::<Total>(sql, params![centre]);
    let (_, whole) = by_outcome.get(&(MoneyPlace::Advance, true)).copied().unwrap_or_default();
    let put_in = whole + sum(proof::LEFT_OVER)?;
    let corrected = sum(corrected::TAKEN)?;
    let used = sum(PAID_FROM_ADVANCE)?;
    Ok(AdvanceFigures { put_in, corrected, used, left: put_in + corrected - used })
}

/// Adds the effect of advance balances to the sums: amounts they paid went to employees without transactions of
/// their own, remainders of allocations came to them with settled transactions, and corrections came back to
/// them from employees.
fn moved_by_advance(by_outcome: &Sums, advance: &AdvanceFigures) -> Sums {
    let mut standing = by_outcome.clone();
    let (_, whole) = by_outcome.get(&(MoneyPlace::Advance, true)).copied().unwrap_or_default();
    let moved = whole - advance.left;
    for (place, amount) in [(MoneyPlace::Advance, -moved), (MoneyPlace::EmployeeAccounts, moved)] {
        standing.entry((place, true)).or_default().1 += amount;
    }
    standing
}

/// Every returned credit needs the debit that returned it, and every refunded one the debit that paid it, of
/// the same amount.
fn one_sided(standing: &Sums) -> impl Iterator<Item = Gap> {
    let sides = [
        (MoneyPlace::Returned, "returned transaction without its other side"),
        (MoneyPlace::Refunded, "refunded transaction without its other side"),
    ];
    sides.into_iter().filter_map(|(place, what)| {
        let side = |credit| standing.get(&(place, credit)).copied().unwrap_or_default();
        let ((credits, came), (debits, went)) = (side(true), side(false));
        let count = credits.abs_diff(debits).max(u64::from(came != went));
        (count > 0).then_some(Gap::Orphan { what, count })
    })
}

/// The required balance of each subject, from the transactions alone.
fn expected(subject: Subject, standing: &Sums, received: Total, paid_out: Total) -> Total {
    let sum = |place, credit| standing.get(&(place, credit)).copied().unwrap_or_default().1;
    match subject {
        Subject::BankDeposit => received - paid_out,
        Subject::Contributions => -sum(MoneyPlace::EmployeeAccounts, true),
        Subject::Receipts => -sum(MoneyPlace::Awaiting, true),
        Subject::Suspense => sum(MoneyPlace::Suspense, false) - sum(MoneyPlace::Suspense, true),
        Subject::Advance => -sum(MoneyPlace::Advance, true),
        Subject::Refund => -sum(MoneyPlace::RefundDue, true),
        // No transaction moves these: employers' own books do (`crates/remittance/src/ledger.rs`).
        Subject::Clearing | Subject::Transit => Total::ZERO,
        // Debits are posted against this subject; those in suspense have left it.
        Subject::Other => {
            let home = [
                MoneyPlace::Returned,
                MoneyPlace::Ignored,
                MoneyPlace::Refunded,
                MoneyPlace::Awaiting,
            ];
            let came = [MoneyPlace::Returned, MoneyPlace::Ignored, MoneyPlace::Refunded];
            let went: Total = home.into_iter().map(|place| sum(place, false)).sum();
            went - came.into_iter().map(|place| sum(place, true)).sum()
        }
    }
}

/// The subjects' balances from the three journals: receipts, settlements, general.
fn balances(
    connection: &Connection,
    centre: i64,
    received: Total,
    paid_out: Total,
) -> Result<Vec<(Subject, Total)>, StoreError> {
    let mut stands: BTreeMap<i64, Total> = BTreeMap::new();
    let mut post = |debit: i64, credit: i64, amount: Total| {
        *stands.entry(debit).or_default() += amount;
        *stands.entry(credit).or_default() -= amount;
    };
    post(Subject::BankDeposit.number(), Subject::Receipts.number(), received);
    post(Subject::Other.number(), Subject::BankDeposit.number(), paid_out);
    let settled: Total = connection.fetch_one(
        "select cast(coalesce(sum(amount_fen), 0) as text) from settlement where centre_id = ?1",
        params![centre],
    )?;
    post(Subject::Receipts.number(), Subject::Contributions.number(), settled);
    let advanced: Total = connection.fetch_one(PAID_FROM_ADVANCE, params![centre])?;
    post(Subject::Advance.number(), Subject::Receipts.number(), advanced);
    let red: Total = connection.fetch_one(corrected::RED, params![centre])?;
    post(Subject::Contributions.number(), Subject::Advance.number(), red);
    let posted = connection.fetch_all(
        "select debit, credit, cast(sum(amount_fen) as text), '0' from journal
            where centre_id = ?1 group by debit, credit
         union all
         select debit, credit, cast(sum(amount_fen) as text), cast(sum(amount_over) as text)
            from archived_posting where centre_id = ?1 group by debit, credit",
        params![centre],
    )?;
    for (debit, credit, WideTotal(amount)) in posted {
        post(debit, credit, amount);
    }
    let balance = |subject: Subject| stands.get(&subject.number()).copied().unwrap_or_default();
    Ok(Subject::ALL.iter().map(|subject| (*subject, balance(*subject))).collect())
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Received { account_id, files, transactions } => write!(
                f,
                "account {account_id}: files brought {files}, its transactions sum to {transactions}"
            ),
            Self::Settlement { reference, settled, paid, notice } => {
                write!(f, "notice {reference}: settled {settled}, paid {paid}, ")?;
                match notice {
                    Some(amount) => write!(f, "owed {amount}"),
                    None => write!(f, "and no such notice"),
                }
            }
            Self::Allocation { reference, settled, posted } => {
                write!(f, "notice {reference}: settled {settled}, posted to employees {posted}")
            }
            Self::Subject { subject, journals, transactions } => write!(
                f,
                "subject {subject}: the journals give {journals}, the transactions {transactions}"
            ),
            Self::Orphan { what, count } => write!(f, "{what}: {count}"),
            Self::Trail(broken) => write!(f, "audit trail: {broken}"),
            Self::Tampered(tampering) => tampering.fmt(f),
        }
    }
}
