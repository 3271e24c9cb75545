//! An online hall in one file: a contribution year of one employer, with no store.
//!
//! `cargo run -p duizhang-remittance --example online_hall`
//!
//! A hall does three things with the library. It applies what the employer asks for and shows the
//! answer or the refusal; it hands each answer's changes to whatever keeps them (here: counts them);
//! and it settles a notice when reconciliation says that its money came.

#![expect(clippy::print_stdout, reason = "the example shows what an employer would see")]

use chrono::{Datelike, NaiveDate};
use remittance::identity::id_check;
use remittance::operation::Output;
use remittance::policy::{
    BaseLimits, CapPer, Dated, OncePer, OpenDays, Policy, RateLimits, SealReason,
};
use remittance::receipt::Receipt;
use remittance::{
    Answer, Centre, CollectionAccount, Id, Language, Localized, Money, Operation, Payment,
    PaymentReference, Rounding, YearMonth,
};
use serde_json::{Value, json};
use std::error::Error;
use std::sync::Arc;

/// The hall: the centre, the line it is at, and how many changes a store would have written.
struct Hall {
    centre: Centre,
    line: u64,
    written: usize,
}

impl Hall {
    /// Applies one operation, prints what the employer sees, and gives it; a refusal gives nothing.
    fn ask(&mut self, operation: Value) -> Result<Output, Box<dyn Error>> {
        self.line += 1;
        let operation: Operation = serde_json::from_value(operation)?;
        let result = self.centre.apply(&operation, self.line).map(|applied| {
            // A store would write these in one transaction; to refuse a whole file later, keep
            // them and give them to `Centre::undo`.
            self.written += applied.changes.len();
            applied.output
        });
        let output = result.clone().unwrap_or_default();
        let answer = Answer::new(self.line, result);
        println!("{} {}", operation.on(), serde_json::to_string(&answer)?);
        Ok(output)
    }

    /// The bank paid a notice: reconciliation found it, the hall posts it.
    fn paid(&mut self, reference: PaymentReference, on: NaiveDate) -> Result<(), Box<dyn Error>> {
        let amount = self.centre.notice(reference).ok_or("no such notice")?.amount;
        let payment = Payment { bank_parts: vec![amount], from_advance: Money::ZERO };
        let applied = self.centre.settle(reference, on, &payment)?;
        self.written += applied.changes.len();
        println!("{on} settled {reference}: {amount}");
        Ok(())
    }
}

/// What a centre decides for itself; a city's own figures stand in its announcements.
fn policy() -> Result<Policy, Box<dyn Error>> {
    let bases = BaseLimits { floor: Money::from_yuan("1690")?, cap: Money::from_yuan("26000")? };
    Ok(Policy {
        city: vec!["柳州".into()],
        rates: Dated::always(RateLimits { minimum: "0.05".parse()?, maximum: "0.12".parse()? }),
        bases: Dated::always(bases),
        rounding: Dated::always(Rounding::Yuan),
        contribution_year_month: 7,
        base_once_per: OncePer::CalendarYear,
        rate_once_per: OncePer::ContributionYear,
        one_of_base_and_rate: false,
        several_employers: false,
        cap_per: CapPer::Both,
        supplement_months_back: 60,
        remit_within_days: 5,
        arrears_letters: false,
        arrears_letter_every_days: 30,
        supplement_sealed: false,
        check_uscc: false,
        seal_reasons: vec![SealReason {
            code: "unpaid-leave".into(),
            name: "停薪留职".into(),
            aliases: vec![],
        }],
        branches: vec![],
        open_days: OpenDays::default(),
    })
}

/// An invented identity number.
fn id_no(number: u32) -> String {
    let body = format!("45020419900101{number:03}");
    let check = id_check(&body).map(String::from).unwrap_or_default();
    body + &check
}

fn main() -> Result<(), Box<dyn Error>> {
    let centre = Centre::new(Arc::new(policy()?));
    let mut hall = Hall { centre, line: 0, written: 0 };
    let employer = Id::from("450200001");

    // Enrolment, and the first register in bulk: three accounts opened.
    hall.ask(json!({"op": "open_employer", "on": "2025-07-01", "employer_id": employer,
        "name": "柳州某某有限公司", "kind": "company",
        "agent": {"name": "经办人", "mobile": "13800000000", "email": "agent@example.com"},
        "employer_rate": "0.08", "employee_rate": "0.08", "first_month": "2025-07",
        "channel": "online"}))?;
    let people: Vec<Value> = (1..=3)
        .map(|number| {
            json!({"id_no": id_no(number), "name": format!("职工{number}"),
            "base": format!("{}000.00", 4 + number), "employee_id": format!("G{number}")})
        })
        .collect();
    hall.ask(json!({"op": "file_register", "on": "2025-07-02", "employer_id": employer,
        "month": "2025-07", "register": {"open": people}}))?;

    // Twelve months, July to June.
    let mut month: YearMonth = "2025-07".parse()?;
    for _ in 0..12 {
        let day = |number: u32| month.first_day().with_day(number).unwrap_or_default();
        changes_of(&mut hall, &employer, month)?;
        hall.ask(json!({"op": "remit", "on": day(10).to_string(), "employer_id": employer,
            "month": month}))?;
        let notice = hall.ask(json!({"op": "issue_notice", "on": day(11).to_string(),
            "employer_id": employer, "months": [month], "supplements": true}))?;
        let reference = notice.reference.ok_or("no reference")?;
        if month.month() == 7 {
            print_receipt(&hall.centre, reference)?;
        }
        hall.paid(reference, day(15))?;
        month = month.next();
    }

    // The year's end: the books, the employer, one employee's statement.
    hall.centre.audit().map_err(|gaps| gaps.iter().map(ToString::to_string).collect::<String>())?;
    println!("{}", serde_json::to_string(&hall.centre.employer_view(&employer))?);
    for entry in hall.centre.statement(&employer, &Id::from("G1")) {
        let for_month = entry.for_month.map(|month| month.to_string()).unwrap_or_default();
        println!(
            "{} {} {for_month} {:>10} {:>10}",
            entry.on,
            entry.kind.in_language(Language::Chinese),
            entry.amount,
            entry.balance
        );
    }
    println!("a store would have written {} changes", hall.written);
    Ok(())
}

/// What the employer files in some of the months, and one slip that is refused.
fn changes_of(hall: &mut Hall, employer: &Id, month: YearMonth) -> Result<(), Box<dyn Error>> {
    let on = month.first_day().to_string();
    match month.month() {
        9 => {
            hall.ask(json!({"op": "adjust_base", "on": on, "employer_id": employer,
                "employee_id": "G1", "base": "6500.00", "month": month}))?;
            // Once a calendar year: refused, with the reason.
            hall.ask(json!({"op": "adjust_base", "on": on, "employer_id": employer,
                "employee_id": "G1", "base": "7000.00", "month": month}))?;
        }
        11 => {
            hall.ask(json!({"op": "seal", "on": on, "employer_id": employer,
                "employee_id": "G3", "month": month, "reason": "停薪留职"}))?;
        }
        1 => {
            hall.ask(json!({"op": "adjust_rate", "on": on, "employer_id": employer,
                "employer_rate": "0.10", "employee_rate": "0.10", "month": month}))?;
        }
        2 => {
            hall.ask(json!({"op": "unseal", "on": on, "employer_id": employer,
                "employee_id": "G3", "month": month, "base": "7200.00"}))?;
            hall.ask(json!({"op": "supplement", "on": on, "employer_id": employer,
                "employee_id": "G3", "for_month": "2026-01", "amount": "720.00"}))?;
        }
        _ => {}
    }
    Ok(())
}

/// The page the employer prints and takes to the bank.
fn print_receipt(centre: &Centre, reference: PaymentReference) -> Result<(), Box<dyn Error>> {
    let notice = centre.notice(reference).ok_or("no such notice")?;
    let name = centre.employer(&notice.employer_id).map_or("", |employer| &employer.name);
    let account = CollectionAccount {
        account_no: "2105400009300123456".into(),
        bank: "icbc".into(),
        bank_name: "某银行柳州分行".into(),
        account_name: "某住房公积金管理中心".into(),
    };
    let receipt = Receipt {
        notice,
        employer_name: name,
        accounts: &[account],
        handbook: &[],
        last_working_days: &[notice.month.last_day()],
        successors: &[],
    };
    println!("receipt: {} bytes of HTML", receipt.html()?.len());
    Ok(())
}
