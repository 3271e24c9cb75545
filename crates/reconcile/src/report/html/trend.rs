//! The trend of the suspense balance as an SVG line: ninety days, integer geometry, figures beside it.
//!
//! Nights are placed by date, not by number, so that a missing night is visible.

use super::super::{NightPoint, text};
use chrono::{Days, NaiveDate};
use remittance::Total;

/// Days drawn.
const DAYS: u64 = 90;

// The drawing, in units of its view box: the plot is between these.
const LEFT: i128 = 4;
const RIGHT: i128 = 636;
const TOP: i128 = 4;
const BOTTOM: i128 = 121;

/// A line to draw and its figures.
pub struct Trend {
    /// `x,y x,y …` of the closing balance.
    pub line: String,
    /// The same, closed along the bottom.
    pub area: String,
    /// The last point.
    pub x: i128,
    pub y: i128,
    pub first_on: NaiveDate,
    pub last_on: NaiveDate,
    pub highest: String,
    pub lowest: String,
    pub latest: String,
    /// The difference from the earliest night drawn, with its sign.
    pub change: String,
    pub rose: bool,
    /// Latest first, for the table.
    pub nights: Vec<NightPoint>,
}

impl Trend {
    /// The trend up to a day; `None` with fewer than two nights, because one point is no line.
    pub fn of(nights: &[NightPoint], as_of: NaiveDate) -> Option<Self> {
        let since = as_of.checked_sub_days(Days::new(DAYS)).unwrap_or(as_of);
        let drawn: Vec<NightPoint> = nights
            .iter()
            .filter(|point| point.night > since && point.night <= as_of)
            .cloned()
            .collect();
        let (first, last) = (drawn.first()?.clone(), drawn.last()?.clone());
        let days = i128::from((last.night - first.night).num_days());
        let fen = |point: &NightPoint| point.closing.amount.fen();
        let highest = drawn.iter().map(fen).max()?.max(1);
        let lowest = drawn.iter().map(fen).min()?;
        let floor = lowest.min(0);
        let place = |point: &NightPoint| {
            let day = i128::from((point.night - first.night).num_days());
            let x = LEFT + (day * (RIGHT - LEFT)).checked_div(days)?;
            let y =
                BOTTOM - ((fen(point) - floor) * (BOTTOM - TOP)).checked_div(highest - floor)?;
            Some((x, y))
        };
        let points: Vec<(i128, i128)> = drawn.iter().map(place).collect::<Option<_>>()?;
        let (x, y) = *points.last()?;
        let line: Vec<String> = points.iter().map(|(x, y)| format!("{x},{y}")).collect();
        let line = line.join(" ");
        let change = fen(&last) - fen(&first);
        let money = |fen: i128| text::grouped(Total::from_fen(fen));
        Some(Self {
            area: format!("{LEFT},{BOTTOM} {line} {x},{BOTTOM}"),
            line,
            x,
            y,
            first_on: first.night,
            last_on: last.night,
            highest: money(highest),
            lowest: money(lowest),
            latest: money(fen(&last)),
            change: format!("{}{}", if change > 0 { "+" } else { "" }, money(change)),
            rose: change > 0,
            nights: drawn.into_iter().rev().collect(),
        })
    }
}
