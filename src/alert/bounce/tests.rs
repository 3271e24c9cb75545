//! Failure reports as real servers write them, each with its expected result.
//!
//! The files of `fixtures/bounces` are whole messages with placeholders for the letter's number and address. The
//! tables below have one row per form of report.

use super::*;
use crate::rulebook::returned::shipped;
use std::fs;
use std::path::Path;

const LETTER: &str = "3f2a90c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f80";
const TO: &str = "gjj@d001.example.com";

/// What the outbox would conclude for a letter to [`TO`]: whether it came back, and whether its address is blocked
/// at once.
fn understood(message: &CameBack) -> (bool, bool) {
    let named = message.names.iter().any(|name| match name {
        LetterName::Whole(id) => id == LETTER,
        LetterName::Beginning(start) => LETTER.starts_with(start.as_str()),
    });
    let own = message.failures.iter().find(|one| one.addresses.contains(&TO.to_owned()));
    let handed = own.is_none() && message.not_failed.contains(&TO.to_owned());
    let returned = named && message.kind == Kind::Failure && !handed;
    let gone = |one: &Failure| one.verdict == Verdict::Gone && one.addresses.len() == 1;
    (returned, returned && own.is_some_and(gone))
}

fn read(message: &[u8]) -> CameBack {
    CameBack::read(message, &shipped().unwrap())
}

fn filled(text: &str) -> String {
    text.replace("@@LETTER@@", LETTER)
        .replace("@@TOUPPER@@", &TO.to_uppercase())
        .replace("@@TOXTEXT@@", &TO.replace('@', "+40"))
        .replace("@@TO@@", TO)
}

/// Files of `fixtures/bounces`: whether the letter came back, and whether its address is blocked at once.
#[rustfmt::skip] // A table is read by column.
const FILES: &[(&str, bool, bool)] = &[
    ("01-postfix-5.1.1.eml", true, true),
    ("02-postfix-qq-ip-frequency.eml", true, false),
    ("05-postfix-163-dtspm.eml", true, false),
    ("07-postfix-qq-mailbox-not-found.eml", true, true),
    ("08-postfix-mail-loop-5.4.6.eml", true, false),
    ("10-o365-5.4.316-refused.eml", true, false),
    ("11-o365-5.1.0-spf.eml", true, false),
    ("13-exim-5.0.0-full.eml", true, false),
    ("14-exim-old-text.eml", true, true),
    ("16-netease-no-such-user.eml", true, true),
    ("18-coremail-report-status-comment.eml", true, true),
    ("19-qq-plain-text.eml", false, false),
    ("20-qq-text-with-in-reply-to.eml", true, true),
    ("23-no-original-part.eml", false, false),
    ("24-no-original-original-envelope-id.eml", true, true),
    ("25-headers-only-text-rfc822-headers.eml", true, true),
    ("26-headers-lf-only.eml", true, true),
    ("27-utf8-global-dsn.eml", true, true),
    ("29-status-base64.eml", true, false), // Its base64 contains another address.
    ("30-delayed-postfix.eml", false, false),
    ("31-delayed-then-4.4.7-expired.eml", true, false),
    ("32-relayed.eml", false, false),
    ("33-failed-4.1.1-never.eml", true, false),
    ("34-out-of-office.eml", false, false),
    ("35-arf-complaint.eml", false, false),
    ("36-forged-no-id.eml", false, false),
    ("38-two-recipients-one-delayed.eml", true, true),
    ("39-expanded-list-member.eml", true, false),
    ("40-upper-case-address.eml", true, true),
    ("43-blank-line-lf-space.eml", true, true),
    ("45-missing-status.eml", true, true),
];

#[test]
fn reports_that_servers_send_are_understood() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/bounces");
    let mut faults = Vec::new();
    for (name, returned, blocked) in FILES {
        // Text in a Chinese character set stays in its own bytes.
        let mut message = fs::read(folder.join(name)).unwrap();
        for (place, value) in [
            ("@@LETTER@@", LETTER.to_owned()),
            ("@@TOUPPER@@", TO.to_uppercase()),
            ("@@TOXTEXT@@", TO.replace('@', "+40")),
            ("@@TO@@", TO.to_owned()),
        ] {
            message = replaced(&message, place.as_bytes(), value.as_bytes());
        }
        let found = read(&message);
        if understood(&found) != (*returned, *blocked) {
            faults.push(format!("{name}: {:?} {:?}", understood(&found), found));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = bytes;
    while let Some(at) = rest.windows(from.len()).position(|window| window == from) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(to);
        rest = &rest[at + from.len()..];
    }
    out.extend_from_slice(rest);
    out
}

/// An RFC 3464 report with these recipient fields and the letter's headers.
fn report(fields: &str) -> String {
    filled(&format!(
        "From: MAILER-DAEMON@mx.example\r\nTo: gjj@centre.example\r\nSubject: failure\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n{fields}\r\n\
         --b\r\nContent-Type: message/rfc822\r\n\r\n\
         Message-ID: <@@LETTER@@@centre.example>\r\nTo: @@TO@@\r\nSubject: x\r\n\r\nbody\r\n--b--\r\n"
    ))
}

#[test]
fn fields_are_read_as_servers_write_them() {
    #[rustfmt::skip] // A table is read by column.
    let rows = [
        // fields                                                                                         returned blocked
        ("Final-Recipient: rfc822; @@TO@@\r\nAction: Failed\r\nStatus: 5.1.1",                             true,  true),
        ("Final-Recipient: rfc822; @@TO@@\r\nAction: failed (5 attempts)\r\nStatus: 5.1.10",               true,  true),
        ("Final-Recipient: rfc822; @@TO@@\r\nStatus: 5.1.1",                                               true,  true),
        ("Final-Recipient: rfc822; @@TO@@\r\nStatus: 4.4.1",                                               false, false),
        ("Final-Recipient: rfc822; @@TO@@\r\nDiagnostic-Code: smtp; 550 no such user",                     true,  true),
        ("Final-Recipient: rfc822; @@TO@@\r\nDiagnostic-Code: smtp; 450 greylisted",                       false, false),
        ("Final-Recipient: rfc822; @@TO@@\r\nAction: failed\r\nDiagnostic-Code: smtp; 550 5.1.1 <@@TO@@>:\r\n user unknown", true, true),
        ("Final-Recipient: rfc822; @@TO@@\r\nAction: failed\r\nStatus: 5.1.1 (bad destination mailbox address)", true, true),
        ("Final-Recipient: RFC822; <@@TO@@> (agent)\r\nAction: failed\r\nStatus: 5.1.1",                   true,  true),
        ("Final-Recipient: rfc822; @@TOXTEXT@@\r\nAction: failed\r\nStatus: 5.1.1",                        true,  true),
        ("Original-Recipient: rfc822;@@TOXTEXT@@\r\nFinal-Recipient: rfc822; @@TO@@\r\nAction: failed\r\nStatus: 5.1.1", true, true),
        ("Original-Recipient: rfc822;@@TO@@\r\nFinal-Recipient: rfc822; other@c.example\r\nAction: failed\r\nStatus: 5.1.1", true, false),
        ("Final-Recipient: @@TO@@\r\nAction: failed\r\nStatus: 5.1.1",                                     true,  true),
        ("X-Actual-Recipient: rfc822; @@TO@@\r\nAction: failed\r\nStatus: 5.1.1",                          true,  true),
        ("Final-Recipient: rfc822; @@TO@@\r\nAction: failed\r\nStatus: 5.2.2",                             true,  false),
        ("Final-Recipient: rfc822; @@TO@@\r\nAction: failed\r\nStatus: 5.2.1",                             true,  false),
        ("Final-Recipient: rfc822; @@TO@@\r\nAction: failed\r\nStatus: 5.7.1\r\nDiagnostic-Code: smtp; 550 5.7.1 DMARC", true, false),
        ("Final-Recipient: rfc822; @@TO@@\r\nAction: failed\r\nStatus: 5.4.1\r\nDiagnostic-Code: smtp; 550 5.4.1 Recipient address rejected: Access denied", true, true),
        ("Final-Recipient: rfc822; @@TO@@\r\nAction: failed\r\nStatus: 5.0.0\r\nDiagnostic-Code: X-Postfix; host mx said: 550 5.1.1 no", true, true),
        ("Final-Recipient: rfc822; @@TO@@\r\nAction: failed\r\nStatus: 5.0.0",                             true,  false),
        ("Final-Recipient: rfc822; @@TO@@\r\nAction: delayed\r\nStatus: 4.4.1",                            false, false),
        ("Final-Recipient: rfc822; @@TO@@\r\nAction: relayed\r\nStatus: 2.0.0",                            false, false),
        ("Final-Recipient: rfc822; @@TO@@\r\nAction: expanded\r\nStatus: 2.0.0",                           false, false),
        ("Final-Recipient: rfc822; @@TO@@\r\nAction: delivered\r\nStatus: 2.0.0",                          false, false),
        ("Final-Recipient: rfc822; @@TO@@\r\nAction: delayed\r\nStatus: 4.4.1\r\n\r\nFinal-Recipient: rfc822; x@y.example\r\nAction: failed\r\nStatus: 5.1.1", false, false),
    ];
    for (fields, returned, blocked) in rows {
        let found = read(report(&format!("{fields}\r\n")).as_bytes());
        assert_eq!(understood(&found), (returned, blocked), "{fields}\n{found:?}");
    }
}

#[test]
fn reports_in_prose_are_understood() {
    let copy = "Message-ID: <@@LETTER@@@centre.example>\nTo: @@TO@@\n";
    #[rustfmt::skip] // A table is read by column.
    let rows = [
        // head                                             text                                                       returned blocked
        ("From: MAILER-DAEMON@q.example\nSubject: failure notice", "Hi. This is the qmail-send program at q.example.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n\n<@@TO@@>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n\n@@COPY@@", true, true),
        ("From: MAILER-DAEMON@q.example\nSubject: failure notice", "<@@TO@@>:\n192.0.2.1 does not like recipient.\nRemote host said: 550 Ip frequency limited\nGiving up on 192.0.2.1.\n\n--- Below this line is a copy of the message.\n@@COPY@@", true, false),
        ("From: Mail Delivery System <Mailer-Daemon@e.example>\nX-Failed-Recipients: @@TO@@\nAuto-Submitted: auto-replied\nSubject: Mail delivery failed: returning message to sender", "A message that you sent could not be delivered to one or more of its recipients. This is a permanent error.\nThe following address(es) failed:\n\n  @@TO@@\n    SMTP error from remote mail server after RCPT TO:<@@TO@@>:\n    host mx.a.example [192.0.2.20]: 550 5.1.1 <@@TO@@>: Recipient\n    address rejected: User unknown\n\n------ This is a copy of the message, including all the headers. ------\n@@COPY@@", true, true),
        ("From: Mailer-Daemon@e.example\nSubject: Warning: message 1abc delayed 24 hours", "This message was created automatically by mail delivery software.\nA message that you sent has not yet been delivered to one or more of its recipients after more than 24 hours\nThe address to which the message has not yet been delivered is:\n  @@TO@@\n    Delay reason: 450 4.7.1 greylisted\nNo action is required on your part.\n@@COPY@@", false, false),
        ("From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>\nSubject: Delivery Status Notification (Failure)\nX-Failed-Recipients: @@TO@@", "Delivery to the following recipient failed permanently:\n\n     @@TO@@\n\nTechnical details of permanent failure: \nGoogle tried to deliver your message, but it was rejected by the server for the recipient domain.\n\nThe error that the other server returned was:\n550-5.1.1 The email account that you tried to reach does not exist. Please try\n550 5.1.1 double-checking the recipient's email address for typos\n\n----- Original message -----\n@@COPY@@", true, true),
        ("From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>\nSubject: Delivery Status Notification (Delay)", "There was a temporary problem delivering your message to @@TO@@. Gmail will retry for 46 more hours.\n@@COPY@@", false, false),
        ("From: MAILER-DAEMON@yahoo.com\nSubject: Failure Notice", "Sorry, we were unable to deliver your message to the following address.\n\n<@@TO@@>:\nRemote host said: 554 delivery error: dd This user doesn't have a yahoo.com account (@@TO@@) [-5] - mta1.mail.yahoo.com [BODY]\n\n--- Below this line is a copy of the message.\n@@COPY@@", true, true),
        ("From: Mail Delivery Subsystem <MAILER-DAEMON@s.example>\nSubject: Returned mail: see transcript for details", "   ----- The following addresses had permanent fatal errors -----\n<@@TO@@>\n    (reason: 552 5.2.2 Over quota)\n\n   ----- Transcript of session follows -----\n>>> DATA\n<<< 552 5.2.2 Over quota\n@@COPY@@", true, false),
        ("From: Postmaster@163.com\nSubject: 系统退信\nX-CM-Original-Message-ID: <@@LETTER@@@centre.example>", "抱歉，您的邮件被退回来了。\n收件人 @@TO@@\n退信原因：\n收件人空间不足\n英文说明:Mailbox full", true, false),
        ("From: Postmaster@163.com\nSubject: 系统退信\nX-CM-Original-Message-ID: <@@LETTER@@@centre.example>", "抱歉，您的邮件被退回来了。\n收件人 @@TO@@\n退信原因：\n对方服务器判为垃圾邮件\n英文说明:554 DT:SPM", true, false),
        ("From: PostMaster@qq.com\nSubject: 来自qq.com的退信\nReferences: <@@LETTER@@@centre.example>", "您发送的邮件被退回\n@@TO@@\n该用户未开通QQ邮箱", true, true),
        ("Return-Path: <>\nFrom: admin@mail.gov.example\nSubject: 邮件投递失败通知\nIn-Reply-To: <@@LETTER@@@centre.example>", "无法投递到 @@TO@@：550 user not exist", true, true),
        ("From: postmaster@b.example\nSubject: Undeliverable: notice", "Your message could not be delivered to other@d001.example.com: 550 5.1.1 user unknown\n\n----- Original message -----\n@@COPY@@", true, false),
        ("From: postmaster@b.example\nSubject: Undeliverable: notice", "Delivery has failed to these recipients: @@TO@@\nRecipNotFound\n\nMessage-ID: @@LETTER@@", true, true),
        ("From: postmaster@b.example\nSubject: hello", "The mail server will be replaced on Sunday.", false, false),
    ];
    for (head, text, returned, blocked) in rows {
        let text = text.replace("@@COPY@@", copy);
        let message = filled(&format!(
            "{head}\nTo: gjj@centre.example\nContent-Type: text/plain; charset=utf-8\n\n{text}\n"
        ));
        let found = read(message.as_bytes());
        assert_eq!(understood(&found), (returned, blocked), "{head}\n{found:?}");
    }
}

#[test]
fn what_is_no_report_is_told_apart() {
    let original = "Message-ID: <@@LETTER@@@centre.example>\nTo: @@TO@@\n\nbody";
    let ours = "In-Reply-To: <@@LETTER@@@centre.example>";
    #[rustfmt::skip] // A table is read by column.
    let rows = [
        ("From: @@TO@@\nSubject: 回复：公积金\n@@OURS@@\n\n5月的款是我们的，请入账。",                              Kind::Reply),
        ("From: @@TO@@\nSubject: 回复：公积金\n@@OURS@@\n\n我已离职，请改发 new@d001.example.com",                  Kind::Moved),
        ("From: @@TO@@\nSubject: 自动回复：休假\nAuto-Submitted: auto-replied\n@@OURS@@\n\n我正在休假。",           Kind::Automatic),
        ("From: @@TO@@\nSubject: 自动回复\nAuto-Submitted: auto-replied\n@@OURS@@\n\n我已离职，请联系李四。",        Kind::Moved),
        ("Return-Path: <>\nFrom: @@TO@@\nSubject: Out of office\n@@OURS@@\n\nI could not be delivered from work.",  Kind::Automatic),
        ("From: @@TO@@\nSubject: x\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n--b\nContent-Type: message/disposition-notification\n\nFinal-Recipient: rfc822;@@TO@@\nOriginal-Message-ID: <@@LETTER@@@centre.example>\nDisposition: manual-action/MDN-sent-manually; displayed\n\n--b--", Kind::Automatic),
        ("From: fbl@p.example\nSubject: x\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\n\n--b\nContent-Type: message/rfc822\n\n@@ORIGINAL@@\n--b--", Kind::Complaint),
        ("From: fbl@p.example\nSubject: x\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\nContent-Type: message/feedback-report\n\nFeedback-Type: auth-failure\n\n--b--", Kind::Other),
        ("From: gjj@centre.example\nMessage-ID: <@@LETTER@@@centre.example>\nAuto-Submitted: auto-generated\n\nbody",  Kind::Own),
        ("From: shop@spam.example\nSubject: 优惠\n\n加微信",                                                         Kind::Other),
        ("",                                                                                                        Kind::Other),
        ("\0\0\0",                                                                                                  Kind::Other),
        ("Status: 5.1.1\nAction: failed\n\n",                                                                       Kind::Other),
    ];
    for (text, kind) in rows {
        let message = filled(&text.replace("@@OURS@@", ours).replace("@@ORIGINAL@@", original));
        let found = read(message.as_bytes());
        assert_eq!(found.kind, kind, "{message}\n{found:?}");
        assert_eq!(understood(&found), (false, false));
        assert!(!found.text.contains('\0') && found.text.len() <= 4 * TEXT_CHARS_MAX);
    }
}

#[test]
fn a_report_that_is_passed_on_is_one() {
    let inner = report("Final-Recipient: rfc822; @@TO@@\r\nAction: failed\r\nStatus: 5.1.1\r\n");
    let attached = |kind: &str, name: &str| {
        format!(
            "From: admin@centre.example\r\nTo: gjj@centre.example\r\nSubject: 转发\r\n\
             Content-Type: multipart/mixed; boundary=\"o\"\r\n\r\n--o\r\nContent-Type: text/plain\r\n\r\nFYI\r\n\
             --o\r\nContent-Type: {kind}\r\nContent-Disposition: attachment; filename=\"{name}\"\r\n\r\n{inner}\r\n--o--\r\n"
        )
    };
    let inline = filled(
        "From: admin@centre.example\r\nSubject: Fwd: Undelivered\r\n\r\n> Final-Recipient: rfc822; @@TO@@\r\n\
         > Action: failed\r\n> Status: 5.1.1\r\n> Message-ID: <@@LETTER@@@centre.example>\r\n",
    );
    for message in [
        attached("message/rfc822", "report.eml"),
        attached("application/octet-stream", "report.EML"),
        inline,
    ] {
        let found = read(message.as_bytes());
        assert_eq!(understood(&found), (true, true), "{message}\n{found:?}");
    }
}

#[test]
fn the_envelope_names_the_letter() {
    let sender = format!("bounces+{}@centre.example", &LETTER[..BEGINNING_CHARS]);
    for head in ["To", "Delivered-To", "X-Original-To"] {
        let message = format!(
            "From: MAILER-DAEMON@mx.example\r\n{head}: {sender}\r\nSubject: Undelivered\r\n\r\n{TO}\r\n550 5.1.1 no such user\r\n"
        );
        assert_eq!(understood(&read(message.as_bytes())), (true, true), "{head}");
    }
}

#[test]
fn a_mailbox_is_read_message_by_message_and_each_has_a_number_of_its_own() {
    let one = report("Final-Recipient: rfc822; @@TO@@\r\nAction: failed\r\nStatus: 5.1.1\r\n");
    let two = "From: a@b.example\r\nSubject: away\r\n\r\nI am away.\r\n";
    let mailbox = format!(
        "From MAILER-DAEMON Mon May 11 08:00:00 2026\r\n{one}\r\n\
         From a@b.example Mon May 11 09:00:00 2026\r\n{two}\r\n"
    );
    let words = shipped().unwrap();
    let mut found = Vec::new();
    let take = |message: CameBack| {
        found.push((message.kind, message.digest));
        true
    };
    read_mailbox(mailbox.as_bytes(), &words, take).unwrap();
    let [(Kind::Failure, first), (Kind::Other, second)] = found.as_slice() else {
        panic!("{found:?}");
    };
    assert_ne!(first, second);
    let lf = one.replace("\r\n", "\n");
    assert_eq!(&read(lf.as_bytes()).digest, first, "the same with other line ends");
}
