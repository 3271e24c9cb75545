//! Sample letters with invented content, to show how the current sentences look in each kind.

use super::arrears::{Arrears, OwedMonth};
use super::digest::{Addressee, CentreContact, Contents, Digest, LetterRefusal};
use super::habit::Habit;
use super::identity::KnownBy;
use super::item::{About, BrokenRule, DigestItem, ReadRemark};
use super::notice::{NewsStage, NoticeNews, Payback};
use super::outcome::{OpenNotice, Solution, Whereabouts};
use crate::remittance::{Money, PaymentReference, Reason, RemarkField, Total, YearMonth};
use crate::report::{MaskedAccount, RemarkText, Segment, SegmentKind};
use chrono::{Days, NaiveDate};

/// The kinds that [`digest`] accepts.
pub const KINDS: [&str; 9] = [
    "digest",
    "reminder",
    "unfinished",
    "settled",
    "advice",
    "parts",
    "taken-back",
    "reopened",
    "paper",
];

/// A sample digest of one of the [`KINDS`].
///
/// # Errors
/// [`LetterRefusal`] when the centre's own address is invalid.
pub fn digest(
    kind: &str,
    centre: CentreContact,
    night: NaiveDate,
) -> Result<Digest, LetterRefusal> {
    let unreadable = Reason::UnreadableReference;
    let open_item = || vec![item(About::Suspense(unreadable), night)];
    let items = match kind {
        "reminder" => vec![item(About::Reminder(unreadable, 7), night)],
        "settled" => vec![item(About::Settled(Solution::Matched), night)],
        "unfinished" => vec![item(About::Unfinished(Solution::Advance), night)],
        "parts" => parts(night),
        "advice" | "taken-back" | "reopened" => Vec::new(),
        _ => open_item(),
    };
    let notices = match kind {
        "taken-back" => notice(NewsStage::TakenBack, night).into_iter().collect(),
        "reopened" => notice(NewsStage::Reopened, night).into_iter().collect(),
        _ => Vec::new(),
    };
    let habits = match kind {
        "advice" => vec![habit(3, night)],
        "digest" | "paper" => vec![habit(1, night)],
        _ => Vec::new(),
    };
    let contents = Contents { notices, items, habits };
    if kind == "paper" {
        let addressee = Addressee { email: None, ..addressee() };
        Digest::on_paper(centre, addressee, night, contents)
    } else {
        Digest::new(centre, addressee(), night, contents)
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
        postal: Some("545000 广西柳江市示例路 8 号青石工业园 2 栋 301 室".into()),
    }
}

/// Several payments whose references begin with a lower-case letter.
fn habit(times: u64, night: NaiveDate) -> Habit {
    let day = |back: u64| night - Days::new(20 * back + 1);
    Habit {
        code: "lowercase_prefix".into(),
        handbook: None,
        booked_on: (0..times).rev().map(day).collect(),
        amounts: (0..times).map(|_| Money::from_fen(3_200_00)).collect(),
        wrong: "p1906134411五月公积金".into(),
        right: "P1906134411".into(),
        transactions: (0..times).map(|number| number.to_string()).collect(),
    }
}

/// A notice whose money the bank reversed.
fn notice(stage: NewsStage, night: NaiveDate) -> Option<NoticeNews> {
    let open = open(12_035_60, 0)?;
    let payback = Payback { booked_on: night - Days::new(1), amount: Money::from_fen(12_035_60) };
    Some(NoticeNews {
        employer_id: "E0001".into(),
        reference: open.reference,
        month: open.month,
        amount: open.amount,
        stage,
        by_bank: true,
        parts: Vec::new(),
        held: false,
        payback: Some((payback, "工商银行".into(), MaskedAccount::of("2105400009300123456"))),
        until: (stage == NewsStage::Reopened).then(|| night + Days::new(14)),
        open: (stage == NewsStage::Reopened).then_some(open),
        reminds_of: None,
        is_last: false,
    })
}

/// Three payments of one notice; two different pairs add up to its amount.
fn parts(night: NaiveDate) -> Vec<DigestItem> {
    let amounts = [6_000_00, 6_035_60, 6_000_00];
    let named = open(12_035_60, 18_035_60);
    let read: Vec<PaymentReference> = named.iter().map(|one| one.reference).collect();
    let part = |(number, fen): (u64, i64)| DigestItem {
        transaction_id: format!("part {number}"),
        booked_on: night - Days::new(3 - number),
        amount: Money::from_fen(fen),
        explanation: String::new(),
        rules: Vec::new(),
        remarks: vec![remark(&[("P1906133753", SegmentKind::Read)], &read)],
        whereabouts: Whereabouts {
            open: named.iter().cloned().collect(),
            named: true,
            ..Whereabouts::default()
        },
        ..item(About::Suspense(Reason::AmbiguousParts), night)
    };
    (0..).zip(amounts).map(part).collect()
}

fn remark(pieces: &[(&str, SegmentKind)], read: &[PaymentReference]) -> ReadRemark {
    let piece = |(text, kind): &(&str, SegmentKind)| Segment { text: (*text).into(), kind: *kind };
    let pieces = pieces.iter().map(piece).collect();
    let text = RemarkText::new(RemarkField::Postscript, pieces);
    ReadRemark { text, read: read.to_vec() }
}

fn item(about: About, night: NaiveDate) -> DigestItem {
    let hangs = about.rank() < 2;
    let reminds = matches!(about, About::Reminder(..));
    let rule = || BrokenRule {
        code: "truncated".into(),
        handbook: None,
        wrong: "P190613375 3月公积金".into(),
        right: String::new(),
    };
    let told = night - Days::new(15);
    let until = if reminds { night - Days::new(1) } else { night + Days::new(14) };
    DigestItem {
        transaction_id: "truncated".into(),
        employer_id: "E0001".into(),
        known_by: KnownBy::PayerAccount,
        about,
        booked_on: if reminds { told - Days::new(1) } else { night - Days::new(1) },
        amount: Money::from_fen(12_000_00),
        bank_name: "工商银行".into(),
        account: MaskedAccount::of("2105400009300123456"),
        payer_account: MaskedAccount::of("6212260000001234567"),
        remarks: vec![remark(
            &[("P190613375", SegmentKind::Read), (" 3月公积金", SegmentKind::Plain)],
            &[],
        )],
        explanation: if hangs {
            "登记号只有 9 位数字，缺 1 位。".into()
        } else {
            String::new()
        },
        rules: if hangs { vec![rule()] } else { Vec::new() },
        until: (hangs || about.rank() == 2).then_some(until),
        reminds_of: reminds.then_some(told),
        whereabouts: whereabouts(about),
    }
}

/// A sample notice with an amount in suspense.
fn open(amount: i64, in_suspense: i64) -> Option<OpenNotice> {
    Some(OpenNotice {
        reference: PaymentReference::from_number(1_906_133_753)?,
        month: YearMonth::from_ordinal(2026 * 12 + 4),
        amount: Money::from_fen(amount),
        here: Total::ZERO,
        in_suspense: Total::from_fen(in_suspense.into()),
    })
}

/// Where the money of a cleared item went.
fn whereabouts(about: About) -> Whereabouts {
    let open = open(12_035_60, 0);
    let amount = Money::from_fen(12_000_00);
    match about {
        About::Settled(_) => {
            let notices = open.iter().map(|one| (one.reference, amount)).collect();
            Whereabouts { notices, ..Whereabouts::default() }
        }
        About::Unfinished(_) => {
            Whereabouts { open: open.into_iter().collect(), named: true, ..Whereabouts::default() }
        }
        About::Suspense(_) | About::Reminder(..) => Whereabouts::default(),
    }
}
