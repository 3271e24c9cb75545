//! The short lists: accounts, employers, employees.
//!
//! Each is a table of columns and a function from one row to one value. The columns are the
//! contract's ("Input files").

use super::error::{Expected, ImportError, Problem};
use super::field::{
    Reading, Unique, account_no, accounts as account_nos, amount, amount_or_nothing, document_key,
    document_type, emails, key, month, text,
};
use super::heading::{Column, optional, required};
use super::table::{self, Found, Row};
use super::{Given, List};
use remittance::document::DocumentType;
use remittance::enrolment::{ImportedTerms, RatePeriod};
use remittance::{CollectionAccount, Money, Rate};

pub(super) const ACCOUNTS: &[Column] =
    &[required("account_no"), required("bank"), required("bank_name"), required("account_name")];

pub(super) const EMPLOYERS: &[Column] = &[
    required("employer_id"),
    required("name"),
    optional("uscc"),
    optional("email"),
    optional("contact"),
    optional("mobile"),
    optional("payer_accounts"),
    optional("employer_rate"),
    optional("employee_rate"),
    optional("paid_to"),
    optional("payday"),
    optional("address"),
];

pub(super) const EMPLOYEES: &[Column] = &[
    required("employee_id"),
    required("employer_id"),
    required("name"),
    required("id_no"),
    required("base"),
    required("status"),
    optional("id_type"),
    optional("opening_balance"),
];

/// One employer in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmployerRow {
    pub employer: ListedEmployer,
    /// The terms of an enrolled employer; all absent if the list has no such columns.
    pub terms: ImportedTerms,
}

/// An employer's identity and contact data in the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListedEmployer {
    pub employer_id: String,
    pub name: String,
    pub uscc: Given<String>,
    pub email: Given<String>,
    pub contact: Given<String>,
    pub mobile: Given<String>,
    /// All of them: a missing one is no longer its account.
    pub payer_accounts: Given<Vec<String>>,
}

/// One employee in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmployeeRow {
    pub employee_id: String,
    pub employer_id: String,
    pub name: String,
    /// The document's key (`remittance::document`): the number, preceded by its type unless it is a resident card.
    pub id_no: String,
    /// 缴存基数, a month.
    pub base: Money,
    pub status: EmployeeStatus,
    /// 期初余额.
    pub opening_balance: Given<Money>,
}

/// The state of an employee's account in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmployeeStatus {
    /// 正常
    Active,
    /// 封存
    Sealed,
}

impl EmployeeStatus {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Sealed => "sealed",
        }
    }

    fn read(text: &str) -> Result<Self, Expected> {
        match text {
            "active" | "正常" => Ok(Self::Active),
            "sealed" | "封存" => Ok(Self::Sealed),
            _ => {
                Err(Expected::new("应为“正常”或“封存”", "expected active (正常) or sealed (封存)"))
            }
        }
    }
}

/// Parses a list of the centre's collection accounts.
///
/// # Errors
/// Every error in it, up to `ERRORS_MAX`.
pub fn accounts(bytes: &[u8]) -> Result<List<CollectionAccount>, Vec<ImportError>> {
    list(bytes, ACCOUNTS, |reading, row| {
        let account_no = reading.must(row, 0, account_no);
        let bank = reading.must(row, 1, key);
        let bank_name = reading.must(row, 2, text);
        let account_name = reading.must(row, 3, text);
        Some(CollectionAccount {
            account_no: account_no?,
            bank: bank?.to_owned(),
            bank_name: bank_name?,
            account_name: account_name?,
        })
    })
}

/// Parses a list of employers.
///
/// # Errors
/// Every error in it, up to `ERRORS_MAX`.
pub fn employers(bytes: &[u8]) -> Result<List<EmployerRow>, Vec<ImportError>> {
    list(bytes, EMPLOYERS, |reading, row| {
        let employer_id = reading.must(row, 0, key);
        let name = reading.must(row, 1, text);
        let uscc = reading.may(row, 2, key);
        let email = reading.may(row, 3, emails);
        if let Some(Some(found)) = &email {
            reading.tell_left_over(row, found);
        }
        let contact = reading.may(row, 4, text);
        let mobile = reading.may(row, 5, text);
        let payer_accounts = reading.may(row, 6, account_nos);
        let terms = terms(reading, row);
        let accounts = payer_accounts?.filter(|accounts| !accounts.is_empty());
        let employer = ListedEmployer {
            employer_id: employer_id?.to_owned(),
            name: name?,
            uscc: Given::new(row.has(2), uscc?.map(str::to_owned)),
            email: Given::new(row.has(3), email?.and_then(|found| found.text())),
            contact: Given::new(row.has(4), contact?),
            mobile: Given::new(row.has(5), mobile?),
            payer_accounts: Given::new(row.has(6), accounts),
        };
        Some(EmployerRow { employer, terms: terms? })
    })
}

/// Rates, the last paid month, payday and address; the first three are all present or all absent.
fn terms(reading: &mut Reading, row: &Row<'_>) -> Option<ImportedTerms> {
    let employer_rate = reading.may(row, 7, share);
    let employee_rate = reading.may(row, 8, share);
    let paid_to = reading.may(row, 9, month);
    let payday = reading.may(row, 10, payday);
    let address = reading.may(row, 11, text);
    let (employer_rate, employee_rate, paid_to) = (employer_rate?, employee_rate?, paid_to?);
    let filled = [employer_rate.is_some(), employee_rate.is_some(), paid_to.is_some()];
    if filled.contains(&true) && filled.contains(&false) {
        for (column, _) in (7..).zip(filled).filter(|(_, filled)| !filled) {
            let expected = Expected::new(
                "单位比例、个人比例和缴至年月须一并填写，或都不填",
                "expected both rates and the month paid to, or none of them",
            );
            reading.note(row.error(column, Problem::Expected(expected)));
        }
        return None;
    }
    let enrols = employer_rate.zip(employee_rate).zip(paid_to);
    Some(ImportedTerms {
        rates: enrols.map(|((employer_rate, employee_rate), paid_to)| RatePeriod {
            from: paid_to.next(),
            employer_rate,
            employee_rate,
            approved: false,
        }),
        payday: row.has(10).then_some(payday?),
        address: row.has(11).then_some(address?),
    })
}

/// A rate as a decimal (`0.08`) or in per cent (`8%`), more than zero and at most one.
fn share(text: &str) -> Result<Rate, Expected> {
    let expected =
        || Expected::new("应为缴存比例，例如 0.08 或 8%", "expected a rate such as 0.08 or 8%");
    let rate: Rate = match text.strip_suffix(['%', '％']) {
        None => text.parse().map_err(|_| expected())?,
        Some(number) => {
            let (whole, part) = number.trim().split_once('.').unwrap_or((number.trim(), ""));
            let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
            if !digits(whole) || !digits(part) || whole.is_empty() || whole.len() > 2 {
                return Err(expected());
            }
            format!("0.{whole:0>2}{part}").parse().map_err(|_| expected())?
        }
    };
    if rate > Rate::ZERO && rate.ten_thousandths() <= 10_000 { Ok(rate) } else { Err(expected()) }
}

/// A day of the month.
fn payday(text: &str) -> Result<u8, Expected> {
    let day = text.strip_suffix('日').unwrap_or(text).parse().ok();
    day.filter(|day| (1..=31).contains(day))
        .ok_or_else(|| Expected::new("应为 1 至 31 之间的日", "expected a day from 1 to 31"))
}

/// Parses a list of employees.
///
/// # Errors
/// Every error in it, up to `ERRORS_MAX`.
pub fn employees(bytes: &[u8]) -> Result<List<EmployeeRow>, Vec<ImportError>> {
    list(bytes, EMPLOYEES, |reading, row| {
        let employee_id = reading.must(row, 0, key);
        let employer_id = reading.must(row, 1, key);
        let name = reading.must(row, 2, text);
        let id_type = reading.may(row, 6, document_type);
        let kind = id_type.flatten().unwrap_or_default();
        let id_no = if kind == DocumentType::ResidentCard {
            reading.must(row, 3, account_no)
        } else {
            reading.must(row, 3, |text| document_key(kind, text))
        };
        let base = reading.must(row, 4, amount);
        let status = reading.must(row, 5, EmployeeStatus::read);
        let opening_balance = reading.may(row, 7, amount_or_nothing);
        Some(EmployeeRow {
            employee_id: employee_id?.to_owned(),
            employer_id: employer_id?.to_owned(),
            name: name?,
            id_no: id_no?,
            base: base?,
            status: status?,
            opening_balance: Given::new(
                row.has(7),
                opening_balance?.filter(|amount| !amount.is_zero()),
            ),
        })
    })
}

/// Parses a list whose key is its first column.
fn list<T: PartialEq>(
    bytes: &[u8],
    columns: &'static [Column],
    read: impl Fn(&mut Reading, &Row<'_>) -> Option<T>,
) -> Result<List<T>, Vec<ImportError>> {
    let mut reading = Reading::default();
    let mut unique = Unique::new();
    let mut places = Vec::new();
    let found = table::read(bytes, columns, |row| {
        if reading.full() {
            return;
        }
        match row {
            Ok(row) => {
                if places.is_empty() {
                    places = row.present();
                }
                if let Some(value) = read(&mut reading, &row) {
                    unique.keep(&mut reading, &row, row.text(0).to_owned(), value);
                }
            }
            Err(error) => reading.note(error),
        }
    })?;
    unique.compare_keys(&mut reading);
    let (rows, lines) = unique.into_rows();
    let Found { encoding, mut notes, .. } = found;
    notes.extend(reading.take_notes());
    reading.finish(List { rows, lines, columns: places, encoding, notes })
}
