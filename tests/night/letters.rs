//! Letters to employers, night after night; the outbox is written with the books.

use super::centre::{Backing, Centre, date, every_store};
use super::feed::{account, csv};
use duizhang::alert::{
    Ending, LetterClaim, LetterStanding, LetterState, Outbox, Rhythm, Settled, Tries,
};
use duizhang::nightly::{Letterhead, Reissued, reissue};
use duizhang::store::{OutboxFilter, OutboxRow};
use duizhang::suspense::trail::TrailEntry;
use duizhang::suspense::trail::TrailEvent;
use duizhang::suspense::{Act, ItemId, Moment};
use mail_parser::MessageParser;

/// A centre with a payment of E1 without a reference, open since 12 May.
pub(crate) fn open_item(backing: Backing) -> Centre {
    let centre = Centre::new(backing, &["P1 1000"]);
    centre.night_of("05-12", &[csv(&["S1 05-11 icbc 600 -"])]);
    centre
}

pub(crate) fn letters(centre: &Centre) -> Vec<OutboxRow> {
    centre.store.outbox(&OutboxFilter::default()).unwrap()
}

/// The nights with letters, each with its subject.
fn told(centre: &Centre) -> Vec<(String, String)> {
    let told = letters(centre).into_iter();
    told.map(|letter| (letter.written_on.to_string(), letter.subject)).collect()
}

pub(crate) fn claim(centre: &Centre, holder: &str, now: i64) -> Vec<String> {
    let claim = LetterClaim { holder: holder.into(), now, lease_until: now + 100, letters_max: 9 };
    Outbox::claim(&centre.store, &claim)
        .unwrap()
        .into_iter()
        .map(|letter| letter.letter_id)
        .collect()
}

pub(crate) fn settle(centre: &Centre, holder: &str, letter_id: &str, ending: &Ending, now: i64) {
    let standing = LetterStanding::after(ending, Tries::default(), now);
    let no_mailbox = ending.clone().no_mailbox();
    let settled = Settled { letter_id: letter_id.to_owned(), standing, no_mailbox };
    Outbox::settle(&centre.store, holder, now, &[settled]).unwrap();
}

#[test]
fn an_employer_is_told_once_reminded_twice_and_told_what_became_of_it() {
    every_store(|backing| {
        let centre = open_item(backing);
        for night in ["05-12", "05-13", "05-19", "05-29", "06-04", "06-05", "06-11", "06-12"] {
            centre.night(night, &[]);
        }
        let item = ItemId { account_no: account("icbc").to_owned(), serial: "S1".into() };
        centre
            .store
            .resolve(&[item], &Act::Refund, "017", "", Moment::midnight(date("06-14")))
            .unwrap();
        // Two letters are at least a week apart.
        centre.night("06-15", &[]);
        centre.night("06-18", &[]);
        centre.night("06-25", &[]);
        let want = [
            ("2026-05-12", "【公积金】2026年5月缴款 600.00 元待核实"),
            ("2026-06-04", "【公积金】提醒：2026年5月缴款 1 笔共 600.00 元仍待核实"),
            ("2026-06-11", "【公积金】提醒：2026年5月缴款 1 笔共 600.00 元仍待核实"),
            ("2026-06-18", "【公积金】2026年5月缴款 600.00 元已处理，仍有缴款通知书未缴清"),
        ];
        let want = want.map(|(night, subject)| (night.to_owned(), subject.to_owned()));
        assert_eq!(told(&centre), want);
    });
}

#[test]
fn what_was_mended_before_a_weekly_letter_is_not_told() {
    every_store(|backing| {
        let centre = Centre::new(backing, &["P1 1000"]);
        centre.store.set_rhythm("E1", Rhythm::Weekly).unwrap();
        centre.night_of("05-12", &[csv(&["S1 05-11 icbc 600 -", "S2 05-11 icbc 70 -"])]);
        assert_eq!(told(&centre), []);
        let item = ItemId { account_no: account("icbc").to_owned(), serial: "S2".into() };
        centre
            .store
            .resolve(&[item], &Act::Refund, "017", "", Moment::midnight(date("05-13")))
            .unwrap();
        centre.night("05-18", &[]);
        let want = ("2026-05-18".to_owned(), "【公积金】2026年5月缴款 600.00 元待核实".to_owned());
        assert_eq!(told(&centre), [want]);
    });
}

#[test]
fn whoever_wants_no_letters_gets_none() {
    every_store(|backing| {
        let centre = open_item(backing);
        centre.store.set_rhythm("E1", Rhythm::Never).unwrap();
        Outbox::withdraw(&centre.store, 1_000).unwrap();
        assert_eq!(letters(&centre)[0].state, LetterState::GivenUp, "nor the one that waited");
        centre.night_of("05-20", &[csv(&["S2 05-19 icbc 70 -"])]);
        assert_eq!(letters(&centre).len(), 1);
        assert!(centre.store.set_rhythm("E404", Rhythm::Weekly).is_err());
    });
}

#[test]
fn advice_alone_needs_three_of_a_kind_and_comes_once_a_quarter() {
    every_store(|backing| {
        let notices: Vec<String> = (1..=7).map(|one| format!("P{one} {one}00")).collect();
        let centre = Centre::new(backing, &notices.iter().map(String::as_str).collect::<Vec<_>>());
        let pay = |night: &str, one: u32| {
            let row = format!("S{one} {night} icbc {one}00 P{one}");
            centre.night_of(night, &[csv(&[&row]).replace("P190613", "p190613")]);
        };
        for (night, one) in [("05-12", 1), ("05-20", 2), ("06-12", 3)] {
            pay(night, one);
        }
        for (night, one) in [("06-16", 4), ("06-17", 5), ("06-18", 6)] {
            pay(night, one);
        }
        centre.night("09-10", &[]);
        let nights = ["2026-06-12", "2026-09-11"];
        centre.night("09-11", &[]);
        let told = told(&centre);
        assert_eq!(told.iter().map(|(night, _)| night.as_str()).collect::<Vec<_>>(), nights);
        assert!(told.iter().all(|(_, subject)| subject.contains("附言填写有建议")), "{told:?}");
    });
}

#[test]
fn advice_goes_inside_another_letter_and_has_a_switch_of_its_own() {
    every_store(|backing| {
        for wanted in [true, false] {
            let centre = Centre::new(backing, &["P1 100"]);
            centre.store.set_advice("E1", (!wanted).then_some(1)).unwrap();
            let small = csv(&["S1 05-11 icbc 100 P1"]).replace("P190613", "p190613");
            centre.night_of("05-12", &[small]);
            assert_eq!(told(&centre), [], "not a letter of its own");
            centre.night_of("05-13", &[csv(&["S2 05-12 icbc 70 -"])]);
            let letter = letters(&centre).pop().unwrap();
            let row = centre.store.letter(&letter.letter_id).unwrap().unwrap();
            let text = MessageParser::default().parse(&row.message).unwrap();
            let text = text.body_text(0).unwrap();
            assert_eq!(text.contains("应当写成：P1906130001"), wanted, "{text}");
            assert!(text.contains("70.00 元"), "what is in suspense is told all the same: {text}");
            assert_eq!(centre.store.contact_preferences(Some("E1")).unwrap()[0].no_advice, !wanted);
        }
        let centre = Centre::new(backing, &[]);
        assert!(centre.store.set_advice("E404", Some(1)).is_err());
    });
}

#[test]
fn a_letter_is_found_by_the_number_that_its_reader_reads_out() {
    use duizhang::alert::letter_number;
    use duizhang::store::LetterSearch;
    every_store(|backing| {
        let centre = open_item(backing);
        let letter = letters(&centre).pop().unwrap();
        let row = centre.store.letter(&letter.letter_id).unwrap().unwrap();
        let spoken = letter_number::spoken(&letter.number);
        let text = MessageParser::default().parse(&row.message).unwrap();
        assert!(text.body_text(0).unwrap().contains(&format!("函件编号：{spoken}")));
        for typed in [spoken.as_str(), &letter.number, letter.letter_id.get(..12).unwrap()] {
            let filter = OutboxFilter { letter: Some(typed.into()), ..OutboxFilter::default() };
            assert_eq!(centre.store.outbox(&filter).unwrap().len(), 1, "{typed}");
        }
        let search =
            |text: &str| LetterSearch { text: Some(text.into()), ..LetterSearch::default() };
        let found = |text: &str| centre.store.search_letters(&search(text), None, 9).unwrap().len();
        assert_eq!((found(&spoken), found("00000000"), found("示例甲")), (1, 0, 1));
    });
}

#[test]
fn a_letter_is_in_one_hand_until_its_lease_ends() {
    every_store(|backing| {
        let centre = open_item(backing);
        let letter = letters(&centre)[0].letter_id.clone();
        assert_eq!(claim(&centre, "one", 1_000), [letter.as_str()]);
        assert_eq!(claim(&centre, "two", 1_050), [""; 0], "it is in one's hands");
        assert_eq!(letters(&centre)[0].state, LetterState::Sending);
        assert_eq!(claim(&centre, "two", 1_100), [letter.as_str()], "one is gone");
        settle(&centre, "one", &letter, &Ending::Sent("250 ok".into()), 1_101);
        assert_eq!(letters(&centre)[0].state, LetterState::Sending, "one has no more to say");
        settle(&centre, "two", &letter, &Ending::Later("451 later".into()), 1_102);
        let waits = &letters(&centre)[0];
        assert_eq!((waits.state, waits.attempts), (LetterState::Waiting, 1));
        assert_eq!(claim(&centre, "two", 1_150), [""; 0], "it is not due");
        assert_eq!(claim(&centre, "two", 1_162), [letter.as_str()]);
        settle(&centre, "two", &letter, &Ending::Refused("550 no".into()), 1_163);
        assert!(
            centre.store.give_up_letters(std::slice::from_ref(&letter), 1_170).is_err(),
            "it is over"
        );
        centre.store.retry_letters(std::slice::from_ref(&letter), 1_170).unwrap();
        assert_eq!(claim(&centre, "two", 1_170), [letter.as_str()]);
        settle(&centre, "two", &letter, &Ending::Sent("250 ok".into()), 1_171);
        assert!(centre.store.retry_letters(&[letter], 1_180).is_err(), "it arrived");
    });
}

pub(crate) fn entry(event: impl Into<TrailEvent>) -> TrailEntry {
    let [actor, subject] = ["017", "E1"].map(str::to_owned);
    let (role, detail) = ("clerk".to_owned(), String::new());
    TrailEntry { at: 2_000, actor, role, event: event.into(), subject, detail }
}

pub(crate) fn set_address(centre: &Centre, address: &str) {
    let entry = entry("address-set");
    centre.store.set_address("E1", address, "017", date("05-20"), &entry).unwrap();
}

/// Reissues undelivered letters on a day.
fn anew(centre: &Centre, day: &str) -> Reissued {
    let contact = super::centre::contact();
    let folder = centre.folder.join("outbox");
    let rules = &super::centre::rules().letters;
    let letterhead = Letterhead { folder: &folder, centre: &contact, rules, on: date(day) };
    reissue(&centre.store, &letterhead).unwrap()
}

/// The pages in the printing folder.
fn pages(centre: &Centre) -> Vec<String> {
    let folder = centre.folder.join("outbox/print").read_dir();
    let pages = folder.into_iter().flatten().flatten();
    pages.map(|page| std::fs::read_to_string(page.path()).unwrap()).collect()
}

#[test]
fn a_letter_that_is_refused_for_good_goes_to_its_employer_on_paper() {
    every_store(|backing| {
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            // status   blocks  the next letter goes
            ("5.1.1",   true,   ""),
            ("5.7.1",   false,  "finance@example.com"),
        ];
        for (status, blocks, next) in rows {
            let centre = open_item(backing);
            let letter = letters(&centre)[0].letter_id.clone();
            claim(&centre, "one", 1_000);
            let answer = format!("550 {status} no");
            let refused = match blocks {
                true => Ending::NoMailbox { status: status.into(), answer, at_once: true },
                false => Ending::Refused(answer),
            };
            settle(&centre, "one", &letter, &refused, 1_001);
            let choice = centre.store.contact_preferences(Some("E1")).unwrap().pop().unwrap();
            assert_eq!(choice.blocked.as_deref(), blocks.then_some(status));
            assert_eq!(anew(&centre, "05-13"), Reissued { printed: 1, ..Reissued::default() });
            assert_eq!(anew(&centre, "05-14"), Reissued::default(), "once");
            let states: Vec<LetterState> =
                letters(&centre).iter().map(|letter| letter.state).collect();
            assert_eq!(states, [LetterState::Refused, LetterState::Printed]);
            let pages = pages(&centre);
            assert_eq!(pages.len(), 1);
            for words in ["示例甲公司<br>公积金经办人　收", "600.00", "请这样办理"]
            {
                assert!(pages[0].contains(words), "{words}: {}", pages[0]);
            }
            centre.night("06-04", &[]);
            assert_eq!(letters(&centre).pop().unwrap().recipient, next);
        }
    });
}

#[test]
fn what_is_sent_again_goes_to_the_address_of_now() {
    every_store(|backing| {
        let centre = open_item(backing);
        let first = letters(&centre)[0].letter_id.clone();
        let retry = |id: &str| centre.store.retry_letters(&[id.to_owned()], 2_000).unwrap();
        claim(&centre, "one", 1_000);
        let answer = "550 5.1.1 no".to_owned();
        let ending = Ending::NoMailbox { status: "5.1.1".into(), answer, at_once: true };
        settle(&centre, "one", &first, &ending, 1_001);
        set_address(&centre, "new@example.com");
        assert_eq!(anew(&centre, "05-13"), Reissued { mailed: 1, ..Reissued::default() });
        retry(&first);
        assert_eq!(anew(&centre, "05-14").mailed, 1);
        let found = letters(&centre);
        assert_eq!(found.len(), 2, "the same letter to the same address is one letter");
        assert_eq!(found[0].state, LetterState::Refused, "what happened stays");
        assert!(found[0].reissued);
        let second = &found[1];
        assert_eq!(
            (second.state, second.recipient.as_str()),
            (LetterState::Waiting, "new@example.com")
        );
        // As a mail program parses it.
        let row = centre.store.letter(&second.letter_id).unwrap().unwrap();
        let one = centre.store.letter(&first).unwrap().unwrap();
        let (mail, before) = (row.message.as_bytes(), one.message.as_bytes());
        let (mail, before) = (
            MessageParser::default().parse(mail).unwrap(),
            MessageParser::default().parse(before).unwrap(),
        );
        let to = mail.to().unwrap().first().unwrap();
        assert_eq!((to.name(), to.address()), (Some("示例甲公司"), Some("new@example.com")));
        assert_eq!(mail.message_id().unwrap().split('@').next(), Some(second.letter_id.as_str()));
        assert_ne!(mail.message_id(), before.message_id());
        assert_eq!(mail.subject(), before.subject());
        assert_eq!(mail.from(), before.from());
        assert_eq!(mail.body_text(0), before.body_text(0));
        assert_eq!(mail.body_html(0), before.body_html(0));
        // With the same address it is the same letter.
        claim(&centre, "one", 3_000);
        settle(&centre, "one", &second.letter_id, &Ending::Refused("554 5.7.1 no".into()), 3_001);
        retry(&second.letter_id);
        assert_eq!(letters(&centre)[1].state, LetterState::Waiting);
        assert_eq!(anew(&centre, "05-15"), Reissued::default());
    });
}

#[test]
fn thanks_and_unwanted_letters_are_not_worth_paper() {
    every_store(|backing| {
        let centre = open_item(backing);
        claim(&centre, "one", 1_000);
        let first = letters(&centre)[0].letter_id.clone();
        settle(&centre, "one", &first, &Ending::Sent("250 ok".into()), 1_001);
        let item = ItemId { account_no: account("icbc").to_owned(), serial: "S1".into() };
        let moment = Moment::midnight(date("05-13"));
        centre.store.resolve(&[item], &Act::NotOurs, "017", "", moment).unwrap();
        centre.night("05-19", &[]);
        let thanks = letters(&centre).pop().unwrap();
        assert!(thanks.subject.contains("已经办妥"), "{}", thanks.subject);
        claim(&centre, "one", 2_000);
        settle(&centre, "one", &thanks.letter_id, &Ending::Refused("554 no".into()), 2_001);
        assert_eq!(anew(&centre, "05-20"), Reissued::default());
        let centre = open_item(backing);
        claim(&centre, "one", 1_000);
        let first = letters(&centre)[0].letter_id.clone();
        settle(&centre, "one", &first, &Ending::Refused("554 no".into()), 1_001);
        centre.store.set_rhythm("E1", Rhythm::Never).unwrap();
        assert_eq!(anew(&centre, "05-15"), Reissued::default());
        assert_eq!(pages(&centre), [""; 0]);
    });
}

#[test]
fn an_address_is_believed_once_its_link_was_followed() {
    every_store(|backing| {
        let centre = open_item(backing);
        let address = |centre: &Centre| {
            centre.store.contact_preferences(Some("E1")).unwrap().pop().unwrap().address.unwrap()
        };
        centre.store.ask_address("E1", "agent@example.com", "hash", 1_000).unwrap();
        assert_eq!(address(&centre), "finance@example.com", "asked is not believed");
        let confirm = |hash: &str, now| {
            let confirmed = centre.store.confirm_address(hash, now, date("05-13"));
            confirmed.map(|asked| asked.map(|asked| asked.employer_id))
        };
        assert_eq!(confirm("other", 500).unwrap(), None);
        assert_eq!(confirm("hash", 1_001).unwrap(), None, "too late");
        assert_eq!(confirm("hash", 999).unwrap(), Some("E1".into()));
        assert_eq!(confirm("hash", 999).unwrap(), None, "a link works once");
        assert_eq!(address(&centre), "agent@example.com");
    });
}

#[test]
fn an_account_that_always_delivered_is_missed() {
    every_store(|backing| {
        let centre = Centre::new(backing, &["P1 1000"]);
        // 11 to 15 May are a working week.
        for day in 11..=15 {
            let row = format!("S{day} 05-{day} icbc 1 -");
            centre.night_of(&format!("05-{day}"), &[csv(&[&row])]);
        }
        centre.night_of("05-18", &[csv(&["X1 05-18 ccb 1 -"])]);
        let missed = |night: &str| {
            let calendar = &super::centre::rules().calendar;
            duizhang::nightly::missing_feeds(&centre.store, calendar, date(night)).unwrap()
        };
        let missing = missed("05-18");
        assert_eq!(missing.len(), 1, "CCB never had the habit");
        assert_eq!((missing[0].bank_name.as_str(), missing[0].nights), ("工商银行", 5));
        assert_eq!(missed("05-16"), [], "nobody delivers on a Saturday");
    });
}
