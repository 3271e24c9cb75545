//! The effect of one row of a list on its account: pure, one row at a time.
//!
//! Start at [`compare`]. Precedence: the placeholder of a transferred account stays one; a list that changes
//! the holder of an account that money or an operation depends on is refused; such an account keeps its name,
//! base and status, which is reported; the list may change everything else.

use super::super::{FieldChange, KeptField, KeptWhy, Unfit};
use super::known::{EmployeeState, Known, View};
use crate::import::{EmployeeRow, EmployeeStatus, Given};
use crate::remittance::document::{document, identity};
use crate::remittance::{Money, Policy, Refusal, YearMonth};
use chrono::NaiveDate;

/// A column, its content, and why that is invalid.
pub(super) type Fault = (&'static str, String, Unfit);

/// The effect of a row on its account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Effect {
    pub(super) changed: Vec<FieldChange>,
    pub(super) kept: Vec<KeptField>,
}

impl Effect {
    pub(super) fn is_nothing(&self) -> bool {
        self.changed.is_empty() && self.kept.is_empty()
    }

    pub(super) fn changes(&self, field: &str) -> bool {
        self.changed.iter().any(|change| change.field == field)
    }
}

/// Whether a row equals its account; copies neither.
pub(super) fn is_same(known: &View<'_>, row: &EmployeeRow, id_no: &str) -> bool {
    let opening = match row.opening_balance {
        Given::Absent => known.opening,
        Given::Empty => Money::ZERO,
        Given::Value(amount) => amount,
    };
    known.base_fen == row.base.fen()
        && known.name == row.name
        && is_same_document(known.id_no, id_no)
        && known.status == row.status.code()
        && known.opening == opening
}

/// Whether a list means the known document: one without a type may be of any type.
pub(super) fn is_same_document(known: &str, id_no: &str) -> bool {
    known == id_no || (!id_no.contains(':') && document(known).1 == id_no)
}

/// Compares a row with its account.
pub(super) fn compare(known: &Known, row: &EmployeeRow, id_no: &str) -> Result<Effect, Fault> {
    let mut effect = Effect::default();
    let gone = match &known.standing {
        EmployeeState::Active | EmployeeState::Sealed => None,
        EmployeeState::Transferred { to } => Some(KeptWhy::Transferred { to: to.clone() }),
        EmployeeState::Merged { into } => Some(KeptWhy::Merged { into: into.clone() }),
    };
    let status = |is| FieldChange::between("status", Some(known.standing.code()), Some(is));
    if let Some(why) = gone {
        effect.kept.extend(status(row.status.code()).map(|change| change.kept(why)));
        return Ok(effect);
    }
    let same_document = is_same_document(&known.id_no, id_no);
    let renamed = known.name != row.name;
    if !same_document && (known.is_fixed() || (renamed && !known.opening.is_zero())) {
        let (employer, employee) = (known.employer_id.clone(), known.employee_id.clone());
        let why = Unfit::AnotherPerson { employer, employee };
        return Err(("id_no", id_no.to_owned(), why));
    }
    let (was, is) = (known.base.to_string(), row.base.to_string());
    let fields = [
        FieldChange::between("name", Some(&known.name), Some(&row.name)),
        FieldChange::between("base", Some(&was), Some(&is)),
        status(row.status.code()),
    ];
    let fields = fields.into_iter().flatten();
    if known.is_fixed() {
        let why = if known.has_entries { KeptWhy::Entries } else { KeptWhy::Operation };
        effect.kept.extend(fields.map(|change| change.kept(why.clone())));
    } else {
        effect.changed.extend(fields);
    }
    if !same_document {
        effect.changed.extend(FieldChange::between("id_no", Some(&known.id_no), Some(id_no)));
    }
    effect.changed.extend(opening(known.opening, row.opening_balance));
    // There may be as many of them as rows.
    effect.changed.shrink_to_fit();
    Ok(effect)
}

/// The change of the opening balance, if the list has another.
pub(super) fn opening(known: Money, given: Given<Money>) -> Option<FieldChange> {
    let text = |amount: Option<Money>| {
        amount.filter(|amount| !amount.is_zero()).map(|amount| amount.to_string())
    };
    let (before, after) = (text(Some(known)), text(given.over(Some(known))));
    FieldChange::between("opening_balance", before.as_deref(), after.as_deref())
}

/// The counter's check of an identity number; gives its key.
pub(super) fn check_document(id_no: &str, on: NaiveDate) -> Result<String, Fault> {
    let (kind, number) = document(id_no);
    identity(kind, number, on)
        .map_err(|why| ("id_no", number.to_owned(), Unfit::Domain(Box::new(why.into()))))
}

/// The counter's check of a base in the month of the list. A sealed employee is not remitted: the base may be
/// as old as the seal, and is checked on unsealing.
pub(super) fn check_base(
    policy: &Policy,
    month: YearMonth,
    row: &EmployeeRow,
) -> Result<(), Fault> {
    let limits = policy.bases.in_month(month);
    let (employee, value) = (row.employee_id.as_str().into(), row.base);
    let (least, most) = (limits.floor, limits.cap);
    let why = if value > most {
        Refusal::BaseAboveCap { employee, value, month, least, most }
    } else if value < least && row.status == EmployeeStatus::Active {
        Refusal::BaseBelowFloor { employee, value, month, least, most }
    } else {
        return Ok(());
    };
    Err(("base", value.to_string(), Unfit::Domain(Box::new(why))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import;

    const ZHANG: &str = "11010519491231002X";
    const LI: &str = "110105198001010016";

    fn row(cells: &str) -> EmployeeRow {
        let head = "employee_id,employer_id,name,id_no,base,status,opening_balance";
        let file = format!("{head}\n{cells}\n");
        import::employees(file.as_bytes()).unwrap().rows.remove(0)
    }

    fn known(what: &str) -> Known {
        let has = |word: &str| what.split(' ').any(|one| one == word);
        Known {
            employer_no: 1,
            seat: 1,
            employer_id: "E9".into(),
            employee_id: "A1".into(),
            name: "张某".into(),
            id_no: if has("passport") { "passport:E1234567".into() } else { ZHANG.into() },
            base: Money::from_fen(5000_00),
            standing: match what {
                "sealed" => EmployeeState::Sealed,
                "transferred" => EmployeeState::Transferred { to: "E2".into() },
                "merged" => EmployeeState::Merged { into: "A7".into() },
                _ => EmployeeState::Active,
            },
            by_operation: has("operation"),
            has_entries: has("entries"),
            opening: if has("opening") { Money::from_fen(100) } else { Money::ZERO },
        }
    }

    #[test]
    fn what_a_row_does_rests_on_what_the_account_is() {
        let (same, other) = (format!("A1,E9,张某,{ZHANG}"), format!("A1,E9,李某,{LI}"));
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            // the account    the row says                                        changed                       kept
            ("",              format!("{same},5000,active,"),                     "",                           ""),
            ("",              format!("{same},6000,sealed,"),                     "base status",                ""),
            ("",              format!("{other},5000,active,"),                    "name id_no",                 ""),
            ("",              format!("{same},5000,active,7"),                    "opening_balance",            ""),
            ("opening",       format!("{same},5000,active,"),                     "opening_balance",            ""),
            ("opening",       format!("A1,E9,张某,{LI},5000,active,1.00"),        "id_no",                      ""),
            ("opening",       format!("{other},5000,active,1.00"),                "another person",             ""),
            ("sealed",        format!("{same},5000,active,"),                     "status",                     ""),
            ("operation",     format!("{same},9999,sealed,"),                     "",                           "base:operation status:operation"),
            ("operation",     format!("A1,E9,张三,{ZHANG},5000,active,"),         "",                           "name:operation"),
            ("operation",     format!("{other},5000,active,"),                    "another person",             ""),
            ("entries",       format!("{same},6000,active,"),                     "",                           "base:entries"),
            ("entries",       format!("{same},5000,active,7"),                    "opening_balance",            ""),
            ("entries",       format!("{other},5000,active,"),                    "another person",             ""),
            ("entries",       format!("A1,E9,张某,{LI},5000,active,"),            "another person",             ""),
            // A placeholder stays one, whichever person the list gives.
            ("transferred",   format!("{other},5000,active,7"),                   "",                           "status:transferred"),
            ("merged",        format!("{same},5000,active,"),                     "",                           "status:merged"),
            // A list without types of documents means the known one.
            ("passport",      "A1,E9,张某,E1234567,5000,active,".to_owned(),      "",                           ""),
        ];
        for (what, cells, changed, kept) in rows {
            let row = row(&cells);
            let got = compare(&known(what), &row, &row.id_no);
            let got = match got {
                Err((_, _, why)) => {
                    assert!(matches!(why, Unfit::AnotherPerson { .. }), "{what}: {cells}");
                    ("another person".to_owned(), String::new())
                }
                Ok(effect) => {
                    let fields: Vec<_> = effect.changed.iter().map(|one| &*one.field).collect();
                    let kept =
                        effect.kept.iter().map(|one| format!("{}:{}", one.field, one.why.code()));
                    (fields.join(" "), kept.collect::<Vec<_>>().join(" "))
                }
            };
            assert_eq!(got, (changed.to_owned(), kept.to_owned()), "{what}: {cells}");
        }
    }

    #[test]
    fn a_base_is_held_to_the_policy_and_an_identity_number_to_its_check() {
        let policy = crate::rulebook::policy::shipped().unwrap();
        let month = "2026-05".parse().unwrap();
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            ("1690.00",  "active", None),
            ("1689.99",  "active", Some("in 2026-05 give one from 1690.00 to 26000.00")),
            ("1689.99",  "sealed", None),
            ("26000.01", "sealed", Some("in 2026-05 give one from 1690.00 to 26000.00")),
        ];
        for (base, status, want) in rows {
            let row = row(&format!("A1,E9,张某,{ZHANG},{base},{status},"));
            let got = check_base(&policy, month, &row).err().map(|(.., why)| why.to_string());
            assert_eq!(got.is_some(), want.is_some(), "{base} {status}");
            assert!(got.unwrap_or_default().contains(want.unwrap_or_default()), "{base} {status}");
        }
        let on = NaiveDate::from_ymd_opt(2026, 5, 11).unwrap();
        for id_no in ["1", "ABC", "110105491231002", "11010519850201100", "110105194912310021"] {
            assert!(check_document(id_no, on).is_err(), "{id_no}");
        }
        assert_eq!(check_document("11010519491231002x", on).unwrap(), ZHANG);
        assert_eq!(check_document("passport:E1234567", on).unwrap(), "passport:E1234567");
    }
}
