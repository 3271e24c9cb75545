//! What speaks for and against a suggestion, in words for staff.
//!
//! Start at [`Evidence::chinese`]. `✓` is a fact, `≈` is near, `✗` does not fit: a mark, not only a colour,
//! so that it reads in print and for everybody.

use super::{Against, Evidence, Slip};
use remittance::Money;

impl Evidence {
    /// Such as `✓金额相等` or `≈登记号第4位不同`.
    #[must_use]
    pub fn chinese(self) -> String {
        match self {
            Self::ReferenceRead => "✓备注写明该登记号".to_owned(),
            Self::ReferenceSlip(slip) => match slip {
                Slip::Digit { position } => format!("≈登记号差一位（第{position}位不同）"),
                Slip::Swapped { position } => {
                    format!("≈登记号相邻两位颠倒（第{position}、{}位）", position + 1)
                }
                Slip::Missing { position } => format!("≈登记号少写一位（第{position}位）"),
                Slip::Extra { position } => format!("≈登记号多写一位（第{position}位）"),
            },
            Self::ReferencePrefix(digits) => format!("≈登记号前缀相符（前{digits}位）"),
            Self::CheckDigit => "✓校验位相符（所写登记号有误）".to_owned(),
            Self::AmountEqual => "✓金额相等".to_owned(),
            Self::AccountKnown => "✓付款账号曾为该单位缴款".to_owned(),
            Self::AccountConfirmed => "✓该付款账号经确认为该单位缴款".to_owned(),
            Self::NameEqual => "✓付款户名与单位名称一致".to_owned(),
            Self::NameConfirmed => "✓该付款户名经确认为该单位缴款".to_owned(),
            Self::NameAlike(per_mille) => format!("≈名称相近（{}%）", per_mille / 10),
            Self::Month => "✓月份相符".to_owned(),
        }
    }

    #[must_use]
    pub fn english(self) -> String {
        match self {
            Self::ReferenceRead => "✓ the remark names it".to_owned(),
            Self::ReferenceSlip(slip) => match slip {
                Slip::Digit { position } => format!("≈ reference differs in digit {position}"),
                Slip::Swapped { position } => {
                    format!("≈ reference has digits {position} and {} swapped", position + 1)
                }
                Slip::Missing { position } => format!("≈ reference lacks digit {position}"),
                Slip::Extra { position } => format!("≈ reference has an extra digit {position}"),
            },
            Self::ReferencePrefix(digits) => format!("≈ reference begins alike ({digits} digits)"),
            Self::CheckDigit => {
                "✓ its check digit fits, and what was written is no reference".to_owned()
            }
            Self::AmountEqual => "✓ amount equal".to_owned(),
            Self::AccountKnown => "✓ the account has paid for this employer before".to_owned(),
            Self::AccountConfirmed => {
                "✓ staff confirmed that the account pays for this employer".to_owned()
            }
            Self::NameEqual => "✓ payer and employer have the same name".to_owned(),
            Self::NameConfirmed => {
                "✓ staff confirmed that a payer of this name pays for this employer".to_owned()
            }
            Self::NameAlike(per_mille) => format!("≈ names alike ({}%)", per_mille / 10),
            Self::Month => "✓ month fits".to_owned(),
        }
    }
}

impl Against {
    /// Such as `✗金额不等（应缴1250.00元，少50.00元）`.
    #[must_use]
    pub fn chinese(self) -> String {
        match self {
            Self::Amount { due, received } => {
                let (word, gap) = gap(due, received, "少", "多");
                format!("✗金额不等（应缴{due}元，{word}{gap}元）")
            }
            Self::Month { notice, booked } => {
                format!("✗月份不符（通知书{notice}，入账{booked}）")
            }
            Self::OtherPayer => "✗付款人为其他单位缴款".to_owned(),
            Self::ReversalLink => "✗曾与该通知书核销后被红冲".to_owned(),
        }
    }

    #[must_use]
    pub fn english(self) -> String {
        match self {
            Self::Amount { due, received } => {
                let (word, gap) = gap(due, received, "less", "more");
                format!("✗ amount: CNY {due} due, CNY {gap} {word} came")
            }
            Self::Month { notice, booked } => format!("✗ month: for {notice}, booked in {booked}"),
            Self::OtherPayer => "✗ the payer pays for other employers".to_owned(),
            Self::ReversalLink => {
                "✗ it was settled with this notice before, and that was undone".to_owned()
            }
        }
    }
}

fn gap(
    due: Money,
    received: Money,
    less: &'static str,
    more: &'static str,
) -> (&'static str, Money) {
    let gap = due.checked_sub(received).unwrap_or_default();
    let positive = Money::from_fen(gap.fen().saturating_abs());
    if gap > Money::ZERO { (less, positive) } else { (more, positive) }
}
