//! Letters to employers: golden files of complete letters, the mail parsed again, and attacks through every text.
//!
//! The goldens in `fixtures/letters/` were read by eye. To rewrite them after an intended change, run with `BLESS=1`
//! and read the difference. All names and addresses are invented.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]
use chrono::NaiveDate;
use duizhang::alert::{
    About, Addressee, Alarm, Arrears, BrokenRule, CentreContact, Contents, Digest, DigestItem,
    Habit, HandbookQuote, KnownBy, Letter, LetterRefusal, LetterState, OpenNotice, ReadRemark,
    Solution, StaffMail, Whereabouts, sample,
};
use duizhang::remittance::{Money, PaymentReference, Reason, RemarkField};
use duizhang::report::{MaskedAccount, RemarkText, Segment, SegmentKind};
use duizhang::rulebook::letter::LetterRules;
use duizhang::rulebook::remark::RemarkRules;
use mail_parser::{HeaderName, MessageParser};

fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, month, day).unwrap()
}

fn centre() -> CentreContact {
    CentreContact {
        centre_id: "demo".into(),
        name: "柳江市住房公积金管理中心（示例）".into(),
        phone: "0000-12329".into(),
        hours: "工作日 9:00–17:00".into(),
        address: "柳江市示例路 1 号政务大厅 3 号窗口".into(),
        sender: "gjj@centre.example".into(),
        unsubscribe: Some("tuiding@centre.example".into()),
        reply_to: None,
    }
}

fn addressee() -> Addressee {
    Addressee {
        employer_id: "E0001".into(),
        name: "柳江县青石建材有限公司".into(),
        contact: Some("经办人 甲".into()),
        email: Some("agent@employer.example".into()),
        postal: Some("545100 广西柳江县示例镇青石路 18 号".into()),
    }
}

fn pieces(pieces: &[(&str, SegmentKind)]) -> ReadRemark {
    let segment =
        |(text, kind): &(&str, SegmentKind)| Segment { text: (*text).into(), kind: *kind };
    let pieces = pieces.iter().map(segment).collect();
    ReadRemark { text: RemarkText::new(RemarkField::Postscript, pieces), read: Vec::new() }
}

/// A rule in the handbook's words.
fn handbook(number: u8) -> HandbookQuote {
    let rules = RemarkRules::shipped();
    HandbookQuote { number, text: rules.handbook_rule(number).unwrap().zh.clone() }
}

fn open_item(reason: Reason) -> DigestItem {
    DigestItem {
        transaction_id: "T1".into(),
        employer_id: "E0001".into(),
        known_by: KnownBy::PayerAccount,
        about: About::Suspense(reason),
        booked_on: day(5, 11),
        amount: Money::from_fen(12_000_00),
        bank_name: "工商银行".into(),
        account: MaskedAccount::of("2105400009300123456"),
        payer_account: MaskedAccount::of("6212260000001234567"),
        remarks: vec![pieces(&[
            ("P190613375", SegmentKind::Read),
            (" 3月公积金", SegmentKind::Plain),
        ])],
        explanation: "登记号只有 9 位数字，缺 1 位；空格后的“3”属于“3月”，不能补入。".into(),
        rules: vec![BrokenRule {
            code: "truncated".into(),
            handbook: Some(handbook(2)),
            wrong: "P190613375 3月公积金".into(),
            right: "P1906133753".into(),
        }],
        until: Some(day(6, 2)),
        reminds_of: None,
        whereabouts: Whereabouts::default(),
    }
}

/// A habit seen this many times.
fn habit(times: u32) -> Habit {
    Habit {
        code: "lowercase_prefix".into(),
        handbook: Some(handbook(2)),
        booked_on: (0..times).map(|back| day(5, 11 - back)).rev().collect(),
        amounts: (0..times).map(|_| Money::from_fen(3_200_00)).collect(),
        wrong: "p1906134411五月".into(),
        right: "P1906134411".into(),
        transactions: (0..times).map(|number| format!("A{number}")).collect(),
    }
}

fn advice(times: u32) -> Contents {
    Contents { habits: vec![habit(times)], ..Contents::default() }
}

fn and_advice(items: Vec<DigestItem>) -> Contents {
    Contents { items, ..advice(1) }
}

fn letter(contents: impl Into<Contents>) -> Letter {
    let digest = Digest::new(centre(), addressee(), day(5, 12), contents).unwrap();
    Letter::write(&digest, &LetterRules::shipped().unwrap())
}

fn golden(name: &str, found: &[u8]) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/letters").join(name);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, found).unwrap();
    }
    let want = std::fs::read(&path).unwrap_or_default();
    assert!(found == want, "fixtures/letters/{name} differs; BLESS=1 writes it anew");
}

#[test]
fn a_letter_is_the_one_that_was_read() {
    let letter = letter(and_advice(vec![open_item(Reason::UnreadableReference)]));
    golden("suspense-and-advice.txt", letter.text.as_bytes());
    golden("suspense-and-advice.html", letter.html.as_bytes());
    golden("suspense-and-advice.eml", &letter.eml(day(5, 12)).unwrap());
}

#[test]
fn a_letter_about_arrears_says_what_is_owed_and_what_to_do() {
    let rules = LetterRules::shipped().unwrap();
    let arrears = sample::arrears(centre(), day(6, 12));
    let letter = arrears.letter(&rules).unwrap();
    golden("arrears.txt", letter.text.as_bytes());
    assert_eq!(
        letter.subject,
        "【公积金】2026年2月至2026年4月共 3 个月住房公积金逾期未缴清，请尽快办理"
    );
    let other = Arrears { night: day(6, 13), ..arrears.clone() };
    assert_ne!(other.letter(&rules).unwrap().letter_id, letter.letter_id);
    // Nobody is quoted, and without a list there is no amount.
    assert!(!letter.text.contains("原文") && !letter.html.contains("原文"));
    assert_eq!(letter.text.matches("12,035.60 元").count(), 2);
    let nothing = Arrears { months: Vec::new(), ..arrears.clone() };
    assert_eq!(nothing.letter(&rules).unwrap_err().code(), "nothing-to-say");
    let no_address = Addressee { email: Some("none".into()), ..addressee() };
    let paper = Arrears { addressee: no_address, ..arrears }.letter(&rules).unwrap();
    assert!(paper.to.is_empty() && paper.html.contains("@page"));
}

#[test]
fn advice_alone_is_a_kind_letter_too() {
    let letter = letter(advice(3));
    assert_eq!(letter.subject, "【公积金】2026年5月缴款 9,600.00 元已入账，附言填写有建议");
    assert_eq!(letter.text.matches("应当写成：").count(), 1, "one piece a habit");
    golden("advice.txt", letter.text.as_bytes());
}

/// An item for a later letter.
fn later(about: About, transaction_id: &str) -> DigestItem {
    let settled = matches!(about, About::Settled(_));
    let item = open_item(Reason::UnreadableReference);
    DigestItem {
        transaction_id: transaction_id.into(),
        about,
        rules: if settled { vec![] } else { item.rules.clone() },
        explanation: if settled { String::new() } else { item.explanation.clone() },
        until: match about {
            About::Reminder(..) => Some(day(5, 8)),
            About::Settled(_) => None,
            About::Suspense(_) | About::Unfinished(_) => item.until,
        },
        reminds_of: matches!(about, About::Reminder(..)).then(|| day(4, 28)),
        ..item
    }
}

#[test]
fn one_letter_a_night_tells_first_what_must_be_done() {
    let reminder = About::Reminder(Reason::UnreadableReference, 7);
    let letter = letter(and_advice(vec![
        later(About::Settled(Solution::Refunded), "T5"),
        later(reminder, "T4"),
        open_item(Reason::NoReference),
    ]));
    assert_eq!(letter.subject, "【公积金】2026年5月缴款 12,000.00 元待核实");
    golden("everything.txt", letter.text.as_bytes());
    golden("everything.html", letter.html.as_bytes());
}

#[test]
fn a_reminder_and_a_closing_letter_are_the_ones_that_were_read() {
    let reminder = letter(vec![later(About::Reminder(Reason::UnreadableReference, 30), "T4")]);
    assert_eq!(reminder.subject, "【公积金】提醒：2026年5月缴款 1 笔共 12,000.00 元仍待核实");
    golden("reminder.txt", reminder.text.as_bytes());
    let settled = letter(vec![later(About::Settled(Solution::Matched), "T5")]);
    assert_eq!(settled.subject, "【公积金】2026年5月缴款 12,000.00 元已经办妥");
    golden("settled.txt", settled.text.as_bytes());
    assert_ne!(reminder.letter_id, settled.letter_id);
}

fn reference(number: u64) -> PaymentReference {
    PaymentReference::from_number(number).unwrap()
}

/// An open notice of 12,035.60.
fn open(here: i64, in_suspense: i64) -> OpenNotice {
    OpenNotice {
        reference: reference(1_906_133_753),
        month: "2026-05".parse().unwrap(),
        amount: Money::from_fen(12_035_60),
        here: Money::from_fen(here).into(),
        in_suspense: Money::from_fen(in_suspense).into(),
    }
}

/// Every outcome, with nothing left open and with an open notice.
#[test]
fn what_became_of_the_money_is_told_as_it_was_read_and_never_as_done_while_a_notice_is_open() {
    use Solution::{Advance, Awaiting, Elsewhere, Matched, NotOurs, RefundDue, Refunded, Returned};
    let amount = Money::from_fen(12_000_00);
    let closed = Whereabouts::default;
    let pays = || Whereabouts { notices: vec![(reference(1_906_134_411), amount)], ..closed() };
    let split = || Whereabouts {
        notices: vec![(reference(1_906_134_411), Money::from_fen(11_900_00))],
        rest: Some(Money::from_fen(100_00)),
        ..closed()
    };
    let both = || Whereabouts {
        notices: vec![
            (reference(1_906_134_411), Money::from_fen(11_000_00)),
            (reference(1_906_134_419), Money::from_fen(1_000_00)),
        ],
        ..closed()
    };
    let named = |open| Whereabouts { open: vec![open], named: true, ..closed() };
    let others = || Whereabouts { open: vec![open(0, 0)], more: 3, ..closed() };
    #[rustfmt::skip] // A table is read by column.
    let rows = [
        // what it shows              solution   whereabouts                       done
        ("it pays a notice",          Matched,   pays(),                           true),
        ("it pays two notices",       Matched,   both(), true),
        ("a split leaves something",  Matched,   split(),                          true),
        ("it pays another notice",    Matched,   Whereabouts { notices: pays().notices, ..named(open(0, 0)) }, false),
        ("it pays for others",        Elsewhere, closed(),                         true),
        ("advance, nothing open",     Advance,   closed(),                         true),
        ("advance, 35.60 short",      Advance,   named(open(0, 0)),                false),
        ("advance, others open",      Advance,   others(),                         false),
        ("refund decided",            RefundDue, closed(),                         false),
        ("refund decided, open",      RefundDue, named(open(2_000_00, 500_00)),    false),
        ("refund has left",           Refunded,  closed(),                         true),
        ("refund has left, open",     Refunded,  named(open(0, 0)),                false),
        ("not ours",                  NotOurs,   closed(),                         true),
        ("not ours, open",            NotOurs,   named(open(0, 0)),                false),
        ("the bank took it back",     Returned,  closed(),                         true),
        ("taken back, open",          Returned,  named(open(0, 0)),                false),
        ("a part that waits",         Awaiting,  Whereabouts { notices: vec![(reference(1_906_133_753), amount)], ..named(open(12_000_00, 0)) }, false),
    ];
    let mut all = String::new();
    for (what, solution, whereabouts, done) in rows {
        let is_open = !whereabouts.open.is_empty();
        // A letter that called it settled is corrected.
        let item = later(About::Settled(solution), "T5");
        let until = is_open.then(|| day(5, 29));
        let letter = letter(vec![DigestItem { whereabouts, until, ..item }]);
        for says_done in ["不需要再做任何事", "已经办妥"] {
            let whole = format!("{}{}", letter.subject, letter.text);
            assert_eq!(whole.contains(says_done), done, "{what}: {says_done}");
        }
        assert_eq!(letter.text.contains("还差"), is_open, "{what}");
        assert_eq!(letter.text.contains("请这样办理"), is_open, "{what}");
        let (from, to) = ("\n1. ", "\n引号内");
        let body = letter.text.split_once(from).unwrap().1.split_once(to).unwrap().0;
        let opening = letter.text.split("\n\n").skip(2).take(2).collect::<Vec<_>>().join("\n");
        all.push_str(&format!("=== {what}\n{}\n{opening}\n1. {body}\n", letter.subject));
    }
    golden("outcomes.txt", all.as_bytes());
}

#[test]
fn a_letter_about_a_notice_that_stays_open_is_the_one_that_was_read() {
    let whereabouts = Whereabouts { open: vec![open(0, 0)], named: true, ..Whereabouts::default() };
    let item = later(About::Unfinished(Solution::Advance), "T5");
    let until = Some(day(5, 29));
    let items = vec![
        DigestItem { whereabouts, until, ..item },
        later(About::Settled(Solution::NotOurs), "T6"),
    ];
    let letter = letter(items);
    golden("unfinished.txt", letter.text.as_bytes());
    golden("unfinished.html", letter.html.as_bytes());
}

#[test]
fn a_letter_on_paper_is_the_one_that_was_read() {
    let items = vec![open_item(Reason::UnreadableReference)];
    let digest = Digest::on_paper(centre(), addressee(), day(5, 12), items).unwrap();
    let letter = Letter::write(&digest, &LetterRules::shipped().unwrap());
    assert_eq!(letter.to, "");
    assert!(letter.eml(day(5, 12)).is_err(), "it is no mail");
    golden("paper.html", letter.html.as_bytes());
}

#[test]
fn a_name_cannot_pass_for_another_sender() {
    let name = "柳江市住房公积金管理中心 <gjj@centre.example>";
    let addressee = Addressee { name: name.into(), ..addressee() };
    let centre = CentreContact { name: "中心\" <x@evil.example>".into(), ..centre() };
    let digest = Digest::new(centre, addressee, day(5, 12), advice(3)).unwrap();
    let letter = Letter::write(&digest, &LetterRules::shipped().unwrap());
    let bytes = letter.eml(day(5, 12)).unwrap();
    let mail = MessageParser::default().parse(&bytes).unwrap();
    for address in [mail.to().unwrap().first().unwrap(), mail.from().unwrap().first().unwrap()] {
        let name = address.name().unwrap();
        assert!(!name.contains(['@', '<', '>', '"']), "{name}");
    }
}

#[test]
fn staff_are_told_what_happened_and_what_to_do() {
    let rules = LetterRules::shipped().unwrap();
    let alarms = [
        Alarm::Failed { error: "cannot open the database".into() },
        Alarm::Feed {
            bank_name: "工商银行".into(), account: "····3456".into(), nights: 10
        },
    ];
    let alarm = StaffMail::alarm(day(5, 12), &alarms, &rules).unwrap();
    golden("alarm.txt", format!("{}\n\n{}\n", alarm.subject, alarm.text).as_bytes());
    assert_eq!(StaffMail::alarm(day(5, 12), &[], &rules), None);
    let report = duizhang::report::Report {
        centre: duizhang::report::Centre::default(),
        as_of: day(5, 12),
        night: duizhang::report::NightFigures { files_taken: 3, letters: 2, ..Default::default() },
        outcomes: vec![],
        movement: duizhang::report::Movement::default(),
        awaiting: vec![],
        nights: vec![],
        items: vec![],
        warnings: vec![],
        trail: None,
    };
    let outbox = [(LetterState::Waiting, 2), (LetterState::Refused, 1), (LetterState::GivenUp, 4)];
    let mut summary = StaffMail::summary(&report, &outbox, &rules);
    golden("summary.txt", format!("{}\n\n{}", summary.subject, summary.text).as_bytes());
    let (id, to) = (summary.letter_id(&centre(), "a@centre.example"), "a@centre.example");
    let later = StaffMail::summary(&report, &[(LetterState::Sent, 9)], &rules);
    assert_eq!(id, later.letter_id(&centre(), to), "how many letters wait is no news");
    summary.attachment = Some(("suspense-2026-05-12.html".into(), "<p>挂账</p>".into()));
    let bytes = summary.eml(&centre(), to).unwrap();
    let mail = MessageParser::default().parse(&bytes).unwrap();
    let page = mail.attachments().next().unwrap();
    assert_eq!(page.text_contents(), Some("<p>挂账</p>"));
    assert_eq!(mail.body_text(0).unwrap().replace("\r\n", "\n"), summary.text);
}

#[test]
fn every_reason_has_its_letter() {
    let mut all = String::new();
    for reason in Reason::ALL {
        let letter = letter(vec![DigestItem {
            rules: vec![],
            explanation: String::new(),
            ..open_item(reason)
        }]);
        for step in
            ["  1. ", "  2. ", "  3. ", "需要办理：", "0000-12329", "不会通过邮件、短信或电话索取"]
        {
            assert!(letter.text.contains(step), "{reason}: {step}");
        }
        all.push_str(&format!("=== {reason}\n{}\n\n{}\n", letter.subject, letter.text));
    }
    golden("every-reason.txt", all.as_bytes());
}

#[test]
fn the_subject_names_months_and_amount() {
    let one = open_item(Reason::Underpaid);
    let april = DigestItem { transaction_id: "T3".into(), booked_on: day(4, 30), ..one.clone() };
    let back =
        DigestItem { amount: Money::from_fen(-12_000_00), ..open_item(Reason::ReversalOfMatched) };
    #[rustfmt::skip] // A table is read by column.
    let rows = [
        (vec![one.clone()].into(),      "【公积金】2026年5月缴款 12,000.00 元待核实"),
        (and_advice(vec![one.clone()]), "【公积金】2026年5月缴款 12,000.00 元待核实"),
        (vec![one, april].into(),       "【公积金】2026年4月至2026年5月缴款 2 笔共 24,000.00 元待核实"),
        (vec![back].into(),             "【公积金】2026年5月缴款 12,000.00 元待核实"),
    ];
    for (contents, want) in rows {
        let contents: Contents = contents;
        assert_eq!(letter(contents).subject, want);
    }
}

#[test]
fn a_mail_reads_back_as_it_was_meant() {
    let letter = letter(and_advice(vec![open_item(Reason::UnreadableReference)]));
    let bytes = letter.eml(day(5, 12)).unwrap();
    assert_eq!(bytes, letter.eml(day(5, 12)).unwrap(), "the same letter gives the same bytes");
    let mail = MessageParser::default().parse(&bytes).unwrap();
    assert_eq!(mail.subject(), Some(letter.subject.as_str()));
    let to = mail.to().unwrap().first().unwrap();
    assert_eq!(to.address(), Some("agent@employer.example"));
    assert_eq!(to.name(), Some("柳江县青石建材有限公司"));
    assert_eq!(mail.from().unwrap().first().unwrap().address(), Some("gjj@centre.example"));
    assert_eq!(mail.message_id(), Some(format!("{}@centre.example", letter.letter_id).as_str()));
    assert_eq!(mail.date().unwrap().to_rfc3339(), "2026-05-11T16:00:00Z", "midnight in China");
    let head = String::from_utf8(bytes.clone()).unwrap();
    assert!(head.contains("\r\nAuto-Submitted: auto-generated\r\n"));
    let unsubscribe = mail.header_raw(HeaderName::ListUnsubscribe).map(str::trim);
    assert_eq!(unsubscribe, Some("<mailto:tuiding@centre.example?subject=unsubscribe>"));
    assert!(mail.reply_to().is_none(), "answers go to the sender");
    assert_eq!(mail.body_text(0).unwrap().replace("\r\n", "\n"), letter.text);
    assert_eq!(mail.body_html(0).unwrap().replace("\r\n", "\n"), letter.html);
    assert!(bytes.is_ascii(), "any mail server takes it");
}

#[test]
fn answers_go_to_a_mailbox_that_is_read_where_there_is_one() {
    let centre = CentreContact { reply_to: Some("desk@centre.example".into()), ..centre() };
    let digest = Digest::new(centre, addressee(), day(5, 12), advice(1)).unwrap();
    let letter = Letter::write(&digest, &LetterRules::shipped().unwrap());
    let bytes = letter.eml(day(5, 12)).unwrap();
    let mail = MessageParser::default().parse(&bytes).unwrap();
    let reply_to = mail.reply_to().and_then(|to| to.first()).and_then(|to| to.address());
    assert_eq!(reply_to, Some("desk@centre.example"));
    assert!(
        letter.text.contains("可以直接回复") && !letter.text.contains("无人查看"),
        "{}",
        letter.text
    );
}

#[test]
fn no_foreign_text_becomes_a_header_a_link_or_markup() {
    let evil = "甲\r\nBcc: thief@evil.example\r\n\r\n<script>alert(1)</script>\u{202E} https://evil.example/login?a=\"b";
    let mut item = open_item(Reason::NoReference);
    item.remarks = vec![pieces(&[(evil, SegmentKind::Plain), (evil, SegmentKind::Read)])];
    item.explanation = evil.into();
    item.bank_name = evil.into();
    item.rules[0] =
        BrokenRule { code: evil.into(), handbook: None, wrong: evil.into(), right: evil.into() };
    let addressee = Addressee { name: evil.into(), contact: Some(evil.into()), ..addressee() };
    let digest = Digest::new(centre(), addressee, day(5, 12), vec![item]).unwrap();
    let letter = Letter::write(&digest, &LetterRules::shipped().unwrap());
    let bytes = letter.eml(day(5, 12)).unwrap();
    let head = String::from_utf8(bytes.clone()).unwrap();
    let head = head.split("\r\n\r\n").next().unwrap();
    assert!(!head.lines().any(|line| line.to_lowercase().starts_with("bcc")), "{head}");
    let mail = MessageParser::default().parse(&bytes).unwrap();
    assert!(mail.bcc().is_none());
    assert_eq!(mail.to().unwrap().iter().count(), 1);
    assert_eq!(letter.subject, "【公积金】2026年5月缴款 12,000.00 元待核实");
    for body in [&letter.text, &letter.html] {
        assert!(!body.contains("://"), "a link lives");
        assert!(!body.contains('\u{202E}') && !body.contains('\r'));
    }
    assert!(!letter.html.contains("<script") && !letter.html.contains("href"));
}

#[test]
fn a_very_long_remark_is_shortened() {
    let mut item = open_item(Reason::NoReference);
    item.remarks = vec![pieces(&[(&"长".repeat(100_000), SegmentKind::Plain)])];
    let letter = letter(vec![item]);
    assert!(letter.text.len() < 10_000 && letter.text.contains("（以下略）"));
}

#[test]
fn without_an_address_of_its_own_nobody_is_told() {
    let rows: [(Option<&str>, &str); 9] = [
        (None, "no-address"),
        (Some(""), "no-address"),
        (Some("  "), "no-address"),
        (Some("not an address"), "invalid-address"),
        (Some("a@b@c.example"), "invalid-address"),
        (Some("a@x.example,b@y.example"), "invalid-address"),
        (Some("a@x.example\r\nBcc: b@y.example"), "invalid-address"),
        (Some("名 <a@x.example>"), "invalid-address"),
        (Some("а@x.example"), "invalid-address"), // A Cyrillic a.
    ];
    for (email, want) in rows {
        let addressee = Addressee { email: email.map(str::to_owned), ..addressee() };
        let refusal = Digest::new(centre(), addressee, day(5, 12), advice(3)).unwrap_err();
        assert_eq!(refusal.code(), want, "{email:?}: {refusal}");
        assert!(!refusal.to_string().contains(['\r', '\n']), "{refusal}");
    }
}

#[test]
fn an_item_of_another_employer_never_becomes_a_letter() {
    let item = || open_item(Reason::NoReference);
    let other = DigestItem { employer_id: "E0002".into(), ..item() };
    let refusal = Digest::new(centre(), addressee(), day(5, 12), vec![item(), other]).unwrap_err();
    assert!(
        matches!(&refusal, LetterRefusal::NotTheirs { owner, .. } if owner == "E0002"),
        "{refusal}"
    );
    let nothing = Digest::new(centre(), addressee(), day(5, 12), vec![]).unwrap_err();
    assert_eq!(nothing.code(), "nothing-to-say");
}

#[test]
fn a_letters_id_follows_from_what_it_tells() {
    let two = || {
        let other = open_item(Reason::NoReference);
        vec![open_item(Reason::Underpaid), DigestItem { transaction_id: "T9".into(), ..other }]
    };
    let items = || and_advice(two());
    let reversed = || and_advice(two().into_iter().rev().collect());
    let id = |contents: Contents, night| {
        Digest::new(centre(), addressee(), night, contents).unwrap().letter_id()
    };
    let first = id(items(), day(5, 12));
    assert_eq!(first.len(), 64);
    assert_eq!(first, id(reversed(), day(5, 12)), "order changes nothing");
    assert_ne!(first, id(items(), day(5, 13)), "another night");
    assert_ne!(first, id(advice(1), day(5, 12)), "other items");
    let same = Digest::new(centre(), addressee(), day(5, 12), items()).unwrap();
    let rules = LetterRules::shipped().unwrap();
    assert_eq!(Letter::write(&same, &rules), Letter::write(&same, &rules));
}

/// Goal: every letter has its layout in Outlook too, which renders with Word's engine. Method: no letter uses what that
/// engine does not know or a mail program drops; every letter has what it needs.
#[test]
fn every_letter_is_a_table_with_its_styles_in_it() {
    let rules = LetterRules::shipped().unwrap();
    for kind in sample::KINDS.into_iter().filter(|kind| *kind != "paper") {
        let letter = Letter::write(&sample::digest(kind, centre(), day(5, 12)).unwrap(), &rules);
        let html = letter.html.as_str();
        for unknown in [
            "<style",
            "<link",
            "class=",
            "<div",
            "<img",
            "<script",
            "<mark",
            "<ol",
            "href=",
            "src=",
            "url(",
            "var(",
            "flex",
            "grid",
            "float:",
            "position:",
            "background-image",
            "calc(",
            "rgba(",
            "@media",
        ] {
            assert!(!html.contains(unknown), "{kind}: {unknown}");
        }
        // A width for Outlook, which knows no max-width.
        assert!(html.contains("<!--[if mso]><table role=\"presentation\" width=\"660\""), "{kind}");
        for table in html.split("<table ").skip(1) {
            let tag = table.split('>').next().unwrap();
            for needed in
                ["role=\"presentation\"", "cellpadding=\"0\"", "cellspacing=\"0\"", "width="]
            {
                assert!(tag.contains(needed), "{kind}: <table {tag}> without {needed}");
            }
        }
        // Outlook does not inherit the body's font or size in a cell.
        for cell in html.split("<td").skip(1) {
            let (tag, inside) = cell.split_once('>').unwrap();
            let text = !inside.trim_start().starts_with(['<', '&']);
            assert!(!text || tag.contains("font-family:"), "{kind}: <td{tag}>{inside}");
        }
        assert_eq!(html.matches("<table").count(), html.matches("</table>").count(), "{kind}");
    }
}

/// The words of a page in order, without layout.
fn words(html: &str) -> String {
    let html = html.split_once("</head>").unwrap().1;
    let mut words = String::new();
    for piece in html.split('<') {
        words.push_str(piece.split_once('>').map_or(piece, |(_, text)| text));
    }
    for (entity, sign) in
        [("&nbsp;", ""), ("&#34;", "\""), ("&#38;", "&"), ("&#60;", "<"), ("&#62;", ">")]
    {
        words = words.replace(entity, sign);
    }
    words.split_whitespace().collect()
}

/// Goal: the text and the page say the same. Method: compare the words of both, without blanks, in order.
#[test]
fn the_text_says_what_the_page_says() {
    let rules = LetterRules::shipped().unwrap();
    let said = |letter: &Letter| {
        let text = letter.text.replace("\n-- \n", "");
        text.split_whitespace().collect::<String>()
    };
    let mut letters: Vec<Letter> = sample::KINDS
        .into_iter()
        .filter(|kind| *kind != "paper")
        .map(|kind| Letter::write(&sample::digest(kind, centre(), day(5, 12)).unwrap(), &rules))
        .collect();
    letters.push(sample::arrears(centre(), day(6, 12)).letter(&rules).unwrap());
    for letter in &letters {
        let page = words(&letter.html);
        // Both number steps with a point; the list in a box is separate lines.
        assert_eq!(said(letter), page, "{}", letter.subject);
    }
}

#[test]
fn the_box_says_what_to_do_by_when_whom_to_call_and_under_which_number() {
    let digest = sample::digest("digest", centre(), day(5, 12)).unwrap();
    let letter = Letter::write(&digest, &LetterRules::shipped().unwrap());
    let spoken = duizhang::alert::letter_number::spoken(&letter.number);
    let head = letter.text.split("\n\n").nth(2).unwrap();
    let lines: Vec<&str> = head.lines().collect();
    let want = [
        "需要办理：告知 2026-05-11 到账的 12,000.00 元完整的缴款登记号".to_owned(),
        "办理期限：2026-05-26 前".to_owned(),
        "联系电话：0000-12329（工作日 9:00–17:00）".to_owned(),
        format!("函件编号：{spoken}（来电请先报此号）"),
        "如不办理：款项继续挂账，不会丢失，也不记入职工个人账户；逾期后我中心再次致函提醒。"
            .to_owned(),
    ];
    assert_eq!(lines, want);
    let settled = sample::digest("settled", centre(), day(5, 12)).unwrap();
    let settled = Letter::write(&settled, &LetterRules::shipped().unwrap());
    assert!(settled.text.contains("需要办理：无需办理") && !settled.text.contains("办理期限"));
}

#[test]
fn parts_of_one_notice_are_said_once_with_what_is_known_of_them() {
    let digest = sample::digest("parts", centre(), day(5, 12)).unwrap();
    let letter = Letter::write(&digest, &LetterRules::shipped().unwrap());
    golden("parts.txt", letter.text.as_bytes());
    assert_eq!(letter.text.matches("请这样办理").count(), 1);
    for known in [
        "应缴 12,035.60 元；已计入 0.00 元，挂账待核实 18,035.60 元，合计比应缴多 6,000.00 元。",
        "2026-05-09 6,000.00 元 ＋ 2026-05-10 6,035.60 元；2026-05-10 6,035.60 元 ＋ 2026-05-11 6,000.00 元",
    ] {
        assert!(letter.text.contains(known), "{known}: {}", letter.text);
    }
}

#[test]
fn a_notice_that_is_open_again_is_the_letter_that_was_read() {
    let rules = LetterRules::shipped().unwrap();
    for kind in ["taken-back", "reopened"] {
        let digest = sample::digest(kind, centre(), day(5, 12)).unwrap();
        let letter = Letter::write(&digest, &rules);
        golden(&format!("{kind}.txt"), letter.text.as_bytes());
        assert_eq!(letter.text.contains("请不要重新付款"), kind == "taken-back");
    }
}

/// The handbook's sentences are word for word its own; `DUIZHANG_SHARED` says where its text is.
#[test]
fn what_is_called_the_handbooks_sentence_is_in_the_handbook() {
    let shared = std::env::var_os("DUIZHANG_SHARED").unwrap_or_else(|| "../shared".into());
    let folder = std::path::Path::new(&shared).join("seed");
    let texts = std::fs::read_dir(&folder).into_iter().flatten().flatten();
    let book: String =
        texts.map(|text| std::fs::read_to_string(text.path()).unwrap_or_default()).collect();
    if book.is_empty() {
        println!("skipped: no handbook at {}", folder.display());
        return;
    }
    let rules = RemarkRules::shipped();
    for number in 1..=6 {
        let rule = rules.handbook_rule(number).unwrap();
        assert!(book.contains(&format!("{number}、{}", rule.zh)), "{number}: {}", rule.zh);
    }
    let letter = letter(vec![open_item(Reason::UnreadableReference)]);
    let quote = format!("第 2 条原文：{}", rules.handbook_rule(2).unwrap().zh);
    assert!(letter.text.contains(&quote) && letter.html.contains(&quote), "{}", letter.text);
}

#[test]
fn whoever_is_asked_for_an_address_reads_who_asks_and_how_to_check_it() {
    let rules = LetterRules::shipped().unwrap();
    let link = "https://desk.example/confirm/0123";
    let mail = StaffMail::question(day(5, 12), "示例公司", link, 14, &centre(), &rules);
    golden("confirm.txt", format!("{}\n\n{}", mail.subject, mail.text).as_bytes());
    for part in ["柳江市住房公积金管理中心（示例）", "2026-05-12", "0000-12329", link]
    {
        assert!(mail.text.contains(part), "{part}");
    }
}
