//! Fills the morning report from committed data.
//!
//! Start at [`report`]. It reads the store and decides nothing. The same store and day give the same report, even
//! years later.

use super::RunError;
use super::suggesting::Advice;
use super::wording::KeptProblem;
use crate::matching::Explanation;
use crate::remark::{self, Reader, Reading};
use crate::remittance::{
    Bilingual, Direction, Language, Localized, Money, RemarkField, Tally, Total, YearMonth,
};
use crate::report::{
    Awaiting, Centre, Item, MaskedAccount, Movement, NightFigures, NightPoint, OutcomeTotal,
    RemarkText, Report, Segment, SegmentKind, Suggestion, Warning,
};
use crate::rulebook::Rulebook;
use crate::store::{
    self, HeldNight, HeldRow, RunDetails, RunLine, SetAsideRow, Store, SuspenseFilter, SuspenseRow,
};
use crate::{feed, suspense};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// Fills the report of this day's night from one snapshot of the books.
///
/// # Errors
/// [`RunError`] where the store fails.
pub fn report(
    store: &Store,
    rules: &Rulebook,
    centre: Centre,
    as_of: NaiveDate,
) -> Result<Report, RunError> {
    store.read(|store| filled(store, rules, centre, as_of))
}

fn filled(
    store: &Store,
    rules: &Rulebook,
    centre: Centre,
    as_of: NaiveDate,
) -> Result<Report, RunError> {
    let held = store.held_on(as_of)?;
    let letters = store.held_night(as_of)?;
    // Two threads: what happened, and the items in suspense with their suggested notices.
    let (run_details, items) = std::thread::scope(|scope| {
        let run_details = scope.spawn(|| store.run_details(as_of));
        let items = items(store, rules, as_of)?;
        let run_details = run_details.join().map_err(|_| RunError::Reader)??;
        Ok::<_, RunError>((run_details, items))
    })?;
    Ok(Report {
        centre,
        as_of,
        night: night(&run_details),
        outcomes: run_details.outcomes.iter().map(outcome_total).collect(),
        movement: movement(&run_details, &items, as_of),
        awaiting: awaiting(&run_details, rules),
        nights: run_details
            .nights
            .iter()
            .map(|point| night_point(&point.run, point.before))
            .collect(),
        warnings: letters
            .iter()
            .map(letters_held)
            .chain(held.iter().map(held_back))
            .chain(warnings(&run_details, rules, as_of))
            .collect(),
        items,
        trail: store.trail_of(as_of)?,
    })
}

/// A decision's explanation in both languages; empty when this release does not know it.
#[must_use]
pub fn explanation(explanation: Option<&str>) -> Bilingual {
    match explanation.and_then(|explanation| explanation.parse::<Explanation>().ok()) {
        Some(explanation) => Bilingual::of(&explanation),
        None => Bilingual::default(),
    }
}

/// From this many items on, a second thread pays off.
const SHARED_FROM: usize = 256;

/// All items in suspense, numbered, with suggestions.
fn items(store: &Store, rules: &Rulebook, as_of: NaiveDate) -> Result<Vec<Item>, RunError> {
    let rows = store.suspense(&SuspenseFilter::default())?;
    let adviser = if rows.is_empty() { Advice::default() } else { Advice::load(store)? };
    let reader = Reader::new(&rules.remark);
    let make = |rows: &[SuspenseRow]| -> Vec<Item> {
        rows.iter()
            .map(|row| report_item(row, &reader, adviser.suggestions(row, &reader), as_of))
            .collect()
    };
    let (first, second) = rows.split_at(if rows.len() < SHARED_FROM { 0 } else { rows.len() / 2 });
    let mut items = std::thread::scope(|scope| {
        let first = scope.spawn(|| make(first));
        let second = make(second);
        let mut items = first.join().map_err(|_| RunError::Reader)?;
        items.extend(second);
        Ok::<_, RunError>(items)
    })?;
    for (number, item) in (1..).zip(&mut items) {
        item.number = number;
    }
    Ok(items)
}

/// An item for a report, without its number.
#[must_use]
pub fn report_item(
    row: &SuspenseRow,
    reader: &Reader,
    suggestions: Vec<Suggestion>,
    as_of: NaiveDate,
) -> Item {
    let remark = |(field, text): &(_, String)| remark_text(*field, text, &reader.read(text));
    Item {
        number: 0,
        item_id: row.id.to_string(),
        bank: row.bank.clone(),
        bank_name: row.bank_name.clone(),
        account: MaskedAccount::of(&row.id.account_no),
        serial: row.id.serial.clone(),
        booked_on: row.booked_on,
        amount: signed(row.direction, row.amount),
        payer_name: row.counterparty_name.clone(),
        payer_account: MaskedAccount::of(&row.counterparty_account),
        remarks: row.remarks.iter().map(remark).collect(),
        reason: row.reason.unwrap_or(crate::remittance::Reason::NoReference),
        explanation: explanation(row.explanation.as_deref()),
        suggestions,
        age_days: suspense::age_days(row.booked_on, as_of),
        assignee: row.assignee.clone(),
        status: row.stage,
        note: row.note.clone().unwrap_or_default(),
    }
}

/// A remark with its parsed parts marked.
pub(super) fn remark_text(field: RemarkField, text: &str, reading: &Reading) -> RemarkText {
    let kind = |kind: remark::SegmentKind| match kind {
        remark::SegmentKind::Plain => SegmentKind::Plain,
        remark::SegmentKind::Reference | remark::SegmentKind::Folded => SegmentKind::Read,
        remark::SegmentKind::Stripped => SegmentKind::Stripped,
    };
    let segments = remark::marked(text, reading).into_iter();
    let segments = segments.map(|part| Segment { text: part.text, kind: kind(part.kind) });
    RemarkText::new(field, segments.collect())
}

/// A debit in suspense reduces the balance in suspense.
fn signed(direction: Direction, amount: Money) -> Money {
    match direction {
        Direction::Credit => amount,
        Direction::Debit => Money::from_fen(-amount.fen()),
    }
}

fn night(run_details: &RunDetails) -> NightFigures {
    NightFigures {
        files_taken: run_details.files_taken,
        files_quarantined: run_details.quarantined.len() as u64,
        transactions_new: run_details.fresh,
        seen_before: run_details.seen,
        rows_rejected: run_details.rejected,
        conflicting_duplicates: run_details.conflicting,
        letters: run_details.letters,
    }
}

fn outcome_total((outcome, tally): &(crate::remittance::Outcome, Tally)) -> OutcomeTotal {
    OutcomeTotal { outcome: *outcome, tally: *tally }
}

/// A night as a point of the trend, with the opening balance in suspense.
pub(crate) fn night_point(run: &RunLine, before: Tally) -> NightPoint {
    NightPoint {
        night: run.as_of,
        opened: run.opened,
        cleared: run.opened.plus(before).minus(run.closing),
        closing: run.closing,
        judged: run.received.count,
        matched: run.matched.count,
    }
}

/// The opening balance is that of the previous night. The closing balance is counted from the items themselves; the
/// ledger is read independently.
fn movement(run_details: &RunDetails, items: &[Item], as_of: NaiveDate) -> Movement {
    let tonight = run_details.nights.iter().rev().find(|point| point.run.as_of == as_of);
    let opening = tonight.map(|point| point.before).unwrap_or_default();
    let new = tonight.map(|point| point.run.opened).unwrap_or_default();
    let closing: Tally = items.iter().map(|item| Tally::one(item.amount)).sum();
    Movement { opening, new, cleared: opening.plus(new).minus(closing), ledger: run_details.ledger }
}

fn awaiting(run_details: &RunDetails, rules: &Rulebook) -> Vec<Awaiting> {
    let mut received: BTreeMap<_, (Total, NaiveDate)> = BTreeMap::new();
    for row in &run_details.awaiting {
        let (sum, latest) = received.entry(row.reference).or_insert((Total::ZERO, row.booked_on));
        *sum += row.amount.into();
        *latest = row.booked_on.max(*latest);
    }
    let lag = rules.matching.lag_working_days;
    let part = |row: &store::AwaitingRow| {
        let (sum, latest) = received.get(&row.reference).copied().unwrap_or_default();
        let month = YearMonth::of(latest);
        Awaiting {
            reference: row.reference,
            employer: row.employer.clone(),
            bank_name: row.bank_name.clone(),
            serial: row.serial.clone(),
            booked_on: row.booked_on,
            amount: row.amount,
            due: row.due,
            received: sum,
            month,
            until: rules.calendar.closes_on(month, lag),
        }
    };
    run_details.awaiting.iter().map(part).collect()
}

/// Warns that a night's letters are held. What happens to them later does not change the report.
fn letters_held(night: &HeldNight) -> Warning {
    let why = |language: Language| {
        let why = night.why.iter().map(|pull| pull.in_language(language));
        why.collect::<Vec<_>>().join(language.choose("；", "; "))
    };
    let said = Bilingual::new(
        format!(
            "函件暂扣：本夜写给单位的 {} 封函件没有发出，等待放行。原因：{}",
            night.letters,
            why(Language::Chinese)
        ),
        format!(
            "letters held: {} letters of this night wait for a person: {}",
            night.letters,
            why(Language::English)
        ),
    );
    Warning::Other { place: String::new(), said }
}

/// A row that the night deferred.
fn held_back(row: &HeldRow) -> Warning {
    let id = &row.id;
    let Bilingual { zh, en } = match row.what.as_str() {
        "notice" => Bilingual::fixed("缴款通知", "notice"),
        _ => Bilingual::fixed("来往款项", "transaction"),
    };
    let said = Bilingual::new(
        format!(
            "{zh} {id} 的记录与写入时不一致，有人直接改动了数据库：凡涉及它的款项，本次都没有处理。\
             请系统管理员运行 duizhang audit 查明；恢复原记录后，下一次对账自动继续"
        ),
        format!(
            "the row of {en} {id} is not as it was written: nothing that rests on it was decided; \
             duizhang audit names it, and once the row is restored the next night goes on"
        ),
    );
    Warning::Other { place: String::new(), said }
}

/// A rejected row.
fn set_aside(row: &SetAsideRow) -> Warning {
    let place = format!("{}:{}", row.file_name, row.line);
    let Bilingual { zh, en } = Bilingual::of(&KeptProblem(&row.problem));
    if row.problem.starts_with("conflicting-duplicate") {
        let found = &row.found;
        let said = Bilingual::new(format!("流水号 {found}：{zh}"), format!("{found}: {en}"));
        return Warning::Other { place, said };
    }
    let why = Bilingual::new(format!("{}：{zh}", row.field), format!("{}: {en}", row.field));
    Warning::RowRejected { place, found: row.found.clone(), why }
}

/// Warnings about a night for people.
#[must_use]
pub fn warnings(run_details: &RunDetails, rules: &Rulebook, as_of: NaiveDate) -> Vec<Warning> {
    use chrono::Datelike;
    let mut warnings = Vec::new();
    for (file, why) in &run_details.quarantined {
        let why = why.strip_prefix(&format!("{file}: ")).unwrap_or(why);
        warnings.push(Warning::FileQuarantined {
            file: file.clone(),
            why: Bilingual::of(&KeptProblem(why)),
        });
    }
    warnings.extend(run_details.set_aside.iter().map(set_aside));
    for gap in &run_details.gaps {
        warnings.push(Warning::StatementGap {
            place: gap.file_name.clone(),
            account: MaskedAccount::of(&gap.account_no),
            closed_on: gap.closed_on,
            closing: gap.closing.to_string(),
            opened_on: gap.opened_on,
            opening: gap.opening.to_string(),
        });
    }
    for flag in &run_details.flags {
        let place = format!("{}:{}", flag.file_name, flag.line);
        let said = Bilingual::of(&feed::KeptFlag { code: &flag.code, detail: &flag.detail });
        warnings.push(Warning::Other { place, said });
    }
    if !rules.calendar.known(as_of.year()) {
        warnings.push(Warning::CalendarUnknown { year: as_of.year() });
    }
    warnings
}
