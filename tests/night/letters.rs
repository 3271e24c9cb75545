//! What employers hear, night after night, and that the outbox is written with the books.

use super::centre::{Backing, Centre, date, every_store};
use super::feed::{account, csv};
use duizhang::alert::bounce::Bounce;
use duizhang::alert::{Claim, Ending, LetterState, Outbox, Rhythm, Settled, Standing};
use duizhang::store::{OutboxFilter, OutboxRow};
use duizhang::suspense::{Act, ItemId, Moment};

/// A centre at which a payment of E1 without a reference hangs since 12 May.
fn hanging(backing: Backing) -> Centre {
    let centre = Centre::new(backing, &["P1 1000"]);
    centre.night_of("05-12", &[csv(&["S1 05-11 icbc 600 -"])]);
    centre
}

fn letters(centre: &Centre) -> Vec<OutboxRow> {
    centre.store.outbox(&OutboxFilter::default()).unwrap()
}

/// The nights on which letters were written, each with its subject.
fn told(centre: &Centre) -> Vec<(String, String)> {
    let told = letters(centre).into_iter();
    told.map(|letter| (letter.written_on.to_string(), letter.subject)).collect()
}

fn claim(centre: &Centre, holder: &str, now: i64) -> Vec<String> {
    let claim = Claim { holder: holder.into(), now, lease_until: now + 100, letters_max: 9 };
    Outbox::claim(&centre.store, &claim)
        .unwrap()
        .into_iter()
        .map(|letter| letter.letter_id)
        .collect()
}

fn settle(centre: &Centre, holder: &str, letter_id: &str, ending: &Ending, now: i64) {
    let standing = Standing::after(ending, 0, now);
    let settled = Settled { letter_id: letter_id.to_owned(), standing };
    Outbox::settle(&centre.store, holder, now, &[settled]).unwrap();
}

#[test]
fn an_employer_is_told_once_reminded_twice_and_thanked() {
    every_store(|backing| {
        let centre = hanging(backing);
        for night in ["05-12", "05-13", "05-18", "05-19", "05-20", "06-11", "06-12"] {
            centre.night(night, &[]);
        }
        let item = ItemId { account_no: account("icbc").to_owned(), serial: "S1".into() };
        centre
            .store
            .resolve(&[item], &Act::Refund, "017", "", Moment::midnight(date("06-14")))
            .unwrap();
        centre.night("06-15", &[]);
        centre.night("06-16", &[]);
        let want = [
            ("2026-05-12", "【公积金】2026年5月缴款 600.00 元待核实"),
            ("2026-05-19", "【公积金】提醒：2026年5月缴款 1 笔共 600.00 元仍待核实"),
            ("2026-06-11", "【公积金】提醒：2026年5月缴款 1 笔共 600.00 元仍待核实"),
            ("2026-06-15", "【公积金】2026年5月缴款 600.00 元已经办妥"),
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
        let centre = hanging(backing);
        centre.store.set_rhythm("E1", Rhythm::Never).unwrap();
        Outbox::withdraw(&centre.store, 1_000).unwrap();
        assert_eq!(letters(&centre)[0].state, LetterState::GivenUp, "nor the one that waited");
        centre.night_of("05-20", &[csv(&["S2 05-19 icbc 70 -"])]);
        assert_eq!(letters(&centre).len(), 1);
        assert!(centre.store.set_rhythm("E404", Rhythm::Weekly).is_err());
    });
}

#[test]
fn advice_is_given_once_a_month() {
    every_store(|backing| {
        let centre = Centre::new(backing, &["P1 100", "P2 200", "P3 300"]);
        let lowercase = |row: &str| csv(&[row]).replace("P190613", "p190613");
        centre.night_of("05-12", &[lowercase("S1 05-11 icbc 100 P1")]);
        centre.night_of("05-20", &[lowercase("S2 05-19 icbc 200 P2")]);
        centre.night_of("06-12", &[lowercase("S3 06-11 icbc 300 P3")]);
        let nights: Vec<String> = told(&centre).into_iter().map(|(night, _)| night).collect();
        assert_eq!(nights, ["2026-05-12", "2026-06-12"], "the second waits for a month to pass");
    });
}

#[test]
fn a_letter_is_in_one_hand_until_its_lease_ends() {
    every_store(|backing| {
        let centre = hanging(backing);
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

#[test]
fn an_address_that_letters_come_back_from_is_written_to_on_paper() {
    every_store(|backing| {
        let centre = hanging(backing);
        let letter = letters(&centre)[0].clone();
        let bounce = |id: &str, address: &str| Bounce {
            address: address.into(),
            status: "5.1.1".into(),
            diagnosis: "no such user".into(),
            message_id: format!("{id}@example.org"),
        };
        let on = date("05-13");
        let forged = bounce("0123", "finance@example.com");
        assert!(!centre.store.block_address(&forged, on).unwrap(), "no letter of ours");
        let other = bounce(&letter.letter_id, "else@example.com");
        assert!(!centre.store.block_address(&other, on).unwrap(), "it did not go there");
        let real = bounce(&letter.letter_id, "finance@example.com");
        assert!(centre.store.block_address(&real, on).unwrap());
        centre.night("05-19", &[]);
        let paper = letters(&centre).pop().unwrap();
        assert_eq!((paper.state, paper.recipient.as_str()), (LetterState::Printed, ""));
        centre.store.set_address("E1", "new@example.com", "017", date("05-20")).unwrap();
        centre.night("06-11", &[]);
        assert_eq!(letters(&centre).pop().unwrap().recipient, "new@example.com");
    });
}

#[test]
fn an_address_is_believed_once_its_link_was_followed() {
    every_store(|backing| {
        let centre = hanging(backing);
        let address = |centre: &Centre| {
            centre.store.choices(Some("E1")).unwrap().pop().unwrap().address.unwrap()
        };
        centre.store.ask_address("E1", "agent@example.com", "hash", 1_000).unwrap();
        assert_eq!(address(&centre), "finance@example.com", "asked is not believed");
        let confirm = |hash: &str, now| centre.store.confirm_address(hash, now, date("05-13"));
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
