//! A statement for people: a line per file, then its blocks, then the meaning of each column.
//!
//! Start at [`summary`]. Own accounts are masked here as everywhere; JSON and CSV have them in full. Unread columns
//! follow the read ones, because people look for them.

use crate::cli::rows::{aligned, one_line};
use crate::feed::inspect::{BlockSummary, ColumnSummary, Summary};
use crate::feed::outline::{Outline, Understood};
use crate::nightly;
use crate::remittance::account::masked;
use crate::remittance::{Bilingual, Language, Localized};
use crate::rulebook::field::{self, Field};
use std::borrow::Cow;

/// The lines of one file.
pub(super) fn summary(summary: &Summary) -> Vec<String> {
    let file = one_line(&summary.file);
    if let Some(error) = &summary.error {
        let mut lines = vec![format!("{file}: not read 未能读取")];
        lines.extend(
            nightly::line_by_line(error).lines().map(|line| format!("  {}", one_line(line))),
        );
        return lines;
    }
    let mut lines = vec![format!("{file}: {}", figures(summary))];
    let mut before: Option<&BlockSummary> = None;
    for one in &summary.blocks {
        lines.push(format!("  {}", block(one)));
        let same = before
            .is_some_and(|before| before.columns == one.columns && before.layout == one.layout);
        if same && !one.columns.is_empty() {
            lines.push("    columns as above 各栏同上".to_owned());
        } else {
            lines.extend(columns(one));
        }
        before = Some(one);
    }
    lines.extend(summary.flags.iter().map(|flag| format!("  told: line {}", one_line(flag))));
    lines
}

fn figures(summary: &Summary) -> String {
    let mut said: Vec<String> = Vec::new();
    said.extend(summary.format.map(str::to_owned));
    said.extend(summary.encoding.map(str::to_owned));
    said.push(counted(summary.entries, "row"));
    said.extend(summary.sum_credit.as_ref().map(|sum| format!("in {sum}")));
    said.extend(summary.sum_debit.as_ref().map(|sum| format!("out {sum}")));
    said.extend(summary.currency.clone());
    if let (Some(opening), Some(closing)) = (&summary.opening, &summary.closing) {
        said.push(format!("balance {opening} to {closing}"));
    }
    if summary.balance_ok == Some(false) {
        said.push("which does not follow from the rows 期初期末余额与明细不符".to_owned());
    }
    if summary.rejected > 0 {
        said.push(format!("{} not read 无法读取", counted(summary.rejected, "row")));
    }
    said.join(", ")
}

fn counted(count: u64, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

fn block(block: &BlockSummary) -> String {
    let account = match &block.account {
        Some(account) => format!("account {}", masked(account)),
        None => "names no own account 未写明本方账号".to_owned(),
    };
    let days = match (&block.from, &block.to) {
        (Some(from), Some(to)) if from == to => format!(", {from}"),
        (Some(from), Some(to)) => format!(", {from} to {to}"),
        _ => String::new(),
    };
    let proved = match block.proved {
        Some(true) => "every row proved by the balances 余额逐笔衔接",
        Some(false) => "the balances do not hold 余额不衔接",
        None => "no balances to prove them by 没有余额可核对",
    };
    let rows = counted(block.entries, "row");
    format!("line {}: {}{days}, {rows}, {proved}", block.line, one_line(&account))
}

/// One line per read column, one for the unread, one for the unneeded.
fn columns(block: &BlockSummary) -> Vec<String> {
    let layout = block.layout.as_deref().unwrap_or_default();
    let named = |column: &&ColumnSummary| !column.heading.is_empty();
    let read = |column: &&ColumnSummary| Field::named(column.reads).is_some();
    let rows = block.columns.iter().filter(read).map(|column| {
        let why = match column.why {
            "layout" => format!("layout {layout}"),
            "heading" => "its heading 表头".to_owned(),
            "balances" => "the balances 余额".to_owned(),
            other => other.to_owned(),
        };
        let field = Field::named(column.reads).map(|field| field.in_language(Language::English));
        [
            one_line(&column.heading).into_owned(),
            field::name_in_chinese(column.reads).to_owned(),
            field.map(Cow::into_owned).unwrap_or_default(),
            why,
        ]
    });
    let mut lines = aligned(4, rows);
    let others = block.columns.iter().filter(named).filter(|column| !read(column));
    let (unread, useless): (Vec<&ColumnSummary>, Vec<_>) =
        others.partition(|column| column.reads == "not read");
    for (title, columns) in [("not read 未识别", unread), ("not needed 不需要", useless)] {
        if !columns.is_empty() {
            let headings: Vec<_> = columns.iter().map(|column| one_line(&column.heading)).collect();
            lines.push(format!("    {title}: {}", headings.join(", ")));
        }
    }
    lines
}

/// The columns of a layout being learnt: their meaning, and where it comes from.
pub(super) fn roles(outline: &Outline, roles: &[Option<Field>], given: &[bool]) -> Vec<String> {
    let columns = outline.columns.iter().zip(roles).zip(given);
    let rows = columns.map(|((column, role), given)| {
        let Bilingual { zh, en } =
            role.map_or(Bilingual::fixed("不读取", "not read"), |role| Bilingual::of(&role));
        let why = match (role, given, column.understood) {
            (_, true, _) => "as you say 指定",
            (Some(_), false, Understood::Guessed(_)) => "contents and balances 内容与余额",
            (Some(_), false, _) => "its heading 表头",
            (None, false, _) => "",
        };
        let texts = [&*one_line(&column.heading), &*zh, &*en, why];
        texts.map(str::to_owned)
    });
    aligned(4, rows)
}
