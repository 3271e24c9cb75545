//! The possible readings of the amounts under a header, the usual one first.
//!
//! Start at [`of`]. A reading that the headings alone do not give counts only with proof: [`Variant::steps_needed`]
//! balances that follow from one another.

use super::cell::RowReader;
use super::header::Header;
use super::plan::{Amounts, Minus, Model, NOWHERE, Plan, Sample};
use super::row::Joined;
use super::value;
use crate::feed::heading::Meaning;
use crate::feed::rows::KeptRow;
use crate::rules::bank::{AmountModel, Field, Precedence};
use remittance::Direction;

/// The most columns of one kind to try.
const COLUMNS_MAX: usize = 3;
/// Steps that prove an unusual reading.
const AGAINST_HABIT: u32 = 2;

/// Amounts before a choice.
pub(super) const NONE: Amounts = Amounts {
    model: Model::Signed { amount: NOWHERE },
    minus: Minus::Red,
    swapped: false,
    balance: NOWHERE,
};

/// One way to read the amounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Variant {
    pub(super) amounts: Amounts,
    pub(super) one_is_in: Option<bool>,
    /// Steps that must hold; none for what the headings say.
    pub(super) steps_needed: u32,
}

impl Variant {
    /// Whether it gives the same directions and columns; the meaning of a minus may be found later.
    pub(super) fn reads_as(&self, (amounts, one_is_in): (Amounts, Option<bool>)) -> bool {
        (self.amounts.model, self.amounts.swapped, self.one_is_in)
            == (amounts.model, amounts.swapped, one_is_in)
    }
}

/// The readings, in order of preference.
pub(super) fn of(plan: &mut Plan<'_>, header: &Header<'_>, sample: &Sample<'_>) -> Vec<Variant> {
    let mut balances = columns(plan, header, Field::Balance);
    if balances.is_empty() {
        balances.push(NOWHERE);
    }
    let plain = models(plan, header, sample);
    let mut found = Vec::new();
    for (place, balance) in balances.iter().enumerate() {
        for variant in &plain {
            let amounts = Amounts { balance: *balance, ..variant.amounts };
            // Another balance than the first is used if it proves something.
            let steps_needed = variant.steps_needed.max(u32::from(place > 0));
            found.push(Variant { amounts, steps_needed, ..variant.clone() });
        }
    }
    // Readings without need of proof come first; otherwise the order is kept.
    found.sort_by_key(|variant| variant.steps_needed);
    found
}

fn models(plan: &mut Plan<'_>, header: &Header<'_>, sample: &Sample<'_>) -> Vec<Variant> {
    // A fitting layout may be another bank's with the same headings, so the file itself decides first. A layout learnt
    // from this very form is trusted.
    let said = plan.layout.and_then(|layout| layout.amount);
    let learned = plan.layout.is_some_and(|layout| layout.precedence == Precedence::Learned);
    let only = said.filter(|_| learned);
    let allows = |model| only.is_none_or(|only| only == model);
    let mut found = Vec::new();
    if allows(AmountModel::Pair) {
        pairs(plan, header, &mut found);
    }
    if allows(AmountModel::Flagged) {
        flagged(plan, header, sample, &mut found);
    }
    let flag = plan.has(Field::Flag) && !found.is_empty();
    if allows(AmountModel::Signed) && !flag {
        signed(plan, header, sample, said == Some(AmountModel::Signed), &mut found);
    }
    if plan.two_parties && plan.own_account.is_some() {
        for amount in columns(plan, header, Field::Amount) {
            found.push(variant(Model::Parties { amount }, Minus::Red, 0));
        }
    }
    found
}

/// The possible columns of a field: the chosen one first, then others with such a heading.
fn columns(plan: &Plan<'_>, header: &Header<'_>, field: Field) -> Vec<usize> {
    let mut found = Vec::new();
    if plan.has(field) {
        found.push(plan.column(field));
    }
    let by_layout = plan.layout.is_some_and(|layout| layout.columns.contains_key(&field));
    if by_layout && !found.is_empty() {
        return found;
    }
    for (column, heading) in header.headings.iter().enumerate() {
        let is = matches!(heading.meaning, Meaning::Field(named, _) if named == field);
        if is && !found.contains(&column) && found.len() < COLUMNS_MAX {
            found.push(column);
        }
    }
    found
}

const fn variant(model: Model, minus: Minus, steps_needed: u32) -> Variant {
    Variant { amounts: Amounts { model, minus, ..NONE }, one_is_in: None, steps_needed }
}

/// The headings name money in from the owner's view: used if the balances prove it.
const fn swapped(model: Model, minus: Minus) -> Variant {
    let amounts = Amounts { model, minus, swapped: true, ..NONE };
    Variant { amounts, one_is_in: None, steps_needed: AGAINST_HABIT }
}

fn pairs(plan: &Plan<'_>, header: &Header<'_>, found: &mut Vec<Variant>) {
    let (credits, debits) =
        (columns(plan, header, Field::Credit), columns(plan, header, Field::Debit));
    // 交易金额(收入) belongs to 交易金额(支出): the first to the first.
    let mut both: Vec<(usize, usize)> =
        credits.iter().copied().zip(debits.iter().copied()).collect();
    let all = credits.iter().flat_map(|credit| debits.iter().map(|debit| (*credit, *debit)));
    let other: Vec<_> = all.filter(|pair| !both.contains(pair)).collect();
    let aligned = both.len();
    both.extend(other);
    let books = |column: usize| header.headings.get(column).is_some_and(|heading| heading.books);
    for (place, (credit, debit)) in both.into_iter().enumerate() {
        let model = Model::Pair { credit, debit };
        let needed = u32::from(place >= aligned || place > 0);
        found.push(variant(model, Minus::Red, needed));
        found.push(variant(model, Minus::Repeats, AGAINST_HABIT));
        if books(credit) && books(debit) {
            found.push(swapped(model, Minus::Red));
        }
    }
}

fn flagged(
    plan: &mut Plan<'_>,
    header: &Header<'_>,
    sample: &Sample<'_>,
    found: &mut Vec<Variant>,
) {
    let flag = plan.column(Field::Flag);
    if flag == NOWHERE {
        return;
    }
    let filled =
        || sample.rows.iter().map(|row| row.row().cell(flag)).filter(|cell| !cell.is_empty());
    let unknown = |cell: &&str| plan.flags.way(cell, plan.rules).is_none();
    let digits = filled().any(|cell| unknown(&cell) && is_digit(plan, cell));
    for amount in columns(plan, header, Field::Amount) {
        let model = Model::Flagged { amount, flag };
        if digits {
            of_digits(plan, sample, model, found);
            continue;
        }
        let habit = minus_beside_a_word(plan, sample, amount, flag);
        found.push(variant(model, habit, 0));
        for minus in [Minus::Red, Minus::Repeats] {
            if minus != habit {
                found.push(variant(model, minus, 1));
            }
        }
        if header.headings.get(flag).is_some_and(|heading| heading.books) {
            found.push(swapped(model, habit));
        }
    }
}

fn is_digit(plan: &Plan<'_>, cell: &str) -> bool {
    let cell = cell.strip_suffix(".0").unwrap_or(cell);
    let values = &plan.rules.values;
    values.in_digit.iter().chain(&values.out_digit).any(|digit| digit == cell)
}

/// The meaning of 1 and 2: 1 is in if the own account agrees; either direction if the balances prove it.
fn of_digits(plan: &mut Plan<'_>, sample: &Sample<'_>, model: Model, found: &mut Vec<Variant>) {
    for one_is_in in [true, false] {
        let agrees = own_agrees(plan, sample, model, one_is_in);
        let steps_needed = if agrees { 0 } else { 1 };
        let plain = variant(model, Minus::Red, steps_needed);
        found.push(Variant { one_is_in: Some(one_is_in), ..plain });
    }
}

/// Whether under this reading the own side is a known own account in some row, and the counterparty in none.
fn own_agrees(plan: &mut Plan<'_>, sample: &Sample<'_>, model: Model, one_is_in: bool) -> bool {
    if !plan.two_parties {
        return false;
    }
    let (amounts, digits) = (plan.amounts, plan.flags.one_is_in);
    plan.amounts = Amounts { model, ..NONE };
    plan.flags.one_is_in = Some(one_is_in);
    let mut joined = Joined::default();
    let (mut agrees, mut contradicted) = (false, false);
    for row in sample.rows {
        let reader = RowReader { plan };
        let Ok(reading) = reader.read(row.row(), None, None, &mut joined) else { continue };
        let is_own = |account: &str| {
            sample.account == Some(account) || (sample.is_own)(account) == Some(true)
        };
        let own = reading.entry.account.is_some_and(is_own);
        let other = is_own(reading.entry.counterparty.account);
        agrees |= own && !other;
        contradicted |= other && !own;
    }
    (plan.amounts, plan.flags.one_is_in) = (amounts, digits);
    agrees && !contradicted
}

/// The meaning of a minus beside a word: it repeats 借 if every outgoing row has one, and corrects if some do not.
fn minus_beside_a_word(plan: &Plan<'_>, sample: &Sample<'_>, amount: usize, flag: usize) -> Minus {
    let (mut with, mut without) = (false, false);
    for row in sample.rows {
        let row = row.row();
        let cell = value::money(row.cell(amount));
        let way = plan.flags.way(row.cell(flag), plan.rules);
        if way == Some(Direction::Debit) && cell.bytes().any(|byte| (b'1'..=b'9').contains(&byte)) {
            let negative = cell.starts_with(['-', '(', '\u{2212}']);
            with |= negative;
            without |= !negative;
        }
    }
    match (with, without) {
        (_, true) => Minus::Red,
        (true, false) => Minus::Repeats,
        (false, false) => Minus::Unexplained,
    }
}

/// One amount with a sign; a column without any sign tells no direction unless the balances prove it.
fn signed(
    plan: &Plan<'_>,
    header: &Header<'_>,
    sample: &Sample<'_>,
    by_layout: bool,
    found: &mut Vec<Variant>,
) {
    for amount in columns(plan, header, Field::Amount) {
        let is_day = |row: &&KeptRow| RowReader { plan }.day(row.row()).is_ok();
        let mut rows = sample.rows.iter().filter(is_day).peekable();
        let empty = rows.peek().is_none();
        let signed = rows.any(|row| {
            value::money(row.row().cell(amount)).starts_with(['+', '-', '(', '\u{2212}'])
        });
        let model = Model::Signed { amount };
        let said = by_layout || signed;
        // Without rows there is nothing to prove and nothing to read; later rows tell no direction.
        let minus = if empty && !said { Minus::Unexplained } else { Minus::Red };
        found.push(variant(model, minus, u32::from(!said && !empty)));
        if !by_layout {
            found.push(swapped(model, Minus::Red));
        }
    }
}
