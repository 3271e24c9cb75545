//! The sheets beside the items: 汇总 (figures), 待补足 (what waits), 警告 (what to look at).
//!
//! The summary holds the same figures in the same order as the page.

use super::super::column::Value;
use super::super::{Language, Report, Tally, words, words::Words};
use super::{Looks, amount, filtered, header, number, row, string, value};
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
    fn title(&mut self, words: Words) -> Result<(), XlsxError> {
        self.row += 1;
        let looks = self.looks;
        for (column, heading) in (0..).zip([words, Words("笔数", "Count"), Words("金额", "Amount")])
        {
            string(self.sheet, self.row, column, heading.of(self.language), &looks.heading)?;
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

    fn total(&mut self, words: Words, tally: Tally) -> Result<(), XlsxError> {
        let looks = self.looks;
        string(self.sheet, self.row, 0, words.of(self.language), &looks.total)?;
        number(self.sheet, self.row, 1, &tally.count.to_string(), &looks.total_count)?;
        amount(self.sheet, self.row, 2, tally.amount, &looks.total)?;
        self.row += 1;
        Ok(())
    }

    fn count(&mut self, words: Words, count: u64) -> Result<(), XlsxError> {
        let looks = self.looks;
        string(self.sheet, self.row, 0, words.of(self.language), &looks.text)?;
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
    sheet.set_name(Words("汇总", "Summary").of(language))?.set_paper_size(9);
    for (column, width) in (0..).zip([34_u8, 12, 20]) {
        sheet.set_column_width(column, width)?;
    }
    let title = Words("挂账报告", "Suspense report").of(language);
    let name = format!("{} {title} {}", report.centre.name, report.as_of);
    string(sheet, 0, 0, &name, &looks.title)?;
    let mut pen = Pen { sheet, looks, language, row: 1 };
    movement(&mut pen, report)?;
    breakdowns(&mut pen, report)?;
    night(&mut pen, report)
}

fn movement(pen: &mut Pen<'_>, report: &Report) -> Result<(), XlsxError> {
    let movement = &report.movement;
    pen.title(Words("挂账余额", "Suspense balance"))?;
    pen.tally(Words("上日余额", "Opening").of(pen.language), movement.opening)?;
    pen.tally(Words("加：新挂账", "+ New").of(pen.language), movement.new)?;
    pen.tally(Words("减：已清理", "− Cleared").of(pen.language), movement.cleared)?;
    pen.total(Words("本日余额", "Closing"), movement.closing())?;
    let ties = match report.ties() {
        true => Words("总账余额（相符）", "Ledger (ties)"),
        false => Words("总账余额（不符！）", "Ledger (DOES NOT TIE)"),
    };
    string(pen.sheet, pen.row, 0, ties.of(pen.language), &pen.looks.text)?;
    amount(pen.sheet, pen.row, 2, movement.ledger, &pen.looks.amount)?;
    pen.row += 1;
    Ok(())
}

fn breakdowns(pen: &mut Pen<'_>, report: &Report) -> Result<(), XlsxError> {
    let total = Words("合计", "Total");
    pen.title(Words("按原因", "By reason"))?;
    for part in report.by_reason() {
        pen.tally(words::reason(part.reason).of(pen.language), part.tally)?;
    }
    pen.total(total, report.open())?;
    pen.title(Words("按账龄", "By age"))?;
    for part in report.by_age() {
        pen.tally(words::age(part.age).of(pen.language), part.tally)?;
    }
    pen.total(total, report.open())?;
    pen.title(Words("按银行", "By bank"))?;
    for part in report.by_bank() {
        pen.tally(&part.bank_name, part.tally)?;
    }
    pen.total(total, report.open())
}

fn night(pen: &mut Pen<'_>, report: &Report) -> Result<(), XlsxError> {
    pen.title(Words("昨夜结果", "The night's outcomes"))?;
    for part in &report.outcomes {
        pen.tally(words::outcome(part.outcome).of(pen.language), part.tally)?;
    }
    pen.title(Words("昨夜接收文件", "The night's files"))?;
    let night = &report.night;
    pen.count(Words("入库文件", "Files taken"), night.files_taken)?;
    pen.count(Words("隔离文件", "Files in quarantine"), night.files_quarantined)?;
    pen.count(Words("新流水", "New movements"), night.transactions_new)?;
    pen.count(Words("重复送达", "Seen before"), night.seen_before)?;
    pen.count(Words("无法读取的行", "Rows rejected"), night.rows_rejected)?;
    pen.count(
        Words("流水号相同、内容不一致", "Conflicting duplicates"),
        night.conflicting_duplicates,
    )?;
    pen.count(Words("致单位函件", "Letters to employers"), night.letters)?;
    let Some(trail) = &report.trail else { return Ok(()) };
    pen.title(Words("审计日志", "Audit trail"))?;
    pen.count(Words("条目", "Entry"), trail.entry.unsigned_abs())?;
    // A hash is as wide as the sheet; it stands in a row of its own, over the empty columns.
    for line in [&trail.head, &trail.signed()].into_iter().filter(|line| !line.is_empty()) {
        string(pen.sheet, pen.row, 0, line, &pen.looks.text)?;
        pen.row += 1;
    }
    Ok(())
}

#[rustfmt::skip] // A table is read by column.
const AWAITING: [(Words, u8); 10] = [
    (Words("登记号", "Reference"), 14), (Words("单位", "Employer"), 30), (Words("银行", "Bank"), 14),
    (Words("流水号", "Serial"), 24), (Words("入账日", "Booked on"), 11), (Words("金额", "Amount"), 15),
    (Words("应缴", "Due"), 15), (Words("已到", "Received"), 15), (Words("月份", "Month"), 9),
    (Words("等到", "Until"), 11),
];

pub(super) fn awaiting(
    sheet: &mut Worksheet,
    report: &Report,
    language: Language,
    looks: &Looks,
) -> Result<(), XlsxError> {
    header(sheet, Words("待补足", "Awaiting"), language, &AWAITING, looks)?;
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

const WARNINGS: [(Words, u8); 3] =
    [(Words("类别", "Kind"), 18), (Words("位置", "Place"), 44), (Words("内容", "What"), 80)];

pub(super) fn warnings(
    sheet: &mut Worksheet,
    report: &Report,
    language: Language,
    looks: &Looks,
) -> Result<(), XlsxError> {
    header(sheet, Words("警告", "Warnings"), language, &WARNINGS, looks)?;
    for (index, warning) in report.warnings.iter().take(super::ROWS_MAX).enumerate() {
        let (chinese, english) = warning.title();
        let sentence = match language {
            Language::Chinese => warning.chinese(),
            Language::English => warning.english(),
        };
        let title = Words(chinese, english).of(language);
        let cells = [Cow::Borrowed(title), Cow::Borrowed(warning.place()), Cow::Owned(sentence)];
        for (column, cell) in (0..).zip(cells) {
            value(sheet, row(index + 1)?, column, Value::Text(cell), looks)?;
        }
    }
    filtered(sheet, row(report.warnings.len().min(super::ROWS_MAX))?, WARNINGS.len())
}
