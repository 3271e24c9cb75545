//! Letters at the desk: the page behind the confirming link, the destinations of letters, returned mail.

use super::centre::{Backing, date, every_store};
use super::served::Served;
use super::wire::{Answer, get, post};
use duizhang::alert::staff::token_hash;
use duizhang::alert::{Ending, LetterClaim, LetterStanding, LetterState, Outbox, Settled, Tries};
use duizhang::store::{ContactPreference, LetterRow, OutboxFilter};
use duizhang::suspense::Role;
use serde_json::{Value, json};

const ADDRESS: &str = "finance@example.com";
const LETTER: &str = "3f2a90c4b7d15e683f2a90c4b7d15e683f2a90c4b7d15e683f2a90c4b7d15e68";

/// A desk with this letter to E1 in the outbox.
fn with_letter(backing: Backing) -> Served {
    let served = Served::new(backing);
    let letter = LetterRow {
        letter_id: LETTER.into(),
        kind: "digest".into(),
        employer_id: "E1".into(),
        written_on: date("05-12"),
        recipient: ADDRESS.into(),
        subject: "缴款 500.00 元待核实".into(),
        number: "48273916".into(),
        message: format!("To: {ADDRESS}\r\nSubject: x\r\n\r\n请核实\r\n"),
    };
    served.centre.store.post_letters(&[letter]).unwrap();
    served
}

/// Ends the letter with this result.
fn ended(served: &Served, ending: &Ending) {
    let (holder, now) = ("one".to_owned(), served.now());
    let claim = LetterClaim { holder: holder.clone(), now, lease_until: now + 9, letters_max: 9 };
    let store = &served.centre.store;
    let claimed = Outbox::claim(store, &claim).unwrap();
    assert!(claimed.iter().any(|letter| letter.letter_id == LETTER));
    let settled = Settled {
        letter_id: LETTER.into(),
        standing: LetterStanding::after(ending, Tries::default(), now),
        no_mailbox: ending.clone().no_mailbox(),
    };
    Outbox::settle(store, &holder, now, &[settled]).unwrap();
}

fn choice(served: &Served) -> ContactPreference {
    served.centre.store.contact_preferences(Some("E1")).unwrap().pop().unwrap()
}

fn state(served: &Served) -> LetterState {
    let filter = OutboxFilter { letter: Some(LETTER.into()), ..OutboxFilter::default() };
    served.centre.store.outbox(&filter).unwrap()[0].state
}

#[test]
fn a_link_confirms_once_its_button_is_pressed() {
    every_store(|backing| {
        let served = Served::new(backing);
        let ask = |token: &str, until: i64| {
            let hash = token_hash(token);
            served.centre.store.ask_address("E1", "agent@example.com", &hash, until).unwrap();
        };
        let address = || choice(&served).address.unwrap();
        let page = || served.ask(&get("/confirm?token=secret"));
        assert_eq!(page().status, 404, "nobody asked");
        ask("secret", served.now() + 60);
        // A mail scanner opens every link, more than once.
        for _ in 0..3 {
            let page = page();
            assert_eq!(page.status, 200);
            assert!(page.body.contains("示例甲公司") && page.body.contains("agent@example.com"));
            assert_eq!(address(), ADDRESS, "to look confirms nothing");
        }
        let shown = page();
        let visitor = shown.cookie("__Host-duizhang-visitor").unwrap().split(';').next().unwrap();
        let press = |token: &str| {
            let fields = [("csrf", &*shown.field("csrf")), ("token", token)];
            served.ask(&post("/confirm", &fields).with("cookie", visitor))
        };
        assert_eq!(press("other").status, 404);
        assert_eq!(address(), ADDRESS);
        let confirmed = press("secret");
        assert_eq!(confirmed.status, 200, "{}", confirmed.body);
        assert!(confirmed.body.contains("已经确认"));
        assert_eq!(address(), "agent@example.com");
        assert_eq!((press("secret").status, page().status), (404, 404), "a link works once");
        let trail = served.get(&served.login("auditor"), "/trail?event=address-confirmed").body;
        assert!(
            trail.contains("确认函件地址</td>") && trail.contains("agent@example.com"),
            "{trail}"
        );
        ask("late", served.now() + 60);
        served.turn_clock(61);
        assert_eq!(served.ask(&get("/confirm?token=late")).status, 404);
    });
}

#[test]
fn staff_enter_an_address_and_lift_a_block() {
    every_store(|backing| {
        let served = with_letter(backing);
        let (status, answer) = ("5.1.1".to_owned(), "550 5.1.1 no such user".to_owned());
        ended(&served, &Ending::NoMailbox { status, answer, at_once: true });
        let clerk = served.login("clerk");
        for (path, there) in [
            ("/employers/E1", vec!["已停用", "5.1.1", "被拒收"]),
            ("/letters", vec!["被拒收", "550 5.1.1 no such user", ADDRESS]),
            ("/letters?state=refused", vec!["缴款 500.00 元待核实"]),
            ("/letters?state=sent", vec!["没有这样的函件"]),
            (&format!("/letters/{LETTER}"), vec!["被拒收", "550 5.1.1 no such user", "重发"]),
        ] {
            let body = served.get(&clerk, path).body;
            for words in there {
                assert!(body.contains(words), "{path}: {words}: {body}");
            }
        }
        let enter =
            |address: &str| served.post(&clerk, "/employers/E1/address", &[("address", address)]);
        for wrong in ["", "finance", "a@b.example, c@d.example", "名@例.中国", "Li Na a@b.example"]
        {
            assert_eq!(enter(wrong).status, 422, "{wrong:?}");
        }
        assert_eq!(choice(&served).blocked.as_deref(), Some("5.1.1"));
        assert_eq!(enter(ADDRESS).header("location"), Some("/employers/E1?done=address-set"));
        assert_eq!(choice(&served).blocked, None);
        assert_eq!(enter("李娜 ＜new＠example.com＞").status, 303, "as people type it");
        let page = served.get(&clerk, "/employers/E1").body;
        assert!(page.contains("new@example.com") && page.contains("工作人员登记 clerk"), "{page}");
        let trail = served.get(&served.login("approver"), "/trail?event=address-set").body;
        assert!(
            trail.contains("登记函件地址</td>") && trail.contains("new@example.com"),
            "{trail}"
        );
        let auditor = served.login("auditor");
        let page = served.get(&auditor, "/employers/E1").body;
        assert!(!page.contains("/employers/E1/address"), "who may not is not shown how");
        // A resend goes to the present address, as a new letter, with the next run.
        let retried = served.post(&clerk, &format!("/letters/{LETTER}/retry"), &[]);
        assert_eq!(retried.status, 303, "{}", retried.body);
        let undeliverable = served.centre.store.undeliverable(9).unwrap();
        assert_eq!(undeliverable.len(), 1);
        assert_eq!(state(&served), LetterState::Refused);
        let gone = served.post(&clerk, "/letters/404/retry", &[]);
        assert_eq!(gone.status, 404, "{}", gone.body);
    });
}

/// A report in the form of a mail server.
fn report(letter: &str, status: &str) -> String {
    format!(
        "From: MAILER-DAEMON@mx.test\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.test\r\n\r\n\
         Final-Recipient: rfc822; {ADDRESS}\r\nAction: failed\r\nStatus: {status}\r\n\r\n\
         --b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{letter}@centre.test>\r\n--b--\r\n"
    )
}

#[test]
fn a_mail_server_reports_what_came_back() {
    every_store(|backing| {
        let served = with_letter(backing);
        ended(&served, &Ending::Sent("250 ok".into()));
        let store = &served.centre.store;
        let (token, token_id) = super::served::token(store, "clerk", Role::Clerk, served.now(), 9);
        let send = |kind: &str, body: &str| -> Answer {
            let mut ask =
                post("/api/v1/bounces", &[]).with("authorization", &format!("Bearer {token}"));
            ask.headers[0].1 = kind.to_owned();
            ask.body = body.to_owned();
            served.ask(&ask)
        };
        let items = |body: &str| -> Value {
            let answer = send("message/rfc822", body);
            assert_eq!(answer.status, 200, "{}", answer.body);
            serde_json::from_str::<Value>(&answer.body).unwrap()["items"].clone()
        };
        let item = |status: &str, returned: bool, blocked: bool| json!([{ "address": ADDRESS, "status": status, "returned": returned, "blocked": blocked }]);
        assert_eq!(send("application/json", "{}").status, 422);
        assert_eq!(send("message/rfc822", &"x".repeat(300_000)).status, 413);
        assert_eq!(items("no report at all"), json!([]));
        assert_eq!(items(&report("0123", "5.1.1")), item("5.1.1", false, false), "a forgery");
        assert_eq!(state(&served), LetterState::Sent);
        assert_eq!(items(&report(LETTER, "5.1.1")), item("5.1.1", true, true));
        assert_eq!(items(&report(LETTER, "5.1.1")), item("5.1.1", false, false), "the same again");
        assert_eq!(state(&served), LetterState::Returned);
        assert_eq!(choice(&served).blocked.as_deref(), Some("5.1.1"));
        let trail = served.get(&served.login("approver"), "/trail?event=address-blocked").body;
        assert!(trail.contains("停用函件地址</td>") && trail.contains(&token_id), "{trail}");
    });
}

#[test]
fn what_came_back_waits_until_staff_dealt_with_it() {
    every_store(|backing| {
        let served = with_letter(backing);
        ended(&served, &Ending::Sent("250 ok".into()));
        let store = &served.centre.store;
        let (token, _) = super::served::token(store, "clerk", Role::Clerk, served.now(), 9);
        let message = format!(
            "From: {ADDRESS}\r\nSubject: <b>Re</b>\r\nIn-Reply-To: <{LETTER}@centre.test>\r\n\
             Content-Type: text/plain; charset=utf-8\r\n\r\n\
             我已离职，请改发 new@example.com <script>alert(1)</script>\u{202e}\r\n"
        );
        let mut ask =
            post("/api/v1/bounces", &[]).with("authorization", &format!("Bearer {token}"));
        ask.headers[0].1 = "message/rfc822".to_owned();
        ask.body = message;
        let answer: Value = serde_json::from_str(&served.ask(&ask).body).unwrap();
        let want = json!({ "items": [], "kind": "moved", "letter": LETTER, "employer_id": "E1", "waits": true });
        assert_eq!(answer, want);
        assert_eq!(state(&served), LetterState::Sent);
        served.centre.employers("E2,示例乙公司,two example.com,");
        let clerk = served.login("clerk");
        assert!(served.get(&clerk, "/letters").body.contains("来信与退信 (1)"));
        let page = served.get(&clerk, "/letters/back").body;
        for words in [
            "更换联系人或邮箱",
            "我已离职，请改发 new@example.com",
            "示例甲公司",
            "邮箱填写有误的单位",
            "two example.com",
        ] {
            assert!(page.contains(words), "{words}: {page}");
        }
        for hostile in ["<script>alert", "<b>Re</b>", "\u{202e}"] {
            assert!(!page.contains(hostile), "{hostile}: {page}");
        }
        let id = store.kept_messages(false, 9).unwrap()[0].message_id.clone();
        let path = format!("/letters/back/{id}");
        assert_eq!(served.post(&clerk, &path, &[("dealt", "burn")]).status, 422);
        assert_eq!(served.post(&clerk, &path, &[("dealt", "block")]).status, 409);
        let dealt = served.post(&clerk, &path, &[("dealt", "done")]);
        assert_eq!(dealt.header("location"), Some("/letters/back?done=dealt"));
        assert!(served.get(&clerk, "/letters/back").body.contains("没有待处理的来信或退信"));
        let trail = served.get(&served.login("approver"), "/trail?event=mail-dealt-with").body;
        assert!(trail.contains("处理来信</td>"), "{trail}");
        let auditor = served.login("auditor");
        assert!(!served.get(&auditor, "/letters/back").body.contains(&path));
    });
}
