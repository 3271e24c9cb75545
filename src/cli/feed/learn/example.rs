//! Invents rows in the form of a file, with their expected parse.
//!
//! Start at [`Example::of`]. Separators, groups, guards and direction words come from the bank; accounts, names,
//! numbers, texts and amounts are invented. The expected parse is computed from the invented values and not by
//! reading the rows, so the example proves the layout.
//!
//! Invariant: no cell of the file with information about a payment is in the example ([`Example::leaks`]).

use super::draft::Draft;
use super::form::{AmountForm, dated, numbered, shortest, timed, unguarded};
use crate::feed::outline::Outline;
use crate::remittance::Direction;
use crate::rulebook::bank::Field;
use chrono::{NaiveDate, NaiveTime};
use std::collections::BTreeMap;

/// Other seeds to try when an invented value happens to be in the file.
const SEEDS: usize = 24;
/// From this length on, a cell contains information.
const TELLING_CHARS: usize = 3;
/// Longest formal word: 借, 人民币, 否.
const FORM_CHARS_MAX: usize = 4;

/// Rows of an example: direction and amount in fen.
const MOVEMENTS: [(Direction, i64); 4] = [
    (Direction::Credit, 1200_00),
    (Direction::Debit, 20_00),
    (Direction::Credit, 350_50),
    (Direction::Credit, 800_00),
];
const OPENING: i64 = 10_000_00;
const STEMS: [&str; 10] = ["甲", "乙", "丙", "丁", "戊", "己", "庚", "辛", "壬", "癸"];

/// A text and its expected parse, as in layouts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Example {
    pub(super) text: String,
    pub(super) entries: String,
    pub(super) rows: usize,
    cells: Vec<String>,
}

/// One invented movement.
struct Invented {
    seed: usize,
    /// From 1.
    number: usize,
    on: NaiveDate,
    at: NaiveTime,
    way: Direction,
    fen: i64,
    balance: i64,
}

/// The values that are written the same way in every row.
struct Forms<'o> {
    outline: &'o Outline,
    draft: &'o Draft,
    amounts: Vec<AmountForm>,
    /// Each debit has a minus, in addition to its word or column.
    minus: bool,
    two_parties: bool,
    /// The file's parsed currency.
    currency: String,
}

impl Example {
    /// Rows without any value of the file; `None` if every invention occurs in it.
    pub(super) fn of(outline: &Outline, draft: &Draft, currency: &str) -> Option<Self> {
        let data = draft.data(outline);
        let forms = Forms::of(&data, draft, currency);
        let mut tried = (0..SEEDS).map(|seed| forms.example(seed));
        tried.find(|example| example.leaks(outline, draft).is_none())
    }

    /// A cell of the file that is in the example and is not a formal word.
    pub(super) fn leaks(&self, outline: &Outline, draft: &Draft) -> Option<String> {
        use Field::{Currency, Date, Flag, Reversal, Time};
        for row in &outline.rows {
            for (column, cell) in row.iter().enumerate() {
                let role = draft.roles.get(column).copied().flatten();
                let form = matches!(role, Some(Date | Time | Flag | Currency | Reversal));
                let tells = cell.chars().count() >= TELLING_CHARS && !form && !is_zero(cell);
                let stands = || {
                    self.cells.iter().any(|own| {
                        own == cell || (cell.chars().count() > 5 && own.contains(cell.as_str()))
                    })
                };
                if tells && stands() {
                    return Some(cell.clone());
                }
            }
        }
        None
    }
}

impl<'o> Forms<'o> {
    fn of(outline: &'o Outline, draft: &'o Draft, currency: &str) -> Self {
        let form = |column: usize| {
            AmountForm::of(
                outline
                    .filled(column)
                    .filter(|cell| cell.bytes().any(|byte| byte.is_ascii_digit()))
                    .collect::<Vec<_>>()
                    .into_iter(),
                draft.style,
            )
        };
        let has = |field| draft.column(field).is_some();
        let payer = has(Field::PayerAccount) || has(Field::PayerName);
        let payee = has(Field::PayeeAccount) || has(Field::PayeeName);
        let other = has(Field::CounterpartyAccount) || has(Field::CounterpartyName);
        Self {
            outline,
            draft,
            amounts: (0..outline.columns.len()).map(form).collect(),
            minus: minus_of_debits(outline, draft),
            two_parties: payer && payee && !other,
            currency: currency.to_owned(),
        }
    }

    fn example(&self, seed: usize) -> Example {
        let headings: Vec<String> =
            self.outline.columns.iter().map(|column| column.heading.clone()).collect();
        let mut example = Example {
            text: self.line(&headings),
            entries: String::new(),
            rows: 0,
            cells: Vec::new(),
        };
        if self.two_parties && self.draft.amount.is_none() {
            // A label names the own account, because nothing in a row does.
            example.text.insert_str(0, &format!("账号：{}\n", self.own_account(seed)));
        }
        for one in self.movements(seed) {
            let cells: Vec<String> =
                (0..headings.len()).map(|column| self.cell(column, &one)).collect();
            example.text.push_str(&self.line(&cells));
            example.entries.push_str(&self.entry(&one, &cells));
            example.rows += 1;
            example.cells.extend(cells);
        }
        example
    }

    fn movements(&self, seed: usize) -> Vec<Invented> {
        let step = self.steps();
        let scatter = i64::try_from(seed).unwrap_or(0);
        let year = 2026 + i32::try_from(seed).unwrap_or(0);
        let mut balance = OPENING + scatter * 1_037_00;
        let mut movements = Vec::new();
        for (number, (way, fen)) in (1..).zip(MOVEMENTS) {
            let fen = (fen + scatter * 113_00) / step * step;
            balance += if way == Direction::Credit { fen } else { -fen };
            let day = u32::try_from(number).unwrap_or(1);
            movements.push(Invented {
                seed,
                number,
                on: NaiveDate::from_ymd_opt(year, 5, 10 + day).unwrap_or_default(),
                at: NaiveTime::from_hms_opt(9, 30, day).unwrap_or_default(),
                way,
                fen,
                balance,
            });
        }
        movements
    }

    /// The smallest amount that every column can express.
    fn steps(&self) -> i64 {
        let fields = [Field::Amount, Field::Credit, Field::Debit, Field::Balance];
        let columns = fields.into_iter().filter_map(|field| self.draft.column(field));
        columns
            .filter_map(|column| self.amounts.get(column))
            .map(AmountForm::step)
            .max()
            .unwrap_or(1)
    }

    fn line(&self, cells: &[String]) -> String {
        let delimiter = self.outline.delimiter;
        let quoted = |cell: &String| {
            let plain = !cell.contains([delimiter, '"', '\n', '\r']);
            if plain { cell.clone() } else { format!("\"{}\"", cell.replace('"', "\"\"")) }
        };
        let cells: Vec<String> = cells.iter().map(quoted).collect();
        format!("{}\n", cells.join(&delimiter.to_string()))
    }

    fn shape(&self, column: usize) -> &'o str {
        shortest(self.outline.filled(column))
    }

    fn own_account(&self, seed: usize) -> String {
        let fields = [Field::Account, Field::PayeeAccount, Field::PayerAccount];
        let column = fields.into_iter().find_map(|field| self.draft.column(field));
        let shape = column.map_or("", |column| self.shape(column));
        let shape = if shape.len() < 5 { "0000000000000000000" } else { shape };
        numbered(shape, '2', 11 + seed)
    }

    /// The most frequent formal word of a column, which may be empty; empty if its usual cell is longer.
    fn word(&self, column: usize) -> String {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for row in &self.outline.rows {
            *counts.entry(row.get(column).map_or("", String::as_str)).or_default() += 1;
        }
        // Between equally frequent words take the first in order, so an empty cell wins.
        let most = counts.into_iter().rev().max_by_key(|(_, count)| *count);
        let word = most.map_or("", |(word, _)| word);
        if word.chars().count() <= FORM_CHARS_MAX { word.to_owned() } else { String::new() }
    }

    fn cell(&self, column: usize, one: &Invented) -> String {
        let role = self.draft.roles.get(column).copied().flatten();
        // Of several columns for one field, only the first is filled.
        let Some(role) = role.filter(|role| self.draft.column(*role) == Some(column)) else {
            return String::new();
        };
        let form = self.amounts.get(column);
        let amount = |fen: i64| form.map_or_else(String::new, |form| form.written(fen));
        let out = one.way == Direction::Debit;
        let number = one.number + 10 * one.seed;
        match role {
            Field::Date => dated(self.shape(column), self.draft.dates, one.on, one.at).0,
            Field::Time => timed(self.shape(column), self.draft.dates, one.on, one.at).0,
            Field::Amount => amount(if out && self.minus { -one.fen } else { one.fen }),
            Field::Credit if out => self.other_side(column),
            Field::Debit if !out => self.other_side(column),
            Field::Credit => amount(one.fen),
            Field::Debit => amount(if self.minus { -one.fen } else { one.fen }),
            Field::Balance => amount(one.balance),
            Field::Flag => self.flag(out),
            Field::Currency | Field::Reversal => self.word(column),
            Field::Serial => numbered(self.shape(column), '7', number),
            Field::Summary => format!("示例摘要{number}"),
            Field::Postscript => format!("示例附言{number}"),
            Field::Purpose => format!("示例用途{number}"),
            Field::Note => format!("示例备注{number}"),
            Field::Account
            | Field::CounterpartyAccount
            | Field::CounterpartyName
            | Field::BankCode
            | Field::BankName
            | Field::PayerAccount
            | Field::PayerName
            | Field::PayerBankCode
            | Field::PayerBankName
            | Field::PayeeAccount
            | Field::PayeeName
            | Field::PayeeBankCode
            | Field::PayeeBankName => self.party(column, role, one),
        }
    }

    /// An account, name or bank of either side.
    fn party(&self, column: usize, field: Field, one: &Invented) -> String {
        use Field::{Account, BankCode, BankName, CounterpartyAccount, CounterpartyName};
        use Field::{
            PayeeAccount, PayeeBankCode, PayeeName, PayerAccount, PayerBankCode, PayerName,
        };
        let out = one.way == Direction::Debit;
        let payer = matches!(field, PayerAccount | PayerName);
        let payee = matches!(field, PayeeAccount | PayeeName);
        let own = field == Account || (self.two_parties && ((payer && out) || (payee && !out)));
        let number = one.number + 10 * one.seed;
        let stem = |place: usize| STEMS.get(place % STEMS.len()).copied().unwrap_or_default();
        let further = if one.seed > 0 { stem(one.seed * 3 + 1) } else { "" };
        let first =
            if matches!(field, BankCode | PayerBankCode | PayeeBankCode) { '9' } else { '6' };
        let accounts = [Account, CounterpartyAccount, PayerAccount, PayeeAccount];
        if own && accounts.contains(&field) {
            self.own_account(one.seed)
        } else if own {
            format!("示例{further}市住房公积金管理中心")
        } else if matches!(field, CounterpartyName | PayerName | PayeeName) {
            format!("示例{}{further}有限公司", stem(one.number + one.seed))
        } else if matches!(field, BankName | Field::PayerBankName | Field::PayeeBankName) {
            format!("示例银行{further}营业部")
        } else {
            numbered(self.shape(column), first, number)
        }
    }

    fn flag(&self, out: bool) -> String {
        let words = if out { &self.draft.debit } else { &self.draft.credit };
        words.first().cloned().unwrap_or_default()
    }

    /// What the file writes in the amount column of the other direction: nothing, a zero, a hyphen.
    fn other_side(&self, column: usize) -> String {
        let mut cells = self.outline.rows.iter().filter_map(|row| row.get(column));
        cells.find(|cell| is_zero(cell)).cloned().unwrap_or_default()
    }

    /// The expected line of the row, computed from the invented values.
    fn entry(&self, one: &Invented, cells: &[String]) -> String {
        let column = |field| self.draft.column(field);
        let cell =
            |field| column(field).and_then(|column| cells.get(column)).map_or("", String::as_str);
        let plain = |field, fen| {
            let form = column(field).and_then(|column| self.amounts.get(column));
            form.map(|form| form.plain(fen))
        };
        let side = if one.way == Direction::Debit { Field::Debit } else { Field::Credit };
        let amount = plain(side, one.fen).or_else(|| plain(Field::Amount, one.fen));
        let mut line = one.on.to_string();
        let mut put = |text: &str| {
            line.push(' ');
            line.push_str(text);
        };
        if let Some(at) = self.time_of(one) {
            put(&at.to_string());
        }
        put(one.way.code());
        put(&amount.unwrap_or_default());
        put(&self.currency);
        let [account, name, code, bank, own] = self.sides(one.way);
        let balance = plain(Field::Balance, one.balance).unwrap_or_default();
        for (name, value) in [
            ("account", unguarded(cell(own))),
            ("serial", unguarded(cell(Field::Serial))),
            ("balance", balance.as_str()),
            ("from", unguarded(cell(account))),
            ("name", cell(name)),
            ("bank_code", unguarded(cell(code))),
            ("bank_name", cell(bank)),
            ("postscript", cell(Field::Postscript)),
            ("purpose", cell(Field::Purpose)),
            ("summary", cell(Field::Summary)),
            ("note", cell(Field::Note)),
        ] {
            if !value.is_empty() {
                put(&format!("{name}={value}"));
            }
        }
        line.push('\n');
        line
    }

    /// The expected time: after the day, else from its own column.
    fn time_of(&self, one: &Invented) -> Option<NaiveTime> {
        let (order, shape) = (self.draft.dates, |column| self.shape(column));
        let day = self
            .draft
            .column(Field::Date)
            .and_then(|column| dated(shape(column), order, one.on, one.at).1);
        let beside = || timed(shape(self.draft.column(Field::Time)?), order, one.on, one.at).1;
        day.or_else(beside)
    }

    /// The fields of the other side (account, name, bank number, bank), and the own account's.
    fn sides(&self, way: Direction) -> [Field; 5] {
        use Field::{BankCode, BankName, CounterpartyAccount, CounterpartyName};
        use Field::{PayeeAccount, PayeeBankCode, PayeeBankName, PayeeName};
        use Field::{PayerAccount, PayerBankCode, PayerBankName, PayerName};
        let payer = [PayerAccount, PayerName, PayerBankCode, PayerBankName];
        let payee = [PayeeAccount, PayeeName, PayeeBankCode, PayeeBankName];
        let other = [CounterpartyAccount, CounterpartyName, BankCode, BankName];
        let named = |field| self.draft.column(field).is_some();
        // If only the payer has columns, it is the other side.
        let alone = !named(CounterpartyAccount) && !named(CounterpartyName);
        let ([account, name, code, bank], own) = match (self.two_parties, way) {
            (true, Direction::Credit) => (payer, PayeeAccount),
            (true, Direction::Debit) => (payee, PayerAccount),
            (false, _) if alone => (payer, Field::Account),
            (false, _) => (other, Field::Account),
        };
        [account, name, code, bank, own]
    }
}

/// Whether a cell has no amount: empty, a zero, a hyphen.
fn is_zero(cell: &str) -> bool {
    cell.chars().all(|c| matches!(c, '0' | '.' | ',' | '-' | '—' | '￥' | '¥'))
}

/// Whether each debit has a minus, in addition to its word or column.
fn minus_of_debits(outline: &Outline, draft: &Draft) -> bool {
    let flag = draft.column(Field::Flag);
    let (column, flagged) = match (draft.column(Field::Debit), draft.column(Field::Amount)) {
        (Some(debit), _) => (debit, false),
        (None, Some(amount)) if flag.is_some() => (amount, true),
        (None, Some(_)) => return true,
        (None, None) => return false,
    };
    let is_out = |row: &&Vec<String>| {
        let word = flag.and_then(|flag| row.get(flag));
        !flagged || word.is_some_and(|word| draft.debit.contains(word))
    };
    let cells = outline.rows.iter().filter(is_out).filter_map(|row| row.get(column));
    let mut moved =
        cells.filter(|cell| cell.bytes().any(|byte| (b'1'..=b'9').contains(&byte))).peekable();
    moved.peek().is_some() && moved.all(|cell| cell.starts_with(['-', '(', '\u{2212}']))
}
