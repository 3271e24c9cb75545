//! An unusual night holds its letters: none is sent until somebody has looked, none is lost, none is sent twice.

use super::centre::{Backing, Centre, date, every_store, rules};
use super::feed::csv;
use duizhang::alert::{
    Ending, Hold, LetterClaim, LetterStanding, LetterState, Outbox, Pull, Settled, Tries,
};
use duizhang::durable::OperatingSystem;
use duizhang::nightly::{self, Delivery, Nobody, RunSettings, RunSummary, Transport};
use duizhang::remittance::{Language, Localized, Reason};
use duizhang::store::{Decided, HeldAct, OutboxFilter, Withdrawal};
use duizhang::suspense::trail::TrailEntry;
use duizhang::suspense::{Act, ItemId, Moment};

const PAYERS: usize = 30;

/// A hundred employers with a notice each; the first thirty pay, three of them have no address.
fn centre(backing: Backing) -> Centre {
    let centre = Centre::new(backing, &[]);
    let employers: Vec<String> = (2..=100)
        .map(|number| {
            let email = if number <= 4 { String::new() } else { format!("f{number}@example.com") };
            format!("E{number},示例{number}公司,{email},62220000000000{number:03}")
        })
        .collect();
    centre.employers(&employers.join("\n"));
    let notices: Vec<String> =
        (2..=100).map(|number| format!("P{number} {number}00 awaiting E{number}")).collect();
    centre.notices(&notices.iter().map(String::as_str).collect::<Vec<_>>());
    centre
}

/// The bank's delivery: each pays its notice; `remark` is the remark's text.
fn file(remark: impl Fn(usize) -> String) -> String {
    let row = |number: usize| {
        format!(
            "S{number} 05-11 icbc {number}00 {} from=62220000000000{number:03} by=示例{number}公司",
            remark(number)
        )
    };
    csv(&(2..2 + PAYERS).map(row).collect::<Vec<_>>())
}

fn lost() -> String {
    file(|_| "-".to_owned())
}

fn right() -> String {
    file(|number| format!("P{number}"))
}

fn states(centre: &Centre) -> Vec<(LetterState, u64)> {
    let counts = centre.store.outbox_counts().unwrap();
    counts.into_iter().filter(|(_, count)| *count > 0).collect()
}

fn held(centre: &Centre) -> Vec<String> {
    centre.store.held_letters().unwrap().into_iter().map(|letter| letter.letter_id).collect()
}

fn decide(centre: &Centre, act: HeldAct, letters: &[String], on: &str) -> Decided {
    let (event, detail) = match act {
        HeldAct::Release => ("letters-released", ""),
        HeldAct::Drop => ("letters-dropped", "the bank left out the remarks"),
    };
    let entry = TrailEntry {
        at: Moment::midnight(date(on)).at,
        actor: "017".into(),
        role: "operator".into(),
        event: event.into(),
        subject: String::new(),
        detail: detail.into(),
    };
    let decided =
        centre.store.decide_held(act, letters, rules().brake.stands_days, &entry).unwrap();
    centre.prove(on);
    decided
}

fn settle(centre: &Centre, serial: &str, on: &str) {
    let account_no = super::feed::account("icbc").to_owned();
    let item = ItemId { account_no, serial: serial.into() };
    let now = Moment::midnight(date(on));
    centre.store.resolve(&[item], &Act::Refund, "017", "", now).unwrap();
}

fn night(centre: &Centre, as_of: &str, deliveries: &[Delivery], hold: Hold) -> RunSummary {
    let settings = RunSettings { hold, ..centre.settings(as_of, deliveries) };
    let night = nightly::run(&centre.store, rules(), &settings, &Nobody).unwrap();
    centre.prove(as_of);
    night
}

/// The number of letter files of a night.
fn filed(centre: &Centre, as_of: &str) -> u64 {
    let (folder, night) = (centre.folder.join("outbox"), date(as_of));
    let disk = &OperatingSystem;
    nightly::deliver_to(disk, &folder, &centre.store, night, Transport::Files).unwrap()
        + nightly::file_released(disk, &folder, &centre.store, Transport::Files).unwrap()
}

#[test]
fn a_file_that_lost_its_remarks_holds_the_night_and_the_right_one_ends_it() {
    every_store(|backing| {
        let centre = centre(backing);
        let wrong = centre.lay(None, "lost.csv", lost());
        let night = centre.night("05-12", std::slice::from_ref(&wrong));
        assert_eq!((night.verdict.letters_held, night.verdict.letters), (30, 0));
        assert_eq!(states(&centre), [(LetterState::Held, 30)]);
        assert_eq!(filed(&centre, "05-12"), 0, "nothing is printed");
        let why = centre.store.held_night(date("05-12")).unwrap().unwrap().why;
        let [Pull::File { file_name, reason, alike: 30, rows: 30, .. }] = why.as_slice() else {
            panic!("{why:?}")
        };
        assert_eq!((file_name.as_str(), reason.as_str()), ("lost.csv", "no-reference"));
        let letters = centre.store.held_letters().unwrap();
        assert!(letters.iter().all(|letter| letter.reasons == [Reason::NoReference]
            && letter.files.len() == 1
            && letter.files[0].1 == "lost.csv"));
        let before = centre.dump();
        centre.night("05-12", std::slice::from_ref(&wrong));
        assert_eq!(centre.dump(), before, "a night repeated changes nothing");
        centre.night("05-13", &[]);
        assert_eq!(states(&centre), [(LetterState::Held, 30)], "what waits is not told again");
        let decided = decide(&centre, HeldAct::Drop, &held(&centre), "05-13");
        assert_eq!(decided, Decided { dropped: 30, ..Decided::default() });
        let feed = centre.store.feeds(None, None).unwrap().remove(0).feed_id;
        let now = Moment::midnight(date("05-13"));
        let done =
            centre.store.withdraw_feeds(&[feed], ("017", "operator"), "无附言", now).unwrap();
        assert!(matches!(done, Withdrawal::Done(_)));
        let night = centre.night_of("05-14", &[right()]);
        assert_eq!(night.verdict.matched.count, 30);
        assert_eq!(
            night.verdict.letters + night.verdict.printed,
            0,
            "and nobody was told anything"
        );
        assert_eq!(states(&centre), [(LetterState::Dropped, 30)]);
    });
}

#[test]
fn what_was_dropped_and_still_hangs_is_told_by_a_later_night() {
    every_store(|backing| {
        let centre = centre(backing);
        centre.night_of("05-12", &[lost()]);
        decide(&centre, HeldAct::Drop, &held(&centre), "05-12");
        let before = centre.dump();
        centre.night("05-12", &[]);
        assert_eq!(centre.dump(), before, "not by the night that was looked at");
        let next = night(&centre, "05-13", &[], Hold::Never);
        assert_eq!((next.verdict.letters, next.verdict.printed), (27, 3));
        assert_eq!(filed(&centre, "05-13"), 30);
        assert_eq!(centre.night("05-14", &[]).verdict.letters, 0, "and once");
    });
}

#[test]
fn what_is_released_goes_and_is_reminded_of_as_if_the_night_had_sent_it() {
    every_store(|backing| {
        let centre = centre(backing);
        centre.night_of("05-12", &[lost()]);
        let all = held(&centre);
        let decided = decide(&centre, HeldAct::Release, &all[..10], "05-12");
        assert_eq!((decided.released, held(&centre).len()), (10, 20));
        decide(&centre, HeldAct::Release, &all[10..], "05-13");
        assert_eq!(states(&centre), [(LetterState::Waiting, 27), (LetterState::Printed, 3)]);
        assert_eq!(filed(&centre, "05-12"), 30);
        assert_eq!(filed(&centre, "05-12"), 0, "each file once");
        let night = centre.night("06-01", &[]).verdict;
        assert_eq!((night.letters + night.printed, night.letters_held), (0, 0));
        let night = centre.night("06-04", &[]).verdict;
        assert_eq!(
            (night.letters + night.printed, night.letters_held),
            (30, 0),
            "the deadline of the first letter is over"
        );
        let subjects = centre.store.outbox(&OutboxFilter::default()).unwrap();
        let reminders = subjects.iter().filter(|letter| letter.subject.contains("提醒")).count();
        assert_eq!(reminders, 30);
    });
}

#[test]
fn a_released_letter_that_is_true_no_longer_does_not_go() {
    every_store(|backing| {
        let centre = centre(backing);
        centre.night_of("05-12", &[lost()]);
        settle(&centre, "S9", "05-12");
        let decided = decide(&centre, HeldAct::Release, &held(&centre), "05-12");
        assert_eq!(decided, Decided { released: 29, outdated: 1, dropped: 0 });
        let next = centre.night("05-13", &[]).verdict;
        assert_eq!(next.letters + next.printed, 0, "it was mended before anybody was told");
    });
}

#[test]
fn a_night_writes_anew_what_is_true_no_longer_or_too_old() {
    every_store(|backing| {
        let centre = centre(backing);
        let more = "X9 05-11 icbc 44 - from=62220000000000009 by=示例9公司";
        let more = csv(&[more]);
        centre.night_of("05-12", &[lost(), more]);
        assert_eq!(held(&centre).len(), 30);
        settle(&centre, "S9", "05-12");
        // One of the two items of one letter is left: it gets a letter of its own.
        let next = centre.night("05-13", &[]).verdict;
        assert_eq!((next.letters, next.letters_held), (1, 0), "a small night");
        assert_eq!(held(&centre).len(), 29);
        let later = night(&centre, "05-15", &[], Hold::Always).verdict;
        assert_eq!(later.letters_held, 29, "the deadline of what was written on 12 May is near");
        let why = centre.store.held_night(date("05-15")).unwrap().unwrap().why;
        assert_eq!(why.first(), Some(&Pull::Always));
        assert_eq!(
            states(&centre),
            [(LetterState::Waiting, 1), (LetterState::Held, 29), (LetterState::Dropped, 30)]
        );
    });
}

#[test]
fn a_letter_that_waits_is_held_by_hand_and_tells_once_all_the_same() {
    every_store(|backing| {
        let centre = Centre::new(backing, &["P1 1000"]);
        centre.night_of("05-12", &[csv(&["S1 05-11 icbc 600 -"])]);
        let entry = TrailEntry {
            at: Moment::midnight(date("05-12")).at,
            actor: "017".into(),
            role: "operator".into(),
            event: "letters-held".into(),
            subject: String::new(),
            detail: "looks wrong".into(),
        };
        let waiting = centre.store.waiting_letters(None).unwrap();
        assert_eq!(centre.store.hold_waiting(&waiting, &entry).unwrap(), waiting);
        centre.prove("held by hand");
        assert_eq!(centre.night("05-13", &[]).verdict.letters, 0, "it waits in the held one");
        decide(&centre, HeldAct::Release, &waiting, "05-13");
        assert_eq!(centre.night("06-01", &[]).verdict.letters, 0);
        assert_eq!(centre.night("06-04", &[]).verdict.letters, 1, "its deadline is over");
        // The reminder is held and dropped: it is due again, still as a reminder.
        let waiting = centre.store.waiting_letters(Some(date("06-04"))).unwrap();
        centre.store.hold_waiting(&waiting, &entry).unwrap();
        decide(&centre, HeldAct::Drop, &waiting, "06-04");
        assert_eq!(centre.night("06-05", &[]).verdict.letters, 1);
        let letters = centre.store.outbox(&OutboxFilter::default()).unwrap();
        assert!(letters.last().unwrap().subject.contains("提醒"), "{letters:?}");
    });
}

#[test]
fn the_first_letters_of_a_centre_wait_where_it_says_so() {
    every_store(|backing| {
        let centre = Centre::new(backing, &["P1 1000"]);
        let first = centre.lay(None, "first.csv", csv(&["S1 05-11 icbc 600 -"]));
        assert_eq!(night(&centre, "05-12", &[first], Hold::First).verdict.letters_held, 1);
        let second = centre.lay(None, "second.csv", csv(&["S2 05-12 icbc 70 -"]));
        let next = night(&centre, "05-19", &[second], Hold::First).verdict;
        assert_eq!(
            next.letters_held, 1,
            "nothing has gone out yet: one letter, with what the first one told"
        );
        decide(&centre, HeldAct::Release, &held(&centre), "05-19");
        let third = centre.lay(None, "third.csv", csv(&["S3 05-13 icbc 80 -"]));
        let next = night(&centre, "05-26", &[third], Hold::First).verdict;
        assert_eq!((next.letters_held, next.letters), (0, 1));
    });
}

#[test]
fn a_letter_is_dated_by_its_first_hand_over_and_a_retry_keeps_that() {
    every_store(|backing| {
        let centre = Centre::new(backing, &["P1 1000"]);
        centre.night_of("05-12", &[csv(&["S1 05-11 icbc 600 -"])]);
        let try_at = |now: i64, ending: &Ending, before: Tries| {
            let holder = "one".to_owned();
            let claim =
                LetterClaim { holder: holder.clone(), now, lease_until: now + 9, letters_max: 9 };
            let letter = Outbox::claim(&centre.store, &claim).unwrap().remove(0);
            let message = String::from_utf8(letter.message).unwrap();
            let settled = Settled {
                letter_id: letter.letter_id.clone(),
                standing: LetterStanding::after(ending, before, now),
                no_mailbox: None,
            };
            Outbox::settle(&centre.store, &holder, now, &[settled]).unwrap();
            assert!(message.contains(&letter.letter_id), "its Message-ID stays");
            let date = message.lines().find(|line| line.starts_with("Date: ")).unwrap();
            date.to_owned()
        };
        let none = Tries::default();
        let noon = 1_778_644_800;
        assert_eq!(try_at(noon, &Ending::Untried, none), "Date: Wed, 13 May 2026 12:00:00 +0800");
        let first = "Date: Wed, 13 May 2026 13:00:00 +0800";
        let later = Ending::Later("451".into());
        assert_eq!(try_at(noon + 3_600, &later, none), first, "nobody had it before");
        assert_eq!(try_at(noon + 7_200, &later, Tries { attempts: 1, ..Tries::default() }), first);
    });
}

#[test]
fn what_still_hangs_after_the_last_reminder_is_to_be_called_about_once() {
    every_store(|backing| {
        let centre = Centre::new(backing, &["P1 1000"]);
        centre.night_of("05-12", &[csv(&["S1 05-11 icbc 600 -", "S2 05-11 icbc 70 -"])]);
        for night in ["05-19", "06-11"] {
            centre.night(night, &[]);
        }
        let after = rules().brake.call_after_days;
        let calls = |on: &str| centre.store.calls(date(on), after).unwrap();
        assert_eq!(calls("06-17"), [], "the last reminder has just gone");
        let found = calls("06-18");
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].employer_id.as_str(), found[0].reminded_on), ("E1", date("06-11")));
        assert!(
            found[0].in_language(Language::Chinese).contains("600.00")
                && found[0].letter().is_some(),
            "{found:?}"
        );
        settle(&centre, "S2", "06-18");
        let item = found[0].item.clone();
        let entry = TrailEntry {
            at: Moment::midnight(date("06-18")).at,
            actor: "017".into(),
            role: "operator".into(),
            event: "called".into(),
            subject: item.to_string(),
            detail: String::new(),
        };
        centre.store.call_made(&item, "they write again", &entry).unwrap();
        assert_eq!(calls("06-18"), [], "one was called about, one is settled");
        assert!(centre.store.call_made(&item, "twice", &entry).is_err());
        centre.prove("after a call");
    });
}

#[test]
fn an_agent_who_wants_it_gets_one_mail_with_a_part_for_each_employer() {
    every_store(|backing| {
        let centre = Centre::new(backing, &["P1 1000", "P2 500 awaiting E2", "P3 70 awaiting E3"]);
        centre.employers("E2,示例乙公司,finance@example.com,\nE3,示例丙公司,Finance@example.com,");
        for employer in ["E1", "E2"] {
            centre.store.set_together(employer, true).unwrap();
        }
        let rows = [
            "S1 05-11 icbc 6 - by=示例甲公司",
            "S2 05-11 icbc 7 - by=示例乙公司 from=",
            "S3 05-11 icbc 8 - by=示例丙公司 from=",
        ];
        centre.night_of("05-12", &[csv(&rows)]);
        let join = |now: i64| {
            nightly::join(&centre.store, &rules().letters, (now, date("05-13"))).unwrap()
        };
        assert_eq!((join(10), join(10)), (1, 0), "once");
        let claim = LetterClaim { holder: "one".into(), now: 10, lease_until: 20, letters_max: 9 };
        let taken = Outbox::claim(&centre.store, &claim).unwrap();
        assert_eq!(taken.len(), 2, "one for two of them, and the third's own");
        let text = |letter: &duizhang::alert::Outgoing| {
            duizhang::alert::plain_text(&String::from_utf8(letter.message.clone()).unwrap())
                .unwrap()
        };
        let joint = taken.iter().find(|one| text(one).contains("第 2 家")).unwrap();
        let said = text(joint);
        assert!(said.contains("示例甲公司") && said.contains("示例乙公司"), "{said}");
        assert!(
            !said.contains("示例丙公司"),
            "who did not ask for it has a letter of its own: {said}"
        );
        // The mail is not delivered: each of the two is rewritten on its own, on paper.
        let ending = Ending::NoMailbox {
            status: "5.1.1".into(),
            at_once: true,
            answer: "550 5.1.1 no".into(),
        };
        let settled = Settled {
            letter_id: joint.letter_id.clone(),
            standing: LetterStanding::after(&ending, Tries::default(), 10),
            no_mailbox: ending.no_mailbox(),
        };
        Outbox::settle(&centre.store, "one", 10, &[settled]).unwrap();
        let undeliverable = centre.store.undeliverable(9).unwrap();
        let mut whose: Vec<&str> =
            undeliverable.iter().map(|one| one.letter.employer_id.as_str()).collect();
        whose.sort_unstable();
        assert_eq!(whose, ["E1", "E2"]);
        centre.prove("joined");
    });
}
