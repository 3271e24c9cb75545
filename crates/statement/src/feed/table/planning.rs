//! Decides how to read a table: by headings, layout, contents and balances, in that order.
//!
//! Start at [`Plan::of`]. There is one plan a block, made once from its header and its first rows. For what the
//! headings leave open (which of two columns is money in, the meaning of a minus, of 1 and 2), `proof.rs` tries
//! readings: the first under which each balance follows from the previous one wins. Unusual readings are used only if
//! the balances prove them, never as a guess.

use super::cell::RowReader;
use super::flags::Flags;
use super::header::{Finder, Header, shortened};
use super::plan::{NOWHERE, Plan, Sample};
use super::proof::{Score, score};
use super::variants::{self, Variant};
use crate::feed::heading::Meaning;
use crate::feed::rows::KeptRow;
use crate::feed::{FeedError, FeedErrorKind};
use crate::rules::bank::{AmountStyle, BankLayout, DateOrder, Field};
use crate::rules::headings::Headings;

impl<'a> Plan<'a> {
    /// Decides how to read the rows below a header.
    ///
    /// # Errors
    /// If nothing tells the direction, or it is contradicted.
    pub(super) fn of(
        finder: &Finder<'a>,
        header: &Header<'a>,
        sample: &Sample<'_>,
    ) -> Result<Self, FeedError> {
        let layout = header.layout.map(|(layout, _)| layout);
        let currency = sample.currency.and_then(super::row::currency_code);
        let mut plan = Self {
            layout,
            rules: finder.layouts.headings(),
            header: header.cells.clone(),
            columns: [NOWHERE; Field::COUNT],
            words: Default::default(),
            unknown: Vec::new(),
            amounts: variants::NONE,
            flags: Flags::default(),
            fillers: fillers(finder.layouts.headings(), layout),
            dates: layout.map_or(DateOrder::YearFirst, |layout| layout.dates),
            style: layout.map_or(AmountStyle::Point, |layout| layout.style),
            ragged: sample.ragged || layout.is_some_and(|layout| layout.ragged),
            decoded: !finder.encoding.is_valid(),
            currency: currency.map(str::to_owned).or_else(|| match layout {
                Some(layout) => layout.currency.clone(),
                None => Some("CNY".to_owned()),
            }),
            serial_days: false,
            serial_counts_rows: false,
            time_day: NOWHERE,
            two_parties: false,
            own_account: sample.account.map(str::to_owned),
            reads: Vec::new(),
        };
        plan.place_layout(header);
        plan.place_headings(header);
        plan.place_day(header, sample.rows);
        let dated = if sample.daily { sample.rows.to_vec() } else { plan.dated(sample.rows) };
        let sample = &Sample { rows: &dated, ..*sample };
        plan.place_time(header, sample.rows);
        plan.place_parties(sample);
        plan.look_at_serials(sample.rows);
        plan.flags = Flags::learnt(plan.rules, header, plan.column(Field::Flag), sample.rows);
        plan.choose_amounts(header, sample)?;
        plan.reads = super::reads::of(&plan, header);
        Ok(plan)
    }

    /// The rows with a day; labels and footers say nothing about columns.
    fn dated(&self, rows: &[KeptRow]) -> Vec<KeptRow> {
        let has_day = |row: &&KeptRow| (RowReader { plan: self }).day(row.row()).is_ok();
        rows.iter().filter(has_day).cloned().collect()
    }

    /// Chooses the first reading of the amounts that the balances prove, otherwise the first that needs no proof.
    fn choose_amounts(
        &mut self,
        header: &Header<'a>,
        sample: &Sample<'_>,
    ) -> Result<(), FeedError> {
        let variants = variants::of(self, header, sample);
        let mut scored: Vec<(Variant, Score)> = Vec::with_capacity(variants.len());
        for variant in variants {
            self.apply(&variant);
            let score = score(self, sample.rows, sample.account, sample.opening);
            let done = score.is_proved(variant.steps_needed.max(1));
            scored.push((variant, score));
            if done {
                break;
            }
        }
        let fewest = scored.iter().map(|(_, score)| score.refused).min().unwrap_or(0);
        let proved = scored.iter().find(|(variant, score)| {
            score.is_proved(variant.steps_needed) && (variant.steps_needed < 2 || score.varied)
        });
        let mostly = || {
            scored.iter().find(|(variant, score)| {
                score.refused == fewest && score.mostly_holds(variant.steps_needed)
            })
        };
        let as_before = || {
            let is = |variant: &Variant| sample.before.is_some_and(|one| variant.reads_as(one));
            scored.iter().find(|(variant, score)| is(variant) && score.refused == fewest)
        };
        let plain = || {
            let free = scored.iter().filter(|(variant, _)| variant.steps_needed == 0);
            free.min_by_key(|(_, score)| (score.refused, score.broken))
        };
        let found = proved.or_else(mostly).or_else(as_before).or_else(plain);
        let Some((variant, _)) = found else { return Err(self.undirected(header)) };
        let variant = variant.clone();
        self.apply(&variant);
        match sample.before {
            Some(before) if !variant.reads_as(before) => {
                let expected = "the same headings to be read as in the block before".to_owned();
                let found = "balances that prove another reading".to_owned();
                Err(FeedErrorKind::Structure { expected, found }.at(header.line))
            }
            Some(_) | None => Ok(()),
        }
    }

    fn apply(&mut self, variant: &Variant) {
        self.amounts = variant.amounts;
        self.flags.one_is_in = variant.one_is_in;
    }

    fn undirected(&self, header: &Header<'a>) -> FeedError {
        let understood = header.cells.iter().zip(&header.headings);
        let understood = understood
            .filter(|(_, heading)| !matches!(heading.meaning, Meaning::Nothing | Meaning::Unknown));
        FeedErrorKind::NotUnderstood {
            understood: understood
                .map(|(cell, heading)| (shortened(cell, 40), heading.meaning.code()))
                .collect(),
            missing: vec![
                "which way the money went (a direction, signs, or balances that prove it)",
            ],
            header: shortened(&header.cells.join(","), 200),
            columns: (1..)
                .zip(&header.headings)
                .filter(|(_, heading)| {
                    !matches!(heading.meaning, Meaning::Nothing | Meaning::Unknown)
                })
                .map(|(column, _)| column)
                .collect(),
        }
        .at(header.line)
    }
}

/// The first bytes of cells that mean empty; an empty cell itself is included.
fn fillers(rules: &Headings, layout: Option<&BankLayout>) -> Box<[bool; 256]> {
    let mut first = Box::new([false; 256]);
    let words =
        rules.values.nothing.iter().chain(layout.into_iter().flat_map(|layout| &layout.blank));
    let fixed = ["-", "—", "－", "–", "_"].into_iter();
    for word in words.map(String::as_str).chain(fixed) {
        let byte = word.bytes().next().unwrap_or_default();
        for byte in [byte.to_ascii_lowercase(), byte.to_ascii_uppercase()] {
            first.iter_mut().skip(usize::from(byte)).take(1).for_each(|may| *may = true);
        }
    }
    first
}
