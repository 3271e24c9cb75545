//! Servers at their limits, in the words of QQ and NetEase: each letter is sent or waits, and none loses a try.

use crate::centre::{SQLITE, every_store};
use crate::server::{Act, MailServer, Moment, Stage};
use crate::shelf::{Shelf, delivery};
use duizhang::alert::{Delivered, Delivery, LetterState, ServerFault};
use duizhang::rulebook::servers::{self, Pace};
use std::collections::BTreeSet;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// A delivery over this many connections, as fast as each receiver accepts.
fn fast(server: &MailServer, connections: usize) -> Delivery {
    let none = Pace { per_minute: 0, per_connection: 0, connections: 0 };
    let domains = ["qq.com", "163.com", "gmail.com"].into_iter();
    let servers =
        domains.fold(servers::shipped().unwrap(), |rules, domain| rules.with_pace(domain, none));
    Delivery { connections, servers, ..delivery(server) }
}

/// The addresses of a centre: a third each at Tencent, at NetEase and elsewhere.
fn mixed(number: usize) -> String {
    let domain = ["qq.com", "163.com", "employer.test"][number % 3];
    format!("e{number}@{domain}")
}

fn tries(shelf: &Shelf) -> u32 {
    shelf.letters().iter().map(|letter| letter.attempts).sum()
}

/// Goal: with a server that answers like QQ and NetEase, every letter is sent or waiting and no try is lost. Method:
/// greylisting for strangers, eight letters a connection, two connections, forty letters a quarter of an hour for each
/// receiver, all in the words of the two; runs a quarter of an hour apart until all is sent.
#[test]
fn a_server_that_answers_as_qq_and_netease_do_costs_no_letter_a_try() {
    every_store(|backing| {
        let known: Mutex<BTreeSet<String>> = Mutex::default();
        let taken: Mutex<Vec<String>> = Mutex::default();
        let quarter = std::sync::Arc::new(std::sync::atomic::AtomicI64::new(0));
        let passing = std::sync::Arc::clone(&quarter);
        let server = MailServer::start(move |moment: &Moment| {
            use std::sync::atomic::Ordering::SeqCst;
            match moment.stage {
                Stage::Greeting if moment.open > 2 => Act::Say("421 HL:ICC too many connections"),
                Stage::Mail if moment.letters >= 8 => Act::Say("451 MI:DMC too many letters"),
                Stage::Rcpt if known.lock().unwrap().insert(moment.recipient.clone()) => {
                    Act::Say("450 4.2.0 Greylisted, come back")
                }
                Stage::Letter => {
                    let mark = format!("{} {}", passing.load(SeqCst), moment.domain());
                    let mut taken = taken.lock().unwrap();
                    if taken.iter().filter(|one| **one == mark).count() >= 40 {
                        return match moment.domain() {
                            "qq.com" => {
                                Act::Say("550 Ip frequency limited. http://service.mail.qq.com")
                            }
                            _ => Act::Say("451 MI:SFQ 163 smtp7"),
                        };
                    }
                    taken.push(mark);
                    Act::GoOn
                }
                Stage::Greeting
                | Stage::Ehlo
                | Stage::StartTls
                | Stage::Auth
                | Stage::Mail
                | Stage::Rcpt
                | Stage::Data => Act::GoOn,
            }
        });
        let shelf = Shelf::to(backing, 240, mixed);
        let delivery = fast(&server, 3);
        for _ in 0..12 {
            shelf.run(&delivery);
            let states = shelf.states();
            assert!(states.keys().all(|state| ["sent", "waiting"].contains(state)), "{states:?}");
            let sent = states.get("sent").copied().unwrap_or_default();
            assert_eq!(u64::from(tries(&shelf)), sent, "a try was lost");
            shelf.later(3_600);
            quarter.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        }
        assert_eq!(shelf.states().get("sent"), Some(&240), "{:?}", shelf.states());
        assert_eq!(server.taken().len(), 240, "each once");
        assert!(server.open_most() <= 2, "{}", server.open_most());
        assert_eq!(shelf.blocked().len(), 0);
    });
}

#[test]
fn a_sender_that_is_put_off_costs_nothing_and_ends_the_run() {
    for said in
        ["451 MI:CEL", "421 4.7.0 try later", "550 Sender frequency limited", "450 4.7.1 slow"]
    {
        let server =
            MailServer::start(
                move |moment| {
                    if moment.stage == Stage::Mail { Act::Say(said) } else { Act::GoOn }
                },
            );
        let shelf = Shelf::with(SQLITE, 40);
        let delivered = shelf.run(&delivery(&server));
        assert!(matches!(delivered.fault, Some(ServerFault::Limited(_))), "{said}: {delivered:?}");
        assert_eq!(delivered.fault.unwrap().lasting(), None, "nobody has to mend anything");
        assert_eq!((tries(&shelf), shelf.states().get("waiting")), (0, Some(&40)), "{said}");
        assert!(server.connections() <= 4, "{said}: a new connection each, and no more");
    }
}

#[test]
fn what_one_connection_takes_no_more_the_next_one_does() {
    #[rustfmt::skip] // A table is read by column.
    let rows = [
        (Stage::Mail,   "451 MI:DMC too many letters"),
        (Stage::Rcpt,   "450 RP:DRC too many recipients"),
        (Stage::Rcpt,   "452 4.5.3 too many messages in this session"),
        (Stage::Rcpt,   "450 try later"),
        (Stage::Letter, "550 Connection frequency limited"),
        (Stage::Data,   "421 4.7.0 too many messages per connection"),
    ];
    for (stage, said) in rows {
        let server = MailServer::start(move |moment| {
            if moment.stage == stage && moment.letters >= 7 { Act::Say(said) } else { Act::GoOn }
        });
        let shelf = Shelf::with(SQLITE, 60);
        let delivered = shelf.run(&fast(&server, 1));
        assert_eq!((delivered.sent, delivered.fault), (60, None), "{said}");
        assert_eq!(tries(&shelf), 60, "{said}");
        assert!(server.connections() <= 10, "{said}: {}", server.connections());
    }
}

#[test]
fn a_second_connection_that_is_not_let_in_leaves_its_letters_to_the_first() {
    for said in ["421 HL:ICC", "421 4.7.0 too many connections", "554 too many connections"] {
        let server = MailServer::start(move |moment| {
            let second = moment.stage == Stage::Greeting && moment.open > 1;
            if second { Act::Say(said) } else { Act::GoOn }
        });
        let shelf = Shelf::with(SQLITE, 60);
        let delivered = shelf.run(&fast(&server, 4));
        assert_eq!((delivered.sent, delivered.fault), (60, None), "{said}");
        assert_eq!((tries(&shelf), server.open_most()), (60, 1), "{said}");
    }
}

#[test]
fn one_receiver_that_has_had_enough_stops_nobody_else() {
    for said in
        ["421 HL:IFC", "451 MI:SFQ", "550 Ip frequency limited", "450 4.2.0 later", "554 MI:STC"]
    {
        let server = MailServer::start(move |moment| {
            let other = moment.stage == Stage::Rcpt && moment.domain() == "163.com";
            if other { Act::Say(said) } else { Act::GoOn }
        });
        let shelf = Shelf::to(SQLITE, 90, mixed);
        let delivered = shelf.run(&fast(&server, 2));
        assert_eq!((delivered.sent, delivered.fault), (60, None), "{said}");
        assert_eq!(tries(&shelf), 60, "{said}");
        let soon = shelf.letters().iter().filter_map(|letter| letter.due_at).min();
        assert!(soon > Some(1_200), "{said}: {soon:?}");
        assert_eq!(shelf.run(&fast(&server, 2)).tried(), 0, "{said}: it is left alone meanwhile");
    }
}

#[test]
fn content_that_nobody_likes_stops_the_run_and_is_told() {
    every_store(|backing| {
        let server = MailServer::start(|moment| {
            if moment.stage == Stage::Letter { Act::Say("554 DT:SPM 163 smtp5") } else { Act::GoOn }
        });
        let shelf = Shelf::to(backing, 60, |number| format!("e{number}@163.com"));
        let delivered = shelf.run(&fast(&server, 2));
        assert!(matches!(delivered.fault, Some(ServerFault::Content(_))), "{delivered:?}");
        assert_eq!(delivered.fault.unwrap().lasting(), Some("554"), "staff are told");
        assert_eq!((tries(&shelf), shelf.states().get("waiting")), (0, Some(&60)));
        assert_eq!(shelf.store.undeliverable(99).unwrap().len(), 0, "nothing goes on paper");
        shelf.later(3_600);
        let well = MailServer::start(|_| Act::GoOn);
        assert_eq!(shelf.run(&fast(&well, 2)).sent, 60);
    });
}

#[test]
fn content_that_one_receiver_dislikes_is_told_and_the_others_get_their_letters() {
    let server = MailServer::start(|moment| match (moment.stage, moment.domain()) {
        (Stage::Letter, "qq.com") => {
            Act::Say("550 Mail content denied. http://service.mail.qq.com")
        }
        _ => Act::GoOn,
    });
    let shelf = Shelf::to(SQLITE, 90, |number| mixed(number + 2));
    let Delivered { sent, refused, fault, disliked, .. } = shelf.run(&fast(&server, 1));
    assert_eq!((sent, refused, fault), (60, 0, None));
    assert!(matches!(disliked, Some(ServerFault::Content(_))), "{disliked:?}");
    assert_eq!((tries(&shelf), shelf.blocked().len()), (60, 0));
}

#[test]
fn one_letter_that_is_disliked_among_many_is_its_own_fault() {
    let server = MailServer::start(|moment| match (moment.stage, moment.recipient.as_str()) {
        (Stage::Letter, "e7@employer.test") => Act::Say("554 5.7.1 spam message rejected"),
        _ => Act::GoOn,
    });
    let shelf = Shelf::with(SQLITE, 20);
    let delivered = shelf.run(&fast(&server, 1));
    assert_eq!((delivered.sent, delivered.refused, delivered.fault), (19, 1, None));
    assert_eq!((delivered.disliked, shelf.standing(7).state), (None, LetterState::Refused));
}

#[test]
fn greylisting_is_waited_for_with_growing_pauses_and_costs_a_try_only_after_days() {
    let server = MailServer::start(|moment| {
        if moment.stage == Stage::Rcpt { Act::Say("451 4.7.1 greylisted") } else { Act::GoOn }
    });
    let shelf = Shelf::with(SQLITE, 1);
    let mut pauses = Vec::new();
    for _ in 0..6 {
        let before = shelf.now.load(std::sync::atomic::Ordering::SeqCst);
        shelf.run(&delivery(&server));
        let due = shelf.standing(0).due_at.unwrap();
        pauses.push(due - before);
        shelf.later(due - before);
    }
    assert_eq!(pauses, [300, 600, 1_200, 3_600, 7_200, 14_400]);
    assert_eq!(tries(&shelf), 0);
    shelf.later(3 * 86_400);
    shelf.run(&delivery(&server));
    assert_eq!(tries(&shelf), 1, "what lasts for days is no list of strangers");
}

#[test]
fn a_receivers_pace_holds_and_keeps_nobody_else_waiting() {
    let server = MailServer::start(|_| Act::GoOn);
    let shelf = Shelf::to(SQLITE, 60, mixed);
    let slow = Pace { per_minute: 1_200, per_connection: 5, connections: 1 };
    let mut delivery = fast(&server, 2);
    delivery.servers = delivery.servers.with_pace("qq.com", slow);
    let began = Instant::now();
    assert_eq!(shelf.run(&delivery).sent, 60);
    assert!(began.elapsed() >= Duration::from_millis(900), "{:?}", began.elapsed());
    let order = server.taken();
    let last_of_others = order.iter().rposition(|letter| !letter.to.ends_with("qq.com")).unwrap();
    let before = order[..last_of_others].iter().filter(|letter| letter.to.ends_with("qq.com"));
    assert!(before.count() < 15, "twenty to a slow receiver do not hold forty others up");
}
