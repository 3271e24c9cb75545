//! `duizhang alert preview --sample`: a letter of any kind with invented content.
//!
//! Needs no database: it shows the sentences in `rules/letters` and the centre's own contact data before anybody
//! gets them.

use crate::alert::{Alarm, Letter, StaffMail, sample};
use crate::cli::args::Global;
use crate::cli::clock;
use crate::cli::failure::{Doing, Done, Failure};
use crate::cli::rows::stdout;
use crate::cli::rules;
use crate::cli::settings::Settings;
use crate::report::Report;
use chrono::NaiveDate;
use std::io::Write;

pub(super) fn show(global: &Global, kind: &str, html: bool) -> Result<Done, Failure> {
    let settings = Settings::load(global)?;
    let rules = rules::load(&settings)?.letters;
    let (contact, today) = (settings.contact(), clock::today());
    let (subject, body) = match kind {
        "summary" | "alarm" | "confirm" => {
            let mail = match kind {
                "summary" => Some(StaffMail::summary(&report(today), &[], &rules)),
                "alarm" => StaffMail::alarm(today, &alarms(), &rules),
                _ => {
                    let link = "https://centre.example/confirm/0123456789abcdef";
                    let employer = "示例建材有限公司";
                    Some(StaffMail::question(today, employer, link, 14, &contact, &rules))
                }
            };
            mail.map(|mail| (mail.subject, mail.text)).unwrap_or_default()
        }
        "arrears" => {
            let letter = sample::arrears(contact, today).letter(&rules);
            let letter = letter.map_err(|refusal| Failure::Usage(refusal.to_string()))?;
            (letter.subject, if html { letter.html } else { letter.text })
        }
        _ => {
            let digest = sample::digest(kind, contact, today);
            let digest = digest.map_err(|refusal| Failure::Usage(refusal.to_string()))?;
            let letter = Letter::write(&digest, &rules);
            let page = html || kind == "paper";
            (letter.subject, if page { letter.html } else { letter.text })
        }
    };
    let mut out = stdout();
    if !html && kind != "paper" {
        writeln!(out, "Subject: {subject}\n")?;
    }
    writeln!(out, "{}", body.trim_end())?;
    out.flush().doing(|| "cannot write to standard output".to_owned())?;
    Ok(Done::Fully)
}

fn alarms() -> [Alarm; 2] {
    [
        Alarm::Feed {
            bank_name: "工商银行".into(), account: "····3456".into(), nights: 10
        },
        Alarm::Balance {
            account: "账户 ····3456".into(),
            place: "may.csv".into(),
            detail: "2026-05-11 期末 1000.00，下一份 2026-05-12 期初 900.00，中间可能缺少对账单"
                .into(),
        },
    ]
}

/// The report of a night without events.
fn report(as_of: NaiveDate) -> Report {
    Report {
        centre: crate::report::Centre::default(),
        as_of,
        night: crate::report::NightFigures::default(),
        outcomes: Vec::new(),
        movement: crate::report::Movement::default(),
        awaiting: Vec::new(),
        nights: Vec::new(),
        items: Vec::new(),
        warnings: Vec::new(),
        trail: None,
    }
}
