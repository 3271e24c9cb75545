//! The banks' deliveries before each night, and their mishaps.
//!
//! Each account's movements since the previous night go into one file in the account's own format. There are four
//! mishaps: an overlapping file, a late one, a row whose content the bank changed, and a file that is not a
//! statement.

use super::booked::{DemoLine, yuan};
use super::story::{Movement, Notice, Story};
use super::{DemoNight, bank, camt, mt940, statement};
use chrono::NaiveDate;

/// Month and day of the nights, two a week.
#[rustfmt::skip] // A calendar is read by row.
const NIGHTS: &[(u32, u32)] = &[
    (4, 3), (4, 7), (4, 10), (4, 14), (4, 17), (4, 21), (4, 24), (4, 28),
    (5, 6), (5, 8), (5, 12), (5, 15), (5, 19), (5, 22), (5, 26), (5, 29),
    (6, 3),
];
/// The night to look at.
const LAST: usize = NIGHTS.len() - 1;

pub(super) fn nights(story: &Story) -> Vec<DemoNight> {
    let books: Vec<Vec<DemoLine>> =
        (0..bank::ACCOUNTS.len()).map(|at| book(at, &story.movements)).collect();
    NIGHTS
        .iter()
        .enumerate()
        .map(|(index, &(month, day))| {
            let mut inbox = Vec::new();
            for (at, lines) in books.iter().enumerate() {
                for night in delivered(at, index) {
                    inbox.extend(file(at, night, lines));
                }
            }
            if index == LAST {
                // Somebody saved the bank's login page as a statement.
                inbox.push(("对账单下载.csv".to_owned(), LOGIN_PAGE.as_bytes().to_vec()));
            }
            DemoNight { as_of: date(month, day), notices: list(index, &story.notices), inbox }
        })
        .collect()
}

const LOGIN_PAGE: &str = "<!DOCTYPE html>\n<html><head><title>会话超时</title></head>\n\
    <body>您的登录已超时，请重新登录企业网上银行。</body></html>\n";

/// The nights whose file of this account arrives before this night.
fn delivered(at: usize, night: usize) -> Vec<usize> {
    // The third bank is late once: its file arrives with the next.
    if at == 2 && night == LAST - 1 {
        vec![]
    } else if at == 2 && night == LAST {
        vec![LAST - 1, LAST]
    } else {
        vec![night]
    }
}

/// All movements of an account with serial and balance, in order.
fn book(at: usize, movements: &[Movement]) -> Vec<DemoLine> {
    let mut balance = bank::account(at).opening;
    let own = movements.iter().filter(|movement| movement.at == at);
    own.zip(1..)
        .map(|(movement, number): (&Movement, u32)| {
            balance += movement.amount;
            let serial = format!("{}{number:06}", movement.on.format("%y%m%d"));
            DemoLine { serial, movement: movement.clone(), balance }
        })
        .collect()
}

/// An account's file, from the previous night to this one.
fn file(at: usize, night: usize, book: &[DemoLine]) -> Option<(String, Vec<u8>)> {
    // The first bank delivers the previous days again.
    let nights = if (at, night) == (0, LAST) { 2 } else { 1 };
    let from = night.checked_sub(nights).map_or(date(4, 1), night_of);
    let to = night_of(night);
    let lines = |from: NaiveDate| {
        let booked = |line: &&DemoLine| (from..to).contains(&line.movement.on);
        book.iter().filter(booked).cloned().collect::<Vec<_>>()
    };
    let mut lines = lines(from);
    if (at, night) == (1, LAST) {
        // The bank corrected a remark after delivering the row.
        let known = book.iter().rfind(|line| line.movement.on < from && !line.movement.reversal);
        lines.extend(known.map(|line| {
            let mut changed = line.clone();
            changed.movement.remark.push_str("（更正）");
            changed
        }));
    }
    let last = to.pred_opt().unwrap_or(to);
    let (first, account) = (lines.first()?, bank::account(at));
    let opening = first.balance - first.movement.amount;
    let (on, no) = (last.format("%Y%m%d"), account.no);
    Some(match at {
        0 => (format!("ICBC_{on}.csv"), statement::standard(no, &lines).into_bytes()),
        1 => (format!("{no}/对公明细_{on}.csv"), statement::two_columns(&lines, night == LAST)),
        _ if to < date(5, 1) => (format!("BOCOM_{on}.sta"), mt940::write(no, on, opening, &lines)),
        _ => (format!("BOCOM_{on}.xml"), camt::write(no, last, opening, &lines).into_bytes()),
    })
}

/// A month's notices, imported before its first night.
fn list(night: usize, notices: &[Notice]) -> Option<(String, String)> {
    let month_of = |night: usize| NIGHTS.get(night).map(|&(month, _)| month);
    let month = month_of(night)?;
    if night > 0 && month_of(night - 1) == Some(month) {
        return None;
    }
    let mut text = String::from("reference,employer_id,amount,issued_on,month,status\n");
    for notice in notices.iter().filter(|notice| notice.month == month) {
        let Notice { reference, employer_id, issued_on, .. } = notice;
        let status = if notice.revoked { "revoked" } else { "awaiting" };
        let amount = yuan(notice.amount);
        text.push_str(&format!(
            "{reference},{employer_id},{amount},{issued_on},2026-{month:02},{status}\n"
        ));
    }
    Some((format!("notices-2026-{month:02}.csv"), text))
}

fn night_of(index: usize) -> NaiveDate {
    NIGHTS.get(index).map(|&(month, day)| date(month, day)).unwrap_or_default()
}

fn date(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, month, day).unwrap_or_default()
}
