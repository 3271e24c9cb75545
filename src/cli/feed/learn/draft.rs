//! An unproved layout: the meaning of columns and the form of amounts, days and directions.
//!
//! Start at [`Draft::all`]. A stated meaning takes precedence over a heading. If the words of a direction are
//! ambiguous, each meaning becomes a draft and the balances decide.
//!
//! Invariant: each field has at most one column in the layout; other columns are read by their heading or not at
//! all.

use crate::cli::args::{AmountHow, LearnArgs, Role, SerialFor};
use crate::cli::failure::Failure;
use crate::feed::outline::{Outline, Understood};
use crate::rulebook::bank::{AmountModel, AmountStyle, DateOrder, Field};
use crate::rulebook::headings::Headings;

/// Text fields: a statement may have several columns of each.
const WORDS: [Field; 4] = [Field::Summary, Field::Postscript, Field::Purpose, Field::Note];
/// At least one of these columns is needed.
const AMOUNTS: [Field; 3] = [Field::Amount, Field::Credit, Field::Debit];

/// Words for credit and for debit.
type Words = (Vec<String>, Vec<String>);

/// A layout to prove.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Draft {
    /// The field of each column; `None` for an unread one.
    pub(super) roles: Vec<Option<Field>>,
    /// Columns whose meaning was stated.
    pub(super) given: Vec<bool>,
    pub(super) amount: Option<AmountModel>,
    pub(super) credit: Vec<String>,
    pub(super) debit: Vec<String>,
    pub(super) reversal: Vec<String>,
    pub(super) serial: SerialFor,
    pub(super) dates: DateOrder,
    pub(super) style: AmountStyle,
}

fn usage<T>(sentence: String) -> Result<T, Failure> {
    Err(Failure::Usage(sentence))
}

impl Draft {
    /// The possible drafts, most likely first.
    ///
    /// # Errors
    /// When a column does not exist or a required one is missing, with the option to use.
    pub(super) fn all(
        outline: &Outline,
        headings: &Headings,
        args: &LearnArgs,
        said: &[(Role, String)],
    ) -> Result<Vec<Self>, Failure> {
        let (roles, given) = roles(outline, said)?;
        let mut draft = Self {
            roles,
            given,
            amount: None,
            credit: args.credit.clone(),
            debit: args.debit.clone(),
            reversal: args.reversal.clone(),
            serial: args.serial,
            dates: DateOrder::YearFirst,
            style: AmountStyle::Point,
        };
        draft.find_dates(outline, args)?;
        let outline = &draft.data(outline);
        draft.leave_out_counting(outline)?;
        draft.find_amounts(outline, args)?;
        let words = if draft.amount == Some(AmountModel::Flagged) {
            draft.words(outline, headings)?
        } else {
            vec![(draft.credit.clone(), draft.debit.clone())]
        };
        let of = |(credit, debit)| Self { credit, debit, ..draft.clone() };
        Ok(words.into_iter().map(of).collect())
    }

    /// The rows with movements.
    pub(super) fn data(&self, outline: &Outline) -> Outline {
        let day = self.column(Field::Date).unwrap_or(usize::MAX);
        outline.of_days(day, self.dates)
    }

    /// A field's column in the layout; of several text columns the stated one.
    pub(super) fn column(&self, field: Field) -> Option<usize> {
        let mut columns = (0..self.roles.len()).filter(|column| self.is(*column, field));
        let said = columns.clone().find(|column| self.given.get(*column) == Some(&true));
        said.or_else(|| columns.next())
    }

    fn is(&self, column: usize, field: Field) -> bool {
        self.roles.get(column).copied().flatten() == Some(field)
    }

    /// Swaps credit and debit.
    pub(super) fn swap(&mut self) {
        for role in &mut self.roles {
            *role = match *role {
                Some(Field::Credit) => Some(Field::Debit),
                Some(Field::Debit) => Some(Field::Credit),
                other => other,
            };
        }
        std::mem::swap(&mut self.credit, &mut self.debit);
    }

    /// A column that only counts rows does not distinguish payments.
    fn leave_out_counting(&mut self, outline: &Outline) -> Result<(), Failure> {
        let Some(column) = self.column(Field::Serial) else { return Ok(()) };
        let counts =
            outline.filled(column).zip(1_usize..).all(|(cell, row)| cell.parse() == Ok(row));
        if !counts {
            return Ok(());
        }
        if self.given.get(column) == Some(&true) {
            let heading = heading(outline, column);
            return usage(format!(
                "the column {heading} only counts the rows: it is no serial number of the bank"
            ));
        }
        self.roles.iter_mut().skip(column).take(1).for_each(|role| *role = None);
        Ok(())
    }

    fn find_dates(&mut self, outline: &Outline, args: &LearnArgs) -> Result<(), Failure> {
        // 交易时间 may be a day, an instant or a time: it is the day if no other column is.
        let time =
            self.column(Field::Time).filter(|column| !outline.date_orders(*column).is_empty());
        if self.column(Field::Date).is_none()
            && let Some(column) = time
        {
            self.roles.iter_mut().skip(column).take(1).for_each(|role| *role = Some(Field::Date));
        }
        let Some(column) = self.column(Field::Date) else {
            return usage(format!(
                "no column is known as the booking day: say --column date=HEADING; the headings are {}",
                headings_of(outline)
            ));
        };
        let orders = outline.date_orders(column);
        self.dates = match (args.dates, orders.as_slice()) {
            (Some(dates), _) => dates.into(),
            (None, [only]) => *only,
            (None, []) => {
                let shown = outline.filled(column).next().unwrap_or_default().to_owned();
                return usage(format!(
                    "the column {} holds no days, as {shown:?} is none",
                    heading(outline, column)
                ));
            }
            (None, _) => {
                return usage(format!(
                    "the days in the column {} can be read in two ways: say --dates day-first or month-first",
                    heading(outline, column)
                ));
            }
        };
        Ok(())
    }

    fn find_amounts(&mut self, outline: &Outline, args: &LearnArgs) -> Result<(), Failure> {
        let [amount, credit, debit] = AMOUNTS.map(|field| self.column(field).is_some());
        let flag = self.column(Field::Flag).is_some();
        let missing = |what: &str| {
            usage(format!(
                "no column is known as {what}; the headings are {}",
                headings_of(outline)
            ))
        };
        let model = match args.amount {
            Some(AmountHow::Pair) => AmountModel::Pair,
            Some(AmountHow::Flagged) => AmountModel::Flagged,
            Some(AmountHow::Signed) => AmountModel::Signed,
            None if credit && debit => AmountModel::Pair,
            None if amount && flag => AmountModel::Flagged,
            // One of the two exists, so the other is missing.
            None if !amount && (credit || debit) => AmountModel::Pair,
            None => AmountModel::Signed,
        };
        match model {
            AmountModel::Pair if !credit => {
                return missing("money in: say --column credit=HEADING");
            }
            AmountModel::Pair if !debit => return missing("money out: say --column debit=HEADING"),
            AmountModel::Flagged if !flag => {
                return missing("the direction: say --column flag=HEADING");
            }
            AmountModel::Flagged | AmountModel::Signed if !amount => {
                return missing("the amount: say --column amount=HEADING, or credit=… and debit=…");
            }
            AmountModel::Pair | AmountModel::Flagged | AmountModel::Signed => {}
        }
        self.leave_out_amounts(model);
        let parties = self.column(Field::PayerAccount).is_some()
            && self.column(Field::PayeeAccount).is_some();
        // The side of the own account may show the direction too.
        let by_parties = model == AmountModel::Signed && args.amount.is_none() && parties;
        self.amount = Some(model).filter(|_| !by_parties);
        let columns: Vec<usize> = AMOUNTS
            .iter()
            .chain(&[Field::Balance])
            .filter_map(|field| self.column(*field))
            .collect();
        self.style = outline.amount_style(&columns);
        Ok(())
    }

    /// Drops the amount columns that the model does not use.
    fn leave_out_amounts(&mut self, model: AmountModel) {
        let useless: &[Field] = match model {
            AmountModel::Pair => &[Field::Amount],
            AmountModel::Flagged => &[Field::Credit, Field::Debit],
            AmountModel::Signed => &[Field::Credit, Field::Debit, Field::Flag],
        };
        for role in &mut self.roles {
            *role = role.filter(|field| !useless.contains(field));
        }
    }

    /// The words of the direction column for credit and debit; both assignments if nothing decides.
    fn words(&self, outline: &Outline, headings: &Headings) -> Result<Vec<Words>, Failure> {
        let values = &headings.values;
        let (mut credit, mut debit) = (self.credit.clone(), self.debit.clone());
        let mut unknown: Vec<String> = Vec::new();
        let column = self.column(Field::Flag).unwrap_or(usize::MAX);
        for cell in outline.filled(column) {
            let known = [&credit, &debit, &unknown]
                .iter()
                .any(|words| words.iter().any(|word| word == cell));
            if known {
                continue;
            }
            let folded = headings.folded(cell);
            let is = |words: &[String]| words.contains(&folded);
            if is(&values.money_in) {
                credit.push(cell.to_owned());
            } else if is(&values.money_out) {
                debit.push(cell.to_owned());
            } else if unknown.len() <= 2 {
                unknown.push(cell.to_owned());
            }
        }
        let usual = |words: &mut Vec<String>, usual: &[String]| {
            if words.is_empty() {
                words.extend(usual.iter().take(1).cloned());
            }
        };
        match (unknown.as_slice(), credit.is_empty(), debit.is_empty()) {
            ([], ..) => {
                usual(&mut credit, &values.money_in);
                usual(&mut debit, &values.money_out);
                Ok(vec![(credit, debit)])
            }
            ([one], false, true) => Ok(vec![(credit, vec![one.clone()])]),
            ([one], true, false) => Ok(vec![(vec![one.clone()], debit)]),
            ([one, other], true, true) => {
                let (one, other) = (vec![one.clone()], vec![other.clone()]);
                Ok(vec![(one.clone(), other.clone()), (other, one)])
            }
            (unknown, ..) => usage(format!(
                "what {} in the column {} means is not known: say --credit WORDS and --debit WORDS",
                unknown.join(", "),
                heading(outline, column)
            )),
        }
    }
}

/// The meaning of each column: as stated, else from its heading.
fn roles(
    outline: &Outline,
    said: &[(Role, String)],
) -> Result<(Vec<Option<Field>>, Vec<bool>), Failure> {
    let mut roles: Vec<Option<Role>> = vec![None; outline.columns.len()];
    for (role, name) in said {
        let column = find(outline, name)?;
        if let Role::Field(field) = role
            && let Some(other) = roles.iter().position(|other| other.as_ref() == Some(role))
            && other != column
        {
            let others = WORDS.map(Field::code).join(", ");
            let hint = if WORDS.contains(field) {
                format!("; words may also be one of {others}")
            } else {
                String::new()
            };
            let (one, other) = (heading(outline, other), heading(outline, column));
            return usage(format!(
                "the columns {one} and {other} are both said to be {}{hint}",
                field.code()
            ));
        }
        if let Some(place) = roles.get_mut(column) {
            *place = Some(*role);
        }
    }
    let given: Vec<bool> = roles.iter().map(Option::is_some).collect();
    let mut taken: Vec<Field> = roles.iter().flatten().filter_map(|role| role.field()).collect();
    // Stated amount columns exclude all others.
    let pair = taken.contains(&Field::Credit) || taken.contains(&Field::Debit);
    if taken.contains(&Field::Amount) {
        taken.extend([Field::Credit, Field::Debit]);
    } else if pair {
        taken.push(Field::Amount);
    }
    let mut found = Vec::with_capacity(roles.len());
    for (role, column) in roles.iter().zip(&outline.columns) {
        let understood = match column.understood {
            Understood::Field(field) | Understood::Guessed(field) => Some(field),
            Understood::Nothing | Understood::Unknown => None,
        };
        let free = understood.filter(|field| WORDS.contains(field) || !taken.contains(field));
        if role.is_none() {
            taken.extend(free);
        }
        found.push(role.map_or(free, Role::field));
    }
    Ok((found, given))
}

impl Role {
    const fn field(self) -> Option<Field> {
        match self {
            Self::Field(field) => Some(field),
            Self::Nothing => None,
        }
    }
}

/// The column of a heading or of `#3`.
fn find(outline: &Outline, name: &str) -> Result<usize, Failure> {
    let folded = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let number = name.strip_prefix('#').and_then(|number| number.parse::<usize>().ok());
    if let Some(number) = number.filter(|number| (1..=outline.columns.len()).contains(number)) {
        return Ok(number - 1);
    }
    let wanted = folded(name);
    let mut found =
        (0..outline.columns.len()).filter(|column| folded(&heading(outline, *column)) == wanted);
    match (found.next(), found.next()) {
        (Some(column), None) => Ok(column),
        (Some(first), Some(second)) => usage(format!(
            "two columns have the heading {name}: say #{} or #{}",
            first + 1,
            second + 1
        )),
        (None, _) => usage(format!(
            "no column has the heading {name:?}; the headings are {}",
            headings_of(outline)
        )),
    }
}

pub(super) fn heading(outline: &Outline, column: usize) -> String {
    let heading = outline.columns.get(column).map(|column| column.heading.trim());
    heading.unwrap_or_default().to_owned()
}

fn headings_of(outline: &Outline) -> String {
    let headings: Vec<&str> =
        outline.columns.iter().map(|column| column.heading.as_str()).collect();
    headings.join(", ")
}
