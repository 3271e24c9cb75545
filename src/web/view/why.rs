//! Why an item is open: the sentence, and each condition with the expected and the actual value.
//!
//! Start at [`Why::of`]. The explanation was stored with the decision, with its amounts and counts, so the page
//! shows what was true then, whatever changed since.

use super::yuan;
use crate::matching::explanation::{
    Doubt, Explanation, NoticeState, PartsSummary, PartsVerdict, PayerDisagrees, SeveralNotices,
    Unconfirmed,
};
use crate::remittance::{
    Bilingual, Language, Localized, Money, NoticeStage, PaymentReference, Total,
};

#[derive(Default)]
pub(crate) struct Why {
    pub(crate) sentence: String,
    pub(crate) conditions: Vec<Condition>,
}

/// One condition.
pub(crate) struct Condition {
    pub(crate) name: String,
    pub(crate) wanted: String,
    pub(crate) found: String,
    /// The difference; empty without a measure.
    pub(crate) gap: String,
    pub(crate) holds: bool,
}

impl Why {
    /// From the stored explanation; empty if this release does not know it.
    pub(crate) fn of(explanation: Option<&str>, language: Language) -> Self {
        let Some(explanation) = explanation.and_then(|text| text.parse::<Explanation>().ok())
        else {
            return Self::default();
        };
        Self {
            sentence: explanation.in_language(language).into_owned(),
            conditions: conditions(&explanation, language),
        }
    }
}

fn conditions(explanation: &Explanation, language: Language) -> Vec<Condition> {
    match explanation {
        Explanation::Parts(standing) => parts(standing, language),
        Explanation::Unconfirmed(unconfirmed) => repaired(unconfirmed, language),
        Explanation::SeveralNotices(together) => several(together, language),
        Explanation::Notice { reference, state } => vec![status(*reference, *state, language)],
        Explanation::NoReference => vec![Condition {
            name: language.choose("登记号", "Reference").to_owned(),
            wanted: language.choose("P 加十位数字", "P and ten digits").to_owned(),
            found: language.choose("没有", "none").to_owned(),
            gap: String::new(),
            holds: false,
        }],
        Explanation::Truncated => vec![Condition {
            name: language.choose("登记号", "Reference").to_owned(),
            wanted: language.choose("P 加十位数字", "P and ten digits").to_owned(),
            found: language.choose("不足十位", "fewer than ten digits").to_owned(),
            gap: String::new(),
            holds: false,
        }],
        Explanation::PayerDisagrees(disagrees) => payer(disagrees, language),
        Explanation::Alone { .. }
        | Explanation::Confirmed { .. }
        | Explanation::Contradicted
        | Explanation::Rule
        | Explanation::Reversal(_)
        | Explanation::Refund(_) => Vec::new(),
    }
}

fn amount(due: impl Into<Total>, received: impl Into<Total>, language: Language) -> Condition {
    let (due, received): (Total, Total) = (due.into(), received.into());
    let gap = received - due;
    let sign = if gap > Money::ZERO { "+" } else { "" };
    Condition {
        name: language.choose("金额", "Amount").to_owned(),
        wanted: yuan(due),
        found: yuan(received),
        gap: if gap.is_zero() { String::new() } else { format!("{sign}{}", yuan(gap)) },
        holds: gap.is_zero(),
    }
}

fn counted(name: &Bilingual, found: usize, language: Language) -> Condition {
    Condition {
        name: name.in_language(language).into_owned(),
        wanted: "1".to_owned(),
        found: found.to_string(),
        gap: if found > 1 { format!("+{}", found - 1) } else { String::new() },
        holds: found == 1,
    }
}

fn parts(standing: &PartsSummary, language: Language) -> Vec<Condition> {
    let PartsSummary { verdict, due, received, parts, banks, months, month, closes_on, .. } =
        standing;
    let reserved = standing.from_advance;
    let mut conditions = vec![
        amount(*due, *received, language),
        counted(&Bilingual::fixed("收款银行数", "Receiving banks"), *banks, language),
        counted(&Bilingual::fixed("入账月份数", "Booking months"), *months, language),
    ];
    if !reserved.is_zero() {
        conditions.push(Condition {
            name: language
                .choose("其中单位暂存款抵扣", "Of it from the advance balance")
                .to_owned(),
            wanted: yuan(reserved),
            found: yuan(reserved),
            gap: String::new(),
            holds: true,
        });
    }
    let unique = match verdict {
        PartsVerdict::AmbiguousParts => Some(language.choose("不止一种", "more than one")),
        PartsVerdict::TooManyParts => {
            Some(language.choose("笔数过多，无法证明", "too many to prove"))
        }
        PartsVerdict::Exact
        | PartsVerdict::Overpaid
        | PartsVerdict::CrossBank
        | PartsVerdict::CrossMonth
        | PartsVerdict::Underpaid
        | PartsVerdict::Awaiting => None,
    };
    if let Some(found) = unique {
        conditions.push(Condition {
            name: format!("{} ({parts})", language.choose("可匹配组合", "Ways to add up")),
            wanted: language.choose("只有一种", "exactly one").to_owned(),
            found: found.to_owned(),
            gap: String::new(),
            holds: false,
        });
    }
    if matches!(verdict, PartsVerdict::Underpaid | PartsVerdict::Awaiting) {
        conditions.push(Condition {
            name: format!("{month} {}", language.choose("关账日", "closes on")),
            wanted: closes_on.to_string(),
            found: language.choose("到期未补足", "not complete by then").to_owned(),
            gap: String::new(),
            holds: *verdict == PartsVerdict::Awaiting,
        });
    }
    conditions
}

fn repaired(unconfirmed: &Unconfirmed, language: Language) -> Vec<Condition> {
    let Unconfirmed { reference, received, state, doubt } = unconfirmed;
    let mut conditions = vec![status(*reference, *state, language)];
    match state {
        NoticeState::Open(due) | NoticeState::Paid(due) | NoticeState::Revoked(due) => {
            conditions.push(amount(*due, *received, language));
        }
        NoticeState::Unknown => {}
    }
    if doubt.is_some() {
        conditions.push(Condition {
            name: language.choose("无其他情形", "Nothing against it").to_owned(),
            wanted: language.choose("无", "nothing").to_owned(),
            found: match doubt {
                Some(Doubt::CertainAtHand) => {
                    language.choose("已有款项写明该号", "a plain payment is at hand")
                }
                Some(Doubt::AnotherProbable) => {
                    language.choose("另有款项可能是该号", "another payment may mean it")
                }
                Some(Doubt::OtherPayer) => {
                    language.choose("付款人属于其他单位", "the payer is another employer's")
                }
                None => "",
            }
            .to_owned(),
            gap: String::new(),
            holds: false,
        });
    }
    conditions
}

fn payer(disagrees: &PayerDisagrees, language: Language) -> Vec<Condition> {
    let PayerDisagrees { reference, due, nearest, .. } = *disagrees;
    vec![
        status(reference, NoticeState::Open(due), language),
        amount(due, due, language),
        Condition {
            name: language.choose("付款账号", "Payer's account").to_owned(),
            wanted: language.choose("通知书的单位", "the notice's employer").to_owned(),
            found: language.choose(
                format!("其他单位，其通知书{nearest}同额"),
                format!("another's, whose notice {nearest} is equal"),
            ),
            gap: String::new(),
            holds: false,
        },
    ]
}

fn several(together: &SeveralNotices, language: Language) -> Vec<Condition> {
    let named = together.named.iter();
    let mut conditions: Vec<Condition> =
        named.clone().map(|one| status(one.reference, one.state, language)).collect();
    let owed = named.filter_map(|one| match one.state {
        NoticeState::Open(due) => Some(due),
        NoticeState::Unknown | NoticeState::Paid(_) | NoticeState::Revoked(_) => None,
    });
    conditions.push(amount(owed.sum::<Total>(), together.received, language));
    conditions
}

fn status(reference: PaymentReference, state: NoticeState, language: Language) -> Condition {
    let (found, holds) = match state {
        NoticeState::Unknown => (language.choose("没有这份通知书", "no such notice").into(), false),
        NoticeState::Open(_) => (NoticeStage::Awaiting.in_language(language), true),
        NoticeState::Paid(_) => (NoticeStage::Paid.in_language(language), false),
        NoticeState::Revoked(_) => (NoticeStage::Revoked.in_language(language), false),
    };
    Condition {
        name: format!("{} {reference}", language.choose("通知书", "Notice")),
        wanted: NoticeStage::Awaiting.in_language(language).into_owned(),
        found: found.into_owned(),
        gap: String::new(),
        holds,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_condition_that_failed_says_by_how_much() {
        let code = "underpaid|1906133753|125000|120000|2|1|1|2026-04|2026-05-07";
        let why = Why::of(Some(code), Language::Chinese);
        let failed: Vec<(&str, &str)> = why
            .conditions
            .iter()
            .filter(|one| !one.holds)
            .map(|one| (one.name.as_str(), one.gap.as_str()))
            .collect();
        assert_eq!(failed, [("金额", "-50.00"), ("2026-04 关账日", "")]);
        assert!(Why::of(Some("not ours"), Language::English).conditions.is_empty());
    }
}
