//! The receipt of a payment confirmation (缴款通知书), one HTML page to print.
//!
//! The reference stands large, then the amount, the accounts to pay into, and the six rules for the
//! remark. Everything that is not ours is escaped; the page loads nothing.

use super::{CollectionAccount, IssuedNotice};
use std::fmt::{self, Write};

/// The handbook's six rules for the remark, in the order in which it gives them.
pub const REMARK_RULES: [&str; 6] = [
    "缴款登记号写在备注（附言）的最前面，前面不要写任何文字。",
    "缴款登记号由大写字母 P 和 10 位数字组成，须完整填写。",
    "字母和数字一律用半角，不用全角。",
    "登记号后面不要紧接阿拉伯数字；写月份请用汉字，例如“二月公积金”。",
    "登记号中间和前后不要加括号、斜杠、横线、箭头等符号。",
    "登记号中间不要有空格，不要换行。",
];

/// What the money must be, beside the remark.
const PAYMENT_RULES: [&str; 2] = [
    "缴款金额须与本通知书一致，分毫不差。",
    "分笔缴款的，各笔须转入同一家银行，并在同一个月内到账，合计等于通知书金额。",
];

/// Text with what HTML would read as markup made harmless.
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

const STYLE: &str = "body{font-family:system-ui,'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',\
sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem;color:#111;line-height:1.6}\
h1{font-size:1.4rem;text-align:center}\
.reference{font:700 2.6rem ui-monospace,Consolas,monospace;letter-spacing:.06em;text-align:center;\
border:3px solid #111;padding:.6rem;margin:1rem 0}\
table{border-collapse:collapse;width:100%;margin:1rem 0}\
th,td{border:1px solid #888;padding:.35rem .6rem;text-align:left}\
.money{font-variant-numeric:tabular-nums;font-weight:700}\
li{margin:.25rem 0}@media print{body{margin:0;max-width:none}}";

/// The receipt of a notice, whole and self-contained.
#[must_use]
pub fn html(notice: &IssuedNotice, employer_name: &str, accounts: &[CollectionAccount]) -> String {
    let mut page = String::new();
    // Writing into a String cannot fail; what it answers has nothing to say.
    let _ = write(&mut page, notice, employer_name, accounts);
    page
}

fn write(
    page: &mut String,
    notice: &IssuedNotice,
    employer_name: &str,
    accounts: &[CollectionAccount],
) -> fmt::Result {
    let reference = notice.reference;
    write!(
        page,
        "<!doctype html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <title>缴款通知书 {reference}</title><style>{STYLE}</style></head>\n<body>\n\
         <h1>住房公积金缴款通知书</h1>\n\
         <p>转账时请把下面的缴款登记号写在备注（附言）最前面：</p>\n\
         <div class=\"reference\">{reference}</div>\n"
    )?;
    let months = notice.months.iter().map(ToString::to_string).collect::<Vec<_>>().join("、");
    let mut over = vec![];
    if !months.is_empty() {
        over.push(format!("汇缴 {months}"));
    }
    if !notice.supplements.is_empty() {
        over.push(format!("补缴清册 {} 份", notice.supplements.len()));
    }
    write!(
        page,
        "<table><tr><th>缴存单位</th><td>{} {}</td></tr>\n<tr><th>缴款内容</th><td>{}</td></tr>\n\
         <tr><th>应缴金额</th><td class=\"money\">{} 元</td></tr>\n\
         <tr><th>开具日期</th><td>{}</td></tr>\n<tr><th>状态</th><td>{}</td></tr></table>\n",
        Escaped(notice.employer_id.as_str()),
        Escaped(employer_name),
        over.join("；"),
        notice.amount,
        notice.issued_on,
        super::NoticeStatus::from(notice.status).chinese(),
    )?;
    page.push_str("<h2>收款账户</h2>\n<table><tr><th>银行</th><th>户名</th><th>账号</th></tr>\n");
    for account in accounts {
        writeln!(
            page,
            "<tr><td>{}</td><td>{}</td><td>{}</td></tr>",
            Escaped(&account.bank_name),
            Escaped(&account.account_name),
            Escaped(&account.account_no),
        )?;
    }
    page.push_str("</table>\n<h2>备注填写规则</h2>\n<ol>\n");
    for rule in REMARK_RULES {
        writeln!(page, "<li>{rule}</li>")?;
    }
    page.push_str("</ol>\n<ul>\n");
    for rule in PAYMENT_RULES {
        writeln!(page, "<li>{rule}</li>")?;
    }
    page.push_str("</ul>\n</body></html>\n");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::payment::NoticeState;
    use super::super::{Money, PaymentReference};
    use super::*;

    #[test]
    fn the_receipt_shows_reference_accounts_and_six_rules_and_escapes_the_rest() {
        let day = chrono::NaiveDate::from_ymd_opt(2026, 5, 11).unwrap();
        let notice = IssuedNotice {
            reference: PaymentReference::from_number(1_906_133_753).unwrap(),
            employer_id: "E<1>".into(),
            amount: Money::from_fen(800_00),
            issued_on: day,
            month: "2026-05".parse().unwrap(),
            months: vec!["2026-05".parse().unwrap()],
            supplements: vec![4],
            status: NoticeState::Awaiting,
            paid_on: None,
        };
        let account = CollectionAccount {
            account_no: "45001\"".into(),
            bank: "icbc".into(),
            bank_name: "工商银行&".into(),
            account_name: "<script>alert(1)</script>".into(),
        };
        let page = html(&notice, "甲'公司", &[account]);
        for part in [
            "<div class=\"reference\">P1906133753</div>",
            "800.00 元",
            "汇缴 2026-05；补缴清册 1 份",
            "E&lt;1&gt; 甲&#39;公司",
            "工商银行&amp;",
            "&lt;script&gt;alert(1)&lt;/script&gt;",
            "45001&quot;",
            "待收款",
        ] {
            assert!(page.contains(part), "{part}");
        }
        assert!(!page.contains("<script"));
        assert_eq!(page.matches("<ol>\n<li>").count(), 1);
        assert!(REMARK_RULES.iter().all(|rule| page.contains(rule)));
    }
}
