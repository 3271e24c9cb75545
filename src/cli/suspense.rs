//! `duizhang suspense`: items in suspense, the reasons, suggestions, and staff's decisions.

use super::args::{AsOf, Format, Global, ResolveArgs, SuspenseCommand, SuspenseListArgs};
use super::centre::Centre;
use super::clock;
use super::failure::{Done, Failure};
use super::listing::{parsed, reason};
use super::rows::{Column, Printer, Value, grouped, one_line, stdout};
use crate::remittance::{Language, Localized, Money, PaymentReference, Total};
use crate::report::{EvidenceKind, Holds, Item, SegmentKind, Suggestion};
use crate::store::{StoreError, SuspenseFilter, SuspenseRow};
use crate::suspense::{Act, ItemId};
use std::io::Write;

pub(super) fn run(global: &Global, command: &SuspenseCommand) -> Result<Done, Failure> {
    match command {
        SuspenseCommand::List(args) => list(global, args),
        SuspenseCommand::Show { id, as_of } => show(global, id, as_of),
        SuspenseCommand::Resolve(args) => resolve(global, args),
    }
}

const COLUMNS: &[Column<Item>] = &[
    Column { key: "id", heading: "id", value: |item| Value::text(&item.item_id) },
    Column { key: "bank", heading: "bank", value: |item| Value::text(&item.bank) },
    Column { key: "booked_on", heading: "booked", value: |item| Value::Day(item.booked_on) },
    Column { key: "age_days", heading: "days", value: |item| Value::count(item.age_days.into()) },
    Column { key: "amount", heading: "amount", value: |item| Value::amount(item.amount) },
    Column { key: "payer", heading: "payer", value: |item| Value::text(&item.payer_name) },
    Column { key: "remark", heading: "remark", value: |item| Value::Text(remark(item).into()) },
    Column { key: "reason", heading: "reason", value: |item| Value::text(item.reason.code()) },
    Column { key: "explanation", heading: "", value: |item| Value::text(&item.explanation.en) },
    Column { key: "nearest", heading: "nearest", value: |item| Value::reference(nearest(item)) },
    Column { key: "assignee", heading: "", value: |item| Value::maybe(item.assignee.as_deref()) },
];

fn nearest(item: &Item) -> Option<PaymentReference> {
    item.suggestions.first().map(|suggestion| suggestion.reference)
}

/// The first remark as in the bank's file.
fn remark(item: &Item) -> String {
    item.remarks.first().map(|remark| remark.text().to_owned()).unwrap_or_default()
}

fn list(global: &Global, args: &SuspenseListArgs) -> Result<Done, Failure> {
    let wanted = args.reason.as_deref().map(reason).transpose()?;
    let centre = Centre::read(global)?;
    let report = centre.report(centre.night(&args.as_of)?)?;
    let fits = |item: &Item| {
        wanted.is_none_or(|reason| item.reason == reason)
            && args.bank.as_ref().is_none_or(|bank| item.bank == *bank)
    };
    let limit = args.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
    let items = report.items.into_iter().filter(fits).take(limit);
    Printer::print(centre.settings.format, COLUMNS, items)?;
    Ok(Done::Fully)
}

/// One item with everything known of it.
fn show(global: &Global, id: &str, as_of: &AsOf) -> Result<Done, Failure> {
    let centre = Centre::read(global)?;
    let id = identify(&centre, id)?.to_string();
    let report = centre.report(centre.night(as_of)?)?;
    let Some(item) = report.items.iter().find(|item| item.item_id == id) else {
        return Err(Failure::because(format!("{id} did not hang in that night")));
    };
    let mut out = stdout();
    match centre.settings.format {
        Format::Table => explain(&mut out, item)?,
        Format::Json | Format::Csv | Format::Spreadsheet => {
            serde_json::to_writer(&mut out, item).map_err(std::io::Error::from)?;
            writeln!(out)?;
        }
    }
    out.flush()?;
    Ok(Done::Fully)
}

/// The open item with this id, or the only one whose serial ends with it.
fn identify(centre: &Centre, id: &str) -> Result<ItemId, Failure> {
    let filter = SuspenseFilter { id: id.parse().ok(), ..SuspenseFilter::default() };
    let exact = filter.id.is_some();
    let open = centre.store.suspense(&filter)?;
    let fits = |item: &&SuspenseRow| exact || (!id.is_empty() && item.id.serial.ends_with(id));
    let mut alike = open.iter().filter(fits).map(|item| &item.id);
    match (alike.next(), alike.next()) {
        (Some(only), None) => Ok(only.clone()),
        (None, _) => Err(Failure::because(format!(
            "nothing hangs under {id:?}; `duizhang suspense list` shows what does"
        ))),
        (Some(one), Some(other)) => {
            Err(Failure::because(format!("{id:?} could be {one} or {other}; give the whole id")))
        }
    }
}

fn explain(out: &mut impl Write, item: &Item) -> std::io::Result<()> {
    writeln!(
        out,
        "{}  {} ({})",
        item.item_id,
        item.reason.in_language(Language::Chinese),
        item.reason.code()
    )?;
    writeln!(out)?;
    let day = item.booked_on;
    writeln!(out, "  amount   {} yuan", grouped(item.amount))?;
    writeln!(out, "  booked   {day}, {} days ago, at {}", item.age_days, item.bank_name)?;
    writeln!(out, "  payer    {} {}", one_line(&item.payer_name), item.payer_account.as_str())?;
    for remark in &item.remarks {
        let read: String = remark
            .segments()
            .iter()
            .map(|segment| match segment.kind {
                SegmentKind::Plain => one_line(&segment.text).into_owned(),
                SegmentKind::Read => format!("[{}]", one_line(&segment.text)),
                SegmentKind::Stripped => format!("({})", one_line(&segment.text)),
            })
            .collect();
        writeln!(out, "  {}     {read}", remark.field.in_language(Language::Chinese))?;
    }
    writeln!(out)?;
    writeln!(out, "  {}", item.explanation.zh)?;
    writeln!(out, "  {}", item.explanation.en)?;
    if !item.suggestions.is_empty() {
        writeln!(out, "\n  nearest notices; none of them is settled without you:")?;
    }
    item.suggestions.iter().try_for_each(|suggestion| suggest(out, suggestion))
}

fn suggest(out: &mut impl Write, suggestion: &Suggestion) -> std::io::Result<()> {
    let Suggestion { reference, employer, month, amount, evidence } = suggestion;
    writeln!(out, "  - {reference}  {month}  {} yuan  {employer}", grouped(*amount))?;
    for evidence in evidence {
        let mark = match evidence.holds {
            Holds::Yes => '✓',
            Holds::Nearly => '≈',
            Holds::No => '✗',
        };
        let detail = evidence.detail.trim_start_matches(['✓', '≈', '✗']);
        let detail = if detail.is_empty() { compared(evidence.kind) } else { detail };
        writeln!(out, "      {mark} {detail}")?;
    }
    Ok(())
}

const fn compared(kind: EvidenceKind) -> &'static str {
    match kind {
        EvidenceKind::Amount => "金额 amount",
        EvidenceKind::PayerAccount => "账号 account",
        EvidenceKind::Name => "名称 name",
        EvidenceKind::Reference => "登记号 reference",
        EvidenceKind::Month => "月份 month",
        EvidenceKind::History => "处理记录 history",
    }
}

/// The amount to add from the advance balance: as given, or what the items lack.
fn added(
    centre: &Centre,
    text: &str,
    notices: &[PaymentReference],
    items: &[ItemId],
) -> Result<Money, Failure> {
    if text != "auto" {
        return Money::from_yuan(text)
            .map_err(|error| Failure::Usage(format!("--from-advance {text:?}: {error}, or auto")));
    }
    let (owed, given) = centre.store.read(|store| {
        let named = store.notice_lines(&notices.iter().copied().collect())?;
        let owed: Total = named.values().map(|notice| notice.amount).sum();
        let mut given = Total::ZERO;
        for id in items {
            let filter = SuspenseFilter { id: Some(id.clone()), ..SuspenseFilter::default() };
            given += store.suspense(&filter)?.iter().map(|row| row.amount).sum();
        }
        Ok::<_, StoreError>((owed, given))
    })?;
    let missing = (owed - given).money().filter(|missing| *missing > Money::ZERO);
    missing.ok_or_else(|| {
        Failure::because(format!("nothing is missing: the notice asks for {owed}, {given} came"))
    })
}

fn resolve(global: &Global, args: &ResolveArgs) -> Result<Done, Failure> {
    let notices = args.how.notice.iter().map(|text| parsed::<PaymentReference>(text));
    let notices = notices.collect::<Result<Vec<_>, _>>()?;
    let mut act = if !notices.is_empty() {
        Act::settle(notices)
    } else if args.how.advance {
        Act::Advance { employer_id: args.employer.clone() }
    } else if args.how.refund {
        Act::Refund
    } else {
        Act::NotOurs
    };
    let centre = Centre::write(global)?;
    let now = clock::moment(args.as_of.as_of);
    let ids = args.ids.iter().map(|id| identify(&centre, id));
    let items = ids.collect::<Result<Vec<_>, _>>()?;
    if act == (Act::Advance { employer_id: None }) {
        let mut owners = Vec::new();
        for item in &items {
            owners.push(centre.store.employer_of(item)?);
        }
        owners.dedup();
        // With an unknown owner it stays unchanged and is refused.
        if let [Some(only)] = owners.as_slice() {
            act = Act::Advance { employer_id: Some(only.clone()) };
        }
    }
    if let (Some(text), Act::Settle { notices, from_advance }) = (&args.from_advance, &mut act) {
        *from_advance = Some(added(&centre, text, notices, &items)?);
    }
    centre.store.resolve(&items, &act, &args.by, &args.note, now)?;
    for item in &items {
        writeln!(std::io::stdout(), "{item}\t{}", act.kind().code())?;
    }
    if centre.is_rehearsal() {
        note!(global, "dry run: nothing was written");
    }
    Ok(Done::Fully)
}
