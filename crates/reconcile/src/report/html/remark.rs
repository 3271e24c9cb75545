//! A remark as the page shows it: pieces with a mark, nothing invisible, nothing endless.

use super::super::{Segment, SegmentKind, text};

/// Characters of one piece that are shown before its middle is left out.
const PIECE_CHARS_MAX: usize = 160;

/// Pieces of one remark that are shown; a hostile remark may alternate for megabytes.
const PIECES_MAX: usize = 48;

/// One piece: what to write, and what the reader made of it.
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) kind: SegmentKind,
}

impl Piece {
    pub(super) fn read(&self) -> bool {
        self.kind == SegmentKind::Read
    }

    pub(super) fn stripped(&self) -> bool {
        self.kind == SegmentKind::Stripped
    }
}

pub(super) fn pieces(segments: &[Segment]) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = segments.iter().take(PIECES_MAX).map(piece).collect();
    if segments.len() > PIECES_MAX {
        let left: usize =
            segments.iter().skip(PIECES_MAX).map(|segment| segment.text.chars().count()).sum();
        pieces.push(Piece { text: left_out(left), kind: SegmentKind::Plain });
    }
    pieces
}

fn piece(segment: &Segment) -> Piece {
    let text = match segment.kind {
        // A blank that was taken out must be seen to be believed.
        SegmentKind::Stripped => shown(&segment.text).replace([' ', '\u{3000}', '\u{A0}'], "␣"),
        SegmentKind::Plain | SegmentKind::Read => shown(&segment.text),
    };
    Piece { text, kind: segment.kind }
}

/// A text with its middle left out where it is long, and with the invisible made visible.
pub(super) fn shown(whole: &str) -> String {
    let count = whole.chars().count();
    if count <= PIECE_CHARS_MAX {
        return text::revealed(whole.chars());
    }
    let (head, tail) = (PIECE_CHARS_MAX * 2 / 3, PIECE_CHARS_MAX / 3);
    let begins = text::revealed(whole.chars().take(head));
    let ends = text::revealed(whole.chars().skip(count.saturating_sub(tail)));
    format!("{begins}{}{ends}", left_out(count - head - tail))
}

fn left_out(count: usize) -> String {
    let count = text::grouped_count(u64::try_from(count).unwrap_or(u64::MAX));
    format!("…〔略 {count} 字 · {count} characters left out〕…")
}
