//! The evidence for and against a suggestion, in words for staff.
//!
//! Start at [`Evidence`]. `✓` is a fact, `≈` is near, `✗` does not fit: a mark and not only a colour, so that it is
//! readable in print and for everybody.

use super::{Against, Evidence, Slip};
use remittance::{Language, Localized, Money, said};
use std::borrow::Cow;

/// Such as `✓金额相等` or `≈登记号第4位不同`.
impl Localized for Evidence {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        match self {
            Self::ReferenceRead => {
                language.choose("✓备注写明该登记号", "✓ the remark names it").into()
            }
            Self::ReferenceSlip(found) => slip(*found, language),
            Self::ReferencePrefix(digits) => said!(
                language,
                "≈登记号前缀相符（前{digits}位）",
                "≈ reference begins alike ({digits} digits)"
            ),
            Self::CheckDigit => language
                .choose(
                    "✓校验位相符（所写登记号有误）",
                    "✓ its check digit fits, and what was written is no reference",
                )
                .into(),
            Self::AmountEqual => language.choose("✓金额相等", "✓ amount equal").into(),
            Self::AccountKnown => language
                .choose(
                    "✓付款账号曾为该单位缴款",
                    "✓ the account has paid for this employer before",
                )
                .into(),
            Self::AccountConfirmed => language
                .choose(
                    "✓该付款账号经确认为该单位缴款",
                    "✓ staff confirmed that the account pays for this employer",
                )
                .into(),
            Self::NameEqual => language
                .choose("✓付款户名与单位名称一致", "✓ payer and employer have the same name")
                .into(),
            Self::NameConfirmed => language
                .choose(
                    "✓该付款户名经确认为该单位缴款",
                    "✓ staff confirmed that a payer of this name pays for this employer",
                )
                .into(),
            Self::NameAlike(per_mille) => said!(
                language,
                ("≈名称相近（{}%）", per_mille / 10),
                ("≈ names alike ({}%)", per_mille / 10)
            ),
            Self::Month => language.choose("✓月份相符", "✓ month fits").into(),
        }
    }
}

/// How the written reference differs.
fn slip(slip: Slip, language: Language) -> Cow<'static, str> {
    match slip {
        Slip::Digit { position } => said!(
            language,
            "≈登记号差一位（第{position}位不同）",
            "≈ reference differs in digit {position}"
        ),
        Slip::Swapped { position } => said!(
            language,
            ("≈登记号相邻两位颠倒（第{position}、{}位）", position + 1),
            ("≈ reference has digits {position} and {} swapped", position + 1)
        ),
        Slip::Missing { position } => said!(
            language,
            "≈登记号少写一位（第{position}位）",
            "≈ reference lacks digit {position}"
        ),
        Slip::Extra { position } => said!(
            language,
            "≈登记号多写一位（第{position}位）",
            "≈ reference has an extra digit {position}"
        ),
    }
}

/// Such as `✗金额不等（应缴1250.00元，少50.00元）`.
impl Localized for Against {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        match self {
            Self::Amount { due, received } => {
                let is_less = received < due;
                let gap = due.checked_sub(*received).unwrap_or_default();
                let gap = Money::from_fen(gap.fen().saturating_abs());
                let word = language.choose(("少", "多"), ("less", "more"));
                let word = if is_less { word.0 } else { word.1 };
                said!(
                    language,
                    "✗金额不等（应缴{due}元，{word}{gap}元）",
                    "✗ amount: CNY {due} due, CNY {gap} {word} came"
                )
            }
            Self::Month { notice, booked } => said!(
                language,
                "✗月份不符（通知书{notice}，入账{booked}）",
                "✗ month: for {notice}, booked in {booked}"
            ),
            Self::OtherPayer => language
                .choose("✗付款人为其他单位缴款", "✗ the payer pays for other employers")
                .into(),
            Self::ReversalLink => language
                .choose(
                    "✗曾与该通知书核销后被红冲",
                    "✗ it was settled with this notice before, and that was undone",
                )
                .into(),
        }
    }
}
