//! An employer of 100,000 employees: opens accounts, remits, issues, settles, and undoes all of it.
//!
//! `cargo bench --bench remittance`; items are employees (for a settlement, postings).

#![expect(clippy::expect_used, reason = "a bench whose preparation fails has nothing to measure")]

use chrono::NaiveDate;
use divan::Bencher;
use divan::counter::ItemsCount;
use duizhang::remittance::file::OnRefusal;
use duizhang::remittance::identity::id_check;
use duizhang::remittance::{Centre, Change, Money, Operation, Payment, PaymentReference};
use duizhang::rulebook::policy;
use serde_json::{Value, json};
use std::sync::Arc;

const EMPLOYEES: u32 = 100_000;

fn main() {
    divan::main();
}

fn on() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 5, 11).expect("a day")
}

fn read(value: Value) -> Operation {
    serde_json::from_value(value).expect("an operation")
}

fn remit() -> Operation {
    read(json!({"op": "remit", "on": "2026-05-11", "employer_id": "E1", "month": "2026-05"}))
}

fn issue() -> Operation {
    read(json!({"op": "issue_notice", "on": "2026-05-11", "employer_id": "E1",
        "months": ["2026-05"], "supplements": true}))
}

/// An invented identity number with a correct check digit.
fn id_no(number: u32) -> String {
    let (year, rest) = (1950 + number / 11_200, number % 11_200);
    let (month, day, order) = (1 + rest / 2800, 1 + rest % 2800 / 100, rest % 100);
    let body = format!("450204{year}{month:02}{day:02}{order:03}");
    let check = id_check(&body).expect("digits");
    format!("{body}{check}")
}

/// A register that opens every account.
fn open() -> Operation {
    let line = |number| json!({"id_no": id_no(number), "name": "某人", "base": "5006.25"});
    let lines: Vec<Value> = (0..EMPLOYEES).map(line).collect();
    read(json!({"op": "file_register", "on": "2026-05-11", "employer_id": "E1",
        "month": "2026-05", "register": {"open": lines}}))
}

fn employer() -> Centre {
    let mut centre = Centre::new(Arc::new(policy::shipped().expect("the shipped policy")));
    let enrol = read(json!({"op": "open_employer", "on": "2026-05-11", "employer_id": "E1",
        "name": "某公司", "kind": "company", "employer_rate": "0.08", "employee_rate": "0.08",
        "first_month": "2026-05"}));
    centre.apply(&enrol, 1).expect("enrolled");
    centre
}

fn opened() -> Centre {
    let mut centre = employer();
    centre.apply(&open(), 2).expect("opened");
    centre
}

fn issued() -> (Centre, PaymentReference) {
    let mut centre = opened();
    centre.apply(&remit(), 3).expect("remitted");
    let output = centre.apply(&issue(), 4).expect("issued").output;
    (centre, output.reference.expect("a reference"))
}

fn settle(centre: &mut Centre, reference: PaymentReference) -> Vec<Change> {
    let amount = centre.notice(reference).expect("issued").amount;
    let payment = Payment { bank_parts: vec![amount], from_advance: Money::ZERO };
    centre.settle(reference, on(), &payment).expect("settled").changes
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn opens(bencher: Bencher<'_, '_>) {
    let operation = open();
    bencher
        .counter(ItemsCount::new(EMPLOYEES))
        .with_inputs(employer)
        .bench_local_values(|mut centre| (centre.apply(&operation, 2), centre));
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn remits(bencher: Bencher<'_, '_>) {
    let (start, operation) = (opened(), remit());
    bencher
        .counter(ItemsCount::new(EMPLOYEES))
        .with_inputs(|| start.clone())
        .bench_local_values(|mut centre| (centre.apply(&operation, 3), centre));
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn issues(bencher: Bencher<'_, '_>) {
    let mut start = opened();
    start.apply(&remit(), 3).expect("remitted");
    let operation = issue();
    bencher
        .counter(ItemsCount::new(EMPLOYEES))
        .with_inputs(|| start.clone())
        .bench_local_values(|mut centre| (centre.apply(&operation, 4), centre));
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn settles(bencher: Bencher<'_, '_>) {
    let (start, reference) = issued();
    bencher
        .counter(ItemsCount::new(EMPLOYEES))
        .with_inputs(|| start.clone())
        .bench_local_values(|mut centre| (settle(&mut centre, reference), centre));
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn settles_and_takes_it_back(bencher: Bencher<'_, '_>) {
    let (start, reference) = issued();
    bencher.counter(ItemsCount::new(EMPLOYEES)).with_inputs(|| start.clone()).bench_local_values(
        |mut centre| {
            let changes = settle(&mut centre, reference);
            centre.undo(changes);
            centre
        },
    );
}

/// One register a line, like a file of single operations: accounts, then supplements.
#[divan::bench(sample_count = 3, sample_size = 1, args = [5_000, 20_000])]
fn files_single_lines(bencher: Bencher<'_, '_>, count: u32) {
    let named = |number: u32, op: &str, more: Value| {
        let mut operation = json!({"op": op, "on": "2026-05-11", "employer_id": "E1",
            "employee_id": format!("G{number:06}")});
        let fields = operation.as_object_mut().expect("an object");
        fields.extend(more.as_object().expect("an object").clone());
        read(operation)
    };
    let opens = (0..count).map(|number| {
        named(
            number,
            "open_account",
            json!({"id_no": id_no(number), "name": "某人",
            "base": "5006.25", "month": "2026-05"}),
        )
    });
    let supplements = (0..count).map(|number| {
        named(number, "supplement", json!({"for_month": "2026-04", "amount": "100.00"}))
    });
    let file: Vec<Operation> = opens.chain(supplements).collect();
    bencher
        .counter(ItemsCount::new(file.len()))
        .with_inputs(|| (employer(), file.clone()))
        .bench_local_values(|(mut centre, file)| {
            let lines = (1..).zip(file.into_iter().map(Ok));
            let applied = centre.apply_file(lines, OnRefusal::UndoAll, |_| {});
            assert_eq!(applied.refused, 0, "every line stands");
            (applied, centre)
        });
}
