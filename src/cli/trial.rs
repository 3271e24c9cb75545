//! `duizhang alert test`: sends one test letter and shows the server's answers step by step.

use super::args::Global;
use super::centre::Centre;
use super::clock;
use super::failure::{Doing, Done, Failure};
use super::mail;
use super::rows::{Column, Printer, Value};
use crate::alert::{StaffMail, TrialStep, try_out};

const STEPS: &[Column<TrialStep>] = &[
    Column { key: "step", heading: "step", value: |row| Value::text(row.step) },
    Column { key: "holds", heading: "ok", value: |row| Value::Truth(row.holds) },
    Column { key: "answer", heading: "the server said", value: |row| Value::text(&row.answer) },
];

pub(super) fn run(global: &Global, address: &str) -> Result<Done, Failure> {
    let centre = Centre::read(global)?;
    let to = address
        .parse()
        .map_err(|_| Failure::Usage(format!("expected one mail address, found {address:?}")))?;
    let delivery = mail::delivery(&centre.settings, &centre.store, &centre.rules)?;
    let Some(delivery) = delivery else {
        return Err(Failure::Usage(
            "there is no mail server: fill in [letters.smtp] in duizhang.toml".to_owned(),
        ));
    };
    let contact = centre.contact();
    let (now, rules) = (clock::now_nanos().to_string(), &centre.rules.letters);
    let test = StaffMail::test(clock::today(), &contact.name, &now, rules);
    let message = test.eml(&contact, address).doing(|| "cannot write the letter".to_owned())?;
    if global.dry_run || centre.settings.centre.demo {
        note!(global, "nothing is sent; this letter would be: {}", test.subject);
        return Ok(Done::Fully);
    }
    let steps =
        try_out(&delivery.server, delivery.signer.as_ref(), (&delivery.sender, &to), &message)
            .doing(|| "cannot send".to_owned())?;
    let taken = steps.iter().all(|step| step.holds);
    Printer::print(centre.settings.format, STEPS, steps)?;
    if taken { Ok(Done::Fully) } else { Err(Failure::because("the mail server did not take it")) }
}
