//! The acts: the decisions that staff can make about items in suspense.
//!
//! Start at [`Act`]. An act says what must hold afterwards, not how it is posted; `store/desk/` does that, in the
//! transaction that approves it. [`Draft`] is an act with its items, as a clerk fills it in.
//!
//! Invariant: every settlement is exact to the fen: a notice is paid in full or not at all, and all of an item's money
//! goes where its act says.

use super::{AdvanceRefusal, DeskRefusal, EntityKind, ItemId, Seen};
use crate::rulebook::desk::ActKind;
use chrono::NaiveDate;
use remittance::{Money, PaymentReference, Total};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The decisions of staff about items.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Act {
    /// The items pay these notices, across banks and months too: several items one notice, or one item several. The
    /// employer's advance balance can pay the rest of a single notice.
    Settle {
        notices: Vec<PaymentReference>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from_advance: Option<Money>,
    },
    /// Each share of an item pays for a notice; the rest of the items goes to the advance balance of `rest_to`. Shares
    /// of several items may pay one notice.
    Split { shares: Vec<Share>, rest_to: Option<String> },
    /// To the employer's advance balance (单位暂存款). `None` occurs only in old proposals: money without a known owner
    /// remains in suspense.
    Advance { employer_id: Option<String> },
    /// Back to the payer.
    Refund,
    /// From now on the remark is read as this reference; the next run decides it by its own rules.
    CorrectReference { reference: PaymentReference },
    /// No payment to the fund.
    NotOurs,
    /// The bank reversed this settled credit: its settlement is reversed, and the two offset each other. The only act
    /// for money that went out.
    TakeBack { credit: ItemId },
    /// Nothing before that day; then the item is open again.
    WaitUntil {
        #[serde(with = "remittance::wire::day")]
        day: NaiveDate,
    },
    /// Reverses an earlier approval (红冲) completely; the items are open again.
    Reverse,
}

/// A part of an item's money for a notice.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Share {
    pub item: ItemId,
    pub notice: PaymentReference,
    pub amount: Money,
}

/// A proposal in preparation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
// No deny_unknown_fields beside flatten: serde would count the act's own fields as unknown.
pub struct Draft {
    /// Its items. For [`Act::Reverse`] one item of the earlier approval is enough.
    pub items: Vec<Seen>,
    #[serde(flatten)]
    pub act: Act,
    /// The reason, kept forever.
    #[serde(default)]
    pub note: String,
}

/// The allocation of items' money: shares in notices, and the rest of each item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allocation {
    pub shares: Vec<Share>,
    /// By item; only items with a rest.
    pub rest: BTreeMap<ItemId, Money>,
}

impl Act {
    /// The items pay these notices by themselves.
    #[must_use]
    pub const fn settle(notices: Vec<PaymentReference>) -> Self {
        Self::Settle { notices, from_advance: None }
    }

    /// What it takes from an advance balance beside the items.
    #[must_use]
    pub fn from_advance(&self) -> Money {
        match self {
            Self::Settle { from_advance, .. } => from_advance.unwrap_or_default(),
            Self::Split { .. }
            | Self::Advance { .. }
            | Self::Refund
            | Self::CorrectReference { .. }
            | Self::NotOurs
            | Self::TakeBack { .. }
            | Self::WaitUntil { .. }
            | Self::Reverse => Money::ZERO,
        }
    }

    #[must_use]
    pub const fn kind(&self) -> ActKind {
        match self {
            Self::Settle { .. } => ActKind::Settle,
            Self::Split { .. } => ActKind::Split,
            Self::Advance { .. } => ActKind::Advance,
            Self::Refund => ActKind::Refund,
            Self::CorrectReference { .. } => ActKind::CorrectReference,
            Self::NotOurs => ActKind::NotOurs,
            Self::TakeBack { .. } => ActKind::TakeBack,
            Self::WaitUntil { .. } => ActKind::WaitUntil,
            Self::Reverse => ActKind::Reverse,
        }
    }

    /// Whether it may be about money that went out.
    #[must_use]
    pub const fn takes_debits(&self) -> bool {
        match self {
            Self::TakeBack { .. } | Self::NotOurs | Self::WaitUntil { .. } | Self::Reverse => true,
            Self::Settle { .. }
            | Self::Split { .. }
            | Self::Advance { .. }
            | Self::Refund
            | Self::CorrectReference { .. } => false,
        }
    }

    /// The notices it settles, without duplicates, in order.
    #[must_use]
    pub fn notices(&self) -> Vec<PaymentReference> {
        let named: BTreeSet<PaymentReference> = match self {
            Self::Settle { notices, .. } => notices.iter().copied().collect(),
            Self::Split { shares, .. } => shares.iter().map(|share| share.notice).collect(),
            Self::Advance { .. }
            | Self::Refund
            | Self::CorrectReference { .. }
            | Self::NotOurs
            | Self::TakeBack { .. }
            | Self::WaitUntil { .. }
            | Self::Reverse => BTreeSet::new(),
        };
        named.into_iter().collect()
    }

    /// Allocates the items' money to notices with these amounts; `None` for an act that settles nothing.
    ///
    /// # Errors
    /// [`DeskRefusal`] if it does not add up to the fen.
    pub fn allocate(
        &self,
        items: &[(ItemId, Money)],
        owed: &BTreeMap<PaymentReference, Money>,
    ) -> Result<Option<Allocation>, DeskRefusal> {
        let allocate = match self {
            Self::Settle { notices, from_advance } => settle(items, notices, *from_advance, owed)?,
            Self::Split { shares, rest_to } => split(items, shares, rest_to.is_some(), owed)?,
            Self::Advance { .. }
            | Self::Refund
            | Self::CorrectReference { .. }
            | Self::NotOurs
            | Self::TakeBack { .. }
            | Self::WaitUntil { .. }
            | Self::Reverse => return Ok(None),
        };
        Ok(Some(allocate))
    }
}

/// Refuses duplicates: their money would move twice.
pub(super) fn once<T: Ord + ToString>(what: EntityKind, named: &[T]) -> Result<(), DeskRefusal> {
    let mut known = BTreeSet::new();
    match named.iter().find(|one| !known.insert(*one)) {
        Some(again) => Err(DeskRefusal::Twice { what, id: again.to_string() }),
        None => Ok(()),
    }
}

/// Checks a typed amount.
fn typed(amount: Money) -> Result<(), DeskRefusal> {
    if amount > Money::ZERO && amount.is_within_bound() {
        Ok(())
    } else {
        Err(DeskRefusal::Amount { amount: amount.into() })
    }
}

/// Several items for one notice, or one item for several. Many to many is ambiguous and must be written as a split.
fn settle(
    items: &[(ItemId, Money)],
    notices: &[PaymentReference],
    from_advance: Option<Money>,
    owed: &BTreeMap<PaymentReference, Money>,
) -> Result<Allocation, DeskRefusal> {
    if let Some(amount) = from_advance {
        typed(amount)?;
        if notices.len() > 1 {
            return Err(DeskRefusal::Advance(AdvanceRefusal::ForSeveral));
        }
    }
    if notices.is_empty() {
        return Err(DeskRefusal::Nothing { what: EntityKind::Notice });
    }
    once(EntityKind::Notice, notices)?;
    let due = |notice: &PaymentReference| owed.get(notice).copied().unwrap_or_default();
    let given = items.iter().map(|(_, amount)| *amount);
    let given: Total = given.chain(from_advance).sum();
    let wanted: Total = notices.iter().map(due).sum();
    if given != wanted {
        return Err(DeskRefusal::Sum { given, wanted });
    }
    let shares = match (items, notices) {
        (_, [only]) => {
            let share = |(item, amount): &(ItemId, Money)| Share {
                item: item.clone(),
                notice: *only,
                amount: *amount,
            };
            items.iter().map(share).collect()
        }
        ([(item, _)], _) => {
            let share = |notice| Share { item: ItemId::clone(item), notice, amount: due(&notice) };
            notices.iter().copied().map(share).collect()
        }
        _ => return Err(DeskRefusal::ManyToMany),
    };
    Ok(Allocation { shares, rest: BTreeMap::new() })
}

fn split(
    items: &[(ItemId, Money)],
    shares: &[Share],
    keeps_rest: bool,
    owed: &BTreeMap<PaymentReference, Money>,
) -> Result<Allocation, DeskRefusal> {
    if shares.is_empty() {
        return Err(DeskRefusal::Nothing { what: EntityKind::Share });
    }
    let pairs: Vec<String> =
        shares.iter().map(|share| format!("{} {}", share.item, share.notice)).collect();
    once(EntityKind::Share, &pairs)?;
    let mut rest: BTreeMap<ItemId, Money> = items.iter().cloned().collect();
    let mut paid: BTreeMap<PaymentReference, Total> = BTreeMap::new();
    for share in shares {
        typed(share.amount)?;
        let Some(left) = rest.get_mut(&share.item) else {
            return Err(DeskRefusal::NoSuch {
                what: EntityKind::ItemOfProposal,
                id: share.item.to_string(),
            });
        };
        *left = left.checked_sub(share.amount).unwrap_or(Money::from_fen(-1));
        if *left < Money::ZERO {
            let has = items.iter().find(|(id, _)| *id == share.item);
            let given = has.map(|(_, amount)| *amount).unwrap_or_default().into();
            let of_item = shares.iter().filter(|other| other.item == share.item);
            return Err(DeskRefusal::Sum { given, wanted: of_item.map(|one| one.amount).sum() });
        }
        *paid.entry(share.notice).or_default() += share.amount.into();
    }
    for (notice, given) in &paid {
        let wanted = owed.get(notice).copied().unwrap_or_default();
        if *given != wanted {
            return Err(DeskRefusal::Sum { given: *given, wanted: wanted.into() });
        }
    }
    if let Some(untouched) =
        items.iter().find(|(id, _)| !shares.iter().any(|share| share.item == *id))
    {
        return Err(DeskRefusal::Untouched { item: untouched.0.clone() });
    }
    rest.retain(|_, left| *left > Money::ZERO);
    if !rest.is_empty() && !keeps_rest {
        let given = items.iter().map(|(_, amount)| *amount).sum();
        return Err(DeskRefusal::Sum {
            given,
            wanted: shares.iter().map(|share| share.amount).sum(),
        });
    }
    Ok(Allocation { shares: shares.to_vec(), rest })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_is_read_back_as_it_was_written() {
        let items = || vec![Seen { id: "6222/S1".parse().unwrap(), version: 3 }];
        let reference = PaymentReference::from_number(1_906_133_753).unwrap();
        let share = Share {
            item: "6222/S1".parse().unwrap(),
            notice: reference,
            amount: Money::from_fen(1),
        };
        let day = NaiveDate::from_ymd_opt(2026, 5, 20).unwrap();
        for act in [
            Act::settle(vec![reference]),
            Act::Settle { notices: vec![reference], from_advance: Some(Money::from_fen(7)) },
            Act::Split { shares: vec![share], rest_to: Some("E1".to_owned()) },
            Act::Advance { employer_id: None },
            Act::Refund,
            Act::CorrectReference { reference },
            Act::NotOurs,
            Act::TakeBack { credit: "6222/S0".parse().unwrap() },
            Act::WaitUntil { day },
            Act::Reverse,
        ] {
            let draft = Draft { items: items(), act, note: "为何".to_owned() };
            let text = serde_json::to_string(&draft).unwrap();
            let read = serde_json::from_str::<Draft>(&text);
            assert_eq!(read.map_err(|error| error.to_string()), Ok(draft), "{text}");
        }
        let unknown = r#"{"items":[],"act":"settle","notices":[],"why":"?"}"#;
        assert!(serde_json::from_str::<Draft>(unknown).is_err(), "a field nobody knows is refused");
    }
}
