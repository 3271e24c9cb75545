//! The report as one self-contained HTML page: opened every morning, printed, read on a phone.
//!
//! The page is `templates/report.html`; this module prepares its values. It loads nothing and runs nothing: styles and
//! charts are inline, a Content-Security-Policy forbids everything else, and the language switch is a pair of radio
//! buttons. The template engine escapes every text; the only markup made in Rust is [`Words`], whose texts are
//! constants of this crate.
//!
//! With more open items than [`Options::items_max`] the page shows those with the largest amount × age and says so;
//! XLSX, CSV and JSON have all.

mod remark;
mod select;
pub mod trend;

use super::{
    Age, AgeTotal, Awaiting, Evidence, Holds, Item, Language, NightPoint, RemarkText, Report,
    Stage, Suggestion, Tally, Warning, text,
};
use askama::Template;
use chrono::Datelike;
use remittance::{Bilingual, Localized, Outcome, Reason, Total};
use select::{Group, Index};
use std::borrow::Borrow;
use std::fmt;
use std::io;

/// The options of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// The language the page opens in; the other is one click away.
    pub language: Language,
    /// The limit on all items, and on warnings and waiting parts each; a page is readable with some hundreds.
    pub items_max: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { language: Language::Chinese, items_max: 500 }
    }
}

/// Writes the page.
///
/// # Errors
/// If the writer fails.
pub fn write<W: io::Write>(report: &Report, options: Options, mut out: W) -> io::Result<()> {
    ReportPage::new(report, options).write_into(&mut out)
}

/// The values for the template.
#[derive(Template)]
#[template(path = "report.html", whitespace = "minimize")]
struct ReportPage<'a> {
    report: &'a Report,
    options: Options,
    open: Tally,
    waiting: Tally,
    groups: Vec<Group<'a>>,
    shown: usize,
    index: Vec<Index>,
    trend: Option<trend::Trend>,
}

impl<'a> ReportPage<'a> {
    fn new(report: &'a Report, options: Options) -> Self {
        let chosen = select::most_important(&report.items, options.items_max);
        Self {
            report,
            options,
            open: report.open(),
            waiting: report.waiting(),
            groups: select::by_reason(report, &chosen),
            index: select::index(report, &chosen),
            shown: chosen.len(),
            trend: trend::Trend::of(&report.nights, report.as_of),
        }
    }
}

/// The methods for the template; askama passes values by reference as the template names them.
#[expect(clippy::unused_self, reason = "a template calls methods of its page")]
impl<'a> ReportPage<'a> {
    fn t(&self, chinese: &'static str, english: &'static str) -> InBoth {
        InBoth(Bilingual::fixed(chinese, english))
    }

    fn english_first(&self) -> bool {
        self.options.language == Language::English
    }

    fn yuan(&self, amount: impl Into<Total>) -> String {
        text::grouped(amount)
    }

    fn count(&self, count: impl Borrow<u64>) -> String {
        text::grouped_count(*count.borrow())
    }

    fn size(&self, count: impl Borrow<usize>) -> String {
        text::grouped_count(u64::try_from(*count.borrow()).unwrap_or(u64::MAX))
    }

    fn reason(&self, reason: impl Borrow<Reason>) -> InBoth {
        InBoth(Bilingual::of(reason.borrow()))
    }

    fn outcome(&self, outcome: impl Borrow<Outcome>) -> InBoth {
        InBoth(Bilingual::of(outcome.borrow()))
    }

    fn age(&self, band: impl Borrow<Age>) -> InBoth {
        InBoth(Bilingual::of(band.borrow()))
    }

    fn age_class(&self, age_days: impl Borrow<u32>) -> &'static str {
        age_class(Age::of(*age_days.borrow()))
    }

    fn band_class(&self, total: &AgeTotal) -> &'static str {
        age_class(total.age)
    }

    fn stage(&self, stage: impl Borrow<Stage>) -> InBoth {
        InBoth(Bilingual::of(stage.borrow()))
    }

    fn field(&self, remark: &RemarkText) -> InBoth {
        InBoth(Bilingual::of(&remark.field))
    }

    fn evidence(&self, evidence: &Evidence) -> InBoth {
        InBoth(Bilingual::of(&evidence.kind))
    }

    fn tick(&self, evidence: &Evidence) -> &'static str {
        evidence.holds.tick()
    }

    /// The meaning of the tick, as a tooltip and for a screen reader.
    fn tick_title(&self, evidence: &Evidence) -> String {
        let Bilingual { zh, en } = Bilingual::of(&evidence.holds);
        format!("{zh} · {en}")
    }

    fn tick_class(&self, evidence: &Evidence) -> &'static str {
        match evidence.holds {
            Holds::Yes => "yes",
            Holds::Nearly => "nearly",
            Holds::No => "no",
        }
    }

    fn pieces(&self, remark: &RemarkText) -> Vec<remark::Piece> {
        remark::pieces(remark.segments())
    }

    fn shown_text(&self, text: &str) -> String {
        remark::shown(text)
    }

    /// A share of the open amount in thousandths, for the length of a bar; signs are ignored.
    fn share(&self, tally: impl Borrow<Tally>) -> u64 {
        let sizes = self.report.items.iter().map(|item| item.amount.fen().unsigned_abs());
        let whole: u128 = sizes.map(u128::from).sum();
        let part = tally.borrow().amount.fen().unsigned_abs().saturating_mul(1000);
        u64::try_from(part.checked_div(whole).unwrap_or(0)).unwrap_or(1000).min(1000)
    }

    fn matched_percent(&self) -> Option<String> {
        self.report.nights.last().and_then(NightPoint::matched_percent)
    }

    fn percent_of(&self, point: &NightPoint) -> String {
        point.matched_percent().map_or_else(|| "–".to_owned(), |percent| format!("{percent}%"))
    }

    fn weekday(&self) -> InBoth {
        static WEEKDAYS: [Bilingual; 7] = [
            Bilingual::fixed("星期一", "Monday"),
            Bilingual::fixed("星期二", "Tuesday"),
            Bilingual::fixed("星期三", "Wednesday"),
            Bilingual::fixed("星期四", "Thursday"),
            Bilingual::fixed("星期五", "Friday"),
            Bilingual::fixed("星期六", "Saturday"),
            Bilingual::fixed("星期日", "Sunday"),
        ];
        let index = usize::try_from(self.report.as_of.weekday().num_days_from_monday());
        InBoth(index.ok().and_then(|index| WEEKDAYS.get(index)).cloned().unwrap_or_default())
    }

    fn movement_count(&self) -> u64 {
        self.report.night.transactions_new
    }

    fn set_aside(&self) -> u64 {
        let night = &self.report.night;
        night.files_quarantined + night.rows_rejected + night.conflicting_duplicates
    }

    fn awaiting(&self) -> &'a [Awaiting] {
        let awaiting = &self.report.awaiting;
        awaiting.get(..self.options.items_max).unwrap_or(awaiting)
    }

    fn warnings(&self) -> &'a [Warning] {
        let warnings = &self.report.warnings;
        warnings.get(..self.options.items_max).unwrap_or(warnings)
    }

    fn warning_in_chinese(&self, warning: &Warning) -> String {
        remark::shown(&warning.in_language(Language::Chinese))
    }

    fn warning_in_english(&self, warning: &Warning) -> String {
        remark::shown(&warning.in_language(Language::English))
    }

    fn warning_title(&self, warning: &Warning) -> InBoth {
        InBoth(warning.title())
    }

    fn suggestions(&self, item: &'a Item) -> &'a [Suggestion] {
        item.suggestions.get(..3).unwrap_or(&item.suggestions)
    }
}

const fn age_class(band: Age) -> &'static str {
    match band {
        Age::UpTo7 => "age1",
        Age::UpTo30 => "age2",
        Age::UpTo60 => "age3",
        Age::Over60 => "age4",
    }
}

/// A text in both languages, of which the page shows one. Only constants of this crate get here.
pub(super) struct InBoth(pub(super) Bilingual);

impl fmt::Display for InBoth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Bilingual { zh, en } = &self.0;
        write!(f, "<span lang=\"zh-CN\">{zh}</span><span lang=\"en\">{en}</span>")
    }
}

impl askama::filters::HtmlSafe for InBoth {}
