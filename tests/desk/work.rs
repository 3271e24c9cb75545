//! Work over several pages: changing a proposal, exporting a trail.

use super::centre::{date, every_store};
use super::feed::account;
use super::served::{Browser, Served};
use duizhang::suspense::trail::TrailEvent;
use duizhang::suspense::trail::{Chain, Link, TrailEntry};
use duizhang::suspense::{Act, ItemId, Moment};
use serde_json::Value;

/// The value of a form field, unescaped.
fn unescaped(text: &str) -> String {
    [
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&amp;", "&"),
    ]
    .iter()
    .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// Previews an act and proposes it; returns the desk's redirect.
fn proposes(served: &Served, clerk: &Browser, fields: &[(&str, &str)]) -> String {
    let preview = served.post(clerk, "/preview", fields);
    assert_eq!(preview.status, 200, "{}", preview.body);
    let draft = unescaped(&preview.field("draft"));
    let edits = fields.iter().find(|(name, _)| *name == "edits");
    let mut fields = vec![("draft", draft.as_str())];
    fields.extend(edits);
    let done = served.post(clerk, "/propose", &fields);
    assert_eq!(done.status, 303, "{}", done.body);
    done.header("location").unwrap().to_owned()
}

#[test]
fn a_proposal_is_changed_where_its_item_is_and_what_was_approved_is_void() {
    every_store(|backing| {
        let served = Served::new(backing);
        let (clerk, approver) = (served.login("clerk"), served.login("approver"));
        let fields = [("item", "1/1/S3"), ("act", "refund"), ("note", "多缴")];
        assert_eq!(proposes(&served, &clerk, &fields), "/items/1/S3?done=proposed");
        let looked_at = served.get(&approver, "/approvals").field("proposal");
        let edits = served.get(&clerk, "/items/1/S3").field("edits");
        let fields =
            [("item", "1/2/S3"), ("act", "not-ours"), ("note", "利息"), ("edits", edits.as_str())];
        assert_eq!(proposes(&served, &clerk, &fields), "/items/1/S3?done=edited");
        let stale = served.post(&approver, "/approvals/approve", &[("proposal", &looked_at)]);
        assert_eq!(stale.status, 409, "{}", stale.body);
        let page = served.get(&approver, "/approvals");
        assert!(page.body.contains("非缴存款项") && page.body.contains("利息"), "{}", page.body);
        let proposal = page.field("proposal");
        let done = served.post(&approver, "/approvals/approve", &[("proposal", &proposal)]);
        assert_eq!(done.header("location"), Some("/approvals?done=booked"));
        let others = served.get(&approver, "/items/1/S3");
        assert!(!others.body.contains("name=\"edits\""), "only one's own, while it waits");
    });
}

#[test]
fn the_trail_is_taken_out_whole_and_proved_elsewhere() {
    every_store(|backing| {
        let served = Served::new(backing);
        let approver = served.login("approver");
        let file = served.get(&approver, "/trail/export.jsonl");
        assert_eq!(file.status, 200);
        assert!(file.header("content-disposition").unwrap().ends_with(".jsonl\""));
        let mut chain = Chain::default();
        let mut last = String::new();
        for line in file.body.lines() {
            let found: Value = serde_json::from_str(line).unwrap();
            let text = |key: &str| found[key].as_str().unwrap().to_owned();
            let entry = TrailEntry {
                at: found["at"].as_i64().unwrap(),
                actor: text("actor"),
                role: text("role"),
                event: TrailEvent::from_code(&text("event")),
                subject: text("subject"),
                detail: text("detail"),
            };
            let sequence = found["sequence"].as_i64().unwrap();
            let link = Link { sequence, entry, previous: text("previous"), hash: text("hash") };
            assert_eq!(chain.take(&link), Ok(()), "{line}");
            last = text("event");
        }
        assert_eq!((chain.len() > 3, last.as_str()), (true, "exported"), "who took it is in it");
        let head = chain.head().to_owned();
        let page = served.get(&approver, "/trail?verify=1");
        assert!(page.body.contains("已逐条验证") && page.body.contains(&head), "{}", page.body);
        let table = served.get(&approver, "/trail/export.csv");
        let heading = "sequence,at,beijing,actor,role,event,subject,detail,previous,hash";
        assert_eq!(table.body.lines().next(), Some(format!("\u{FEFF}{heading}").as_str()));
        assert!(table.body.contains(&head), "the same hashes");
        // A trail with an inserted row is reported as broken.
        let centre = served.centre.store.centre_id();
        let change = "update trail set actor = 'nobody' where sequence = 2 and centre_id =";
        served.centre.tamper(&format!("{change} {centre}"));
        let page = served.get(&approver, "/trail?verify=1");
        assert!(page.body.contains("链条断裂"), "{}", page.body);
    });
}

#[test]
fn what_staff_decided_is_said_by_its_outcome_on_every_page() {
    let advance = Act::Advance { employer_id: Some("E1".to_owned()) };
    let rows = [
        (advance, "advance", "转入暂存款"),
        (Act::Refund, "refund-due", "待退款"),
        (Act::NotOurs, "ignored", "非缴存款项"),
    ];
    every_store(|backing| {
        for (act, code, words) in &rows {
            let served = Served::new(backing);
            let clerk = served.login("clerk");
            let item = ItemId { account_no: account("icbc").to_owned(), serial: "S3".into() };
            let moment = Moment::midnight(date("05-14"));
            served.centre.store.resolve(&[item], act, "017", "", moment).unwrap();
            let page = served.get(&clerk, "/items/1/S3").body;
            let heading = page.split_once("<h1>").unwrap().1.split_once("</h1>").unwrap().0;
            assert!(heading.contains(words), "{code}: {heading}");
            let page = served.get(&clerk, "/transactions/1/S3").body;
            for part in [*words, "（工作人员处理）", "此前挂账的原因"] {
                assert!(page.contains(part), "{code}: {part}: {page}");
            }
            let page = served.get(&clerk, &format!("/transactions?outcome={code}")).body;
            assert!(page.contains("/transactions/1/S3"), "{code}: {page}");
            let page = served.get(&clerk, "/transactions?outcome=suspense").body;
            assert!(!page.contains("/transactions/1/S3"), "{code}: it is in suspense no longer");
        }
    });
}
