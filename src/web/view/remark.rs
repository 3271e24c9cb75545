//! A remark with its parsed parts marked and every normalisation explained.
//!
//! Start at [`Remark::read`]. The pieces together are the bank's text, with only invisible characters made visible.
//! Below it, each step is explained with its rule.

use super::foreign;
use crate::remark::{Certainty, Reader, Reading, SegmentKind, Step, marked};
use crate::remittance::{Language, Localized, RemarkField};
use std::borrow::Cow;

/// Most pieces and steps shown per remark; a hostile one may have megabytes of them.
const PIECES_MAX: usize = 64;

/// One remark field.
pub(crate) struct Remark {
    pub(crate) field: Cow<'static, str>,
    pub(crate) pieces: Vec<Piece>,
    /// The result.
    pub(crate) verdict: String,
    pub(crate) steps: Vec<Done>,
    /// Advice for the payer.
    pub(crate) advice: Vec<String>,
}

pub(crate) struct Piece {
    pub(crate) text: String,
    pub(crate) kind: Kind,
}

/// How a piece is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Plain,
    Read,
    Folded,
    Stripped,
}

/// One step of normalisation.
pub(crate) struct Done {
    pub(crate) found: String,
    pub(crate) became: String,
    pub(crate) why: String,
    pub(crate) rule: String,
}

impl Remark {
    /// Parses a remark by today's rules.
    pub(crate) fn read(
        field: RemarkField,
        text: &str,
        reader: &Reader,
        language: Language,
    ) -> Self {
        let reading = reader.read(text);
        let advice = reading.advice.iter().filter_map(|advice| {
            Some(reader.rules().advice_text(advice.code())?.in_language(language).into_owned())
        });
        Self {
            field: field.in_language(language),
            pieces: pieces(text, &reading),
            verdict: verdict(&reading, language),
            steps: reading
                .steps
                .iter()
                .take(PIECES_MAX)
                .map(|step| done(text, step, language))
                .collect(),
            advice: advice.collect(),
        }
    }

    /// Whether anything was parsed.
    pub(crate) fn speaks(&self) -> bool {
        self.pieces.iter().any(|piece| piece.kind != Kind::Plain)
    }
}

impl Piece {
    /// Lets a template test the piece's mark.
    pub(crate) fn is(&self, kind: &str) -> bool {
        kind == match self.kind {
            Kind::Plain => "plain",
            Kind::Read => "read",
            Kind::Folded => "folded",
            Kind::Stripped => "stripped",
        }
    }
}

fn pieces(text: &str, reading: &Reading) -> Vec<Piece> {
    let segments = marked(text, reading).into_iter().take(PIECES_MAX);
    let piece = |segment: crate::remark::Segment| {
        let kind = match segment.kind {
            SegmentKind::Plain => Kind::Plain,
            SegmentKind::Reference => Kind::Read,
            SegmentKind::Folded => Kind::Folded,
            SegmentKind::Stripped => Kind::Stripped,
        };
        let text = foreign(&segment.text);
        // Show a removed blank, because readers cannot see it otherwise.
        let text = if kind == Kind::Stripped {
            text.replace([' ', '\u{3000}', '\u{A0}'], "␣")
        } else {
            text
        };
        Piece { text, kind }
    };
    segments.map(piece).collect()
}

fn verdict(reading: &Reading, language: Language) -> String {
    let names: Vec<String> = reading.candidates.iter().take(16).map(ToString::to_string).collect();
    let names = names.join(" ");
    let cut = !reading.places.is_empty();
    match (language, reading.certainty) {
        (Language::Chinese, Certainty::Certain) => format!("读作 {names}，确定"),
        (Language::Chinese, Certainty::Probable) => {
            format!("可能是 {names}，须通知书与金额都吻合才算数")
        }
        (Language::Chinese, Certainty::Ambiguous) => format!("有多个登记号：{names}"),
        (Language::Chinese, Certainty::None) if cut => "登记号不完整".to_owned(),
        (Language::Chinese, Certainty::None) => "没有登记号".to_owned(),
        (Language::English, Certainty::Certain) => format!("reads {names}, certain"),
        (Language::English, Certainty::Probable) => {
            format!("perhaps {names}, if notice and amount both confirm it")
        }
        (Language::English, Certainty::Ambiguous) => format!("several references: {names}"),
        (Language::English, Certainty::None) if cut => "a reference that was cut off".to_owned(),
        (Language::English, Certainty::None) => "no reference".to_owned(),
    }
}

fn done(text: &str, step: &Step, language: Language) -> Done {
    let (start, end) = step.span;
    let found: String = text.chars().skip(start).take(end.saturating_sub(start)).collect();
    let left_out = language.choose("（剔除）", "(left out)");
    let became = if step.became.is_empty() { left_out.to_owned() } else { step.became.clone() };
    Done {
        found: foreign(&found).replace([' ', '\u{3000}', '\u{A0}'], "␣"),
        became,
        why: why(&step.rule, language).unwrap_or(&step.rule).to_owned(),
        rule: step.rule.clone(),
    }
}

/// The reason of a built-in rule; a centre's own rule is named by its id.
pub(crate) fn why(rule: &str, language: Language) -> Option<&'static str> {
    #[rustfmt::skip] // A table is read by column.
    const WHY: &[(&str, &str, &str)] = &[
        ("compatibility-form", "全角等其他字形，与半角同义",       "another form of the same character"),
        ("lowercase",          "小写 p，与大写同义",               "a lowercase p means a capital one"),
        ("space",              "空格或换行，号码内没有意义",       "a space or line wrap means nothing inside"),
        ("invisible",          "看不见的字符，随复制带入",         "an invisible character, copied along"),
        ("symbol",             "符号，号码内外没有意义",           "a symbol means nothing inside or around"),
        ("prefix-lookalike",   "形似字母 P，须通知书与金额印证",   "looks like a P; notice and amount must confirm"),
        ("letter-for-digit",   "字母形似数字，须通知书与金额印证", "a letter like a digit; notice and amount must confirm"),
        ("bar-for-digit",      "竖线形似 1，须通知书与金额印证",   "a bar like a 1; notice and amount must confirm"),
        ("circled-digit",      "带圈数字不是数字，须通知书与金额印证", "a circled digit is none; notice and amount must confirm"),
        ("other-script-digit", "其他文字的数字，须通知书与金额印证", "a digit of another script; notice and amount must confirm"),
        ("month",              "号码后紧跟月份",                   "a month glued on behind"),
        ("month-two-digits",   "号码后紧跟两位月份",               "a two-digit month glued on behind"),
        ("year",               "号码后紧跟年份",                   "a year glued on behind"),
        ("year-month",         "号码后紧跟年月",                   "a year and month glued on behind"),
        ("date",               "号码后紧跟日期",                   "a date glued on behind"),
        ("extra-digits",       "多出的数字，没有规则能解释",       "digits too many that no rule explains"),
    ];
    let (_, chinese, english) = WHY.iter().find(|(id, ..)| *id == rule)?;
    Some(language.choose(*chinese, *english))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fold_is_marked_and_explained() {
        let reader = Reader::shipped();
        let text = "缴（p1906 133753）";
        let remark = Remark::read(RemarkField::Postscript, text, &reader, Language::Chinese);
        let kinds: Vec<Kind> = remark.pieces.iter().map(|piece| piece.kind).collect();
        use Kind::{Folded, Plain, Read, Stripped};
        assert_eq!(kinds, [Plain, Stripped, Folded, Read, Stripped, Read, Stripped]);
        let rules: Vec<&str> = remark.steps.iter().map(|step| step.rule.as_str()).collect();
        assert_eq!(rules, ["symbol", "lowercase", "space", "symbol"]);
        assert_eq!(remark.verdict, "读作 P1906133753，确定");
    }

    #[test]
    fn every_rule_that_ships_has_its_words() {
        let rules = crate::rulebook::remark::RemarkRules::shipped();
        let folds = rules.fold.iter().map(|rule| rule.id.as_ref());
        let strips = rules.strip.iter().map(|rule| rule.id.as_ref());
        let looks = rules.lookalike.iter().map(|rule| rule.id.as_ref());
        let follows = rules.follow.iter().map(|rule| rule.id.as_ref());
        for id in folds.chain(strips).chain(looks).chain(follows) {
            assert!(why(id, Language::Chinese).is_some(), "{id}");
        }
    }
}
