//! Similar refusals and whose fault they are; and the envelope sender of each letter.

use crate::centre::{SQLITE, every_store};
use crate::server::{Act, MailServer, Stage};
use crate::shelf::{Shelf, delivery};
use duizhang::alert::ServerFault;

/// Goal: ten similar refusals are the server's fault. Method: it accepts three letters and then refuses everybody in
/// the same way, with any code.
#[test]
fn ten_alike_refusals_in_a_row_end_the_run_and_are_held_against_nobody() {
    for said in ["550 5.1.1 user unknown", "550 no such user"] {
        every_store(|backing| {
            let server = MailServer::start(move |moment| {
                let refused = moment.stage == Stage::Rcpt && moment.times >= 3;
                if refused { Act::Say(said) } else { Act::GoOn }
            });
            let shelf = Shelf::with(backing, 40);
            let one = duizhang::alert::Delivery { connections: 1, ..delivery(&server) };
            let delivered = shelf.run(&one);
            assert!(matches!(delivered.fault, Some(ServerFault::Recipients(_))), "{delivered:?}");
            assert_eq!(shelf.blocked().len(), 0, "{said}");
            assert_eq!(
                shelf.store.undeliverable(99).unwrap().len(),
                0,
                "and nothing goes on paper"
            );
            let waiting = shelf.letters().into_iter().filter(|letter| letter.attempts == 0);
            assert_eq!(waiting.count(), 40 - 3, "no letter was cost a try");
        });
    }
}

/// Goal: bad addresses among good ones stop nobody, and if they are many none is blocked on the server's word. Method:
/// every third address is refused: nine of them, and then thirty.
#[test]
fn many_alike_refusals_among_others_are_of_their_letters_and_block_no_address() {
    for (letters, blocked) in [(27, 9), (90, 0)] {
        let server = MailServer::start(|moment| {
            let number = moment.recipient.trim_start_matches('e').split('@').next();
            let number: usize = number.and_then(|number| number.parse().ok()).unwrap_or(1);
            let refused = moment.stage == Stage::Rcpt && number.is_multiple_of(3);
            if refused { Act::Say("550 5.1.1 user unknown") } else { Act::GoOn }
        });
        let shelf = Shelf::with(SQLITE, letters);
        let one = duizhang::alert::Delivery { connections: 1, ..delivery(&server) };
        let delivered = shelf.run(&one);
        assert!(delivered.fault.is_none(), "{delivered:?}");
        let (refused, sent) = (letters as u64 / 3, letters as u64 - letters as u64 / 3);
        assert_eq!((delivered.refused, delivered.sent), (refused, sent));
        assert_eq!(shelf.blocked().len(), blocked);
    }
}

#[test]
fn each_letter_has_a_sender_of_its_own_where_that_is_wanted() {
    let server = MailServer::start(|_| Act::GoOn);
    let shelf = Shelf::with(SQLITE, 2);
    shelf.run(&duizhang::alert::Delivery { verp: true, ..delivery(&server) });
    let mut from: Vec<String> = server.taken().into_iter().map(|letter| letter.from).collect();
    from.sort();
    let start = "0".repeat(32);
    assert_eq!(from, vec![format!("bounces+{start}@centre.test"); 2]);
}
