//! The counter's page: a clerk requests, another login approves, and typed names are not trusted.

use super::centre::every_store;
use super::served::Served;
use duizhang::remittance::file::OnRefusal;
use duizhang::remittance::{Author, Operation};
use serde_json::json;
use std::sync::Arc;

/// An employer without an electronic seal.
fn employer(served: &Served) {
    let operation = json!({"op": "open_employer", "on": "2026-05-06", "employer_id": "H1",
        "name": "示例局", "kind": "government", "employer_rate": "0.08", "employee_rate": "0.08",
        "first_month": "2026-05", "channel": "counter"});
    let operation = serde_json::from_value::<Operation>(operation).unwrap();
    let policy = Arc::new(duizhang::rulebook::policy::shipped().unwrap());
    let (undo, lines) = (OnRefusal::UndoAll, [(1, Ok(operation))]);
    let store = &served.centre.store;
    let done = store.apply_file(policy, Author::default(), lines, undo, |_| ()).unwrap();
    assert_eq!(done.done, 1);
}

/// The targets of the page's forms.
fn forms(body: &str) -> Vec<String> {
    body.split("action=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .filter(|address| address.starts_with("/counter/"))
        .map(str::to_owned)
        .collect()
}

#[test]
fn key_information_is_changed_by_two_logins() {
    every_store(|backing| {
        let served = Served::new(backing);
        let (clerk, approver) = (served.login("clerk"), served.login("approver"));
        employer(&served);
        let form = served.get(&clerk, "/counter?op=update_key");
        assert!(form.body.contains("变更单位关键信息") && form.body.contains("name=\"uscc\""));
        assert!(!form.body.contains("name=\"approved_by\""));
        let ask = [
            ("op", "update_key"),
            ("employer_id", "H1"),
            ("name", "<b>示例局</b>"),
            ("reason", "更名文件"),
            ("by", "somebody"),
            ("approved_by", "else"),
        ];
        let asked = served.post(&clerk, "/counter", &ask);
        assert_eq!(asked.header("location"), Some("/counter?done=asked"), "{}", asked.body);
        let own = served.get(&clerk, "/counter").body;
        assert!(own.contains("更名文件") && !own.contains("<b>示例局"), "{own}");
        assert!(forms(&own).iter().all(|address| address.ends_with("/withdraw")), "{own}");
        let waits = served.get(&approver, "/counter").body;
        assert!(waits.contains("通过后") && waits.contains("示例局 Government"), "{waits}");
        let approve = forms(&waits).into_iter().find(|to| to.ends_with("/approve")).unwrap();
        assert_eq!(served.post(&clerk, &approve, &[]).status, 403);
        let done = served.post(&approver, &approve, &[]);
        assert_eq!(done.header("location"), Some("/counter?done=approved"), "{}", done.body);
        assert_eq!(served.post(&approver, &approve, &[]).status, 409);
        let employer = served.get(&clerk, "/employers/H1").body;
        assert!(employer.contains("&#60;b&#62;示例局"), "{employer}");
        let history = served.get(&clerk, "/counter").body;
        assert!(history.contains("已通过") && history.contains("没有待复核的柜台业务"));
        served.centre.prove("approved at the counter");
    });
}

#[test]
fn what_cannot_be_done_is_told_at_once() {
    every_store(|backing| {
        let served = Served::new(backing);
        let clerk = served.login("clerk");
        employer(&served);
        for (fields, says) in [
            (vec![("op", "defer"), ("employer_id", "H1")], "from"),
            (vec![("op", "nothing")], "请选择业务"),
            (
                vec![
                    ("op", "correct_identity"),
                    ("employer_id", "H1"),
                    ("employee_id", "A9"),
                    ("id_no", "110101199003070038"),
                    ("reason", "证件更正"),
                ],
                "账务上不能办理",
            ),
            (
                vec![
                    ("op", "merge_employees"),
                    ("employer_id", "H1"),
                    ("employee_id", "A"),
                    ("into", "B"),
                    ("reason", "一人两户"),
                    ("amount", "5"),
                ],
                "amount",
            ),
        ] {
            let told = served.post(&clerk, "/counter", &fields);
            assert_eq!(told.status, 422, "{fields:?}: {}", told.body);
            assert!(told.body.contains(says), "{fields:?}: {}", told.body);
        }
        assert!(forms(&served.get(&clerk, "/counter").body).is_empty());
        let missing = served.post(&clerk, "/counter/1/unmask", &[]);
        assert_eq!(missing.status, 404);
    });
}
