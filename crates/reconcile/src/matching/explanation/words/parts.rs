//! The explanation in words for the parts of one notice: how they stand, and what they wait for.
//!
//! Start at [`PartsSummary::in_chinese`]. A sentence names what came, against what is asked for, and what is in
//! the way of settling it.

use super::super::{PartsSummary, PartsVerdict};
use super::{cny, day, difference, number, yuan};
use chrono::Datelike;
use remittance::{Money, Total};
use std::cmp::Ordering;

impl PartsSummary {
    pub(super) fn in_chinese(&self) -> String {
        let Self { reference, due, received, parts, banks, months, .. } = *self;
        let month = format!("{}年{}月", self.month.year(), self.month.month());
        let closes = if self.closes_on.year() == self.month.year() {
            format!("{}月{}日", self.closes_on.month(), self.closes_on.day())
        } else {
            day(self.closes_on)
        };
        let asked = yuan(due);
        let got = match parts {
            1 => format!("登记号{reference}收到{}", yuan(received)),
            _ => format!("登记号{reference}已收{}笔共{}", number(parts), yuan(received)),
        };
        let deducted = self.deducted_in_chinese();
        match self.verdict {
            PartsVerdict::Exact if deducted.is_empty() => {
                format!("{got}，{month}转入同一银行，与通知书应缴金额一致。")
            }
            PartsVerdict::Exact => format!(
                "{got}，{month}转入同一银行，连同单位暂存款{}，与通知书应缴{asked}一致。",
                yuan(self.from_advance)
            ),
            PartsVerdict::Overpaid => format!(
                "{got}，{month}同一银行所收比通知书应缴{asked}多{}，且没有哪几笔恰好等于应缴金额。",
                yuan(difference(received, due))
            ),
            PartsVerdict::AmbiguousParts => {
                format!(
                    "{got}（{month}，同一银行），其中有不止一种组合恰好等于{}，不能确定是哪几笔。",
                    self.sought_in_chinese()
                )
            }
            PartsVerdict::TooManyParts => {
                format!(
                    "{got}（{month}，同一银行），笔数过多，无法证明恰好等于{}的组合只有一种，请人工核对。",
                    self.sought_in_chinese()
                )
            }
            PartsVerdict::CrossBank => format!(
                "{got}，{}分别转入{}家银行，每家都不足额；分笔须转入同一银行。",
                against(received, due),
                number(banks)
            ),
            PartsVerdict::CrossMonth => format!(
                "{got}，{}分在{}个月入账，每月都不足额；分笔须在同一个月。",
                against(received, due),
                number(months)
            ),
            PartsVerdict::Underpaid => format!(
                "{got}，比通知书应缴{asked}少{}{deducted}；{month}已于{closes}关账。",
                yuan(difference(due, received))
            ),
            PartsVerdict::Awaiting => format!(
                "{got}，比通知书应缴{asked}少{}{deducted}；{month}于{closes}关账，在此之前等待其余款项。",
                yuan(difference(due, received))
            ),
        }
    }

    pub(super) fn in_english(&self) -> String {
        let Self { reference, due, received, parts, banks, months, month, closes_on, .. } = *self;
        let payments = if parts == 1 { "payment" } else { "payments" };
        let reach = if received < due { "they fall short, split" } else { "they reach it only" };
        let got = format!("{reference}: {parts} {payments} of {} in all", cny(received));
        let asked = cny(due);
        let deducted = self.deducted_in_english();
        match self.verdict {
            PartsVerdict::Exact if deducted.is_empty() => {
                format!("{got}, in {month} at one bank, exactly what the notice asks for.")
            }
            PartsVerdict::Exact => format!(
                "{got}, in {month} at one bank, with {} of the employer's advance balance exactly the {asked} asked for.",
                cny(self.from_advance)
            ),
            PartsVerdict::Overpaid => format!(
                "{got}, in {month} at one bank, {} more than the {asked} asked for; no set of them is exact.",
                cny(difference(received, due))
            ),
            PartsVerdict::AmbiguousParts => {
                format!(
                    "{got}, in {month} at one bank; more than one set of them is exactly {}.",
                    self.sought_in_english()
                )
            }
            PartsVerdict::TooManyParts => format!(
                "{got}, in {month} at one bank; too many to prove that only one set is exactly {}.",
                self.sought_in_english()
            ),
            PartsVerdict::CrossBank => {
                format!("{got}, asked for {asked}; {reach} across {banks} receiving banks.")
            }
            PartsVerdict::CrossMonth => {
                format!("{got}, asked for {asked}; {reach} across {months} months.")
            }
            PartsVerdict::Underpaid => format!(
                "{got}, {} less than the {asked} asked for{deducted}; {month} closed on {closes_on}.",
                cny(difference(due, received))
            ),
            PartsVerdict::Awaiting => format!(
                "{got}, {} less than the {asked} asked for{deducted}; the rest is waited for until {closes_on}.",
                cny(difference(due, received))
            ),
        }
    }

    /// What an employer with an advance balance was told to transfer; empty without one.
    fn deducted_in_chinese(&self) -> String {
        match self.from_advance {
            Money::ZERO => String::new(),
            advance => format!(
                "（应缴{}中单位暂存款抵扣{}，应转账{}）",
                yuan(self.due),
                yuan(advance),
                yuan(difference(self.due, advance))
            ),
        }
    }

    fn deducted_in_english(&self) -> String {
        match self.from_advance {
            Money::ZERO => String::new(),
            advance => format!(
                " (of it {} is reserved on the advance balance, {} to be transferred)",
                cny(advance),
                cny(difference(self.due, advance))
            ),
        }
    }

    /// What a set of parts was sought for: what is asked for, or what is missing beside the advance balance.
    fn sought_in_chinese(&self) -> String {
        let asked = yuan(self.due);
        match self.from_advance {
            Money::ZERO => format!("应缴{asked}"),
            advance => format!(
                "应转账{}（应缴{asked}，单位暂存款抵扣{}）",
                yuan(difference(self.due, advance)),
                yuan(advance)
            ),
        }
    }

    fn sought_in_english(&self) -> String {
        match self.from_advance {
            Money::ZERO => cny(self.due),
            advance => format!(
                "the {} that is missing beside {} of the advance balance",
                cny(difference(self.due, advance)),
                cny(advance)
            ),
        }
    }
}

/// The sum of the parts against what is asked for.
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
