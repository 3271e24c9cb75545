//! Letters with invented content, to see what the sentences in use make of each kind.

use super::arrears::{Arrears, OwedMonth};
use super::digest::{About, Addressee, BrokenRule, CentreContact, Digest, DigestItem, Refusal};
use super::identity::KnownBy;
use super::outcome::{OpenNotice, Solution, Whereabouts};
use crate::remittance::{Money, PaymentReference, Reason, RemarkField, Total, YearMonth};
use crate::report::{MaskedAccount, RemarkText, Segment, SegmentKind};
use chrono::{Days, NaiveDate};

/// A digest of a kind: `digest`, `reminder`, `unfinished`, `settled`, `advice` or `paper`.
///
/// # Errors
/// [`Refusal`] where the centre's own address is none.
pub fn digest(kind: &str, centre: CentreContact, night: NaiveDate) -> Result<Digest, Refusal> {
    let addressee = addressee();
    let unreadable = Reason::UnreadableReference;
    let items = match kind {
        "reminder" => vec![item(About::Reminder(unreadable, 7), night)],
        "settled" => vec![item(About::Settled(Solution::Matched), night)],
        "unfinished" => vec![item(About::Unfinished(Solution::Advance), night)],
        "advice" => vec![item(About::Advice, night)],
        _ => vec![item(About::Suspense(unreadable), night), item(About::Advice, night)],
    };
    if kind == "paper" {
        Digest::on_paper(centre, addressee, night, items)
    } else {
        Digest::new(centre, addressee, night, items)
    }
}

/// Three months in arrears: without a list, with one, with a notice.
#[must_use]
pub fn arrears(centre: CentreContact, night: NaiveDate) -> Arrears {
    let this = YearMonth::of(night);
    let owed = |back: i32, headcount, amount: Option<i64>, reference: Option<u64>| {
        let month = YearMonth::from_ordinal(this.ordinal() - back);
        OwedMonth {
            month,
            due_on: month.last_day() + Days::new(5),
            headcount,
            amount: amount.map(Money::from_fen),
            reference: reference.and_then(PaymentReference::from_number),
        }
    };
    let months = vec![
        owed(4, 12, Some(12_035_60), Some(1_906_133_753)),
        owed(3, 12, Some(12_035_60), None),
        owed(2, 13, None, None),
    ];
    Arrears { centre, addressee: addressee(), night, within_days: 5, months }
}

fn addressee() -> Addressee {
    Addressee {
        employer_id: "E0001".into(),
        name: "示例建材有限公司".into(),
        contact: None,
        email: Some("agent@employer.example".into()),
    }
}

fn item(about: About, night: NaiveDate) -> DigestItem {
    let advice = about == About::Advice;
    let (read, rest, code, right) = if advice {
        ("p1906134411", "五月公积金", "lowercase_prefix", "P1906134411五月公积金")
    } else {
        ("P190613375", " 3月公积金", "truncated", "")
    };
    let piece = |text: &str, kind| Segment { text: text.to_owned(), kind };
    let pieces = vec![piece(read, SegmentKind::Read), piece(rest, SegmentKind::Plain)];
    let hangs = about.rank() < 2;
    let rule = || BrokenRule {
        code: code.to_owned(),
        handbook: None,
        wrong: format!("{read}{rest}"),
        right: right.to_owned(),
    };
    DigestItem {
        transaction_id: code.to_owned(),
        employer_id: "E0001".into(),
        known_by: KnownBy::PayerAccount,
        about,
        booked_on: night - Days::new(1),
        amount: Money::from_fen(if advice { 3_200_00 } else { 12_000_00 }),
        bank_name: "工商银行".into(),
        account: MaskedAccount::of("2105400009300123456"),
        payer_account: MaskedAccount::of("6212260000001234567"),
        remarks: vec![RemarkText::new(RemarkField::Postscript, pieces)],
        explanation: if hangs {
            "登记号只有 9 位数字，缺 1 位。".into()
        } else {
            String::new()
        },
        rules: if hangs || advice { vec![rule()] } else { Vec::new() },
        until: (hangs || about.rank() == 2).then(|| night + Days::new(14)),
        whereabouts: whereabouts(about),
    }
}

/// Where the money of what hangs no longer went.
fn whereabouts(about: About) -> Whereabouts {
    let Some(reference) = PaymentReference::from_number(1_906_133_753) else {
        return Whereabouts::default();
    };
    let amount = Money::from_fen(12_000_00);
    match about {
        About::Settled(_) => {
            Whereabouts { notices: vec![(reference, amount)], ..Whereabouts::default() }
        }
        About::Unfinished(_) => {
            let month = YearMonth::from_ordinal(2026 * 12 + 4);
            let due = Money::from_fen(12_035_60);
            let open = OpenNotice {
                reference,
                month,
                amount: due,
                here: Total::ZERO,
                in_suspense: Total::ZERO,
            };
            Whereabouts { open: vec![open], named: true, ..Whereabouts::default() }
        }
        About::Suspense(_) | About::Reminder(..) | About::Advice => Whereabouts::default(),
    }
}
