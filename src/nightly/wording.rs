//! Translates readers' English sentences into Chinese, for the report that staff open first.
//!
//! Readers' errors are stored as the sentences they print, because a sentence of last year must still be shown.
//! [`TABLE`] pairs each English form with its Chinese. `{}` is a placeholder and is copied unchanged, except for a
//! nested sentence (`{1*}`), a list of what a header lacks (`{1&}`), or headings with what each was understood as
//! (`{1=}`).
//!
//! Invariant: nothing is lost. A sentence without a matching form is shown unchanged.

use crate::remittance::{Language, Localized};
use crate::rulebook::field;
use std::borrow::Cow;

/// English form and Chinese form; the first match wins.
#[rustfmt::skip] // A table is read by column.
const TABLE: &[(&str, &str)] = &[
    ("line {}: {}",                                   "第 {1} 行：{2*}"),
    ("expected a statement, found an empty file",     "文件是空的"),
    ("expected CSV, camt, MT940 or settlement records, found {}",
                                                      "不是银行流水（应为 CSV、camt、MT940 或结算系统记录），开头是 {1}"),
    ("expected the headings of a statement, found \"\"", "不是银行流水：没有表头"),
    ("expected the headings of a statement, found {}", "表头不像银行流水，没有一栏能够识别：{1}"),
    ("expected {}, found {}; understood {}",          "表头缺少{1&}；已识别：{3=}；表头原文 {2}"),
    ("expected balances that follow from the amounts, found {} of {} that do not",
                                                      "余额与发生额对不上：核对 {2} 笔，其中 {1} 笔不衔接，整个文件不予入账"),
    ("expected a statement, found a web page with the title {}",
                                                      "不是银行流水，而是标题为 {1} 的网页；多为登录已超时，请重新下载"),
    ("expected a build with the feature {}, found {}", "本程序编译时未包含功能 {1}，不能读取 {2}"),
    ("not a regular file but {}, and nothing of it is opened",
                                                      "不是普通文件（{1}），未打开、未读取；请将其移出收文文件夹"),
    ("it was gone when it was to be opened",          "打开时文件已不存在"),
    ("it cannot be opened: {}",                       "文件无法打开：{1}"),
    ("the reader was stopped: it gave nothing for {} seconds",
                                                      "读取该文件时程序连续 {1} 秒没有进展，已中止；该文件未入库，请与提供方核对"),
    ("the reader was stopped: {}",                    "读取该文件时程序异常中止（{1}）；该文件未入库，其他文件不受影响"),
    ("in {}: {}",                                     "压缩包中的文件 {1}：{2*}"),
    ("expected a header before the first row, found {}", "第一笔明细之前没有表头"),
    ("expected a header above the rows, found {}",    "明细上方没有表头"),
    ("expected the own account of this block, as the one before names {}, found {}",
                                                      "前一段写明账号 {1}，这一段没有写明本方账号"),
    ("expected a closing quote, found {}",            "引号没有成对，自 {1} 起"),
    ("expected UTF-8, or an encoding in which the header has the words of a statement, found {}",
                                                      "编码无法识别：不是 UTF-8，按 GB18030 等编码也读不出表头"),
    ("expected the columns of a layout in rules/banks, found \"\"",
                                                      "不是银行流水：没有表头"),
    ("expected the columns of a layout in rules/banks, found {}",
                                                      "表头不符合 rules/banks 中任何一家银行的格式：{1}"),
    ("expected the columns {} of layout {}, found {}", "按格式 {2} 缺少 {1} 列，表头是 {3}"),
    ("expected one layout, found {} for the header {}", "表头同时符合多种格式（{1}）：{2}"),
    ("refused: the file holds {}",                    "拒收：文件中含有 {1}"),
    ("own account {} is none of the centre's; {}",    "本方账号 {1} 不是本中心的归集专户；导入该专户后会自动入库"),
    ("the file names no own account; {}",             "文件没有写明本方账号；请放入 inbox/<账号>/ 文件夹"),
    ("the file names no own account, and its folder {} is none either",
                                                      "文件没有写明本方账号，所在文件夹 {1} 也不是归集专户"),
    ("conflicting-duplicate: {}",                     "同一流水号再次送达而内容不同，后到的一行已搁置：{1*}"),
    ("{} is {} already, found {}",                    "{1}原为 {2}，现为 {3}"),
    ("expected digits, found nothing",                "应有金额，实为空"),
    ("expected a digit at position {}, found {}",     "第 {1} 个字符应为数字，实为 {2}"),
    ("expected at most two decimals, found {}",       "最多两位小数，实为 {1}"),
    ("expected commas between groups of three digits, found {}",
                                                      "千分位逗号位置不对：{1}"),
    ("expected a value",                              "应有内容，实为空"),
    ("expected {} fields",                            "应有 {1} 栏"),
    ("expected a date such as {}",                    "应为日期，例如 {1}"),
    ("expected a time of day such as {}",             "应为时间，例如 {1}"),
    ("expected text without NUL",                     "文字中不应有 NUL 字符"),
    ("expected text in the file's encoding",          "文字中有无法解码的字节"),
    ("expected {} (credit) or {} (debit)",            "应为 {1}（收入）或 {2}（支出）"),
    ("expected a currency such as {} or {}",          "应为币种，例如{1}或 {2}"),
    ("expected an amount without a minus, or other rows that say what it means",
                                                      "负号含义不明：其他各笔支出没有负号可供对照"),
    ("expected CNY",                                  "应为人民币（CNY）"),
    ("expected either a debit or a credit amount",    "借方与贷方金额应有且只有一个"),
    ("account {}: expected {}, found {}",             "账户 {1}：应为 {2}，实为 {3}"),
    ("{}: declared {}, found {}",                     "{1}：文件写明 {2}，实为 {3}"),
    ("expected {}, found {}",                         "应为 {1}，实为 {2}"),
    ("expected {}",                                   "应为 {1}"),
    ("found {}",                                      "发现 {1}"),
];

/// A reader's stored sentence: in English, and in Chinese where the table has its form.
pub(super) struct KeptProblem<'a>(pub(super) &'a str);

impl Localized for KeptProblem<'_> {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        match language {
            Language::Chinese => chinese(self.0, "，").into(),
            Language::English => self.0.to_owned().into(),
        }
    }
}

/// A reader's sentence in Chinese, each heading of a list on its own line.
#[must_use]
pub fn line_by_line(english: &str) -> String {
    chinese(english, "\n  ")
}

fn chinese(english: &str, joint: &str) -> String {
    let fitting = TABLE.iter().find_map(|(form, chinese)| Some((holes(english, form)?, chinese)));
    let Some((holes, form)) = fitting else { return english.to_owned() };
    let mut text = (*form).to_owned();
    for (number, hole) in (1..).zip(holes) {
        text = text.replace(&format!("{{{number}}}"), hole);
        for (sign, say) in
            [("*", chinese as fn(&str, &str) -> String), ("&", lacking), ("=", headings)]
        {
            let place = format!("{{{number}{sign}}}");
            if text.contains(&place) {
                text = text.replace(&place, &say(hole, joint));
            }
        }
    }
    text
}

/// The missing columns of a header: `the day and the amount`.
fn lacking(list: &str, _: &str) -> String {
    list.split(" and ").map(field::name_in_chinese).collect::<Vec<_>>().join("、")
}

/// Headings with what each was understood as: `记账日期 as booking day, 收入 as credit`.
fn headings(list: &str, joint: &str) -> String {
    let mut told = String::new();
    for (place, one) in list.split(", ").enumerate() {
        if place > 0 || joint.starts_with('\n') {
            told.push_str(joint);
        }
        match one.rsplit_once(" as ") {
            Some((heading, code)) => {
                told.push_str(&format!("{heading} → {}", field::name_in_chinese(code)))
            }
            None => told.push_str(one),
        }
    }
    told
}

/// The values of a form's placeholders; `None` when the text does not match the form.
fn holes<'t>(text: &'t str, form: &str) -> Option<Vec<&'t str>> {
    let mut parts = form.split("{}");
    let mut rest = text.strip_prefix(parts.next()?)?;
    let mut found = Vec::new();
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        let hole = match parts.peek() {
            // The last placeholder reaches to the end, or to the form's final words.
            None => {
                let hole = rest.strip_suffix(part)?;
                rest = "";
                hole
            }
            Some(_) => {
                let (hole, behind) = rest.split_once(part)?;
                rest = behind;
                hole
            }
        };
        found.push(hole);
    }
    rest.is_empty().then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_chinese(english: &str) -> Cow<'static, str> {
        KeptProblem(english).in_language(Language::Chinese)
    }

    #[test]
    fn a_reader_s_sentence_is_said_in_chinese_and_a_strange_one_as_it_is() {
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            ("expected a digit at position 4, found 'o'", "第 4 个字符应为数字，实为 'o'"),
            ("line 3: refused: the file holds a document type", "第 3 行：拒收：文件中含有 a document type"),
            ("conflicting-duplicate: 附言 is \"甲\" already, found \"乙\"",
             "同一流水号再次送达而内容不同，后到的一行已搁置：附言原为 \"甲\"，现为 \"乙\""),
            ("expected 10.00, found 11.00", "应为 10.00，实为 11.00"),
            ("expected the columns of a layout in rules/banks, found \"\"", "不是银行流水：没有表头"),
            ("the disk is on fire", "the disk is on fire"),
            ("", ""),
        ];
        for (english, want) in rows {
            assert_eq!(in_chinese(english), want, "{english}");
        }
    }

    #[test]
    fn every_sentence_of_the_readers_has_its_row() {
        use crate::feed::{FeedError, FeedErrorKind, Problem};
        let text = || "x".to_owned();
        // Excluded: the operating system's messages about disks, which are shown unchanged.
        let kinds = [
            FeedErrorKind::Empty,
            FeedErrorKind::UnknownFormat { found: text() },
            FeedErrorKind::Encoding { expected: "UTF-8", found: text() },
            FeedErrorKind::UnknownLayout { header: text() },
            FeedErrorKind::NotUnderstood {
                understood: vec![("余额".to_owned(), "balance")],
                missing: vec!["the day", "the amount"],
                header: text(),
                columns: vec![2],
            },
            FeedErrorKind::Contradicted { tried: 9, broken: 8 },
            FeedErrorKind::Page { title: "会话超时".to_owned() },
            FeedErrorKind::Feature { needs: "xlsx", found: "x" },
            FeedErrorKind::Structure { expected: text(), found: text() },
            FeedErrorKind::Forbidden { found: "x" },
            FeedErrorKind::Stopped { why: "it gave nothing for 10 seconds".to_owned() },
            FeedErrorKind::Stopped { why: text() },
            FeedErrorKind::Member { name: text(), error: Box::new(FeedErrorKind::Empty.at(0)) },
        ];
        let problems = [
            Problem::Missing,
            Problem::Date { expected: "a date such as 2026-05-11" },
            Problem::Date { expected: "a time of day such as 09:30:00" },
            Problem::Word { expected: "贷 (credit) or 借 (debit)".into() },
            Problem::Fields { expected: "7 fields".into() },
            Problem::Text { expected: "text without NUL" },
            Problem::Text { expected: "text in the file's encoding" },
            Problem::Currency,
            Problem::Direction,
        ];
        let errors = kinds.map(|kind| FeedError { line: 2, kind }.to_string());
        let problems = problems.map(|problem| problem.to_string());
        for sentence in errors.iter().chain(&problems) {
            assert_ne!(in_chinese(sentence), *sentence);
            assert!(!in_chinese(sentence).contains("expected"), "{sentence}");
        }
    }

    #[test]
    fn what_was_understood_is_said_heading_by_heading() {
        use crate::feed::FeedErrorKind;
        let error = FeedErrorKind::NotUnderstood {
            understood: vec![("收入".to_owned(), "credit"), ("剩余 as is".to_owned(), "balance")],
            missing: vec!["the day", "the amount of money out"],
            header: "收入,剩余 as is,甲".to_owned(),
            columns: vec![1, 2],
        };
        let english = error.at(3).to_string();
        let want = "第 3 行：表头缺少记账日、支出金额；已识别：收入 → 收入金额，剩余 as is → 余额；表头原文 \"收入,剩余 as is,甲\"";
        assert_eq!(in_chinese(&english), want);
        let want = want.replace("已识别：", "已识别：\n  ").replace("，剩余", "\n  剩余");
        assert_eq!(line_by_line(&english), want);
    }
}
