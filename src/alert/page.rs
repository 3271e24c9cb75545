//! The letter as HTML: `templates/letter.html`, which says what the plain text says.
//!
//! It loads nothing, links nowhere and needs no style sheet that a mail program would drop.

use super::body::{Block, Body, Paper, Tone};
use askama::Template;

#[derive(Template)]
#[template(path = "letter.html", whitespace = "minimize")]
struct MailPage<'a> {
    body: &'a Body,
}

/// The same on paper: black on white, with the address where a window envelope has its window.
#[derive(Template)]
#[template(path = "letter-paper.html", whitespace = "minimize")]
struct PaperPage<'a> {
    body: &'a Body,
}

/// What stands above and below a mail's page where it is printed instead of sent.
#[derive(Template)]
#[template(path = "letter-printed.html", whitespace = "minimize")]
struct Printed<'a> {
    page: &'a str,
    centre: &'a str,
    paper: &'a Paper,
}

/// Several letters in one mail, each page as it is.
#[derive(Template)]
#[template(path = "letter-together.html", whitespace = "minimize")]
struct TogetherPage<'a> {
    subject: &'a str,
    opening: &'a str,
    parts: &'a [(String, &'a str)],
}

/// The page; writing it into a string cannot fail, the template holds no fallible call.
pub(super) fn html(body: &Body) -> String {
    MailPage { body }.render().unwrap_or_default()
}

/// The page to print.
pub(super) fn paper(body: &Body) -> String {
    PaperPage { body }.render().unwrap_or_default()
}

/// A mail's page to print: only what is inside its body is taken over.
pub(super) fn printed(html: &str, centre: &str, paper: &Paper) -> String {
    Printed { page: body(html), centre, paper }.render().unwrap_or_default()
}

/// Pages below each other, each under its heading.
pub(super) fn together(subject: &str, opening: &str, pages: &[(String, &str)]) -> String {
    let parts: Vec<(String, &str)> =
        pages.iter().map(|(heading, page)| (heading.clone(), body(page))).collect();
    TogetherPage { subject, opening, parts: &parts }.render().unwrap_or_default()
}

/// What is inside a page's body.
fn body(html: &str) -> &str {
    let body = html.split_once("<body").and_then(|(_, rest)| rest.split_once('>'));
    let page = body.map_or(html, |(_, rest)| rest);
    page.rsplit_once("</body>").map_or(page, |(page, _)| page)
}
