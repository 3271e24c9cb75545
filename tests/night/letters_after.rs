//! Letters after an item has left suspense: never that all is done while a notice for it is open.

use super::centre::{Backing, Centre, date, every_store};
use super::feed::{account, csv, reference};
use duizhang::remittance::{Money, PaymentReference};
use duizhang::store::{LetterRow, RefundFilter};
use duizhang::suspense::{Act, ItemId, Moment, Share};
use mail_parser::MessageParser;

/// Texts that say that nothing is left to do.
const DONE: [&str; 2] = ["不需要再做任何事", "已经办妥"];

fn item(serial: &str) -> ItemId {
    ItemId { account_no: account("icbc").to_owned(), serial: serial.into() }
}

fn notice(short: &str) -> PaymentReference {
    reference(short).parse().unwrap()
}

/// The only letter of a night, subject and text; empty if there is none.
fn letter(centre: &Centre, night: &str) -> String {
    let mut written = Vec::new();
    let take = |letter: LetterRow| {
        let mail = MessageParser::default().parse(&letter.message).unwrap();
        written.push(format!("{}\n{}", letter.subject, mail.body_text(0).unwrap()));
        true
    };
    centre.store.letters(date(night), take).unwrap();
    assert!(written.len() < 2, "{written:?}");
    written.pop().unwrap_or_default()
}

fn resolve(centre: &Centre, serial: &str, act: &Act, day: &str) {
    let moment = Moment::midnight(date(day));
    centre.store.resolve(&[item(serial)], act, "017", "", moment).unwrap();
}

/// E1 owes P1 of 1000.00, of which 964.40 came in May as S1 and is short; a letter of 3 June said so.
fn short(backing: Backing) -> Centre {
    let centre = Centre::new(backing, &["P1 1000", "P2 964.40", "P3 900"]);
    centre.night_of("05-12", &[csv(&["S1 05-11 icbc 964.40 P1"])]);
    centre.night("06-03", &[]);
    centre.expect("06-03", &["S1 suspense underpaid"]);
    assert!(letter(&centre, "06-03").contains("964.40 元待核实"));
    centre
}

#[test]
fn whatever_staff_decide_a_letter_names_the_notice_that_stays_open() {
    let advance = |to: &str| Act::Advance { employer_id: Some(to.to_owned()) };
    let share = Share { item: item("S1"), notice: notice("P3"), amount: Money::from_fen(900_00) };
    let split = Act::Split { shares: vec![share], rest_to: Some("E1".to_owned()) };
    #[rustfmt::skip] // A table is read by column.
    let rows = [
        // act                                        what became of it
        (advance("E1"),                               "已转作贵单位的暂存款"),
        (advance("E2"),                               "经核实另有归属"),
        (Act::Refund,                                 "已决定退回原付款账户，目前尚未划出"),
        (Act::NotOurs,                                "不是住房公积金缴存款项"),
        (Act::settle(vec![notice("P2")]), "已缴纳缴款通知书 P1906130002"),
        (split,                                       "缴纳缴款通知书 P1906130003（900.00 元），其余 64.40 元转作贵单位的暂存款"),
    ];
    every_store(|backing| {
        for (act, became) in &rows {
            let centre = short(backing);
            centre.employers("E2,示例乙公司,b@example.com,");
            resolve(&centre, "S1", act, "06-04");
            centre.night("06-10", &[]);
            let letter = letter(&centre, "06-10");
            let open =
                "P1906130001（2026年5月）：应缴 1,000.00 元，已计入 0.00 元，还差 1,000.00 元";
            for part in [became, open, "请这样办理", "请在 2026-06-30 前办理"] {
                assert!(letter.contains(part), "{act:?}: {part}: {letter}");
            }
            assert!(!DONE.iter().any(|done| letter.contains(done)), "{act:?}: {letter}");
            centre.night("06-17", &[]);
            assert_eq!(self::letter(&centre, "06-17"), "", "{act:?}: once");
        }
    });
}

#[test]
fn an_item_that_goes_back_to_awaiting_is_not_done_until_its_notice_is_paid() {
    every_store(|backing| {
        let centre = Centre::new(backing, &["P1 1000"]);
        centre.night_of("05-12", &[csv(&["S1 05-11 icbc 600 -"])]);
        let read = Act::CorrectReference { reference: notice("P1") };
        resolve(&centre, "S1", &read, "05-13");
        centre.night("05-19", &[]);
        centre.expect("05-19", &["S1 awaiting"]);
        let first = letter(&centre, "05-19");
        for part in [
            "待补足（分笔未齐）",
            "应缴 1,000.00 元，已计入 600.00 元，还差 400.00 元",
            "请在 2026-05-29 前办理",
        ] {
            assert!(first.contains(part), "{part}: {first}");
        }
        assert!(!DONE.iter().any(|done| first.contains(done)), "{first}");
        centre.night("05-26", &[]);
        assert_eq!(letter(&centre, "05-26"), "", "it waits, and that was told");
        centre.night_of("05-27", &[csv(&["S2 05-26 icbc 400 P1"])]);
        let last = letter(&centre, "05-27");
        assert!(DONE.iter().all(|done| last.contains(done)), "{last}");
        assert!(last.contains("已缴纳缴款通知书 P1906130001"), "{last}");
    });
}

#[test]
fn a_part_that_waited_and_comes_into_suspense_again_is_news() {
    every_store(|backing| {
        let centre = Centre::new(backing, &["P1 1000"]);
        centre.night_of("05-12", &[csv(&["S1 05-11 icbc 600 -"])]);
        let read = Act::CorrectReference { reference: notice("P1") };
        resolve(&centre, "S1", &read, "05-13");
        centre.night("05-19", &[]);
        centre.night("06-03", &[]);
        centre.expect("06-03", &["S1 suspense underpaid"]);
        assert!(letter(&centre, "06-03").contains("600.00 元待核实"));
    });
}

#[test]
fn a_second_payment_that_goes_back_leaves_nothing_open_and_is_done_once_it_has_left() {
    every_store(|backing| {
        let centre = Centre::new(backing, &["P1 1000", "P2 70"]);
        centre.night_of("05-12", &[csv(&["S1 05-11 icbc 1000 P1"])]);
        centre.night_of("05-13", &[csv(&["S2 05-12 icbc 1000 P1"])]);
        centre.expect("05-13", &["S2 suspense notice-already-paid"]);
        resolve(&centre, "S2", &Act::Refund, "05-14");
        centre.night("05-20", &[]);
        let letter = letter(&centre, "05-20");
        assert!(letter.contains("目前尚未划出") && letter.contains("处理进展"), "{letter}");
        // P2 is a separate matter: the money named a paid notice.
        assert!(!letter.contains("还差") && !letter.contains("P1906130002"), "{letter}");
        assert!(!DONE.iter().any(|done| letter.contains(done)), "it has not left yet: {letter}");
        let refund =
            centre.store.refunds(&RefundFilter::default()).unwrap().pop().unwrap().reference;
        let out = |serial: &str, day: &str| {
            csv(&[&format!("{serial} {day} icbc -1000 {refund} from=6222000000000000001")])
        };
        centre.night_of("05-27", &[out("D1", "05-27")]);
        let letter = self::letter(&centre, "05-27");
        assert!(letter.contains("已退回原付款账户"), "{letter}");
        assert!(DONE.iter().all(|done| letter.contains(done)), "now it has: {letter}");
        let back = format!("R1 06-03 icbc 1000 {refund} from= by=");
        centre.night_of("06-03", &[csv(&[&back])]);
        let letter = self::letter(&centre, "06-03");
        assert!(letter.contains("目前尚未划出"), "the bank sent it back: {letter}");
        assert!(!DONE.iter().any(|done| letter.contains(done)), "{letter}");
    });
}

#[test]
fn money_that_the_bank_took_back_leaves_what_the_employer_owes() {
    every_store(|backing| {
        let centre = Centre::new(backing, &["P1 1000"]);
        centre.night_of("05-12", &[csv(&["S1 05-11 icbc 1000 -"])]);
        centre.night_of("05-19", &[csv(&["S2 05-18 icbc -1000 - reversal"])]);
        centre.expect("05-19", &["S1 returned"]);
        let letter = letter(&centre, "05-19");
        for part in ["已由银行冲回或退回", "贵单位还有下列缴款通知书待收款", "还差 1,000.00 元"]
        {
            assert!(letter.contains(part), "{part}: {letter}");
        }
        assert!(!DONE.iter().any(|done| letter.contains(done)), "{letter}");
    });
}

#[test]
fn what_was_told_as_done_and_is_booked_back_is_told_again() {
    every_store(|backing| {
        let centre = Centre::new(backing, &["P1 1000"]);
        centre.night_of("05-12", &[csv(&["S1 05-11 icbc 1000 -"])]);
        resolve(&centre, "S1", &Act::settle(vec![notice("P1")]), "05-13");
        centre.night("05-19", &[]);
        let done = letter(&centre, "05-19");
        assert!(DONE.iter().all(|part| done.contains(part)), "{done}");
        resolve(&centre, "S1", &Act::Reverse, "05-20");
        centre.night("05-26", &[]);
        let again = letter(&centre, "05-26");
        for part in [
            "缴款通知书 P1906130001 重新待收款",
            "原入账经复核有误",
            "还差 1,000.00 元",
            "不要重复转账",
            "2026-05-11 到账 1,000.00 元",
        ] {
            assert!(again.contains(part), "{part}: {again}");
        }
        assert!(!DONE.iter().any(|part| again.contains(part)), "{again}");
    });
}

#[test]
fn what_the_bank_takes_back_after_it_had_settled_is_told_twice_first_as_it_stands_then_as_it_opens()
{
    every_store(|backing| {
        let centre = Centre::new(backing, &["P1 1000"]);
        centre.night_of("05-12", &[csv(&["S1 05-11 icbc 1000 P1"])]);
        assert_eq!(letter(&centre, "05-12"), "", "what settles plainly is no news");
        centre.night_of("05-14", &[csv(&["R1 05-13 icbc -1000 - reversal"])]);
        centre.expect("05-14", &["R1 suspense reversal-of-matched", "S1 matched P1"]);
        let first = letter(&centre, "05-14");
        for part in ["银行冲回", "通知书仍记为已缴清", "请不要重新付款", "冲回 1,000.00 元"]
        {
            assert!(first.contains(part), "{part}: {first}");
        }
        let take = Act::TakeBack { credit: item("S1") };
        resolve(&centre, "R1", &take, "05-15");
        centre.night("05-15", &[]);
        assert_eq!(letter(&centre, "05-15"), "", "a week lies between two letters");
        centre.night("05-21", &[]);
        let second = letter(&centre, "05-21");
        for part in [
            "重新待收款",
            "还差 1,000.00 元",
            "重新缴纳通知书 P1906130001",
            "请在 2026-06-04 前办理",
        ] {
            assert!(second.contains(part), "{part}: {second}");
        }
        centre.night("06-04", &[]);
        assert_eq!(letter(&centre, "06-04"), "", "the deadline's day is in time");
        centre.night("06-05", &[]);
        let reminder = letter(&centre, "06-05");
        let late = "我们曾于 2026-05-21 致函，请贵单位在 2026-06-04 前办理；该期限已过 1 天";
        assert!(reminder.contains(late), "{reminder}");
        centre.night_of("06-15", &[csv(&["S2 06-12 icbc 1000 P1"])]);
        let last = letter(&centre, "06-15");
        assert!(last.contains("本通知书目前已缴清") && last.contains("无需办理"), "{last}");
        centre.night("07-20", &[]);
        assert_eq!(letter(&centre, "07-20"), "");
    });
}

#[test]
fn a_letter_of_one_night_a_week_is_written_on_working_days_alone() {
    use duizhang::nightly::{self, Nobody, RunSettings};
    every_store(|backing| {
        let centre = Centre::new(backing, &["P1 1000"]);
        let run = |night: &str, files: &[String]| {
            let lay = |file: &String| centre.lay(None, "feed.csv", file);
            let deliveries: Vec<_> = files.iter().map(lay).collect();
            let settings = RunSettings { any_day: false, ..centre.settings(night, &deliveries) };
            nightly::run(&centre.store, super::centre::rules(), &settings, &Nobody).unwrap();
        };
        // A Saturday and a Sunday, then Monday.
        run("05-16", &[csv(&["S1 05-15 icbc 600 -"])]);
        run("05-17", &[]);
        assert_eq!([letter(&centre, "05-16"), letter(&centre, "05-17")], ["", ""]);
        run("05-18", &[csv(&["S2 05-17 icbc 70 -"])]);
        let monday = letter(&centre, "05-18");
        assert!(monday.contains("600.00") && monday.contains("70.00"), "{monday}");
    });
}
