//! The explanation in words for finance staff.
//!
//! Start at [`Explanation::in_chinese`]; [`Explanation::in_english`] says the same. A sentence names what was
//! read, which condition failed and by how much. Amounts are grouped (`1,200.00元`) because people read
//! them here; files of ours never group.
//!
//! What is said of the parts of a notice is in `words/parts.rs`, of refunds in `words/refund.rs`.
//!
//! Invariant: nothing of a payer's text is quoted, so a sentence can stand in any page or letter.

mod parts;
mod refund;

use super::{
    Doubt, Explanation, Named, NoticeState, PayerDisagrees, ReversalLink, Role, SeveralNotices,
    Unconfirmed,
};
use chrono::{Datelike, NaiveDate};
use remittance::{Money, Total};
use std::fmt::Write;

impl Explanation {
    /// The explanation for staff, a sentence or two.
    #[must_use]
    pub fn in_chinese(&self) -> String {
        match self {
            Self::Alone { reference, due } => {
                format!("登记号{reference}，单笔{}，与通知书应缴金额一致。", yuan(*due))
            }
            Self::Confirmed { reference, due, from_advance } if from_advance.is_zero() => format!(
                "备注经修正读作登记号{reference}；该通知书待收款，应缴{}与本笔金额一致，予以确认。",
                yuan(*due)
            ),
            Self::Confirmed { reference, due, from_advance } => format!(
                "备注经修正读作登记号{reference}；该通知书待收款，本笔连同单位暂存款{}，与应缴{}一致，予以确认。",
                yuan(*from_advance),
                yuan(*due)
            ),
            Self::Unconfirmed(unconfirmed) => unconfirmed.in_chinese(),
            Self::Parts(summary) => summary.in_chinese(),
            Self::SeveralNotices(together) => together.in_chinese(),
            Self::Notice { reference, state } => match state {
                NoticeState::Unknown => format!("备注写明登记号{reference}，但没有这份通知书。"),
                NoticeState::Revoked(due) => {
                    format!("登记号{reference}的通知书（应缴{}）已撤销，不能再收款。", yuan(*due))
                }
                NoticeState::Paid(due) => format!(
                    "登记号{reference}的通知书（应缴{}）已由其他款项恰好缴清，本笔是多出的一笔。",
                    yuan(*due)
                ),
                NoticeState::Open(due) => {
                    format!("登记号{reference}的通知书待收款，应缴{}。", yuan(*due))
                }
            },
            Self::NoReference => "备注中没有登记号（字母P加十位数字）。".to_owned(),
            Self::Truncated => {
                "备注中的登记号不完整，不足十位数字，不能确定是哪份通知书。".to_owned()
            }
            Self::PayerDisagrees(disagrees) => disagrees.in_chinese(),
            Self::Contradicted => {
                "银行报文的明细与记账金额不符，明细所写的登记号不能作为入账依据，请核对银行回单。"
                    .to_owned()
            }
            Self::Rule => "按规则不属于单位缴款。".to_owned(),
            Self::Reversal(link) => link.in_chinese(),
            Self::Refund(link) => link.in_chinese(),
        }
    }

    /// The same in English.
    #[must_use]
    pub fn in_english(&self) -> String {
        match self {
            Self::Alone { reference, due } => {
                format!(
                    "{reference}: one payment of {}, exactly what the notice asks for.",
                    cny(*due)
                )
            }
            Self::Confirmed { reference, due, from_advance } if from_advance.is_zero() => format!(
                "The remark, repaired, reads {reference}; that notice is open and asks for exactly {}.",
                cny(*due)
            ),
            Self::Confirmed { reference, due, from_advance } => format!(
                "The remark, repaired, reads {reference}; that notice is open and asks for {}, which this is with {} of the employer's advance balance.",
                cny(*due),
                cny(*from_advance)
            ),
            Self::Unconfirmed(unconfirmed) => unconfirmed.in_english(),
            Self::Parts(summary) => summary.in_english(),
            Self::SeveralNotices(together) => together.in_english(),
            Self::Notice { reference, state } => match state {
                NoticeState::Unknown => {
                    format!("The remark says {reference}; there is no such notice.")
                }
                NoticeState::Revoked(due) => {
                    format!("Notice {reference} over {} was revoked.", cny(*due))
                }
                NoticeState::Paid(due) => format!(
                    "Notice {reference} over {} is settled exactly by other payments; this one is left over.",
                    cny(*due)
                ),
                NoticeState::Open(due) => format!("Notice {reference} is open over {}.", cny(*due)),
            },
            Self::NoReference => "The remark holds no reference (P and ten digits).".to_owned(),
            Self::Truncated => {
                "The reference in the remark is cut short of its ten digits.".to_owned()
            }
            Self::PayerDisagrees(disagrees) => disagrees.in_english(),
            Self::Contradicted => {
                "The bank's details contradict the amount it booked; nothing they name is settled."
                    .to_owned()
            }
            Self::Rule => "Not a payment, by the rule named.".to_owned(),
            Self::Reversal(link) => link.in_english(),
            Self::Refund(link) => link.in_english(),
        }
    }
}

impl PayerDisagrees {
    fn in_chinese(&self) -> String {
        let Self { reference, due, nearest, from_advance } = self;
        let due = yuan(*due);
        let exact = match *from_advance {
            Money::ZERO => "与通知书应缴金额一致".to_owned(),
            advance => format!("连同单位暂存款{}与通知书应缴金额一致", yuan(advance)),
        };
        format!(
            "登记号{reference}，单笔{due}，{exact}；但付款账号登记在另一单位名下，该单位有应缴同为{due}、登记号只差一处笔误的待收款通知书{nearest}，请核实属于哪一份。"
        )
    }

    fn in_english(&self) -> String {
        let Self { reference, due, nearest, from_advance } = self;
        let beside = match *from_advance {
            Money::ZERO => String::new(),
            advance => format!(" beside {} of the advance balance", cny(advance)),
        };
        format!(
            "{reference} asks for exactly {}{beside}, but the payer's account is registered with another employer, whose open notice {nearest} asks for the same and is one slip away.",
            cny(*due)
        )
    }
}

impl Doubt {
    const fn in_chinese(self) -> &'static str {
        match self {
            Self::CertainAtHand => "已有款项写明该登记号",
            Self::AnotherProbable => "另有款项也可能是该登记号",
            Self::OtherPayer => "付款账号或户名属于其他单位",
        }
    }

    const fn in_english(self) -> &'static str {
        match self {
            Self::CertainAtHand => "a payment that names it plainly is at hand",
            Self::AnotherProbable => "another payment may mean it too",
            Self::OtherPayer => "the payer is known to pay for another employer",
        }
    }
}

impl Unconfirmed {
    fn in_chinese(&self) -> String {
        let Self { reference, received, state, doubt } = self;
        let why = match state {
            NoticeState::Open(_) if doubt.is_some() => {
                doubt.map_or("", Doubt::in_chinese).to_owned()
            }
            NoticeState::Unknown => "没有这份通知书".to_owned(),
            NoticeState::Open(due) => format!(
                "本笔{}，比应缴{}{}",
                yuan(*received),
                yuan(*due),
                more_or_less(*received, *due)
            ),
            NoticeState::Paid(_) => "该通知书已由其他款项缴清".to_owned(),
            NoticeState::Revoked(_) => "该通知书已撤销".to_owned(),
        };
        format!("备注书写有误，可能是登记号{reference}，但{why}，不能确认。")
    }

    fn in_english(&self) -> String {
        let Self { reference, received, state, doubt } = self;
        let why = match state {
            NoticeState::Open(_) if doubt.is_some() => {
                doubt.map_or("", Doubt::in_english).to_owned()
            }
            NoticeState::Unknown => "there is no such notice".to_owned(),
            NoticeState::Open(due) => {
                format!("{} came where {} is asked for", cny(*received), cny(*due))
            }
            NoticeState::Paid(_) => "other payments settled that notice".to_owned(),
            NoticeState::Revoked(_) => "that notice was revoked".to_owned(),
        };
        format!("The remark is miswritten; it may mean {reference}, but {why}.")
    }
}

impl SeveralNotices {
    fn in_chinese(&self) -> String {
        let list: Vec<String> = self.named.iter().map(Named::in_chinese).collect();
        let (list, received) = (list.join("、"), yuan(self.received));
        if self.exact {
            let with = match self.from_advance {
                Money::ZERO => String::new(),
                advance => format!("连同单位暂存款{}，", yuan(advance)),
            };
            return format!(
                "备注写明{}个登记号：{list}；均待收款，{with}合计与本笔{received}一致。",
                self.named.len()
            );
        }
        let gap = match self.due_if_open() {
            _ if !self.certain => {
                format!("其中有的书写有误，不能确认，本笔{received}不能自动分配")
            }
            Some(due) => format!(
                "合计应缴{}，比本笔{received}{}",
                yuan(due),
                more_or_less(due, self.received)
            ),
            None => format!("并非都待收款，本笔{received}不能自动分配"),
        };
        format!("备注写明{}个登记号：{list}；{gap}。", number(self.named.len()))
    }

    fn in_english(&self) -> String {
        let list: Vec<String> = self.named.iter().map(Named::in_english).collect();
        let (list, received) = (list.join(", "), cny(self.received));
        let end = match (self.exact, self.due_if_open()) {
            (true, _) if !self.from_advance.is_zero() => format!(
                "all are open and sum to exactly {received} with {} of advance balances",
                cny(self.from_advance)
            ),
            (true, _) => format!("all are open and sum to exactly {received}"),
            (false, _) if !self.certain => {
                format!("not all are written plainly, so {received} cannot be shared out")
            }
            (false, Some(due)) => format!("they sum to {}, but {received} came", cny(due)),
            (false, None) => format!("not all are open, so {received} cannot be shared out"),
        };
        format!("The remark names {list}; {end}.")
    }

    /// What the notices sum to, if all are open.
    fn due_if_open(&self) -> Option<Total> {
        self.named.iter().try_fold(Total::ZERO, |sum, named| match named.state {
            NoticeState::Open(due) => Some(sum + due.into()),
            NoticeState::Unknown | NoticeState::Paid(_) | NoticeState::Revoked(_) => None,
        })
    }
}

impl Named {
    fn in_chinese(&self) -> String {
        let state = match self.state {
            NoticeState::Unknown => "不存在".to_owned(),
            NoticeState::Open(due) => format!("应缴{}", yuan(due)),
            NoticeState::Paid(_) => "已由其他款项缴清".to_owned(),
            NoticeState::Revoked(_) => "已撤销".to_owned(),
        };
        format!("{}（{state}）", self.reference)
    }

    fn in_english(&self) -> String {
        let state = match self.state {
            NoticeState::Unknown => "unknown".to_owned(),
            NoticeState::Open(due) => format!("open, {}", cny(due)),
            NoticeState::Paid(_) => "settled by other payments".to_owned(),
            NoticeState::Revoked(_) => "revoked".to_owned(),
        };
        format!("{} ({state})", self.reference)
    }
}

impl ReversalLink {
    fn in_chinese(&self) -> String {
        let Self { serial, on, candidates, .. } = self;
        let on = day(*on);
        match self.role {
            Role::Credit => format!("入账前被银行冲正或退汇（{on}，流水{serial}）。"),
            Role::Debit => format!("冲正或退汇{on}的来款（流水{serial}），该款尚未入账。"),
            Role::DebitOfSettled => {
                format!("冲正或退汇{on}的来款（流水{serial}），但该款已经入账，需人工处理。")
            }
            Role::DebitOfHandled => {
                format!(
                    "冲正或退汇{on}的来款（流水{serial}），但该款已由工作人员处理，需人工处理。"
                )
            }
            Role::DebitOfOneOf => format!(
                "冲正或退汇的来款可能是{}笔中的一笔（最近一笔{on}，流水{serial}），不能确定是哪一笔。",
                number(*candidates)
            ),
            Role::CreditPerhaps => format!(
                "银行于{on}冲正或退汇了一笔同户同额的来款（流水{serial}），可能是本笔，核实前不入账。"
            ),
            Role::DebitOfNone => {
                "银行标记为冲正或退汇，但没有同户同额且不相矛盾的来款与之对应；每晚重新核对。"
                    .to_owned()
            }
        }
    }

    fn in_english(&self) -> String {
        let Self { serial, on, candidates, .. } = self;
        match self.role {
            Role::Credit => {
                format!("The bank took it back on {on} ({serial}) before it was settled.")
            }
            Role::Debit => format!("Takes back the credit of {on} ({serial}), not yet settled."),
            Role::DebitOfSettled => {
                format!("Takes back the credit of {on} ({serial}), which had settled a notice.")
            }
            Role::DebitOfHandled => {
                format!("Takes back the credit of {on} ({serial}), which staff have dealt with.")
            }
            Role::DebitOfOneOf => format!(
                "Takes back one of {candidates} credits, the latest of {on} ({serial}); which one is not clear."
            ),
            Role::CreditPerhaps => {
                format!(
                    "The bank took back an equal credit on {on} ({serial}); it may be this one."
                )
            }
            Role::DebitOfNone => {
                "Marked as a reversal, but no credit fits it yet; looked at again every night."
                    .to_owned()
            }
        }
    }
}

fn difference(more: impl Into<Total>, less: impl Into<Total>) -> Total {
    more.into() - less.into()
}

fn more_or_less(one: impl Into<Total>, other: impl Into<Total>) -> String {
    let (one, other) = (one.into(), other.into());
    if one > other {
        format!("多{}", yuan(difference(one, other)))
    } else {
        format!("少{}", yuan(difference(other, one)))
    }
}

/// Counts as people say them: 两 rather than 2, digits from eleven on.
fn number(count: usize) -> String {
    let said = ["零", "一", "两", "三", "四", "五", "六", "七", "八", "九", "十"];
    said.get(count).map_or_else(|| count.to_string(), |word| (*word).to_owned())
}

pub(super) fn day(day: NaiveDate) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

fn yuan(amount: impl Into<Total>) -> String {
    grouped(amount) + "元"
}

fn cny(amount: impl Into<Total>) -> String {
    format!("CNY {}", grouped(amount))
}

fn grouped(amount: impl Into<Total>) -> String {
    let plain = amount.into().to_string();
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, "00"));
    let mut out = String::new();
    let digits = whole.trim_start_matches('-').len();
    for (index, digit) in whole.trim_start_matches('-').chars().enumerate() {
        if index > 0 && (digits - index) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    let sign = if whole.starts_with('-') { "-" } else { "" };
    let mut all = String::new();
    // Writing to a String cannot fail.
    let _ = write!(all, "{sign}{out}.{fraction}");
    all
}
