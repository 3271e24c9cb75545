//! The obstacles to withdrawing a delivery: what was done with its transactions.
//!
//! Start at [`Work::in_the_way`]. A transaction that is open, awaiting or ignored by a rule is no obstacle, nor
//! is a mere assignment or note of staff. One that is settled, on an advance balance, returned, refunded or
//! proposed is named, so that staff can reverse it first.

use super::Work;
use crate::matching::Explanation;
use crate::remittance::{PaymentReference, Total};
use crate::store::StoreError;
use crate::store::database::columns::columns;
use crate::store::database::row::{day, day_number};
use crate::store::database::sql::params;
use crate::suspense::ItemId;
use chrono::NaiveDate;
use std::collections::BTreeSet;
use std::fmt;

/// Something that must be undone first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InTheWay {
    /// One of its transactions was used.
    Transaction { account_no: String, serial: String, booked_on: NaiveDate, held: Held },
    /// Another delivery repeats rows of it: the two are withdrawn together.
    Feed { feed_id: String, file_name: String, seen: u64, changed: u64, conflicting: u64 },
    /// It completed or split rows of this delivery: the two are withdrawn together.
    Under { feed_id: String, file_name: String, changed: u64 },
    /// Another delivery of the same night has rows of the same account and day, and an earlier release did not
    /// distinguish their rows: the two are withdrawn together.
    Beside { feed_id: String, file_name: String, account_no: String, booked_on: NaiveDate },
    /// An archived month.
    Archived { account_no: String, booked_on: NaiveDate },
    /// Its rows differ from its receipts.
    Unclear { account_no: String, booked_on: NaiveDate, files: Total, transactions: Total },
}

/// How a transaction was used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Held {
    Matched(Option<PaymentReference>),
    Advance,
    RefundDue,
    Refunded,
    /// Paired with a transaction of another delivery.
    Returned {
        serial: String,
    },
    /// Staff found it to be no payment, or decided otherwise.
    Decided,
    /// A proposal is pending, in force or reversed.
    Proposed {
        proposal_id: String,
    },
    /// Staff assigned its meaning.
    ReadAs,
}

impl Held {
    /// Its code, as in the other lists.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Matched(_) => "matched",
            Self::Advance => "advance",
            Self::RefundDue => "refund-due",
            Self::Refunded => "refunded",
            Self::Returned { .. } => "returned",
            Self::Decided => "decided",
            Self::Proposed { .. } => "proposed",
            Self::ReadAs => "read-as",
        }
    }
}

/// How many of each kind are named; beyond that the total alone would say as much.
pub(super) const NAMED_MAX: usize = 50;

/// The columns of a feed's transactions on an account's day that may be obstacles.
const STANDING: &str = "from bank_transaction t
    join collection_account a on a.centre_id = t.centre_id and a.account_id = t.account_id
    left join decision d on d.centre_id = t.centre_id and d.account_id = t.account_id
        and d.serial = t.serial and d.booked_on = t.booked_on
    left join suspense_item i on i.centre_id = t.centre_id and i.account_id = t.account_id
        and i.serial = t.serial and i.booked_on = t.booked_on";

columns! {
    /// A transaction `t` with what its decision `d` and its item `i` say of its use.
    struct StandingColumns {
        id: ItemId = "a.account_no, t.serial",
        booked_on: NaiveDate = "t.booked_on",
        outcome: Option<i64> = "d.outcome",
        notice: Option<PaymentReference> = "d.notice",
        rule: Option<String> = "d.rule",
        explanation: String = "coalesce(d.because, '')",
        resolution: Option<String> = "i.resolution",
        pending: Option<String> = "i.pending",
        decided: Option<String> = "i.decided",
        read_as: Option<PaymentReference> = "i.read_as",
        proposal: Option<String> = "(select min(p.proposal_id) from proposal_item o
            join proposal p on p.centre_id = o.centre_id and p.proposal_id = o.proposal_id
            where o.centre_id = t.centre_id and o.account_id = t.account_id
                and o.serial = t.serial and o.booked_on = t.booked_on
                and p.state in ('open', 'approved', 'reversed'))",
        refunds: i64 = "(select count(*) from refund r where r.centre_id = t.centre_id
            and r.account_id = t.account_id and r.serial = t.serial and r.booked_on = t.booked_on)
            + (select count(*) from refund_return b where b.centre_id = t.centre_id
                and ((b.debit_account_id = t.account_id and b.debit_serial = t.serial)
                or (b.credit_account_id = t.account_id and b.credit_serial = t.serial)))",
    }
}

/// Whether a transaction `t` of an account's day belongs to a feed: by its number, or by the night that
/// ingested it.
pub(super) const MINE: &str = "t.account_id = ?2 and t.booked_on = ?3
    and (t.feed_no = ?4 or (?4 = 0 and t.feed_no is null and t.taken_on = ?5))";

impl Work<'_> {
    /// All obstacles.
    pub(super) fn in_the_way(&self) -> Result<Vec<InTheWay>, StoreError> {
        let mut found = self.archived()?;
        if !found.is_empty() {
            return Ok(found);
        }
        found.extend(self.other_feeds()?);
        found.extend(self.rows_told_apart()?);
        found.extend(self.held()?);
        Ok(found)
    }

    /// The account days of each feed, with the key of its rows there ([`MINE`]).
    pub(super) fn places(&self) -> BTreeSet<(i64, i64, i64, i64)> {
        let place = |number: Option<i64>, taken_on, (account, day)| match number {
            Some(number) => (account, day, number, 0),
            None => (account, day, 0, taken_on),
        };
        let all = self.feeds.iter().flat_map(|feed| {
            feed.days.iter().map(move |key| place(feed.number, feed.taken_on, *key))
        });
        all.collect()
    }

    fn archived(&self) -> Result<Vec<InTheWay>, StoreError> {
        let until = self.tx.archived_until()?;
        let gone = self.days.keys().filter(|(_, on)| until.is_some_and(|until| *on < until));
        gone.take(NAMED_MAX)
            .map(|(account, on)| {
                Ok(InTheWay::Archived {
                    account_no: self.account_no(*account)?,
                    booked_on: day(*on)?,
                })
            })
            .collect()
    }

    pub(super) fn account_no(&self, account_id: i64) -> Result<String, StoreError> {
        let sql =
            "select account_no from collection_account where centre_id = ?1 and account_id = ?2";
        let key = params![self.tx.centre_id, account_id];
        self.tx.connection.fetch_one(sql, key)
    }

    /// The uses of its transactions.
    fn held(&self) -> Result<Vec<InTheWay>, StoreError> {
        let from = format!("{STANDING} where t.centre_id = ?1 and {MINE} order by t.serial");
        let mut found = Vec::new();
        for (account, on, number, taken_on) in self.places() {
            let key = params![self.tx.centre_id, account, on, number, taken_on];
            let standing: Vec<StandingColumns> = self.tx.connection.select_all(&from, key)?;
            for one in standing {
                let Some(held) = one.held() else { continue };
                let ItemId { account_no, serial } = one.id;
                let held = match held {
                    Of::Held(held) => held,
                    Of::Returned(other, day) if self.brought(account, &other, day)? => continue,
                    Of::Returned(serial, _) => Held::Returned { serial },
                };
                if found.len() < NAMED_MAX {
                    let booked_on = day(on)?;
                    found.push(InTheWay::Transaction { account_no, serial, booked_on, held });
                }
            }
        }
        Ok(found)
    }

    /// Whether a transaction is one of those being withdrawn.
    fn brought(&self, account: i64, serial: &str, on: NaiveDate) -> Result<bool, StoreError> {
        let sql = format!(
            "select 1 from bank_transaction t where t.centre_id = ?1 and {MINE} and t.serial = ?6"
        );
        let (on, mut found) = (day_number(on), false);
        for (of, day, number, taken_on) in self.places() {
            if (of, day) == (account, on) {
                let key = params![self.tx.centre_id, account, on, number, taken_on, serial];
                found |= self.tx.connection.prepare_cached(&sql)?.exists(key)?;
            }
        }
        Ok(found)
    }
}

/// The use of one transaction; the counterpart of a return may be withdrawn with it.
enum Of {
    Held(Held),
    Returned(String, NaiveDate),
}

impl StandingColumns {
    fn held(&self) -> Option<Of> {
        let proposed = self.pending.as_ref().or(self.decided.as_ref()).or(self.proposal.as_ref());
        Some(match (self.outcome, proposed) {
            (Some(1), _) => Of::Held(Held::Matched(self.notice)),
            (Some(6), _) => Of::Held(Held::Advance),
            (Some(7), _) => Of::Held(Held::RefundDue),
            (Some(8), _) => Of::Held(Held::Refunded),
            (Some(4), _) => match self.explanation.parse() {
                Ok(Explanation::Reversal(undone)) => {
                    Of::Returned(undone.serial.to_string(), undone.on)
                }
                Ok(_) | Err(_) => Of::Returned(String::new(), self.booked_on),
            },
            _ if self.refunds > 0 => Of::Held(Held::Refunded),
            (_, Some(proposal_id)) => Of::Held(Held::Proposed { proposal_id: proposal_id.clone() }),
            _ if self.read_as.is_some() => Of::Held(Held::ReadAs),
            _ if self.resolution.is_some()
                || matches!(self.rule.as_deref(), Some("staff" | "not-ours")) =>
            {
                Of::Held(Held::Decided)
            }
            _ => return None,
        })
    }
}

impl fmt::Display for InTheWay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Transaction { account_no, serial, booked_on, held } => {
                write!(f, "{account_no} {serial} of {booked_on} ")?;
                match held {
                    Held::Matched(Some(notice)) => write!(f, "paid {notice}"),
                    Held::Matched(None) => write!(f, "paid several notices"),
                    Held::Advance => write!(f, "is on an employer's advance balance"),
                    Held::RefundDue => write!(f, "is decided to be returned"),
                    Held::Refunded => write!(f, "is tied to a refund"),
                    Held::Returned { serial } if serial.is_empty() => {
                        write!(f, "is returned with a transaction of another delivery")
                    }
                    Held::Returned { serial } => {
                        write!(f, "is returned with {serial} of another delivery")
                    }
                    Held::Decided => write!(f, "was decided by staff"),
                    Held::Proposed { proposal_id } => write!(f, "is in proposal {proposal_id}"),
                    Held::ReadAs => write!(f, "was read by staff as another reference"),
                }
            }
            Self::Feed { feed_id, file_name, seen, changed, conflicting } => {
                write!(f, "feed {feed_id} ({file_name}) also brought ")?;
                write!(f, "{seen} of its rows, changed {changed} and contradicted {conflicting}")
            }
            Self::Under { feed_id, file_name, changed } => {
                write!(f, "it changed {changed} rows of feed {feed_id} ({file_name})")
            }
            Self::Beside { feed_id, file_name, account_no, booked_on } => write!(
                f,
                "feed {feed_id} ({file_name}) of the same night brought rows of {account_no} on \
                 {booked_on} too, and an earlier release did not say whose is whose"
            ),
            Self::Archived { account_no, booked_on } => {
                write!(f, "{account_no}: the month of {booked_on} was archived")
            }
            Self::Unclear { account_no, booked_on, files, transactions } => write!(
                f,
                "{account_no} on {booked_on}: it brought {files}, its transactions sum to \
                 {transactions}"
            ),
        }
    }
}
