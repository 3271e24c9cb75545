//! A remark for the page: marked pieces, nothing invisible, nothing endless.

use super::super::{Segment, SegmentKind, text};

/// Characters shown of one piece before its middle is left out.
const PIECE_CHARS_MAX: usize = 160;

/// Pieces shown of one remark; a hostile remark may alternate for megabytes.
const PIECES_MAX: usize = 48;

/// One piece: its text, and how the parser used it.
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
        // A stripped blank must be visible.
        SegmentKind::Stripped => shown(&segment.text).replace([' ', '\u{3000}', '\u{A0}'], "␣"),
        SegmentKind::Plain | SegmentKind::Read => shown(&segment.text),
    };
    Piece { text, kind: segment.kind }
}

/// A text without its middle if it is long, and with its invisible characters shown.
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
