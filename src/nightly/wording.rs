//! Says in Chinese what readers say in English, for the report that staff open first.
//!
//! Readers' errors are kept as the sentences they print: the store holds text, and a sentence of
//! last year must still be shown. [`TABLE`] pairs each form with its Chinese; `{}` is what stands
//! there, and goes over as it is, but for what is itself a sentence (`{1*}`).
//!
//! Invariant: nothing is lost. What no row fits is shown as it was.

/// English form and Chinese form; the first that fits is taken.
#[rustfmt::skip] // A table is read by column.
const TABLE: &[(&str, &str)] = &[
    ("line {}: {}",                                   "第 {1} 行：{2*}"),
    ("expected a statement, found an empty file",     "文件是空的"),
    ("expected CSV, camt, MT940 or settlement records, found {}",
                                                      "不是银行流水（应为 CSV、camt、MT940 或结算系统记录），开头是 {1}"),
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
    ("expected CNY",                                  "应为人民币（CNY）"),
    ("expected either a debit or a credit amount",    "借方与贷方金额应有且只有一个"),
    ("account {}: expected {}, found {}",             "账户 {1}：应为 {2}，实为 {3}"),
    ("{}: declared {}, found {}",                     "{1}：文件写明 {2}，实为 {3}"),
    ("expected {}, found {}",                         "应为 {1}，实为 {2}"),
    ("expected {}",                                   "应为 {1}"),
    ("found {}",                                      "发现 {1}"),
];

/// The sentence in Chinese, or as it is.
pub(super) fn chinese(english: &str) -> String {
    let fitting = TABLE.iter().find_map(|(form, chinese)| Some((holes(english, form)?, chinese)));
    let Some((holes, chinese)) = fitting else { return english.to_owned() };
    let mut said = (*chinese).to_owned();
    for (number, hole) in (1..).zip(holes) {
        let sentence = format!("{{{number}*}}");
        if said.contains(&sentence) {
            said = said.replace(&sentence, &self::chinese(hole));
        } else {
            said = said.replace(&format!("{{{number}}}"), hole);
        }
    }
    said
}

/// What stands in the holes of a form; `None` where the text is not of that form.
fn holes<'t>(text: &'t str, form: &str) -> Option<Vec<&'t str>> {
    let mut parts = form.split("{}");
    let mut rest = text.strip_prefix(parts.next()?)?;
    let mut found = Vec::new();
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        let hole = match parts.peek() {
            // The last hole reaches to the end, or to what the form ends with.
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
            assert_eq!(chinese(english), want, "{english}");
        }
    }

    #[test]
    fn every_sentence_of_the_readers_has_its_row() {
        use crate::feed::{FeedError, FeedErrorKind, Problem};
        let kinds = [
            FeedErrorKind::Empty,
            FeedErrorKind::UnknownFormat { found: "x".into() },
            FeedErrorKind::Encoding { expected: "UTF-8", found: "x".into() },
            FeedErrorKind::UnknownLayout { header: "x".into() },
            FeedErrorKind::Structure { expected: "x".into(), found: "y".into() },
            FeedErrorKind::Forbidden { found: "x" },
        ];
        let problems = [
            Problem::Missing,
            Problem::Date { expected: "x" },
            Problem::Word { expected: "x".into() },
            Problem::Currency,
            Problem::Direction,
        ];
        let errors = kinds.map(|kind| FeedError { line: 2, kind }.to_string());
        let problems = problems.map(|problem| problem.to_string());
        for sentence in errors.iter().chain(&problems) {
            assert_ne!(chinese(sentence), *sentence);
            assert!(!chinese(sentence).contains("expected"), "{sentence}");
        }
    }
}
