//! The receipt of a payment confirmation (缴款通知书, 缴费回执单), one HTML page to print on A4.
//!
//! Start at [`Receipt::html`]. While the notice is open the page shows the reference in large type, the amount to pay,
//! the accounts to pay into, and the handbook's rules word for word under their own numbers. The caller passes in the
//! rules' sentences and the calendar's days.
//!
//! Invariant: a paid or revoked notice says so across the page, and shows neither a reference to copy nor an account.
//! No page asks for money without naming an account. Everything from outside is escaped; the page loads nothing.

use super::payment::NoticeState;
use super::{CollectionAccount, IssuedNotice, NoticeStatus, YearMonth};
use crate::{Language, Localized};
use chrono::{Datelike, NaiveDate, Weekday};
use std::borrow::Cow;
use std::fmt::{self, Write};

#[derive(Clone, Debug)]
pub struct Receipt<'a> {
    pub notice: &'a IssuedNotice,
    pub employer_name: &'a str,
    /// The centre's collection accounts.
    pub accounts: &'a [CollectionAccount],
    /// The handbook's payment rules, with its words and numbers.
    pub handbook: &'a [HandbookSentence<'a>],
    /// The last working days of the months in which the money may be sent.
    pub last_working_days: &'a [NaiveDate],
    /// For a revoked notice: the notices that now cover its lists and supplements.
    pub successors: &'a [IssuedNotice],
}

/// A sentence of the handbook, under the handbook's own number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HandbookSentence<'a> {
    pub number: u8,
    pub text: &'a str,
}

/// The receipt cannot be shown: the centre has no account to pay into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoCollectionAccount;

impl Localized for NoCollectionAccount {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        Cow::Borrowed(language.choose(
            "中心尚未登记收款账户，暂时不能出具缴款通知书。请先登记归集专户。",
            "no-account: no collection account is known to pay into; import accounts first",
        ))
    }
}

impl fmt::Display for NoCollectionAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_language(Language::English))
    }
}

impl std::error::Error for NoCollectionAccount {}

const STYLE: &str = "@page{size:A4;margin:16mm}\
body{font-family:system-ui,'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',\
sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem;color:#111;line-height:1.6}\
h1{font-size:1.4rem;text-align:center}h2{font-size:1.05rem;margin:1rem 0 .3rem}\
.reference{font:700 2.6rem ui-monospace,Consolas,monospace;letter-spacing:.06em;text-align:center;\
border:3px solid #111;padding:.6rem;margin:1rem 0}\
.over{border:3px solid #a01818;color:#a01818;padding:.6rem 1rem;margin:1rem 0;font-weight:700}\
.across{position:fixed;top:38%;left:0;right:0;text-align:center;transform:rotate(-28deg);\
font-size:7rem;font-weight:700;letter-spacing:.2em;color:#a01818;opacity:.2;pointer-events:none;\
-webkit-print-color-adjust:exact;print-color-adjust:exact}\
table{border-collapse:collapse;width:100%;margin:.6rem 0}\
th,td{border:1px solid #888;padding:.35rem .6rem;text-align:left}\
.money{font-variant-numeric:tabular-nums;font-weight:700}\
li{margin:.2rem 0}.day{font-weight:700}\
@media print{body{margin:0;padding:0;max-width:none;font-size:10.5pt}table,li{break-inside:avoid}}";

impl Receipt<'_> {
    /// The self-contained page.
    ///
    /// # Errors
    /// [`NoCollectionAccount`] if the notice is open and there is no account to pay into.
    pub fn html(&self) -> Result<String, NoCollectionAccount> {
        if self.notice.status == NoticeState::Awaiting && self.accounts.is_empty() {
            return Err(NoCollectionAccount);
        }
        let mut page = String::new();
        // Writing into a String cannot fail, so the result is ignored.
        let _ = self.write(&mut page);
        Ok(page)
    }

    fn write(&self, page: &mut String) -> fmt::Result {
        let shown = self.shown_reference();
        write!(
            page,
            "<!doctype html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
             <title>缴款通知书 {shown}</title><style>{STYLE}</style></head>\n<body>\n\
             <h1>住房公积金缴款通知书（缴费回执单）</h1>\n"
        )?;
        match self.notice.status {
            NoticeState::Awaiting => {
                self.write_reference(page)?;
                self.write_facts(page)?;
                self.write_accounts(page)?;
                self.write_rules(page)?;
            }
            NoticeState::Paid | NoticeState::Revoked => {
                self.write_over(page)?;
                self.write_facts(page)?;
            }
        }
        page.push_str("</body></html>\n");
        Ok(())
    }

    /// The reference; for a notice that must not be paid any more, only the part that identifies it.
    fn shown_reference(&self) -> String {
        let whole = self.notice.reference.to_string();
        match self.notice.status {
            NoticeState::Awaiting => whole,
            NoticeState::Paid | NoticeState::Revoked => {
                let tail: Vec<char> = whole.chars().rev().take(4).collect();
                format!("尾号 {}", tail.into_iter().rev().collect::<String>())
            }
        }
    }

    fn write_reference(&self, page: &mut String) -> fmt::Result {
        write!(
            page,
            "<p>转账时请把下面的缴款登记号写在备注（附言）最前面：</p>\n\
             <div class=\"reference\">{}</div>\n",
            self.notice.reference
        )
    }

    /// The state of a notice that must not be paid any more, across the page and as a sentence.
    fn write_over(&self, page: &mut String) -> fmt::Result {
        let (word, said) = match (self.notice.status, self.notice.paid_on) {
            (NoticeState::Paid, Some(day)) => {
                ("已收款", format!("本通知书已于{}收款，请勿再次转账。", date(day)))
            }
            (NoticeState::Paid, None) => ("已收款", "本通知书已收款，请勿再次转账。".to_owned()),
            (NoticeState::Revoked | NoticeState::Awaiting, _) => (
                "已撤销",
                "本通知书已撤销，请勿按本通知书转账，其缴款登记号不能再使用。".to_owned(),
            ),
        };
        writeln!(page, "<div class=\"across\" aria-hidden=\"true\">{word}</div>")?;
        write!(page, "<div class=\"over\" role=\"status\">{word}：{said}")?;
        for successor in self.successors {
            let state = NoticeStatus::from(successor.status).in_language(Language::Chinese);
            write!(
                page,
                "<br>相同的清册现由缴款通知书 {} 收缴（{} 元，{state}）。",
                successor.reference, successor.amount
            )?;
        }
        page.push_str("</div>\n");
        Ok(())
    }

    fn write_facts(&self, page: &mut String) -> fmt::Result {
        page.push_str("<table>");
        for (name, value, class) in self.facts() {
            writeln!(page, "<tr><th>{name}</th><td{class}>{}</td></tr>", Escaped(&value))?;
        }
        page.push_str("</table>\n");
        Ok(())
    }

    /// The rows about the notice: name, value, and the value's style.
    fn facts(&self) -> Vec<(&'static str, String, &'static str)> {
        const MONEY: &str = " class=\"money\"";
        let notice = self.notice;
        let employer = format!("{} {}", notice.employer_id, self.employer_name);
        let mut facts = vec![
            ("缴款登记号", self.shown_reference(), ""),
            ("缴存单位", employer, ""),
            ("缴款内容", over(notice), ""),
            ("应缴金额", format!("{} 元", notice.amount), MONEY),
        ];
        if !notice.deduction().is_zero() {
            facts.push(("单位暂存款抵扣", format!("{} 元", notice.deduction()), MONEY));
            facts.push(("应转账", format!("{} 元", notice.payable()), MONEY));
        }
        facts.extend([
            ("开具日期", notice.issued_on.to_string(), ""),
            (
                "状态",
                NoticeStatus::from(notice.status).in_language(Language::Chinese).into_owned(),
                "",
            ),
        ]);
        if let Some(day) = notice.paid_on {
            facts.push(("收款日期", day.to_string(), ""));
        }
        facts
    }

    fn write_accounts(&self, page: &mut String) -> fmt::Result {
        page.push_str(
            "<h2>收款账户</h2>\n<table><tr><th>银行</th><th>户名</th><th>账号</th></tr>\n",
        );
        for account in self.accounts {
            writeln!(
                page,
                "<tr><td>{}</td><td>{}</td><td>{}</td></tr>",
                Escaped(&account.bank_name),
                Escaped(&account.account_name),
                Escaped(&account.account_no),
            )?;
        }
        page.push_str("</table>\n");
        Ok(())
    }

    fn write_rules(&self, page: &mut String) -> fmt::Result {
        page.push_str("<h2>操作手册原文：缴款登记号填写规则</h2>\n<ol>\n");
        for rule in self.handbook {
            writeln!(page, "<li value=\"{}\">{}</li>", rule.number, Escaped(rule.text))?;
        }
        page.push_str("</ol>\n<h2>请留意</h2>\n<ul>\n");
        for day in self.last_working_days {
            writeln!(
                page,
                "<li>{}年{}月的最后一个工作日是<span class=\"day\">{}</span>，请不要在当日下午转款。</li>",
                day.year(),
                day.month(),
                date(*day)
            )?;
        }
        writeln!(page, "<li>{}</li>\n</ul>", self.what_to_transfer())
    }
}

impl Receipt<'_> {
    /// The amount to transfer, less what the advance balance pays.
    fn what_to_transfer(&self) -> String {
        let (advance, payable) = (self.notice.deduction(), self.notice.payable());
        if advance.is_zero() {
            return "转账金额须与应缴金额一致，一分不多、一分不少；分笔转账的，各笔合计等于应缴金额。".to_owned();
        }
        if payable.is_zero() {
            return format!("单位暂存款抵扣 {advance} 元，无需转账；将在下次批处理时入账。");
        }
        format!(
            "暂存款抵扣 {advance} 元，应转账 {payable} 元，一分不多、一分不少；分笔转账的，各笔合计等于应转账金额。按应缴金额 {} 元全额转账的，不动用暂存款。",
            self.notice.amount
        )
    }
}

/// The lists and supplements of a notice, as text.
fn over(notice: &IssuedNotice) -> String {
    let months = notice.months.iter().map(YearMonth::to_string).collect::<Vec<_>>().join("、");
    let mut over = vec![];
    if !months.is_empty() {
        over.push(format!("汇缴 {months}"));
    }
    if !notice.supplements.is_empty() {
        over.push(format!("补缴清册 {} 份", notice.supplements.len()));
    }
    if over.is_empty() {
        over.push(format!("{} 月份缴款", notice.month));
    }
    over.join("；")
}

/// `2026年5月29日（星期五）`
fn date(day: NaiveDate) -> String {
    let weekday = match day.weekday() {
        Weekday::Mon => "一",
        Weekday::Tue => "二",
        Weekday::Wed => "三",
        Weekday::Thu => "四",
        Weekday::Fri => "五",
        Weekday::Sat => "六",
        Weekday::Sun => "日",
    };
    format!("{}年{}月{}日（星期{weekday}）", day.year(), day.month(), day.day())
}

/// Text with HTML markup escaped.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                _ => f.write_char(c)?,
            }
        }
        Ok(())
    }
}
