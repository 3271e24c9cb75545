//! Explains a reading to a person, as a good compiler explains an error.
//!
//! Start at [`explain`]. The remark is on one line; below it each change has a line of its own, marked under its
//! characters. Marks count columns as a terminal does: Chinese characters take two, invisible ones none. A long remark
//! is shown around the reference. Nothing in the remark can move the cursor: control characters are shown as pictures.

use super::{Certainty, Reader, Reading};
use std::fmt::Write;

/// Whether to use colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    #[default]
    Plain,
    Colour,
}

/// Characters of a remark shown at most.
const SHOWN_MAX: usize = 120;
/// Steps shown at most.
const STEPS_MAX: usize = 24;
const INDENT: &str = "    ";

/// Explains how a remark was read, what was wrong with it, and how to write it next time.
#[must_use]
pub fn explain(reader: &Reader, reading: &Reading, original: &str, style: Style) -> String {
    let mut out = String::new();
    headline(&mut out, reading, style);
    if !original.is_empty() {
        picture(&mut out, reader, reading, original, style);
    }
    advice(&mut out, reader, reading, style);
    out
}

fn headline(out: &mut String, reading: &Reading, style: Style) {
    let colour = match reading.certainty {
        Certainty::Certain => "32",
        Certainty::Probable => "33",
        Certainty::Ambiguous | Certainty::None => "31",
    };
    let certainty = painted(reading.certainty.code(), colour, style);
    let names: Vec<String> = reading.candidates.iter().take(16).map(ToString::to_string).collect();
    let more = match reading.candidates.len().saturating_sub(names.len()) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let meaning = match reading.certainty {
        Certainty::Certain => names.join(", "),
        Certainty::Probable => format!("{}, if notice and amount confirm it", names.join(", ")),
        Certainty::Ambiguous => format!("{}{more}", names.join(", ")),
        Certainty::None if !reading.places.is_empty() => "a reference that was cut off".to_owned(),
        Certainty::None => "no reference".to_owned(),
    };
    line(out, &format!("{certainty}: {meaning}"));
}

/// The remark and the marks below it.
fn picture(out: &mut String, reader: &Reader, reading: &Reading, original: &str, style: Style) {
    let first = reading.places.first().map_or(0, |(start, _)| start.saturating_sub(20));
    let chars: Vec<char> = original.chars().skip(first).take(SHOWN_MAX).collect();
    let cut = original.chars().nth(first + SHOWN_MAX).is_some();
    let lead = if first > 0 { "…" } else { "" };
    // The column at which each character begins, and the one after the last.
    let mut columns = vec![lead.chars().map(width).sum::<usize>()];
    let mut shown = lead.to_owned();
    for char in &chars {
        let picture = pictured(*char);
        shown.extend(picture);
        let next = columns.last().copied().unwrap_or_default() + picture.map_or(0, width);
        columns.push(next);
    }
    shown.push_str(if cut { "…" } else { "" });
    let total = columns.last().copied().unwrap_or_default() + usize::from(cut);
    line(out, "");
    line(out, &format!("{INDENT}{shown}"));
    let mark = |out: &mut String, span: (usize, usize), sign: &str, colour: &str, label: &str| {
        let column = |index: usize| columns.get(index.saturating_sub(first)).copied();
        let (Some(from), Some(to)) = (column(span.0), column(span.1)) else { return };
        let signs = sign.repeat(to.saturating_sub(from).max(1));
        let pad = " ".repeat((total + 2).saturating_sub(from + signs.chars().count()));
        let signs = painted(&signs, colour, style);
        line(out, &format!("{INDENT}{}{signs}{pad}{label}", " ".repeat(from)));
    };
    for (index, place) in reading.places.iter().enumerate().take(STEPS_MAX) {
        let label = match reading.candidates.get(index) {
            Some(reference) => format!("read as {reference}"),
            None => "fewer than ten digits".to_owned(),
        };
        mark(out, *place, "^", "1;36", &label);
    }
    for step in reading.steps.iter().take(STEPS_MAX) {
        let stripped = reader.rules().strip.iter().any(|rule| *rule.id.as_ref() == step.rule);
        let done = match step.became.as_str() {
            "" if stripped => "skipped".to_owned(),
            "" => "left off".to_owned(),
            became => format!("read as {became}"),
        };
        mark(out, step.span, "-", "34", &format!("{done} ({})", step.rule));
    }
    if reading.steps.len() > STEPS_MAX {
        line(out, &format!("{INDENT}and {} more", reading.steps.len() - STEPS_MAX));
    }
}

/// A note for each fault, the handbook's rule, and the right form beside the wrong one.
fn advice(out: &mut String, reader: &Reader, reading: &Reading, style: Style) {
    let mut quoted = Vec::new();
    for advice in &reading.advice {
        let Some(text) = reader.rules().advice_text(advice.code()) else { continue };
        if quoted.is_empty() {
            line(out, "");
        }
        let note = painted("note", "1", style);
        line(out, &format!("  {note}: {} [{}]", text.en, advice.code()));
        let number = *text.handbook.as_ref();
        if let Some(rule) = reader.rules().handbook_rule(number)
            && !quoted.contains(&number)
        {
            line(out, &format!("        handbook, rule {number}, in English: {}", rule.en));
        }
        quoted.push(number);
        let help = painted("help", "1;36", style);
        line(out, &format!("  {help}: write {} instead of {}", text.right, text.wrong));
    }
}

fn line(out: &mut String, text: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{}", text.trim_end_matches(' '));
}

fn painted(text: &str, colour: &str, style: Style) -> String {
    match style {
        Style::Plain => text.to_owned(),
        Style::Colour => format!("\u{1B}[{colour}m{text}\u{1B}[0m"),
    }
}

/// A character as shown on a line; `None` if it is invisible.
fn pictured(char: char) -> Option<char> {
    match char {
        '\n' | '\r' | '\u{2028}' | '\u{2029}' | '\u{85}' => Some('⏎'),
        '\t' => Some(' '),
        _ if char.is_control() => Some('·'),
        _ if invisible(char) => None,
        _ => Some(char),
    }
}

/// Columns that a character takes on a terminal.
fn width(char: char) -> usize {
    let wide = matches!(char,
        '\u{1100}'..='\u{115F}' | '\u{2E80}'..='\u{303E}' | '\u{3041}'..='\u{A4CF}'
        | '\u{AC00}'..='\u{D7A3}' | '\u{F900}'..='\u{FAFF}' | '\u{FE30}'..='\u{FE6F}'
        | '\u{FF01}'..='\u{FF60}' | '\u{FFE0}'..='\u{FFE6}' | '\u{1F300}'..='\u{1FAFF}'
        | '\u{20000}'..='\u{3FFFD}');
    match invisible(char) {
        true => 0,
        false => 1 + usize::from(wide),
    }
}

fn invisible(char: char) -> bool {
    matches!(char,
        '\u{AD}' | '\u{300}'..='\u{36F}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}' | '\u{E0000}'..='\u{E0FFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_explanation_points_at_each_fault() {
        let remark = "p 1906—133753）2月";
        let want = "\
certain: P1906133753

    p 1906—133753）2月
    ^^^^^^^^^^^^^       read as P1906133753
    -                   read as P (lowercase)
     -                  skipped (space)
          -             skipped (symbol)
                 --     skipped (symbol)

  note: the reference is broken by a space or a line wrap [broken_by_space]
        handbook, rule 2, in English: Write the reference exactly as on the notice: it is a capital P and ten ordinary digits; a lowercase p is not allowed.
  help: write P1906133753 instead of P1906 133 753
  note: the p is lowercase [lowercase_prefix]
  help: write P1906133753 instead of p1906133753
  note: symbols stand inside or around the reference [special_character]
        handbook, rule 5, in English: Put no symbols such as →, /, |, $, ￥, ^ in the remark, and no （）.
  help: write P1906133753 instead of （P1906133753）
";
        let reader = Reader::shipped();
        assert_eq!(explain(&reader, &reader.read(remark), remark, Style::Plain), want);
    }

    #[test]
    fn marks_count_columns_and_nothing_moves_the_cursor() {
        let reader = Reader::shipped();
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            ("公积金P1906133753", "    公积金P1906133753\n          ^^^^^^^^^^^"),
            ("Ｐ1906133753",      "    Ｐ1906133753\n    ^^^^^^^^^^^^"),
            ("\u{200B}P1906133753", "    P1906133753\n    ^^^^^^^^^^^"),
            ("\u{1B}[2JP1906133753", "    ·[2JP1906133753\n        ^^^^^^^^^^^"),
            ("P1906\n133753",     "    P1906⏎133753\n    ^^^^^^^^^^^^"),
        ];
        for (remark, want) in rows {
            let text = explain(&reader, &reader.read(remark), remark, Style::Plain);
            assert!(text.contains(want), "{remark:?}:\n{text}");
        }
        let text = explain(&reader, &reader.read(""), "", Style::Plain);
        assert_eq!(text, "none: no reference\n");
    }

    #[test]
    fn a_remark_without_end_is_shown_around_what_was_read() {
        let reader = Reader::shipped();
        let remark = format!("{}P1906133753{}", "公".repeat(5_000), "积".repeat(5_000));
        let text = explain(&reader, &reader.read(&remark), &remark, Style::Plain);
        assert!(text.len() < 2_000 && text.contains("公P1906133753积"), "{text}");
    }
}
