//! Parses a column heading by its parts: the meaning of the column, and how certain it is.
//!
//! Start at [`read`]. A heading is split into the parts of `rules/headings.toml`. The last noun decides the meaning,
//! the qualifiers before it the owner and the direction. A text with an unknown part is [`Meaning::Unknown`], unless
//! its noun is one for words: a payer's text is read under any name.
//!
//! `table/plan.rs` settles from the rows below what a heading leaves open (is 交易时间 a day or a time of day, which of two
//! columns counts).

mod label;

pub(super) use label::{LabelKind, label};

use crate::rules::bank::Field;
use crate::rules::headings::{Headings, Part, Parts};
use remittance::Direction;

/// The meaning of a column by its heading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A field; of several columns for one field the lowest rank wins.
    Field(Field, u8),
    /// A day, or an instant.
    Day(DayRank),
    /// A time of day, or an instant.
    Moment(DayRank),
    /// Known but unused.
    Nothing,
    Unknown,
}

/// The kind of day in a column, in order of preference: the booking's, a plain day, that of a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum DayRank {
    Booking,
    Day,
    Moment,
}

/// A parsed heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Heading {
    pub(super) meaning: Meaning,
    /// The heading names the direction as banks do (贷, 借), which is the reverse in the owner's books.
    pub(super) books: bool,
    /// The legend in the heading itself for the values of a direction: `1收2付`.
    pub(super) legend: Vec<(String, Direction)>,
}

/// The parts of a text.
#[derive(Default)]
struct Taken {
    parts: Vec<Parts>,
    all: Parts,
    /// Part of it is unknown.
    residue: bool,
}

impl Taken {
    fn of(rules: &Headings, text: &str) -> Self {
        let mut taken = Self::default();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let length = if let Some((word, parts)) = rules.part_of(rest) {
                taken.parts.push(parts);
                taken.all = taken.all.and(parts);
                word.len()
            } else {
                taken.residue = true;
                first.len_utf8()
            };
            rest = rest.get(length..).unwrap_or_default();
        }
        taken
    }

    const fn has(&self, part: Part) -> bool {
        self.all.has(part)
    }

    /// The last noun among the parts, and the parts before it.
    fn noun(&self) -> Option<(Parts, Parts)> {
        let last = self.parts.iter().rposition(|parts| parts.has_any(&NOUNS))?;
        let before = self.parts.get(..last).unwrap_or_default();
        let before = before.iter().fold(Parts::NONE, |all, parts| all.and(*parts));
        Some((*self.parts.get(last)?, before))
    }
}

/// The possible nouns of a column.
const NOUNS: [Part; 18] = [
    Part::Account,
    Part::Name,
    Part::Bank,
    Part::BankCode,
    Part::Day,
    Part::Time,
    Part::Amount,
    Part::Balance,
    Part::Mark,
    Part::Direction,
    Part::Currency,
    Part::Serial,
    Part::Summary,
    Part::Postscript,
    Part::Purpose,
    Part::Note,
    Part::Passed,
    Part::Count,
];

/// Parses a heading from a file.
pub(super) fn read(rules: &Headings, heading: &str) -> Heading {
    let folded = rules.folded(without_translation(heading));
    let (main, remarks) = without_brackets(&folded);
    let taken = Taken::of(rules, &main);
    let remark = Taken::of(rules, &remarks);
    let legend = legend(rules, &remarks);
    let way = way(&taken, &remark);
    let mut meaning = if main.is_empty() { Meaning::Nothing } else { meaning(&taken, way) };
    if matches!(meaning, Meaning::Day(_)) && remark.has(Part::Booking) {
        meaning = Meaning::Day(DayRank::Booking);
    }
    let said = if remark.all.has_any(&[Part::In, Part::Out]) { remark.all } else { taken.all };
    Heading { meaning, books: said.has(Part::Books), legend }
}

/// The heading in one language, if it is in two: `交易日期[ Transaction Date ]`, `交易日期 Transaction Date`.
fn without_translation(heading: &str) -> &str {
    let own = match heading.split_once('[') {
        Some((own, _)) if !own.trim().is_empty() => own,
        _ => heading,
    };
    let foreign =
        |c: char| c.is_ascii_alphabetic() || matches!(c, ' ' | '.' | '\'' | '/' | '\n' | '\r');
    let kept = own.trim_end().trim_end_matches(foreign);
    let native = !kept.is_ascii();
    let translated = own.trim_end().get(kept.len()..).unwrap_or_default();
    // One letter or two after Chinese belong to the heading; a word or more is a translation.
    let words = translated.chars().filter(char::is_ascii_alphabetic).count() > 3;
    if native && words { kept } else { own }
}

/// The text outside brackets, and the text inside them.
fn without_brackets(text: &str) -> (String, String) {
    let (mut main, mut inside, mut depth) = (String::new(), String::new(), 0_u32);
    for c in text.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            other if depth > 0 => inside.push(other),
            other => main.push(other),
        }
    }
    // If all of a heading is in brackets, its content is the heading.
    if main.is_empty() { (inside, String::new()) } else { (main, inside) }
}

/// The direction in the heading, if any; the bracketed text is the plainer word.
fn way(taken: &Taken, remark: &Taken) -> Option<Direction> {
    let one = |parts: Parts| match (parts.has(Part::In), parts.has(Part::Out)) {
        (true, false) => Some(Direction::Credit),
        (false, true) => Some(Direction::Debit),
        _ => None,
    };
    one(remark.all).or_else(|| one(taken.all))
}

fn meaning(taken: &Taken, way: Option<Direction>) -> Meaning {
    let both = taken.has(Part::In) && taken.has(Part::Out);
    let Some((noun, before)) = taken.noun() else { return without_noun(taken, way, both) };
    let field = |field| Meaning::Field(field, u8::from(taken.residue));
    let passed = taken.has(Part::Passed);
    // Words are read under any name, unless the column only describes them.
    for (part, words) in WORDS {
        if noun.has(part) {
            return if passed { Meaning::Nothing } else { field(words) };
        }
    }
    if noun.has(Part::Passed) || noun.has(Part::Count) {
        return Meaning::Nothing;
    }
    if noun.has(Part::Serial) {
        let foreign = passed || taken.all.has_any(&[Part::Other, Part::Payer, Part::Payee]);
        return if foreign { Meaning::Nothing } else { serial(taken, noun) };
    }
    if passed {
        return Meaning::Nothing;
    }
    if taken.residue {
        return Meaning::Unknown;
    }
    if noun.has(Part::Amount) {
        let rank = u8::from(!taken.has(Part::Booking));
        return match way {
            Some(Direction::Credit) => Meaning::Field(Field::Credit, rank),
            Some(Direction::Debit) => Meaning::Field(Field::Debit, rank),
            None => Meaning::Field(Field::Amount, rank),
        };
    }
    if noun.has(Part::Balance) {
        let other = taken.all.has_any(&[Part::Opening, Part::Other, Part::Total, Part::Page]);
        return if other { Meaning::Nothing } else { Meaning::Field(Field::Balance, 0) };
    }
    if noun.has(Part::Day) {
        let booking = before.has(Part::Booking);
        return Meaning::Day(if booking { DayRank::Booking } else { DayRank::Day });
    }
    if noun.has(Part::Time) {
        let booking = before.has(Part::Booking);
        return Meaning::Moment(if booking { DayRank::Booking } else { DayRank::Moment });
    }
    if noun.has(Part::Currency) {
        return field(Field::Currency);
    }
    if noun.has(Part::Mark) || noun.has(Part::Direction) {
        return of_mark(taken, both);
    }
    of_party(noun, before)
}

/// The fields for words.
const WORDS: [(Part, Field); 4] = [
    (Part::Postscript, Field::Postscript),
    (Part::Purpose, Field::Purpose),
    (Part::Summary, Field::Summary),
    (Part::Note, Field::Note),
];

/// 流水号 is preferred to 参考号 or 编号, and a plain name to a qualified one.
fn serial(taken: &Taken, noun: Parts) -> Meaning {
    let further = u8::from(taken.residue) + u8::from(taken.parts.len() > 3);
    Meaning::Field(Field::Serial, further + 2 * u8::from(noun.has(Part::Neutral)))
}

fn of_mark(taken: &Taken, both: bool) -> Meaning {
    if taken.has(Part::Reversal) {
        Meaning::Field(Field::Reversal, 0)
    } else if both || taken.has(Part::Direction) {
        Meaning::Field(Field::Flag, 0)
    } else {
        Meaning::Nothing
    }
}

/// Headings without a noun: 借, 收/支, 对手方, 冲正.
fn without_noun(taken: &Taken, way: Option<Direction>, both: bool) -> Meaning {
    if taken.residue {
        return Meaning::Unknown;
    }
    if taken.has(Part::Other) {
        return Meaning::Field(Field::CounterpartyName, 1);
    }
    if taken.has(Part::Reversal) {
        return Meaning::Field(Field::Reversal, 1);
    }
    match way {
        _ if both => Meaning::Field(Field::Flag, 0),
        Some(Direction::Credit) => Meaning::Field(Field::Credit, 1),
        Some(Direction::Debit) => Meaning::Field(Field::Debit, 1),
        None if taken.has(Part::Payer) => Meaning::Field(Field::PayerName, 1),
        None if taken.has(Part::Payee) => Meaning::Field(Field::PayeeName, 1),
        None => Meaning::Unknown,
    }
}

/// An account, a name or a bank, of one of the sides.
fn of_party(noun: Parts, before: Parts) -> Meaning {
    let other = before.has(Part::Other);
    let payer = before.has(Part::Payer) || (before.has(Part::Out) && !before.has(Part::In));
    let payee = before.has(Part::Payee) || (before.has(Part::In) && !before.has(Part::Out));
    let [own, at_other, at_payer, at_payee] = if noun.has(Part::Name) {
        [None, Some(Field::CounterpartyName), Some(Field::PayerName), Some(Field::PayeeName)]
    } else if noun.has(Part::BankCode) {
        [None, Some(Field::BankCode), Some(Field::PayerBankCode), Some(Field::PayeeBankCode)]
    } else if noun.has(Part::Bank) {
        [None, Some(Field::BankName), Some(Field::PayerBankName), Some(Field::PayeeBankName)]
    } else {
        let accounts =
            [Field::Account, Field::CounterpartyAccount, Field::PayerAccount, Field::PayeeAccount];
        accounts.map(Some)
    };
    let found = if other {
        at_other
    } else if payer && !payee {
        at_payer
    } else if payee && !payer {
        at_payee
    } else {
        own
    };
    found.map_or(Meaning::Nothing, |field| Meaning::Field(field, 0))
}

/// The pairs of value and direction in a heading's brackets: `1收2付`, `D:借,C:贷`, `0-支出 1-收入`.
fn legend(rules: &Headings, remarks: &str) -> Vec<(String, Direction)> {
    let mut legend = Vec::new();
    let mut value = String::new();
    let mut rest = remarks;
    while let Some(first) = rest.chars().next() {
        let mut length = first.len_utf8();
        if first.is_ascii_alphanumeric() {
            value.push(first);
        } else if let Some((word, parts)) = rules.part_of(rest)
            && parts.has_any(&[Part::In, Part::Out])
        {
            length = word.len();
            let way = if parts.has(Part::In) { Direction::Credit } else { Direction::Debit };
            if !value.is_empty() {
                legend.push((std::mem::take(&mut value), way));
            }
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    legend
}

impl Meaning {
    /// The meaning in the words of `rules/headings.toml` and of `feed inspect`.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Field(field, _) => field.code(),
            Self::Day(DayRank::Booking) => "booking day",
            Self::Day(DayRank::Day | DayRank::Moment) => "day",
            Self::Moment(DayRank::Booking) => "booking moment",
            Self::Moment(DayRank::Day | DayRank::Moment) => "moment",
            Self::Nothing => "nothing",
            Self::Unknown => "unknown",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::bank::BankLayouts;

    #[test]
    fn every_example_of_the_rules_reads_as_it_says() {
        let banks = BankLayouts::shipped().unwrap();
        let rules = banks.headings();
        assert!(rules.examples.len() > 20);
        for example in &rules.examples {
            let got = read(rules, &example.heading).meaning.code();
            assert_eq!(got, example.reads, "{}", example.heading);
        }
    }

    #[test]
    fn a_heading_may_say_what_its_values_mean() {
        let banks = BankLayouts::shipped().unwrap();
        for (heading, want) in [
            ("借贷标志(1收2付)", vec![("1", Direction::Credit), ("2", Direction::Debit)]),
            ("借贷标志（D:借，C:贷）", vec![("d", Direction::Debit), ("c", Direction::Credit)]),
            ("借贷标志", vec![]),
        ] {
            let got = read(banks.headings(), heading).legend;
            let want: Vec<_> = want.into_iter().map(|(v, way)| (v.to_owned(), way)).collect();
            assert_eq!(got, want, "{heading}");
        }
    }
}
