//! The original remark in parts, so that a page can mark what was read and what was stripped.
//!
//! Start at [`marked`]. The joined parts are the remark, character for character; the page escapes them.
//!
//! Invariant: no part is empty, and two neighbours never have the same kind.

use super::Reading;

/// A part of the original remark, for marking it in a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    pub kind: SegmentKind,
    pub text: String,
}

/// How a part of the remark was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SegmentKind {
    /// Not part of a reference.
    Plain,
    /// Read unchanged.
    Reference,
    /// Read as something else: another form, a look-alike.
    Folded,
    /// Skipped or left off.
    Stripped,
}

/// Splits the original remark into parts, classed by use; joined they are the remark.
#[must_use]
pub fn marked(original: &str, reading: &Reading) -> Vec<Segment> {
    let mut segments: Vec<Segment> = Vec::new();
    let (mut places, mut steps) =
        (reading.places.iter().peekable(), reading.steps.iter().peekable());
    for (index, char) in original.chars().enumerate() {
        while places.next_if(|(_, end)| *end <= index).is_some() {}
        while steps.next_if(|step| step.span.1 <= index).is_some() {}
        let step = steps.peek().filter(|step| step.span.0 <= index);
        let kind = match step {
            Some(step) if step.became.is_empty() => SegmentKind::Stripped,
            Some(_) => SegmentKind::Folded,
            None if places.peek().is_some_and(|(start, _)| *start <= index) => {
                SegmentKind::Reference
            }
            None => SegmentKind::Plain,
        };
        match segments.last_mut() {
            Some(last) if last.kind == kind => last.text.push(char),
            Some(_) | None => segments.push(Segment { kind, text: char.to_string() }),
        }
    }
    segments
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::remark::Reader;
    use SegmentKind::{Folded, Plain, Reference, Stripped};

    #[test]
    fn a_marked_remark_shows_what_was_read_and_what_was_stripped() {
        let reader = Reader::shipped();
        #[rustfmt::skip] // A table is read by column.
        let rows: &[(&str, &[(SegmentKind, &str)])] = &[
            ("P1906133753公积金", &[(Reference, "P1906133753"), (Plain, "公积金")]),
            ("缴（p1906 13３753）", &[
                (Plain, "缴"), (Stripped, "（"), (Folded, "p"), (Reference, "1906"), (Stripped, " "),
                (Reference, "13"), (Folded, "３"), (Reference, "753"), (Stripped, "）"),
            ]),
            ("P19061337532月", &[(Reference, "P1906133753"), (Stripped, "2"), (Plain, "月")]),
            ("P1906133753、P1906133754", &[
                (Reference, "P1906133753"), (Stripped, "、"), (Reference, "P1906133754"),
            ]),
            ("P19O6133753 O", &[(Reference, "P19"), (Folded, "O"), (Reference, "6133753"), (Plain, " O")]),
            ("P190613375 3月", &[(Reference, "P190613375"), (Plain, " 3月")]),
            ("公积金", &[(Plain, "公积金")]),
            ("", &[]),
        ];
        for (remark, want) in rows {
            let segments = marked(remark, &reader.read(remark));
            let got: Vec<_> = segments.iter().map(|part| (part.kind, part.text.as_str())).collect();
            assert_eq!(got, *want, "{remark:?}");
        }
    }
}
