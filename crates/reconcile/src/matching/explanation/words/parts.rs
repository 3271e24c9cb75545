//! The explanation in words for the parts of one notice: their state, and what they wait for.
//!
//! A sentence names the amount received, the amount due, and what prevents settlement.

use super::super::{PartsSummary, PartsVerdict};
use super::{day, difference, money, number, yuan};
use chrono::Datelike;
use remittance::{Language, Localized, Money, Total, said};
use std::borrow::Cow;
use std::cmp::Ordering;

impl Localized for PartsSummary {
    #[expect(clippy::too_many_lines, reason = "a table: one sentence a verdict, in both languages")]
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        let Self { due, received, banks, months, .. } = *self;
        let (got, month, closes_on) =
            (self.got(language), self.month_in(language), self.closes_in(language));
        let (asked, deducted) = (money(due, language), self.deducted(language));
        // In English, one word after the split tells whether the parts together would reach the amount.
        let reach = if received < due { "they fall short, split" } else { "they reach it only" };
        match self.verdict {
            PartsVerdict::Exact if deducted.is_empty() => said!(
                language,
                "{got}，{month}转入同一银行，与通知书应缴金额一致。",
                "{got}, in {month} at one bank, exactly what the notice asks for."
            ),
            PartsVerdict::Exact => {
                let advance = money(self.from_advance, language);
                said!(
                    language,
                    "{got}，{month}转入同一银行，连同单位暂存款{advance}，与通知书应缴{asked}一致。",
                    "{got}, in {month} at one bank, with {advance} of the employer's advance balance exactly the {asked} asked for."
                )
            }
            PartsVerdict::Overpaid => {
                let surplus = money(difference(received, due), language);
                said!(
                    language,
                    "{got}，{month}同一银行所收比通知书应缴{asked}多{surplus}，且没有哪几笔恰好等于应缴金额。",
                    "{got}, in {month} at one bank, {surplus} more than the {asked} asked for; no set of them is exact."
                )
            }
            PartsVerdict::AmbiguousParts => {
                let sought = self.sought(language);
                said!(
                    language,
                    "{got}（{month}，同一银行），其中有不止一种组合恰好等于{sought}，不能确定是哪几笔。",
                    "{got}, in {month} at one bank; more than one set of them is exactly {sought}."
                )
            }
            PartsVerdict::TooManyParts => {
                let sought = self.sought(language);
                said!(
                    language,
                    "{got}（{month}，同一银行），笔数过多，无法证明恰好等于{sought}的组合只有一种，请人工核对。",
                    "{got}, in {month} at one bank; too many to prove that only one set is exactly {sought}."
                )
            }
            PartsVerdict::CrossBank => said!(
                language,
                (
                    "{got}，{}分别转入{}家银行，每家都不足额；分笔须转入同一银行。",
                    against(received, due),
                    number(banks)
                ),
                "{got}, asked for {asked}; {reach} across {banks} receiving banks."
            ),
            PartsVerdict::CrossMonth => said!(
                language,
                (
                    "{got}，{}分在{}个月入账，每月都不足额；分笔须在同一个月。",
                    against(received, due),
                    number(months)
                ),
                "{got}, asked for {asked}; {reach} across {months} months."
            ),
            PartsVerdict::Underpaid => {
                let missing = money(difference(due, received), language);
                said!(
                    language,
                    "{got}，比通知书应缴{asked}少{missing}{deducted}；{month}已于{closes_on}关账。",
                    "{got}, {missing} less than the {asked} asked for{deducted}; {month} closed on {closes_on}."
                )
            }
            PartsVerdict::Awaiting => {
                let missing = money(difference(due, received), language);
                said!(
                    language,
                    "{got}，比通知书应缴{asked}少{missing}{deducted}；{month}于{closes_on}关账，在此之前等待其余款项。",
                    "{got}, {missing} less than the {asked} asked for{deducted}; the rest is waited for until {closes_on}."
                )
            }
        }
    }
}

impl PartsSummary {
    /// The amount received.
    fn got(&self, language: Language) -> Cow<'static, str> {
        let Self { reference, parts, .. } = self;
        let received = money(self.received, language);
        match parts {
            1 => said!(
                language,
                "登记号{reference}收到{received}",
                "{reference}: 1 payment of {received} in all"
            ),
            _ => said!(
                language,
                ("登记号{reference}已收{}笔共{received}", number(*parts)),
                "{reference}: {parts} payments of {received} in all"
            ),
        }
    }

    fn month_in(&self, language: Language) -> Cow<'static, str> {
        let month = self.month;
        said!(language, ("{}年{}月", month.year(), month.month()), "{month}")
    }

    /// The closing date of the month; in Chinese without the year if it is the month's own.
    fn closes_in(&self, language: Language) -> Cow<'static, str> {
        let on = self.closes_on;
        match language {
            Language::Chinese if on.year() == self.month.year() => {
                format!("{}月{}日", on.month(), on.day()).into()
            }
            Language::Chinese => day(on).into(),
            Language::English => on.to_string().into(),
        }
    }

    /// What an employer with an advance balance was told to transfer; empty without one.
    fn deducted(&self, language: Language) -> Cow<'static, str> {
        if self.from_advance.is_zero() {
            return "".into();
        }
        let (due, advance) = (money(self.due, language), money(self.from_advance, language));
        let rest = money(difference(self.due, self.from_advance), language);
        said!(
            language,
            "（应缴{due}中单位暂存款抵扣{advance}，应转账{rest}）",
            " (of it {advance} is reserved on the advance balance, {rest} to be transferred)"
        )
    }

    /// The target of the search: the amount due, or the rest after the advance balance.
    fn sought(&self, language: Language) -> Cow<'static, str> {
        let (asked, advance) = (money(self.due, language), money(self.from_advance, language));
        if self.from_advance.is_zero() {
            return said!(language, "应缴{asked}", "{asked}");
        }
        let rest = money(difference(self.due, self.from_advance), language);
        said!(
            language,
            "应转账{rest}（应缴{asked}，单位暂存款抵扣{advance}）",
            "the {rest} that is missing beside {advance} of the advance balance"
        )
    }
}

/// The sum of the parts against the amount due.
fn against(received: Total, due: Money) -> String {
    let asked = yuan(due);
    match received.cmp(&due.into()) {
        Ordering::Equal => format!("合计等于通知书应缴{asked}，但"),
        Ordering::Greater => format!("合计超过通知书应缴{asked}，但"),
        Ordering::Less => {
            format!("到关账日仍比通知书应缴{asked}少{}，且", yuan(difference(due, received)))
        }
    }
}
