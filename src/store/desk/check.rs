//! Checks whether an act is possible: when it is proposed, and again when it is approved.

use super::item::Held;
use super::{Desk, Stop, total};
use crate::remittance::{
    Direction, Money, NoticeStatus, Outcome, PaymentReference, Subject, Total, YearMonth,
};
use crate::store::database::columns::columns;
use crate::store::database::row::{day_number, reference_number};
use crate::store::database::seal::check::RowCheck;
use crate::store::database::sql::params;
use crate::store::operations;
use crate::suspense::{
    Act, AdvanceRefusal, Allocation, DeskRefusal, DeskRules, EntityKind, ItemId, Limit, Proposal,
};
use chrono::Days;
use std::collections::BTreeMap;

/// A preview of an act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    pub amount: Money,
    /// The rule in `rules/desk.toml` that decides who may act, and how many others must approve.
    pub rule: String,
    pub approvals_needed: u8,
    pub items: Vec<ItemId>,
    /// The notices it settles or reopens.
    pub notices: Vec<PreviewNotice>,
    /// Each item's remainder for an advance balance.
    pub rest: BTreeMap<ItemId, Money>,
    /// Debit, credit, amount; equal pairs of subjects are summed.
    pub postings: Vec<(Subject, Subject, Total)>,
}

/// A notice of an act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviewNotice {
    pub reference: PaymentReference,
    pub employer_id: String,
    /// Empty if the employer is unknown.
    pub employer: String,
    pub amount: Money,
    /// Its reservation on the employer's advance balance.
    pub reserved: Money,
    pub month: YearMonth,
}

/// A possible act.
pub(super) struct Checked {
    pub(super) amount: Money,
    pub(super) notices: Vec<PreviewNotice>,
    pub(super) allocate: Option<Allocation>,
}

impl Preview {
    pub(super) fn of(
        proposal: &Proposal,
        checked: Checked,
        limit: &Limit,
        postings: Vec<(Subject, Subject, Money)>,
    ) -> Self {
        let mut summed: BTreeMap<(Subject, Subject), Total> = BTreeMap::new();
        for (debit, credit, amount) in postings {
            *summed.entry((debit, credit)).or_default() += amount.into();
        }
        Self {
            amount: proposal.amount,
            rule: limit.id.clone(),
            approvals_needed: limit.approvals,
            items: proposal.item_ids(),
            notices: checked.notices,
            rest: checked.allocate.map(|allocate| allocate.rest).unwrap_or_default(),
            postings: summed.into_iter().map(|((d, c), amount)| (d, c, amount)).collect(),
        }
    }
}

const NOTICE: &str = "from notice n
    left join employer e on e.centre_id = n.centre_id and e.employer_id = n.employer_id
    left join settlement s on s.centre_id = n.centre_id and s.reference = n.reference
    where n.centre_id = ?1 and n.reference = ?2";

columns! {
    struct NoticeColumns of "n" {
        amount_fen: Money,
        status: i64,
        employer_id: String,
        month: YearMonth,
        employer: String = "coalesce(e.name, '')",
        settled_on: Option<i64> = "s.settled_on",
        advance_fen: Money,
    }
}

impl Desk<'_> {
    /// Checks an act on these items.
    pub(super) fn check(&self, act: &Act, items: &[Held]) -> Result<Checked, Stop> {
        self.are_whole(items, act.notices())?;
        let amount = Total::from(total(items)?) + act.from_advance().into();
        let amount = amount.money().ok_or(DeskRefusal::Amount { amount })?;
        let mut checked = Checked { amount, notices: Vec::new(), allocate: None };
        if let Some(debit) =
            items.iter().find(|item| item.direction == Direction::Debit && !act.takes_debits())
        {
            return Err(DeskRefusal::Debit { item: debit.id.clone() }.into());
        }
        match act {
            Act::Settle { .. } | Act::Split { .. } => {
                for reference in act.notices() {
                    checked.notices.push(self.open_notice(reference)?);
                }
                let owed: BTreeMap<PaymentReference, Money> =
                    checked.notices.iter().map(|one| (one.reference, one.amount)).collect();
                let amounts: Vec<(ItemId, Money)> =
                    items.iter().map(|item| (item.id.clone(), item.amount)).collect();
                checked.allocate = act.allocate(&amounts, &owed)?;
                if let (Some(notice), false) =
                    (checked.notices.first(), act.from_advance().is_zero())
                {
                    self.may_take(notice, act.from_advance())?;
                }
                if let Act::Split { rest_to: Some(employer_id), .. } = act {
                    self.employer(employer_id)?;
                }
            }
            Act::Advance { employer_id: Some(employer_id) } => self.employer(employer_id)?,
            Act::CorrectReference { reference } => {
                if let [only] = items {
                    let reads = only.read_as.map(reference_number).or(only.decision.reference);
                    if reads.or(only.decision.notice) == Some(reference_number(*reference)) {
                        return Err(DeskRefusal::SameReference { reference: *reference }.into());
                    }
                }
                checked.notices.push(self.notice(*reference)?.0);
            }
            Act::Reverse => checked.notices = self.settled_by(items)?,
            Act::TakeBack { credit } => {
                for reference in self.taken_back(credit, items)? {
                    checked.notices.push(self.notice(reference)?.0);
                }
            }
            Act::Advance { employer_id: None } => {
                return Err(DeskRefusal::Advance(AdvanceRefusal::NoOwner).into());
            }
            Act::Refund | Act::NotOurs | Act::WaitUntil { .. } => {}
        }
        Ok(checked)
    }

    /// Checks that a snooze ends in the future, and within the limit of the rules.
    pub(super) fn check_day(&self, rules: &DeskRules, act: &Act) -> Result<(), DeskRefusal> {
        let Act::WaitUntil { day } = act else { return Ok(()) };
        let after = self.now.on;
        let latest = after + Days::new(rules.wait_days_max.into());
        if *day > after && *day <= latest {
            return Ok(());
        }
        Err(DeskRefusal::Day { day: *day, after, latest })
    }

    /// Checks that the advance balance has this much not reserved by other notices.
    fn may_take(&self, notice: &PreviewNotice, needed: Money) -> Result<(), Stop> {
        let advance = operations::advance_of(self.tx, &notice.employer_id)?;
        let (employer_id, held) = (notice.employer_id.clone(), advance.held);
        if held < needed {
            let short = AdvanceRefusal::Short { employer_id, held, needed };
            return Err(DeskRefusal::Advance(short).into());
        }
        if advance.free_for(notice.reference) < needed {
            return Err(advance.reserved(employer_id, needed).into());
        }
        Ok(())
    }

    fn employer(&self, employer_id: &str) -> Result<(), Stop> {
        let sql = "select 1 from employer where centre_id = ?1 and employer_id = ?2";
        let known = params![self.tx.centre_id, employer_id];
        if self.tx.connection.prepare_cached(sql)?.exists(known)? {
            return Ok(());
        }
        Err(DeskRefusal::NoSuch { what: EntityKind::Employer, id: employer_id.to_owned() }.into())
    }

    /// Refuses an act that rests on an altered row.
    fn are_whole(
        &self,
        items: &[Held],
        notices: impl IntoIterator<Item = PaymentReference>,
    ) -> Result<(), Stop> {
        let (connection, centre) = (&self.tx.connection, self.tx.centre_id);
        let mut check = RowCheck::of(connection, "bank_transaction")?;
        for item in items {
            let values = params![centre, item.account_id, item.id.serial, item.booked_on];
            let condition = "r.account_id = ?2 and r.serial = ?3 and r.booked_on = ?4";
            if !check.all_fit(connection, condition, values)? {
                return Err(DeskRefusal::Altered { id: item.id.to_string() }.into());
            }
        }
        let mut check = RowCheck::of(connection, "notice")?;
        for reference in notices {
            let values = params![centre, reference_number(reference)];
            if !check.all_fit(connection, "r.reference = ?2", values)? {
                return Err(DeskRefusal::Altered { id: reference.to_string() }.into());
            }
        }
        Ok(())
    }

    pub(super) fn open_notice(&self, reference: PaymentReference) -> Result<PreviewNotice, Stop> {
        match self.notice(reference)? {
            (notice, NoticeStatus::Awaiting) => Ok(notice),
            (_, state) => Err(DeskRefusal::Notice { reference, state }.into()),
        }
    }

    /// A notice and its state.
    pub(super) fn notice(
        &self,
        reference: PaymentReference,
    ) -> Result<(PreviewNotice, NoticeStatus), Stop> {
        let key = params![self.tx.centre_id, reference_number(reference)];
        let found: Option<NoticeColumns> = self.tx.connection.select_optional(NOTICE, key)?;
        let none = || DeskRefusal::NoSuch { what: EntityKind::Notice, id: reference.to_string() };
        let notice = found.ok_or_else(none)?;
        let state = match (notice.status, notice.settled_on) {
            (3, None) => NoticeStatus::Revoked,
            (1, None) => NoticeStatus::Awaiting,
            (_, _) => NoticeStatus::Paid,
        };
        let notice = PreviewNotice {
            reference,
            employer_id: notice.employer_id,
            employer: notice.employer,
            amount: notice.amount_fen,
            reserved: notice.advance_fen,
            month: notice.month,
        };
        Ok((notice, state))
    }

    /// The notices that items now settle.
    fn settled_by(&self, items: &[Held]) -> Result<Vec<PreviewNotice>, Stop> {
        let mut found = Vec::new();
        for item in items.iter().filter(|item| item.decision.outcome == Outcome::Matched.number()) {
            for reference in self.notices_of(item)? {
                if !found.iter().any(|known: &PreviewNotice| known.reference == reference) {
                    found.push(self.notice(reference)?.0);
                }
            }
        }
        Ok(found)
    }

    /// The day number of an act.
    pub(super) fn on(&self) -> i64 {
        day_number(self.now.on)
    }
}
