//! 暂扣函件: held letters with their reasons, grouped by reason and file; an approver releases or drops them.
//!
//! Start at [`show`]. The store checks released letters against the books; a letter that is no longer true is not
//! sent, and a later night writes its news again.

use super::draft::Form;
use crate::remittance::{Language, Localized};
use crate::store::{HeldAct, HeldLetter};
use crate::suspense::Permission;
use crate::suspense::trail::TrailEvent;
use crate::web::Desk;
use crate::web::fault::Fault;
use crate::web::frame::{Frame, show as answer};
use crate::web::session::Session;
use crate::web::view::{address, foreign};
use askama::Template;
use axum::extract::{Query, RawForm, State};
use axum::response::{IntoResponse, Redirect, Response};
use chrono::NaiveDate;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Letters listed; a whole night is decided through its group.
const SHOWN: usize = 100;
/// Letters named per group.
const SAMPLES: usize = 3;
/// Longest note.
const NOTE_CHARS_MAX: usize = 500;

#[derive(Template)]
#[template(path = "desk/held.html")]
struct Page {
    frame: Frame,
    nights: Vec<Night>,
    groups: Vec<Group>,
    lines: Vec<Line>,
    more: usize,
    may_decide: bool,
    done: String,
}

/// Why letters of a night are held.
struct Night {
    night: NaiveDate,
    letters: u64,
    why: Vec<String>,
}

/// Letters of the same night, reason or file.
struct Group {
    words: String,
    /// The form field and value that name the group.
    field: &'static str,
    value: String,
    count: usize,
    samples: Vec<(String, String)>,
}

struct Line {
    letter_id: String,
    href: String,
    night: NaiveDate,
    employer: String,
    employer_href: String,
    subject: String,
    reasons: String,
    on_paper: bool,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    released: Option<u64>,
    dropped: Option<u64>,
    outdated: Option<u64>,
}

pub(crate) async fn show(
    State(desk): State<Desk>,
    session: Session,
    Query(asked): Query<Asked>,
) -> Result<Response, Fault> {
    let (letters, nights) =
        desk.read(|store| Ok((store.held_letters()?, store.held_nights()?))).await?;
    let frame = Frame::new(&desk, &session, "暂扣函件", "Held letters");
    let language = frame.language;
    let why = |pull: &crate::alert::Pull| foreign(&pull.in_language(language));
    answer(&Page {
        nights: nights
            .into_iter()
            .map(|night| Night {
                night: night.night,
                letters: night.letters,
                why: night.why.iter().map(why).collect(),
            })
            .collect(),
        groups: groups(&letters, language),
        more: letters.len().saturating_sub(SHOWN),
        lines: letters.iter().take(SHOWN).map(|letter| line(letter, language)).collect(),
        may_decide: session.may(Permission::Approve),
        done: said(&asked, language),
        frame,
    })
}

/// The result of the latest decision.
fn said(asked: &Asked, language: Language) -> String {
    let counts = [
        (asked.released, "封已放行", "released"),
        (asked.dropped, "封已撤下", "dropped"),
        (
            asked.outdated,
            "封与现在的账目不符，未放行，由下一夜重新告知",
            "no longer true of the books: not released, the next night tells anew",
        ),
    ];
    let told: Vec<String> = counts
        .into_iter()
        .filter_map(|(count, zh, en)| {
            let count = count.filter(|count| *count > 0)?;
            Some(format!("{count} {}", language.choose(zh, en)))
        })
        .collect();
    told.join(language.choose("；", "; "))
}

fn line(letter: &HeldLetter, language: Language) -> Line {
    let reasons: Vec<_> = letter.reasons.iter().map(|one| one.in_language(language)).collect();
    Line {
        href: format!("/letters/{}", address::part(&letter.letter_id)),
        night: letter.night,
        employer: name(letter),
        employer_href: address::employer(&letter.employer_id),
        subject: foreign(&letter.subject),
        reasons: reasons.join(language.choose("、", ", ")),
        on_paper: letter.recipient.is_empty(),
        letter_id: letter.letter_id.clone(),
    }
}

fn name(letter: &HeldLetter) -> String {
    let known = !letter.employer_name.is_empty();
    foreign(if known { &letter.employer_name } else { &letter.employer_id })
}

/// The letters by night, reason and file, each with samples.
fn groups(letters: &[HeldLetter], language: Language) -> Vec<Group> {
    let mut found: BTreeMap<(&'static str, String), Vec<&HeldLetter>> = BTreeMap::new();
    let mut words: BTreeMap<(&'static str, String), String> = BTreeMap::new();
    let mut put = |field: &'static str, value: String, said: String, letter| {
        words.entry((field, value.clone())).or_insert(said);
        found.entry((field, value)).or_default().push(letter);
    };
    for letter in letters {
        let night = letter.night.to_string();
        put(
            "night",
            night.clone(),
            format!("{}{night}", language.choose("夜：", "night: ")),
            letter,
        );
        for one in &letter.reasons {
            let said =
                format!("{}{}", language.choose("原因：", "reason: "), one.in_language(language));
            put("reason", one.code().to_owned(), said, letter);
        }
        for (id, file) in &letter.files {
            let said = format!("{}{}", language.choose("文件：", "file: "), foreign(file));
            put("file", id.clone(), said, letter);
        }
    }
    found
        .into_iter()
        .map(|((field, value), letters)| Group {
            words: words.get(&(field, value.clone())).cloned().unwrap_or_default(),
            field,
            value,
            count: letters.len(),
            samples: letters
                .iter()
                .take(SAMPLES)
                .map(|letter| {
                    (format!("/letters/{}", address::part(&letter.letter_id)), name(letter))
                })
                .collect(),
        })
        .collect()
}

/// Releases or drops the selected letters or a group.
pub(crate) async fn decide(
    State(desk): State<Desk>,
    session: Session,
    RawForm(body): RawForm,
) -> Result<Response, Fault> {
    let form = Form::read(&body);
    let note: String = form.one("note").chars().take(NOTE_CHARS_MAX).collect();
    let (act, event) = match form.one("act") {
        "release" => (HeldAct::Release, TrailEvent::LettersReleased),
        "drop" if note.is_empty() => {
            return Err(Fault::invalid("撤下请写明原因", "say why the letters are not to go"));
        }
        "drop" => (HeldAct::Drop, TrailEvent::LettersDropped),
        _ => return Err(Fault::NotFound),
    };
    let chosen: Vec<String> = form.all("letter").map(str::to_owned).collect();
    let group: Vec<(&'static str, String)> = ["night", "reason", "file"]
        .into_iter()
        .map(|field| (field, form.one(field).to_owned()))
        .filter(|(_, value)| !value.is_empty())
        .collect();
    if chosen.is_empty() && group.is_empty() {
        return Err(Fault::invalid("请先选择函件", "choose a letter first"));
    }
    let stands = desk.rules().brake.stands_days;
    let mut entry = session.entry(&desk, event, "", "");
    entry.detail = note;
    let decided = desk
        .write(move |store| {
            let mut letters = chosen;
            if letters.is_empty() {
                let all = store.held_letters()?.into_iter();
                let meant = all.filter(|letter| group.iter().all(|one| is_of(letter, one)));
                letters = meant.map(|letter| letter.letter_id).collect();
            }
            store.decide_held(act, &letters, stands, &entry)
        })
        .await?;
    // The caller writes pages to print and files for another mail program.
    if let Some(told) = desk.setup().told.clone() {
        let _ = tokio::task::spawn_blocking(move || told()).await;
    }
    let (released, dropped, outdated) = (decided.released, decided.dropped, decided.outdated);
    let query = format!("released={released}&dropped={dropped}&outdated={outdated}");
    Ok(Redirect::to(&format!("/held?{query}")).into_response())
}

fn is_of(letter: &HeldLetter, (field, value): &(&'static str, String)) -> bool {
    match *field {
        "night" => letter.night.to_string() == *value,
        "reason" => letter.reasons.iter().any(|reason| reason.code() == value),
        _ => letter.files.iter().any(|(id, _)| id == value),
    }
}
