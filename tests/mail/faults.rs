//! Everything a mail server can do wrong: each letter ends in exactly one state, and none is lost.

use crate::centre::{SQLITE, every_store};
use crate::server::{Act, MailServer, Moment, Stage};
use crate::shelf::{SENDER, Shelf, delivery};
use duizhang::alert::{LetterState, ServerFault};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

/// Acts at one stage, and continues at all others.
fn at(stage: Stage, act: Act) -> impl Fn(&Moment) -> Act + Send + Sync {
    move |moment| if moment.stage == stage { act.clone() } else { Act::GoOn }
}

/// Acts the first time that a stage is reached.
fn once(stage: Stage, act: Act) -> impl Fn(&Moment) -> Act + Send + Sync {
    move |moment| {
        if moment.stage == stage && moment.times == 0 { act.clone() } else { Act::GoOn }
    }
}

fn states(pairs: &[(&'static str, u64)]) -> BTreeMap<&'static str, u64> {
    pairs.iter().copied().collect()
}

#[test]
fn letters_arrive_once_each_as_they_were_written() {
    let server = MailServer::start(|_| Act::GoOn);
    let shelf = Shelf::with(SQLITE, 250);
    let delivered = shelf.run(&delivery(&server));
    assert_eq!((delivered.sent, delivered.tried(), delivered.fault), (250, 250, None));
    let taken = server.taken();
    let to: BTreeSet<&str> = taken.iter().map(|letter| letter.to.as_str()).collect();
    assert_eq!((taken.len(), to.len()), (250, 250));
    assert!(taken.iter().all(|letter| letter.from == SENDER));
    let text = String::from_utf8(taken[0].message.clone()).unwrap();
    assert!(text.contains("\r\n\r\n.a dot first\r\n"), "{text}");
    assert_eq!(shelf.standing(0).answer, "250 2.0.0 kept as 4711");
    assert!(server.connections() <= 4, "two at a time, a hundred letters each");
    let again = shelf.run(&delivery(&server));
    assert_eq!(again.tried(), 0, "what is sent is sent");
}

/// Fault, stage and act; the states then and an hour later; the number of blocked addresses.
type Fault = (&'static str, Stage, Act, &'static [&'static str], &'static [&'static str], usize);

const WAITS: &[&str] = &["waiting"];
const SENT: &[&str] = &["sent"];
const REFUSED: &[&str] = &["refused"];
/// The state of the letters in transit is unknown; the run ends before all are sent.
const SOME_UNKNOWN: &[&str] = &["unknown", "waiting"];
const SLOW: Act = Act::Delay(Duration::from_millis(100));

#[rustfmt::skip] // A table is read by column.
const FAULTS: &[Fault] = {
    use Act::{Flood, HangUp, KeepAndHangUp, Say, Silence};
    use Stage::{Data, Ehlo, Greeting, Letter, Mail, Rcpt};
    &[
        // what happens                                                  states        an hour later  blocked
        ("greeting refused",    Greeting, Say("554 no service"),         WAITS,        SENT,          0),
        ("greeting busy",       Greeting, Say("421 too busy"),           WAITS,        SENT,          0),
        ("greeting silent",     Greeting, Silence,                       WAITS,        SENT,          0),
        ("greeting dropped",    Greeting, HangUp,                        WAITS,        SENT,          0),
        ("greeting endless",    Greeting, Flood,                         WAITS,        SENT,          0),
        ("greeting slow",       Greeting, SLOW,                          SENT,         SENT,          0),
        ("EHLO refused",        Ehlo,     Say("502 what?"),              WAITS,        SENT,          0),
        ("EHLO later",          Ehlo,     Say("421 too busy"),           WAITS,        SENT,          0),
        ("EHLO silent",         Ehlo,     Silence,                       WAITS,        SENT,          0),
        ("EHLO dropped",        Ehlo,     HangUp,                        WAITS,        SENT,          0),
        ("EHLO endless",        Ehlo,     Flood,                         WAITS,        SENT,          0),
        ("sender refused",      Mail,     Say("550 not you"),            WAITS,        SENT,          0),
        ("sender later",        Mail,     Say("451 later"),              WAITS,        SENT,          0),
        ("sender 421",          Mail,     Say("421 going away"),         WAITS,        SENT,          0),
        ("sender silent",       Mail,     Silence,                       WAITS,        SENT,          0),
        ("sender dropped",      Mail,     HangUp,                        WAITS,        SENT,          0),
        ("recipient unknown",   Rcpt,     Say("550 5.1.1 unknown"),      WAITS,        SENT,          0),
        ("recipient disliked",  Rcpt,     Say("550 5.7.1 no relaying"),  WAITS,        SENT,          0),
        ("recipient bare",      Rcpt,     Say("550 no"),                 WAITS,        SENT,          0),
        ("recipient later",     Rcpt,     Say("450 greylisted"),         WAITS,        SENT,          0),
        ("recipient 421",       Rcpt,     Say("421 going away"),         WAITS,        SENT,          0),
        ("recipient silent",    Rcpt,     Silence,                       WAITS,        SENT,          0),
        ("recipient dropped",   Rcpt,     HangUp,                        WAITS,        SENT,          0),
        ("DATA refused",        Data,     Say("554 no"),                 WAITS,        SENT,          0),
        ("DATA later",          Data,     Say("451 later"),              WAITS,        SENT,          0),
        ("DATA 421",            Data,     Say("421 going away"),         WAITS,        SENT,          0),
        ("DATA silent",         Data,     Silence,                       WAITS,        SENT,          0),
        ("DATA dropped",        Data,     HangUp,                        WAITS,        SENT,          0),
        ("letter too large",    Letter,   Say("552 too large"),          REFUSED,      REFUSED,       0),
        ("letter disliked",     Letter,   Say("554 5.7.1 spam"),         WAITS,        SENT,          0),
        ("letter to nobody",    Letter,   Say("550 5.1.1 unknown"),      REFUSED,      REFUSED,       0),
        ("letter later",        Letter,   Say("452 disk full"),          WAITS,        SENT,          0),
        ("letter 421",          Letter,   Say("421 going away"),         WAITS,        SENT,          0),
        ("letter silent",       Letter,   Silence,                       SOME_UNKNOWN, SENT,          0),
        ("letter dropped",      Letter,   HangUp,                        SOME_UNKNOWN, SENT,          0),
        ("letter kept, dropped", Letter,  KeepAndHangUp,                 SOME_UNKNOWN, SENT,          0),
        ("letter slow",         Letter,   SLOW,                          SENT,         SENT,          0),
    ]
};

/// Goal: whatever fails, every letter is in exactly one state and none is lost. Method: one fault a row, for twelve
/// letters; then an hour passes and the server works. The rows run in parallel, because they mostly wait.
#[test]
fn every_fault_leaves_every_letter_in_one_state() {
    every_store(|backing| {
        std::thread::scope(|scope| {
            for (name, stage, act, first, later, blocked) in FAULTS {
                scope.spawn(move || {
                    let (ill, well) = (
                        MailServer::start(at(*stage, act.clone())),
                        MailServer::start(|_| Act::GoOn),
                    );
                    let shelf = Shelf::with(backing, 12);
                    let seen = |server: &MailServer| {
                        shelf.run(&delivery(server));
                        let states = shelf.states();
                        assert_eq!(states.values().sum::<u64>(), 12, "{name}: {states:?}");
                        states.into_keys().collect::<Vec<_>>()
                    };
                    assert_eq!(seen(&ill), *first, "{name}");
                    shelf.later(3_600);
                    assert_eq!(seen(&well), *later, "{name}, an hour later");
                    assert_eq!(shelf.blocked().len(), *blocked, "{name}");
                });
            }
        });
    });
}

#[test]
fn a_server_that_hangs_costs_one_time_out_whatever_waits() {
    for stage in [Stage::Greeting, Stage::Ehlo, Stage::Mail, Stage::Rcpt, Stage::Data] {
        let server = MailServer::start(at(stage, Act::Silence));
        let shelf = Shelf::with(SQLITE, 100);
        let began = Instant::now();
        let delivered = shelf.run(&delivery(&server));
        assert_eq!(delivered.fault, Some(ServerFault::Silent), "{stage:?}");
        assert!(began.elapsed() < Duration::from_secs(10), "{stage:?}: {:?}", began.elapsed());
        assert_eq!(shelf.states(), states(&[("waiting", 100)]), "{stage:?}");
        let tried = shelf.letters().iter().filter(|letter| letter.attempts > 0).count();
        assert!(tried <= 2, "{stage:?}: {tried} letters lost a try");
    }
}

#[test]
fn a_letter_taken_without_an_answer_is_unknown_and_goes_out_once_more() {
    every_store(|backing| {
        // The second letter is deferred twice before: the number of the try does not matter.
        let late = MailServer::start(at(Stage::Rcpt, Act::Say("450 greylisted")));
        let server = MailServer::start(at(Stage::Letter, Act::KeepAndHangUp));
        for put_off in [0, 2] {
            let shelf = Shelf::with(backing, 1);
            for _ in 0..put_off {
                shelf.run(&delivery(&late));
                shelf.later(3_600);
            }
            let before = server.taken().len();
            assert_eq!(shelf.run(&delivery(&server)).unknown, 1);
            assert_eq!(shelf.states(), states(&[("unknown", 1)]));
            assert_eq!(shelf.run(&delivery(&server)).tried(), 0, "not before an hour has passed");
            shelf.later(3_600);
            shelf.run(&delivery(&server));
            shelf.later(30 * 86_400);
            assert_eq!(shelf.run(&delivery(&server)).tried(), 0, "and not a third time");
            assert_eq!(shelf.standing(0).state, LetterState::Unknown);
            let copies = server.taken().split_off(before);
            let ids: BTreeSet<String> =
                copies.iter().map(|copy| message_id(&copy.message)).collect();
            assert_eq!((copies.len(), ids.len()), (2, 1), "mail systems recognise the second copy");
        }
    });
}

#[test]
fn what_a_second_copy_meets_decides() {
    #[rustfmt::skip] // A table is read by column.
    let rows = [
        (Act::GoOn,                        "sent"),
        (Act::Say("451 later"),            "waiting"),
        (Act::Say("550 5.1.1 unknown"),    "refused"),
        (Act::HangUp,                      "unknown"),
    ];
    for (act, want) in rows {
        let server = MailServer::start(move |moment| match (moment.stage, moment.times) {
            (Stage::Letter, 0) => Act::KeepAndHangUp,
            (Stage::Letter, _) => act.clone(),
            _ => Act::GoOn,
        });
        let shelf = Shelf::with(SQLITE, 1);
        shelf.run(&delivery(&server));
        shelf.later(3_600);
        shelf.run(&delivery(&server));
        assert_eq!(shelf.states(), states(&[(want, 1)]));
    }
}

#[test]
fn a_server_that_keeps_every_letter_and_dies_is_not_fed_all_of_them() {
    let server = MailServer::start(at(Stage::Letter, Act::KeepAndHangUp));
    let shelf = Shelf::with(SQLITE, 300);
    let delivered = shelf.run(&delivery(&server));
    assert!(matches!(delivered.fault, Some(ServerFault::Unsteady(_))), "{:?}", delivered.fault);
    let states = shelf.states();
    assert_eq!(states["unknown"] + states["waiting"], 300);
    assert!(states["unknown"] <= 6, "{states:?}");
}

#[test]
fn a_letter_greylisted_at_first_arrives_after_a_pause() {
    let server = MailServer::start(once(Stage::Rcpt, Act::Say("450 greylisted, come back")));
    let shelf = Shelf::with(SQLITE, 1);
    shelf.run(&delivery(&server));
    let waits = shelf.standing(0);
    assert_eq!((waits.state, waits.due_at, waits.attempts), (LetterState::Waiting, Some(1_300), 0));
    assert!(waits.answer.contains("greylisted"), "{}", waits.answer);
    assert_eq!(shelf.run(&delivery(&server)).tried(), 0, "it is not due yet");
    shelf.later(300);
    assert_eq!(shelf.run(&delivery(&server)).sent, 1);
}

#[test]
fn a_letter_that_is_never_taken_is_given_up_in_the_end() {
    let server = MailServer::start(at(Stage::Rcpt, Act::Say("452 mailbox full")));
    let shelf = Shelf::with(SQLITE, 1);
    for _ in 0..20 {
        shelf.run(&delivery(&server));
        shelf.later(86_400);
    }
    let end = shelf.standing(0);
    assert_eq!((end.state, end.attempts), (LetterState::GivenUp, 9));
}

#[test]
fn a_connection_closed_between_letters_costs_none_of_them_a_try() {
    // Every conversation ends after three letters, politely or not.
    for act in [Act::HangUp, Act::Say("421 enough for today")] {
        let server = MailServer::start(move |moment| {
            let enough = moment.stage == Stage::Mail && moment.times % 4 == 3;
            if enough { act.clone() } else { Act::GoOn }
        });
        let shelf = Shelf::with(SQLITE, 30);
        let one = duizhang::alert::Delivery { connections: 1, ..delivery(&server) };
        let delivered = shelf.run(&one);
        assert_eq!((delivered.sent, delivered.later), (30, 0), "{:?}", delivered.fault);
    }
}

#[test]
fn one_bad_address_among_many_is_blocked_and_stops_nobody() {
    every_store(|backing| {
        // The first uses the words of RFC 3463, the second a bare number.
        let server = MailServer::start(|moment| match (moment.stage, moment.recipient.as_str()) {
            (Stage::Rcpt, "e7@employer.test") => Act::Say("550 5.1.1 no such mailbox"),
            (Stage::Rcpt, "e8@employer.test") => Act::Say("550 no such mailbox"),
            (Stage::Rcpt, "e9@employer.test") => Act::Say("550 5.7.1 you are on a list"),
            _ => Act::GoOn,
        });
        let shelf = Shelf::with(backing, 20);
        shelf.run(&duizhang::alert::Delivery { connections: 1, ..delivery(&server) });
        assert_eq!(shelf.states(), states(&[("refused", 3), ("sent", 17)]));
        let refused = shelf.standing(7);
        assert_eq!(refused.state, LetterState::Refused);
        assert_eq!(refused.answer, "550 5.1.1 no such mailbox");
        let blocked: Vec<String> = shelf.blocked().into_iter().collect();
        assert_eq!(blocked, ["e7@employer.test", "e8@employer.test"], "a list is no mailbox");
        // The letters still waiting for it are given up, for paper; a retry does not go there any more.
        let stray: Vec<String> = shelf
            .store
            .undeliverable(9)
            .unwrap()
            .into_iter()
            .map(|stray| stray.letter.recipient)
            .collect();
        assert_eq!(stray, ["e7@employer.test", "e8@employer.test", "e9@employer.test"]);
    });
}

/// Goal: a relay that refuses everybody costs no letter anything. Method: eight runs against one, then it is fixed.
#[test]
fn a_relay_that_refuses_everybody_costs_no_letter_its_life() {
    for said in ["550 relay not permitted", "554 5.7.1 no relaying", "553 sorry"] {
        every_store(|backing| {
            let ill = MailServer::start(at(Stage::Rcpt, Act::Say(said)));
            let shelf = Shelf::with(backing, 58);
            for _ in 0..8 {
                let delivered = shelf.run(&delivery(&ill));
                assert!(
                    matches!(delivered.fault, Some(ServerFault::Recipients(_))),
                    "{delivered:?}"
                );
                assert_eq!(delivered.tried(), 0, "{delivered:?}");
                shelf.later(3_600);
            }
            assert_eq!(shelf.states(), states(&[("waiting", 58)]));
            assert!(shelf.letters().iter().all(|letter| letter.attempts == 0), "{said}");
            assert_eq!(shelf.blocked().len(), 0);
            assert_eq!(
                shelf.store.undeliverable(99).unwrap().len(),
                0,
                "and nothing goes on paper"
            );
            let well = MailServer::start(|_| Act::GoOn);
            assert_eq!(shelf.run(&delivery(&well)).sent, 58, "{said}");
        });
    }
}

#[test]
fn a_few_letters_all_refused_alike_get_their_try_back_and_one_alone_does_not() {
    let ill = || MailServer::start(at(Stage::Rcpt, Act::Say("550 relay not permitted")));
    let (few, alone) = (Shelf::with(SQLITE, 3), Shelf::with(SQLITE, 1));
    assert!(few.run(&delivery(&ill())).fault.is_some());
    assert_eq!(few.states(), states(&[("waiting", 3)]));
    assert!(alone.run(&delivery(&ill())).fault.is_none(), "it may well have a bad address");
    assert_eq!(alone.states(), states(&[("refused", 1)]));
}

/// Goal: bad addresses at the head of the queue, which look like a bad relay, do not block others forever.
#[test]
fn bad_addresses_that_end_a_run_let_the_others_pass_in_the_next() {
    every_store(|backing| {
        let bad = |to: &str| matches!(to.as_bytes(), [b'e', b'0'..=b'5', b'@', ..]);
        let server = MailServer::start(move |moment| {
            let refused = moment.stage == Stage::Rcpt && bad(&moment.recipient);
            if refused { Act::Say("550 no such user") } else { Act::GoOn }
        });
        let shelf = Shelf::with(backing, 30);
        let one = duizhang::alert::Delivery { connections: 1, ..delivery(&server) };
        assert!(shelf.run(&one).fault.is_some(), "five in a row and nobody taken");
        assert_eq!(shelf.states(), states(&[("waiting", 30)]));
        let delivered = shelf.run(&one);
        assert!(delivered.fault.is_none(), "{delivered:?}");
        assert_eq!(shelf.states(), states(&[("refused", 6), ("sent", 24)]));
        assert_eq!(shelf.blocked().len(), 6, "now that others are taken each is to blame itself");
    });
}

#[test]
fn a_slow_server_is_waited_for() {
    let server = MailServer::start(at(Stage::Letter, Act::Delay(Duration::from_millis(1_100))));
    let shelf = Shelf::with(SQLITE, 2);
    let delivered = shelf.run(&delivery(&server));
    assert_eq!(delivered.sent, 2, "the answer to a whole letter may take longer than others");
}

#[test]
fn a_pace_is_held_over_all_connections() {
    let server = MailServer::start(|_| Act::GoOn);
    let shelf = Shelf::with(SQLITE, 11);
    let began = Instant::now();
    shelf.run(&duizhang::alert::Delivery { per_minute: 600, ..delivery(&server) });
    assert!(began.elapsed() >= Duration::from_millis(950), "{:?}", began.elapsed());
    assert_eq!(shelf.states(), states(&[("sent", 11)]));
}

#[test]
fn nobody_there_is_said_and_changes_nothing() {
    let port = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    let server = MailServer::start(|_| Act::GoOn);
    let mut nobody = delivery(&server);
    nobody.server.port = port;
    let shelf = Shelf::with(SQLITE, 50);
    let delivered = shelf.run(&nobody);
    assert!(matches!(delivered.fault, Some(ServerFault::Unreachable(_))), "{:?}", delivered.fault);
    assert!(shelf.letters().iter().all(|letter| letter.attempts == 0));
}

fn message_id(message: &[u8]) -> String {
    let mail = mail_parser::MessageParser::default().parse(message).unwrap();
    mail.message_id().unwrap().to_owned()
}
