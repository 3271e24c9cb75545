//! Everything a mail server can do wrong: each letter ends in exactly one state, and none is lost.

use crate::server::{Act, MailServer, Moment, Stage};
use crate::shelf::{SENDER, Shelf, delivery};
use duizhang::alert::{LetterState, ServerFault};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

/// Acts at one stage, and goes on at all others.
fn at(stage: Stage, act: Act) -> impl Fn(&Moment) -> Act + Send + Sync {
    move |moment| if moment.stage == stage { act.clone() } else { Act::GoOn }
}

/// Acts the first time that a stage is reached.
fn once(stage: Stage, act: Act) -> impl Fn(&Moment) -> Act + Send + Sync {
    move |moment| {
        if moment.stage == stage && moment.times == 0 { act.clone() } else { Act::GoOn }
    }
}

fn states(pairs: &[(&'static str, usize)]) -> BTreeMap<&'static str, usize> {
    pairs.iter().copied().collect()
}

#[test]
fn letters_arrive_once_each_as_they_were_written() {
    let server = MailServer::start(|_| Act::GoOn);
    let shelf = Shelf::with(250);
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

/// Goal: whatever goes wrong, every letter is in exactly one state and none is lost.
/// Method: one fault a row, met by twelve letters; then an hour passes and the server is well.
#[test]
fn every_fault_leaves_every_letter_in_one_state() {
    type Row = (&'static str, Stage, Act, &'static [(&'static str, usize)]);
    #[rustfmt::skip] // A table is read by column.
    let rows: [Row; 15] = [
        ("greeting refused",  Stage::Greeting, Act::Say("554 no service"),     &[("waiting", 12)]),
        ("greeting busy",     Stage::Greeting, Act::Say("421 too busy"),       &[("waiting", 12)]),
        ("greeting silent",   Stage::Greeting, Act::Silence,                   &[("waiting", 12)]),
        ("greeting dropped",  Stage::Greeting, Act::HangUp,                    &[("waiting", 12)]),
        ("greeting endless",  Stage::Greeting, Act::Flood,                     &[("waiting", 12)]),
        ("EHLO refused",      Stage::Ehlo,     Act::Say("502 what?"),          &[("waiting", 12)]),
        ("sender refused",    Stage::Mail,     Act::Say("550 not you"),        &[("waiting", 12)]),
        ("sender later",      Stage::Mail,     Act::Say("451 later"),          &[("waiting", 12)]),
        ("recipient refused", Stage::Rcpt,     Act::Say("550 5.1.1 unknown"),  &[("refused", 12)]),
        ("recipient later",   Stage::Rcpt,     Act::Say("450 greylisted"),     &[("waiting", 12)]),
        ("going away",        Stage::Rcpt,     Act::Say("421 going away"),     &[("waiting", 12)]),
        ("DATA refused",      Stage::Data,     Act::Say("554 no"),             &[("refused", 12)]),
        ("letter refused",    Stage::Letter,   Act::Say("552 too large"),      &[("refused", 12)]),
        ("letter later",      Stage::Letter,   Act::Say("452 disk full"),      &[("waiting", 12)]),
        ("DATA silent",       Stage::Data,     Act::Silence,                   &[("waiting", 12)]),
    ];
    for (name, stage, act, want) in rows {
        let ill = MailServer::start(at(stage, act));
        let shelf = Shelf::with(12);
        let began = Instant::now();
        shelf.run(&delivery(&ill));
        assert_eq!(shelf.states(), states(want), "{name}");
        assert_eq!(ill.taken().len(), 0, "{name}");
        assert!(began.elapsed() < Duration::from_secs(3), "{name}: {:?}", began.elapsed());
        let well = MailServer::start(|_| Act::GoOn);
        shelf.later(3_600);
        shelf.run(&delivery(&well));
        let refused = want[0].0 == "refused";
        let want = if refused { [("refused", 12)] } else { [("sent", 12)] };
        assert_eq!(shelf.states(), states(&want), "{name}, an hour later");
    }
}

#[test]
fn a_server_that_hangs_costs_one_time_out_whatever_waits() {
    for stage in [Stage::Greeting, Stage::Ehlo, Stage::Mail, Stage::Rcpt, Stage::Data] {
        let server = MailServer::start(at(stage, Act::Silence));
        let shelf = Shelf::with(500);
        let began = Instant::now();
        let delivered = shelf.run(&delivery(&server));
        assert_eq!(delivered.fault, Some(ServerFault::Silent), "{stage:?}");
        assert!(began.elapsed() < Duration::from_millis(1_500), "{stage:?}: {:?}", began.elapsed());
        assert_eq!(shelf.states(), states(&[("waiting", 500)]), "{stage:?}");
        let tried = (0..500).filter(|number| shelf.standing(*number).attempts > 0).count();
        assert!(tried <= 2, "{stage:?}: {tried} letters lost a try");
    }
}

#[test]
fn a_letter_taken_without_an_answer_is_unknown_and_goes_out_once_more() {
    let server = MailServer::start(at(Stage::Letter, Act::KeepAndHangUp));
    let shelf = Shelf::with(1);
    let delivered = shelf.run(&delivery(&server));
    assert_eq!(delivered.unknown, 1);
    assert_eq!(shelf.states(), states(&[("unknown", 1)]));
    assert_eq!(shelf.run(&delivery(&server)).tried(), 0, "not before an hour has passed");
    shelf.later(3_600);
    shelf.run(&delivery(&server));
    shelf.later(30 * 86_400);
    assert_eq!(shelf.run(&delivery(&server)).tried(), 0, "and not a third time");
    let ids: Vec<String> = server.taken().iter().map(|taken| message_id(&taken.message)).collect();
    assert_eq!(ids.len(), 2);
    assert_eq!(ids[0], ids[1], "mail systems recognise the second copy");
    assert_eq!(shelf.standing(0).state, LetterState::Unknown);
}

#[test]
fn a_server_that_keeps_every_letter_and_dies_is_not_fed_all_of_them() {
    let server = MailServer::start(at(Stage::Letter, Act::KeepAndHangUp));
    let shelf = Shelf::with(300);
    let delivered = shelf.run(&delivery(&server));
    assert!(matches!(delivered.fault, Some(ServerFault::Unsteady(_))), "{:?}", delivered.fault);
    let states = shelf.states();
    assert_eq!(states["unknown"] + states["waiting"], 300);
    assert!(states["unknown"] <= 6, "{states:?}");
}

#[test]
fn a_letter_greylisted_at_first_arrives_after_a_pause() {
    let server = MailServer::start(once(Stage::Rcpt, Act::Say("450 greylisted, come back")));
    let shelf = Shelf::with(1);
    shelf.run(&delivery(&server));
    let waits = shelf.standing(0);
    assert_eq!((waits.state, waits.due_at, waits.attempts), (LetterState::Waiting, Some(1_060), 1));
    assert!(waits.answer.contains("greylisted"), "{}", waits.answer);
    assert_eq!(shelf.run(&delivery(&server)).tried(), 0, "it is not due yet");
    shelf.later(60);
    assert_eq!(shelf.run(&delivery(&server)).sent, 1);
}

#[test]
fn a_letter_that_is_never_taken_is_given_up_in_the_end() {
    let server = MailServer::start(at(Stage::Rcpt, Act::Say("452 mailbox full")));
    let shelf = Shelf::with(1);
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
        let shelf = Shelf::with(30);
        let one = duizhang::alert::Delivery { connections: 1, ..delivery(&server) };
        let delivered = shelf.run(&one);
        assert_eq!((delivered.sent, delivered.later), (30, 0), "{:?}", delivered.fault);
    }
}

#[test]
fn one_bad_address_among_many_stops_nobody() {
    let server = MailServer::start(|moment| {
        let bad = moment.stage == Stage::Rcpt && moment.recipient.starts_with("e7@");
        if bad { Act::Say("550 5.1.1 no such mailbox") } else { Act::GoOn }
    });
    let shelf = Shelf::with(20);
    shelf.run(&delivery(&server));
    assert_eq!(shelf.states(), states(&[("refused", 1), ("sent", 19)]));
    let refused = shelf.standing(7);
    assert_eq!(refused.state, LetterState::Refused);
    assert!(refused.answer.contains("5.1.1 no such mailbox"), "{}", refused.answer);
}

#[test]
fn a_slow_server_is_waited_for() {
    let server = MailServer::start(at(Stage::Letter, Act::Delay(Duration::from_millis(700))));
    let shelf = Shelf::with(2);
    let delivered = shelf.run(&delivery(&server));
    assert_eq!(delivered.sent, 2, "the answer to a whole letter may take longer than others");
}

#[test]
fn two_senders_at_once_never_send_one_letter_twice() {
    let server = MailServer::start(|_| Act::GoOn);
    let shelf = Shelf::with(400);
    let sender =
        |holder: &str| duizhang::alert::Delivery { holder: holder.to_owned(), ..delivery(&server) };
    let senders = ["one", "two", "three"].map(sender);
    let sent: u64 = std::thread::scope(|scope| {
        let runs: Vec<_> =
            senders.iter().map(|sender| scope.spawn(|| shelf.run(sender).sent)).collect();
        runs.into_iter().map(|run| run.join().unwrap()).sum()
    });
    let to: BTreeSet<String> = server.taken().into_iter().map(|letter| letter.to).collect();
    assert_eq!((sent, server.taken().len(), to.len()), (400, 400, 400));
}

#[test]
fn a_pace_is_held_over_all_connections() {
    let server = MailServer::start(|_| Act::GoOn);
    let shelf = Shelf::with(11);
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
    let shelf = Shelf::with(50);
    let delivered = shelf.run(&nobody);
    assert!(matches!(delivered.fault, Some(ServerFault::Unreachable(_))), "{:?}", delivered.fault);
    assert!((0..50).all(|number| shelf.standing(number).attempts == 0));
}

fn message_id(message: &[u8]) -> String {
    let mail = mail_parser::MessageParser::default().parse(message).unwrap();
    mail.message_id().unwrap().to_owned()
}
