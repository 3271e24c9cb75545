//! How a table is read: which column holds what, settled by headings, layout, contents and balances, in that order.
//!
//! Start at [`Plan::of`]. One plan a block, worked out once from its header and its first rows. What the headings leave open
//! (which of two columns is money in, what a minus means, what 1 and 2 say) is tried in `proof.rs`: the first reading under
//! which each balance follows from the one before is taken. Readings that are against the habit are taken only where
//! the balances prove them, never as a guess.

use super::header::{Finder, Header, Places, shortened};
use super::proof::{Score, score};
use super::value;
use super::variants::{self, Variant};
use crate::feed::heading::{DayRank, Meaning};
use crate::feed::rows::KeptRow;
use crate::feed::{ColumnRead, FeedError, FeedErrorKind, date};
use crate::remittance::Direction;
use crate::rulebook::bank::{AmountStyle, BankLayout, DateOrder, Field, Precedence};
use crate::rulebook::headings::Headings;

/// The fields for words, in the order of [`Plan::words`].
pub(super) const WORD_FIELDS: [Field; 4] =
    [Field::Postscript, Field::Purpose, Field::Summary, Field::Note];
/// No column.
pub(super) const NOWHERE: usize = usize::MAX;

/// How the rows of a block are read.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    pub(super) layout: Option<&'a BankLayout>,
    pub(super) rules: &'a Headings,
    pub(super) header: Vec<String>,
    columns: Places,
    /// The columns that carry words, for each of [`WORD_FIELDS`].
    pub(super) words: [Vec<usize>; WORD_FIELDS.len()],
    /// Columns whose headings nobody understands.
    pub(super) unknown: Vec<usize>,
    pub(super) amounts: Amounts,
    pub(super) flags: Flags,
    pub(super) dates: DateOrder,
    pub(super) style: AmountStyle,
    /// Rows may end early: trailing cells that are empty are left out.
    pub(super) ragged: bool,
    /// The text was decoded: U+FFFD in it stands for bytes that are no text.
    pub(super) decoded: bool,
    pub(super) currency: Option<String>,
    /// Days are numbers as spreadsheets count them.
    pub(super) serial_days: bool,
    /// What is headed as a serial only counts the rows.
    pub(super) serial_counts_rows: bool,
    /// The day that the time's column belongs to, where it is not the booking day's column.
    pub(super) time_day: usize,
    /// Payer and payee stand in columns of their own; which is the other side follows from the direction.
    pub(super) two_parties: bool,
    pub(super) own_account: Option<String>,
    /// What each column was understood as, and why.
    pub(super) reads: Vec<ColumnRead>,
}

/// Where amounts stand, and what they say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Amounts {
    pub(super) model: Model,
    pub(super) minus: Minus,
    /// Money in is what the headings call out: the books of the account's owner.
    pub(super) swapped: bool,
    pub(super) balance: usize,
}

/// How a table says which way money went; the numbers are columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Model {
    Pair { credit: usize, debit: usize },
    Flagged { amount: usize, flag: usize },
    Signed { amount: usize },
    /// By the side on which the own account stands.
    Parties { amount: usize },
}

/// What a minus says beside a column or a word that says a way already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Minus {
    /// Money the other way: a correction (红字).
    Red,
    /// The same way once more: each outgoing row carries one.
    Repeats,
    /// No row says.
    Unexplained,
}

/// The words of a direction's column.
#[derive(Clone, Debug, Default)]
pub(super) struct Flags {
    /// What the layout and the heading itself say.
    own: Vec<(String, Direction)>,
    /// What the first rows hold and the rules know: asked first.
    seen: Vec<(String, Direction)>,
    /// Whether 1 is money in; `None` where digits say nothing.
    pub(super) one_is_in: Option<bool>,
}

impl Flags {
    /// The way that a word says.
    pub(super) fn way(&self, word: &str, rules: &Headings) -> Option<Direction> {
        if let Some((_, way)) = self.seen.iter().find(|(seen, _)| seen == word) {
            return Some(*way);
        }
        self.way_of_new(word, rules)
    }

    fn way_of_new(&self, word: &str, rules: &Headings) -> Option<Direction> {
        let folded = rules.folded(word);
        let folded = folded.strip_suffix(".0").unwrap_or(&folded);
        if let Some((_, way)) = self.own.iter().find(|(own, _)| own == word || own == folded) {
            return Some(*way);
        }
        let is = |words: &[String]| words.iter().any(|word| word == folded);
        let values = &rules.values;
        if is(&values.money_in) {
            return Some(Direction::Credit);
        }
        if is(&values.money_out) {
            return Some(Direction::Debit);
        }
        let one_is_in = self.one_is_in?;
        let (one, two) = (is(&values.in_digit), is(&values.out_digit));
        let credit = if one_is_in { Direction::Credit } else { Direction::Debit };
        match (one, two) {
            (true, _) => Some(credit),
            (_, true) => Some(super::row::opposite(credit)),
            (false, false) => None,
        }
    }

    /// What may stand there, for an error.
    pub(super) fn expected(&self, rules: &Headings) -> String {
        let own = |way| -> Vec<&str> {
            let words = self.own.iter().filter(|(_, own)| *own == way);
            words.map(|(word, _)| word.as_str()).collect()
        };
        let or = |own: Vec<&str>, usual: &[String]| {
            if own.is_empty() { usual.join(", ") } else { own.join(", ") }
        };
        let credit = or(own(Direction::Credit), &rules.values.money_in);
        let debit = or(own(Direction::Debit), &rules.values.money_out);
        format!("{credit} (credit) or {debit} (debit)")
    }
}

/// What a plan is made from, besides the header.
pub(super) struct Sample<'s> {
    /// The first rows below the header.
    pub(super) rows: &'s [KeptRow],
    pub(super) account: Option<&'s str>,
    pub(super) currency: Option<&'s str>,
    pub(super) opening: Option<i64>,
    pub(super) ragged: bool,
    /// Whether an account is the centre's, where that is known.
    pub(super) is_own: &'s dyn Fn(&str) -> Option<bool>,
}

impl<'a> Plan<'a> {
    /// Works out how the rows below a header are read.
    ///
    /// # Errors
    /// Where nothing says which way the money went, or that is contradicted.
    pub(super) fn of(finder: &Finder<'a>, header: &Header<'a>, sample: &Sample<'_>) -> Result<Self, FeedError> {
        let layout = header.layout.map(|(layout, _)| layout);
        let currency = sample.currency.and_then(super::row::currency_code);
        let mut plan = Self {
            layout,
            rules: finder.layouts.headings(),
            header: header.cells.clone(),
            columns: [NOWHERE; Field::COUNT],
            words: Default::default(),
            unknown: Vec::new(),
            amounts: variants::NONE,
            flags: Flags::default(),
            dates: layout.map_or(DateOrder::YearFirst, |layout| layout.dates),
            style: layout.map_or(AmountStyle::Point, |layout| layout.style),
            ragged: sample.ragged || layout.is_some_and(|layout| layout.ragged),
            decoded: !finder.encoding.is_valid(),
            currency: currency.map(str::to_owned).or_else(|| match layout {
                Some(layout) => layout.currency.clone(),
                None => Some("CNY".to_owned()),
            }),
            serial_days: false,
            serial_counts_rows: false,
            time_day: NOWHERE,
            two_parties: false,
            own_account: sample.account.map(str::to_owned),
            reads: Vec::new(),
        };
        plan.place_layout(header);
        plan.place_headings(header);
        plan.place_day(header, sample.rows);
        plan.place_time(header, sample.rows);
        plan.place_parties(sample);
        plan.look_at_serials(sample.rows);
        plan.learn_flags(header, sample.rows);
        plan.choose_amounts(header, sample)?;
        plan.describe(header);
        Ok(plan)
    }

    pub(super) fn column(&self, field: Field) -> usize {
        self.columns.get(field as usize).copied().unwrap_or(NOWHERE)
    }

    pub(super) fn set(&mut self, field: Field, column: usize) {
        if let Some(place) = self.columns.get_mut(field as usize) {
            *place = column;
        }
    }

    pub(super) fn has(&self, field: Field) -> bool {
        self.column(field) != NOWHERE
    }

    /// Whether a cell stands for an empty one.
    pub(super) fn says_nothing(&self, cell: &str) -> bool {
        if cell.is_empty() || value::is_filler(cell) {
            return true;
        }
        let by_layout = || self.layout.is_some_and(|layout| layout.blank.iter().any(|word| word == cell));
        self.rules.values.nothing.iter().any(|word| word.eq_ignore_ascii_case(cell)) || by_layout()
    }

    /// The columns that the bank's layout names. Its days and times only where headings do not say them.
    fn place_layout(&mut self, header: &Header<'a>) {
        let Some((layout, places)) = header.layout else { return };
        let chinese = (0..header.cells.len()).any(|column| header.day_rank(column).is_some());
        for field in layout.columns.keys() {
            let column = places.get(*field as usize).copied().unwrap_or(NOWHERE);
            let said = chinese && layout.precedence != Precedence::Learned;
            let day = matches!(field, Field::Date | Field::Time) && said;
            if column == NOWHERE || day {
                continue;
            }
            match WORD_FIELDS.iter().position(|words| words == field) {
                Some(place) => self.words.iter_mut().skip(place).take(1).for_each(|words| words.push(column)),
                None => self.set(*field, column),
            }
        }
    }

    /// The columns that their headings name, where the layout names no other.
    fn place_headings(&mut self, header: &Header<'a>) {
        let mut ranks = [u8::MAX; Field::COUNT];
        let taken: Vec<usize> = self.taken();
        let passed = |cell: &str| {
            self.layout.is_some_and(|layout| layout.passed.iter().any(|heading| heading == cell))
        };
        let free: Vec<bool> = (0..header.cells.len())
            .map(|column| !taken.contains(&column) && !header.cells.get(column).is_some_and(|cell| passed(cell)))
            .collect();
        let by_layout: Vec<Field> = self.layout.map_or(Vec::new(), |_| {
            let fields = header.layout.map(|(layout, _)| layout.columns.keys().copied().collect());
            fields.unwrap_or_default()
        });
        for (column, heading) in header.headings.iter().enumerate() {
            if !free.get(column).copied().unwrap_or(false) {
                continue;
            }
            match heading.meaning {
                Meaning::Field(field, rank) => match WORD_FIELDS.iter().position(|words| *words == field) {
                    Some(place) => self.words.iter_mut().skip(place).take(1).for_each(|words| words.push(column)),
                    None => {
                        let fixed = by_layout.contains(&field) && self.has(field) && ranks.get(field as usize) == Some(&u8::MAX);
                        let better = ranks.get(field as usize).is_some_and(|known| rank < *known);
                        if better && !fixed {
                            ranks.iter_mut().skip(field as usize).take(1).for_each(|known| *known = rank);
                            self.set(field, column);
                        }
                    }
                },
                Meaning::Unknown => self.unknown.push(column),
                Meaning::Nothing if header.cells.get(column).is_some_and(String::is_empty) => {
                    self.unknown.push(column);
                }
                Meaning::Day(_) | Meaning::Moment(_) | Meaning::Nothing => {}
            }
        }
    }

    /// The columns that are given to a field already.
    fn taken(&self) -> Vec<usize> {
        let words = self.words.iter().flatten();
        self.columns.iter().chain(words).copied().filter(|column| *column != NOWHERE).collect()
    }

    /// The booking day: of the days that stand in the rows, the one whose heading says booking, else a day, else an instant.
    fn place_day(&mut self, header: &Header<'a>, rows: &[KeptRow]) {
        if self.has(Field::Date) {
            return;
        }
        let mut candidates: Vec<(DayRank, usize)> = (0..header.cells.len())
            .filter_map(|column| header.day_rank(column).map(|rank| (rank, column)))
            .collect();
        candidates.sort_unstable();
        let filled = |column: usize| rows.iter().map(move |row| row.row().cell(column)).filter(|cell| !cell.is_empty());
        let days = |column: usize| filled(column).filter(|cell| date::day(value::unguarded(cell), self.dates).is_some()).count();
        let serials = |column: usize| filled(column).filter(|cell| date::serial_day(cell).is_some()).count();
        let most = candidates.iter().map(|(_, column)| days(*column).max(serials(*column))).max().unwrap_or(0);
        let chosen = candidates.iter().find(|(_, column)| {
            let found = days(*column).max(serials(*column));
            most == 0 || found * 2 > most
        });
        let Some((_, column)) = chosen.copied() else { return };
        self.serial_days = serials(column) > days(column);
        self.set(Field::Date, column);
    }

    /// The time of day, where a column holds one.
    fn place_time(&mut self, header: &Header<'a>, rows: &[KeptRow]) {
        let day = self.column(Field::Date);
        let is_time = |cell: &str| {
            let rest = date::day(cell, self.dates).map_or(cell, |found| found.rest);
            date::time(date::zoned(rest).0).is_ok()
        };
        let moments = (0..header.headings.len()).filter(|column| {
            *column != day && matches!(header.headings.get(*column).map(|heading| heading.meaning), Some(Meaning::Moment(_)))
        });
        let fits = |column: &usize| {
            let mut cells = rows.iter().map(|row| row.row().cell(*column)).filter(|cell| !self.says_nothing(cell));
            cells.all(is_time)
        };
        let time = if self.has(Field::Time) { Some(self.column(Field::Time)) } else { moments.clone().find(fits) };
        self.set(Field::Time, time.unwrap_or(NOWHERE));
        let other_day = (0..header.headings.len()).find(|column| {
            *column != day && matches!(header.headings.get(*column).map(|heading| heading.meaning), Some(Meaning::Day(_)))
        });
        self.time_day = other_day.unwrap_or(NOWHERE);
    }

    /// Whether payer and payee stand apart; where only the payer does, that is the other side.
    fn place_parties(&mut self, sample: &Sample<'_>) {
        let payer = self.has(Field::PayerAccount) || self.has(Field::PayerName);
        let payee = self.has(Field::PayeeAccount) || self.has(Field::PayeeName);
        let other = self.has(Field::CounterpartyAccount) || self.has(Field::CounterpartyName);
        self.two_parties = payer && payee && !other;
        if payer && !payee && !other {
            for (from, to) in [
                (Field::PayerAccount, Field::CounterpartyAccount),
                (Field::PayerName, Field::CounterpartyName),
                (Field::PayerBankCode, Field::BankCode),
                (Field::PayerBankName, Field::BankName),
            ] {
                self.set(to, self.column(from));
            }
        }
        if self.two_parties && self.own_account.is_none() {
            let accounts = [Field::PayerAccount, Field::PayeeAccount];
            let mut cells = sample.rows.iter().flat_map(|row| {
                accounts.map(|field| value::unguarded(row.row().cell(self.column(field))).to_owned())
            });
            self.own_account = cells.find(|cell| !cell.is_empty() && (sample.is_own)(cell) == Some(true));
        }
    }

    /// A column of serials that counts 1, 2, 3 … in each file tells no transaction from another.
    fn look_at_serials(&mut self, rows: &[KeptRow]) {
        let column = self.column(Field::Serial);
        let layout_says = self.layout.is_some_and(|layout| layout.columns.contains_key(&Field::Serial));
        if column == NOWHERE || layout_says {
            return;
        }
        let mut values = rows.iter().filter(|row| date::day(row.row().cell(self.column(Field::Date)), self.dates).is_some());
        let count = values.clone().count();
        let number = |row: &KeptRow| row.row().cell(column).parse::<usize>().ok();
        let rising = values.clone().zip(1..).all(|(row, place)| number(row) == Some(place));
        let falling = values.by_ref().zip((1..=count).rev()).all(|(row, place)| number(row) == Some(place));
        self.serial_counts_rows = count > 0 && (rising || falling);
    }

    /// What words of a direction mean by the layout and by the heading, and which stand in the first rows.
    fn learn_flags(&mut self, header: &Header<'a>, rows: &[KeptRow]) {
        let column = self.column(Field::Flag);
        let Some(heading) = header.headings.get(column) else { return };
        if let Some(layout) = self.layout {
            let words = |words: &[String], way| words.iter().map(move |word| (word.clone(), way)).collect::<Vec<_>>();
            self.flags.own.extend(words(&layout.credit, Direction::Credit));
            self.flags.own.extend(words(&layout.debit, Direction::Debit));
        }
        self.flags.own.extend(heading.legend.iter().cloned());
        for row in rows {
            let word = row.row().cell(column);
            let known = self.flags.seen.iter().any(|(seen, _)| seen == word);
            if !known && let Some(way) = self.flags.way_of_new(word, self.rules) {
                self.flags.seen.push((word.to_owned(), way));
            }
        }
    }

    /// Takes the first reading of the amounts that the balances prove, else the first that needs no proof.
    fn choose_amounts(&mut self, header: &Header<'a>, sample: &Sample<'_>) -> Result<(), FeedError> {
        let variants = variants::of(self, header, sample);
        let mut scored: Vec<(Variant, Score)> = Vec::with_capacity(variants.len());
        for variant in variants {
            self.apply(&variant);
            let score = score(self, sample.rows, sample.account, sample.opening);
            let done = score.is_proved(variant.steps_needed.max(1));
            scored.push((variant, score));
            if done {
                break;
            }
        }
        let fewest = scored.iter().map(|(_, score)| score.refused).min().unwrap_or(0);
        let proved = scored.iter().find(|(variant, score)| {
            score.is_proved(variant.steps_needed) && (variant.steps_needed < 2 || score.varied)
        });
        let mostly = || {
            scored.iter().find(|(variant, score)| {
                score.refused == fewest && score.mostly_holds(variant.steps_needed)
            })
        };
        let plain = || {
            let free = scored.iter().filter(|(variant, _)| variant.steps_needed == 0);
            free.min_by_key(|(_, score)| (score.refused, score.broken))
        };
        let Some((variant, _)) = proved.or_else(mostly).or_else(plain) else {
            return Err(self.undirected(header));
        };
        let variant = variant.clone();
        self.apply(&variant);
        Ok(())
    }

    fn apply(&mut self, variant: &Variant) {
        self.amounts = variant.amounts;
        self.flags.one_is_in = variant.one_is_in;
    }

    fn undirected(&self, header: &Header<'a>) -> FeedError {
        let understood = header.cells.iter().zip(&header.headings);
        let understood = understood.filter(|(_, heading)| !matches!(heading.meaning, Meaning::Nothing | Meaning::Unknown));
        FeedErrorKind::NotUnderstood {
            understood: understood.map(|(cell, heading)| (shortened(cell, 40), heading.meaning.code())).collect(),
            missing: vec!["which way the money went (a direction, signs, or balances that prove it)"],
            header: shortened(&header.cells.join(","), 200),
        }
        .at(header.line)
    }

    /// Writes down what each column was understood as, for whoever asks.
    fn describe(&mut self, header: &Header<'a>) {
        let amounts = self.amounts;
        let role = |column: usize| -> Option<&'static str> {
            let way = |credit: bool| if credit != amounts.swapped { "credit" } else { "debit" };
            match amounts.model {
                Model::Pair { credit, .. } if credit == column => return Some(way(true)),
                Model::Pair { debit, .. } if debit == column => return Some(way(false)),
                Model::Flagged { amount, .. } | Model::Signed { amount } | Model::Parties { amount }
                    if amount == column =>
                {
                    return Some("amount");
                }
                _ => {}
            }
            if amounts.balance == column {
                return Some("balance");
            }
            if let Some(place) = self.words.iter().position(|words| words.contains(&column)) {
                return WORD_FIELDS.get(place).map(|field| field.code());
            }
            let is = |field: &&Field| self.column(**field) == column;
            SINGLE_FIELDS.iter().find(is).map(|field| field.code())
        };
        let reads = header.cells.iter().enumerate().map(|(column, heading)| {
            let by_layout = header.layout.is_some_and(|(_, places)| places.contains(&column));
            let role = role(column);
            ColumnRead {
                heading: heading.clone(),
                reads: role.unwrap_or(if self.unknown.contains(&column) { "not read" } else { "nothing" }),
                why: match (role, by_layout) {
                    (Some(_), true) => "layout",
                    (Some("credit" | "debit"), _) if amounts.swapped => "balances",
                    (Some(_), false) => "heading",
                    (None, _) if self.unknown.contains(&column) => "unknown",
                    (None, _) => "of no use",
                },
            }
        });
        self.reads = reads.collect();
    }
}

/// Fields with one column, but for amounts and words.
const SINGLE_FIELDS: [Field; 18] = [
    Field::Date,
    Field::Time,
    Field::Account,
    Field::Serial,
    Field::Flag,
    Field::Currency,
    Field::CounterpartyAccount,
    Field::CounterpartyName,
    Field::BankCode,
    Field::BankName,
    Field::PayerAccount,
    Field::PayerName,
    Field::PayerBankCode,
    Field::PayerBankName,
    Field::PayeeAccount,
    Field::PayeeName,
    Field::PayeeBankCode,
    Field::Reversal,
];
