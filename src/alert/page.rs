//! The letter as HTML: `templates/letter.html`, which says what the plain text says.
//!
//! It loads nothing, links nowhere and needs no style sheet that a mail program would drop.

use super::letter::{Frame, Paragraph};
use askama::Template;

#[derive(Template)]
#[template(path = "letter.html", whitespace = "minimize")]
struct Page<'a> {
    subject: &'a str,
    frame: &'a Frame,
    paragraphs: &'a [Paragraph],
}

impl Page<'_> {
    fn first_advice(&self, paragraph: &Paragraph) -> bool {
        let first = self.paragraphs.iter().find(|paragraph| paragraph.advice);
        first.is_some_and(|first| first.number == paragraph.number)
            && !self.frame.advice_heading.is_empty()
    }
}

/// The page; writing it into a string cannot fail, the template holds no fallible call.
pub(super) fn html(subject: &str, frame: &Frame, paragraphs: &[Paragraph]) -> String {
    Page { subject, frame, paragraphs }.render().unwrap_or_default()
}
