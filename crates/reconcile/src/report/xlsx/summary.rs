//! The sheets beside the items: 汇总 (figures), 待补足 (waiting parts), 警告 (warnings).
//!
//! The summary has the same figures in the same order as the page.

use super::super::column::Value;
use super::super::{Bilingual, Language, Report, Tally};
use super::{Looks, amount, filtered, header, number, row, string, value};
use remittance::Localized;
use rust_xlsxwriter::{Worksheet, XlsxError};
use std::borrow::Cow;

/// Writes rows one below the other.
struct Pen<'a> {
    sheet: &'a mut Worksheet,
    looks: &'a Looks,
    language: Language,
    row: u32,
}

impl Pen<'_> {
    fn title(&mut self, words: Bilingual) -> Result<(), XlsxError> {
        self.row += 1;
        let looks = self.looks;
        for (column, heading) in (0..).zip([
            words,
            Bilingual::fixed("笔数", "Count"),
            Bilingual::fixed("金额", "Amount"),
        ]) {
            string(
                self.sheet,
                self.row,
                column,
                &heading.in_language(self.language),
                &looks.heading,
            )?;
        }
        self.row += 1;
        Ok(())
    }

    fn tally(&mut self, name: &str, tally: Tally) -> Result<(), XlsxError> {
        let looks = self.looks;
        string(self.sheet, self.row, 0, name, &looks.text)?;
        number(self.sheet, self.row, 1, &tally.count.to_string(), &looks.count)?;
        amount(self.sheet, self.row, 2, tally.amount, &looks.amount)?;
        self.row += 1;
        Ok(())
    }

    fn total(&mut self, words: Bilingual, tally: Tally) -> Result<(), XlsxError> {
        let looks = self.looks;
        string(self.sheet, self.row, 0, &words.in_language(self.language), &looks.total)?;
        number(self.sheet, self.row, 1, &tally.count.to_string(), &looks.total_count)?;
        amount(self.sheet, self.row, 2, tally.amount, &looks.total)?;
        self.row += 1;
        Ok(())
    }

    fn count(&mut self, words: Bilingual, count: u64) -> Result<(), XlsxError> {
        let looks = self.looks;
        string(self.sheet, self.row, 0, &words.in_language(self.language), &looks.text)?;
        number(self.sheet, self.row, 1, &count.to_string(), &looks.count)?;
        self.row += 1;
        Ok(())
    }
}

pub(super) fn write(
    sheet: &mut Worksheet,
    report: &Report,
    language: Language,
    looks: &Looks,
) -> Result<(), XlsxError> {
    sheet.set_name(&*Bilingual::fixed("汇总", "Summary").in_language(language))?.set_paper_size(9);
    for (column, width) in (0..).zip([34_u8, 12, 20]) {
        sheet.set_column_width(column, width)?;
    }
    let title = Bilingual::fixed("挂账报告", "Suspense report").in_language(language);
    let name = format!("{} {title} {}", report.centre.name, report.as_of);
    string(sheet, 0, 0, &name, &looks.title)?;
    let mut pen = Pen { sheet, looks, language, row: 1 };
    movement(&mut pen, report)?;
    breakdowns(&mut pen, report)?;
    night(&mut pen, report)
}

fn movement(pen: &mut Pen<'_>, report: &Report) -> Result<(), XlsxError> {
    let movement = &report.movement;
    pen.title(Bilingual::fixed("挂账余额", "Suspense balance"))?;
    pen.tally(
        &Bilingual::fixed("上日余额", "Opening").in_language(pen.language),
        movement.opening,
    )?;
    pen.tally(&Bilingual::fixed("加：新挂账", "+ New").in_language(pen.language), movement.new)?;
    pen.tally(
        &Bilingual::fixed("减：已清理", "− Cleared").in_language(pen.language),
        movement.cleared,
    )?;
    pen.total(Bilingual::fixed("本日余额", "Closing"), movement.closing())?;
    let ties = match report.ties() {
        true => Bilingual::fixed("总账余额（相符）", "Ledger (ties)"),
        false => Bilingual::fixed("总账余额（不符！）", "Ledger (DOES NOT TIE)"),
    };
    string(pen.sheet, pen.row, 0, &ties.in_language(pen.language), &pen.looks.text)?;
    amount(pen.sheet, pen.row, 2, movement.ledger, &pen.looks.amount)?;
    pen.row += 1;
    Ok(())
}

fn breakdowns(pen: &mut Pen<'_>, report: &Report) -> Result<(), XlsxError> {
    let total = Bilingual::fixed("合计", "Total");
    pen.title(Bilingual::fixed("按原因", "By reason"))?;
    for part in report.by_reason() {
        pen.tally(&part.reason.in_language(pen.language), part.tally)?;
    }
    pen.total(total.clone(), report.open())?;
    pen.title(Bilingual::fixed("按账龄", "By age"))?;
    for part in report.by_age() {
        pen.tally(&part.age.in_language(pen.language), part.tally)?;
    }
    pen.total(total.clone(), report.open())?;
    pen.title(Bilingual::fixed("按银行", "By bank"))?;
    for part in report.by_bank() {
        pen.tally(&part.bank_name, part.tally)?;
    }
    pen.total(total, report.open())
}

fn night(pen: &mut Pen<'_>, report: &Report) -> Result<(), XlsxError> {
    pen.title(Bilingual::fixed("昨夜结果", "The night's outcomes"))?;
    for part in &report.outcomes {
        pen.tally(&part.outcome.in_language(pen.language), part.tally)?;
    }
    pen.title(Bilingual::fixed("昨夜接收文件", "The night's files"))?;
    let night = &report.night;
    pen.count(Bilingual::fixed("入库文件", "Files taken"), night.files_taken)?;
    pen.count(Bilingual::fixed("隔离文件", "Files in quarantine"), night.files_quarantined)?;
    pen.count(Bilingual::fixed("新流水", "New movements"), night.transactions_new)?;
    pen.count(Bilingual::fixed("重复送达", "Seen before"), night.seen_before)?;
    pen.count(Bilingual::fixed("无法读取的行", "Rows rejected"), night.rows_rejected)?;
    pen.count(
        Bilingual::fixed("流水号相同、内容不一致", "Conflicting duplicates"),
        night.conflicting_duplicates,
    )?;
    pen.count(Bilingual::fixed("致单位函件", "Letters to employers"), night.letters)?;
    let Some(trail) = &report.trail else { return Ok(()) };
    pen.title(Bilingual::fixed("审计日志", "Audit trail"))?;
    pen.count(Bilingual::fixed("条目", "Entry"), trail.entry.unsigned_abs())?;
    // A hash is as wide as the sheet, so it has a row of its own, over the empty columns.
    for line in [&trail.head, &trail.signed()].into_iter().filter(|line| !line.is_empty()) {
        string(pen.sheet, pen.row, 0, line, &pen.looks.text)?;
        pen.row += 1;
    }
    Ok(())
}

#[rustfmt::skip] // A table is read by column.
static AWAITING: [(Bilingual, u8); 10] = [
    (Bilingual::fixed("登记号", "Reference"), 14), (Bilingual::fixed("单位", "Employer"), 30), (Bilingual::fixed("银行", "Bank"), 14),
    (Bilingual::fixed("流水号", "Serial"), 24), (Bilingual::fixed("入账日", "Booked on"), 11), (Bilingual::fixed("金额", "Amount"), 15),
    (Bilingual::fixed("应缴", "Due"), 15), (Bilingual::fixed("已到", "Received"), 15), (Bilingual::fixed("月份", "Month"), 9),
    (Bilingual::fixed("等到", "Until"), 11),
];

pub(super) fn awaiting(
    sheet: &mut Worksheet,
    report: &Report,
    language: Language,
    looks: &Looks,
) -> Result<(), XlsxError> {
    header(sheet, &Bilingual::fixed("待补足", "Awaiting"), language, &AWAITING, looks)?;
    for (index, part) in report.awaiting.iter().take(super::ROWS_MAX).enumerate() {
        let cells = [
            Value::Text(Cow::Owned(part.reference.to_string())),
            Value::Text(Cow::Borrowed(&part.employer)),
            Value::Text(Cow::Borrowed(&part.bank_name)),
            Value::Text(Cow::Borrowed(&part.serial)),
            Value::Date(part.booked_on),
            Value::Amount(part.amount.into()),
            Value::Amount(part.due.into()),
            Value::Amount(part.received),
            Value::Text(Cow::Owned(part.month.to_string())),
            Value::Date(part.until),
        ];
        for (column, cell) in (0..).zip(cells) {
            value(sheet, row(index + 1)?, column, cell, looks)?;
        }
    }
    filtered(sheet, row(report.awaiting.len().min(super::ROWS_MAX))?, AWAITING.len())
}

static WARNINGS: [(Bilingual, u8); 3] = [
    (Bilingual::fixed("类别", "Kind"), 18),
    (Bilingual::fixed("位置", "Place"), 44),
    (Bilingual::fixed("内容", "What"), 80),
];

pub(super) fn warnings(
    sheet: &mut Worksheet,
    report: &Report,
    language: Language,
    looks: &Looks,
) -> Result<(), XlsxError> {
    header(sheet, &Bilingual::fixed("警告", "Warnings"), language, &WARNINGS, looks)?;
    for (index, warning) in report.warnings.iter().take(super::ROWS_MAX).enumerate() {
        let title = warning.title().in_language(language);
        let sentence = warning.in_language(language);
        let cells = [title, Cow::Borrowed(warning.place()), sentence];
        for (column, cell) in (0..).zip(cells) {
            value(sheet, row(index + 1)?, column, Value::Text(cell), looks)?;
        }
    }
    filtered(sheet, row(report.warnings.len().min(super::ROWS_MAX))?, WARNINGS.len())
}
