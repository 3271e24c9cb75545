//! The letter as HTML from `templates/letter.html`, with the same content as the plain text.
//!
//! It loads nothing, has no links and needs no style sheet that a mail program would drop.

use super::body::{Block, Body, Paper, Tone};
use askama::Template;

#[derive(Template)]
#[template(path = "letter.html", whitespace = "minimize")]
struct MailPage<'a> {
    body: &'a Body,
}

/// The same for paper: black on white, with the address at the window of an envelope.
#[derive(Template)]
#[template(path = "letter-paper.html", whitespace = "minimize")]
struct PaperPage<'a> {
    body: &'a Body,
}

/// What is added above and below a mail's page when it is printed.
#[derive(Template)]
#[template(path = "letter-printed.html", whitespace = "minimize")]
struct Printed<'a> {
    page: &'a str,
    centre: &'a str,
    paper: &'a Paper,
}

/// Several letters in one mail, their pages unchanged.
#[derive(Template)]
#[template(path = "letter-together.html", whitespace = "minimize")]
struct TogetherPage<'a> {
    subject: &'a str,
    opening: &'a str,
    parts: &'a [(String, &'a str)],
}

/// The page. Writing to a string cannot fail, and the template has no fallible call.
pub(super) fn html(body: &Body) -> String {
    MailPage { body }.render().unwrap_or_default()
}

/// The page to print.
pub(super) fn paper(body: &Body) -> String {
    PaperPage { body }.render().unwrap_or_default()
}

/// A mail's page for printing: only the inside of its body is used.
pub(super) fn printed(html: &str, centre: &str, paper: &Paper) -> String {
    Printed { page: body(html), centre, paper }.render().unwrap_or_default()
}

/// Several pages, each under its heading.
pub(super) fn together(subject: &str, opening: &str, pages: &[(String, &str)]) -> String {
    let parts: Vec<(String, &str)> =
        pages.iter().map(|(heading, page)| (heading.clone(), body(page))).collect();
    TogetherPage { subject, opening, parts: &parts }.render().unwrap_or_default()
}

/// The inside of a page's body.
fn body(html: &str) -> &str {
    let body = html.split_once("<body").and_then(|(_, rest)| rest.split_once('>'));
    let page = body.map_or(html, |(_, rest)| rest);
    page.rsplit_once("</body>").map_or(page, |(page, _)| page)
}
