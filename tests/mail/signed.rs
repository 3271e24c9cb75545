//! TLS and login from the server's side, and DKIM from a receiver's.

use crate::centre::SQLITE;
use crate::server::{Act, MailServer, Stage};
use crate::shelf::{Shelf, delivery};
use duizhang::alert::{Delivery, Login, Security, ServerFault};
use std::time::Duration;

fn secured(server: &MailServer, security: Security) -> Delivery {
    let mut delivery = delivery(server);
    delivery.server.security = security;
    delivery.server.authority = Some(server.certificate.clone().into_bytes());
    delivery.server.login = Some(Login { user: "gjj".into(), password: "geheim".into() });
    // Without optimisation a handshake is slow.
    delivery.server.patience = Duration::from_secs(10);
    delivery
}

#[test]
fn letters_go_out_encrypted_and_logged_in() {
    let starttls = MailServer::start(|_| Act::GoOn);
    let tls = MailServer::encrypted();
    for (server, security) in [(&starttls, Security::StartTls), (&tls, Security::Tls)] {
        let shelf = Shelf::with(SQLITE, 3);
        let delivered = shelf.run(&secured(server, security));
        assert_eq!((delivered.sent, delivered.fault), (3, None), "{security:?}");
        // base64 of "\0gjj\0geheim".
        assert!(server.logins().iter().all(|line| line == "AUTH PLAIN AGdqagBnZWhlaW0="));
        assert!(!server.logins().is_empty());
    }
}

#[test]
fn nothing_goes_out_in_the_clear_where_encryption_was_asked() {
    let server = MailServer::without_starttls();
    let shelf = Shelf::with(SQLITE, 3);
    let delivered = shelf.run(&secured(&server, Security::StartTls));
    assert!(matches!(delivered.fault, Some(ServerFault::Unreachable(_))), "{:?}", delivered.fault);
    assert_eq!((server.taken().len(), server.logins().len()), (0, 0));
}

#[test]
fn a_server_with_a_strangers_certificate_gets_no_password() {
    let (server, stranger) = (MailServer::start(|_| Act::GoOn), MailServer::encrypted());
    let mut delivery = secured(&server, Security::StartTls);
    delivery.server.authority = Some(stranger.certificate.into_bytes());
    let delivered = Shelf::with(SQLITE, 3).run(&delivery);
    assert!(matches!(delivered.fault, Some(ServerFault::Unreachable(_))), "{:?}", delivered.fault);
    assert!(server.logins().is_empty());
}

#[test]
fn a_wrong_password_stops_the_run_and_costs_no_letter_a_try() {
    let server = MailServer::start(|moment| {
        if moment.stage == Stage::Auth { Act::Say("535 5.7.8 bad password") } else { Act::GoOn }
    });
    let shelf = Shelf::with(SQLITE, 40);
    let delivered = shelf.run(&secured(&server, Security::StartTls));
    assert!(matches!(delivered.fault, Some(ServerFault::Login(_))), "{:?}", delivered.fault);
    assert_eq!(shelf.states().get("waiting"), Some(&40));
    assert_eq!(shelf.standing(0).attempts, 0);
    let shown = format!("{:?}", secured(&server, Security::Tls));
    assert!(!shown.contains("geheim"), "{shown}");
}
