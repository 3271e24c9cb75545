//! Nobody can be two persons: each way for one administrator to refund alone is an attack here; and what two
//! administrators, or a day, allow.

use super::centre::every_store;
use super::served::{Browser, OPENED_AT, PASSWORD, Served, change, hire, token};
use super::wire::{Answer, Ask, get, post};
use duizhang::rulebook::desk::Renewed;
use duizhang::store::{Requested, TrailFilter};
use duizhang::suspense::{
    AccessKind, AccessRequest, AccessState, Actor, DeskRefusal, ItemId, Moment, Person, Role,
};
use serde_json::{Value, json};

const DAY: i64 = 24 * 3600;

fn administrator(name: &str) -> Actor {
    Actor::of(Person(name.to_owned()), Role::Administrator)
}

fn moment(at: i64) -> Moment {
    Moment { at, on: super::centre::date("05-13") }
}

/// Changes rows behind the store's back; `None` if the database refuses.
fn try_tamper(served: &Served, sql: &str) -> Option<u64> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| served.centre.tamper(sql))).ok()
}

/// The text of the page's first `<code>`.
fn shown(page: &Answer) -> String {
    let (_, rest) = page.body.split_once("<code>").unwrap_or_else(|| panic!("{}", page.body));
    rest.split('<').next().unwrap().to_owned()
}

/// The first change on the page with a button to confirm, withdraw or object.
fn waiting(served: &Served, browser: &Browser, act: &str) -> Option<String> {
    let page = served.get(browser, "/access").body;
    let address = page.split("action=\"").skip(1).filter_map(|rest| rest.split('"').next());
    address.map(str::to_owned).find(|found| found.ends_with(act))
}

fn program(served: &Served, token: &str, method: &str, path: &str, body: Option<&Value>) -> Answer {
    let mut ask = Ask { method: method.into(), ..get(path) };
    ask = ask.with("authorization", &format!("Bearer {token}"));
    if let Some(body) = body {
        ask = ask.with("content-type", "application/json");
        ask.body = body.to_string();
    }
    served.ask(&ask)
}

/// A program proposes to return S3; returns the proposal if allowed.
fn propose(served: &Served, token: &str) -> Result<(String, String), u16> {
    let account_no = super::feed::account("icbc").to_owned();
    let id = ItemId { account_no, serial: "S3".to_owned() };
    let path = format!("/api/v1/suspense/{}/{}", id.account_no, id.serial);
    let answer = program(served, token, "GET", &path, None);
    if answer.status != 200 {
        return Err(answer.status);
    }
    let item: Value = serde_json::from_str(&answer.body).unwrap();
    let seen = json!({ "id": item["id"], "version": item["version"] });
    let draft = json!({ "items": [seen], "act": "refund", "note": "重复缴款" });
    let answer = program(served, token, "POST", "/api/v1/proposals", Some(&draft));
    if answer.status != 201 {
        return Err(answer.status);
    }
    let proposal: Value = serde_json::from_str(&answer.body).unwrap();
    let text = |name: &str| proposal[name].as_str().unwrap().to_owned();
    Ok((text("proposal_id"), text("digest")))
}

fn approve(served: &Served, token: &str, (id, digest): &(String, String)) -> Answer {
    let path = format!("/api/v1/proposals/{id}/approve");
    program(served, token, "POST", &path, Some(&json!({ "digest": digest })))
}

/// Attack: one administrator books a refund with a clerk's token and an approver's.
#[test]
fn two_tokens_of_one_administrator_move_nothing() {
    every_store(|backing| {
        let served = Served::new(backing);
        hire(&served.centre.store, "keeper", Role::Administrator);
        let (thief, keeper) = (served.login("administrator"), served.login("keeper"));
        let made = |owner: &str, role: &str| {
            let fields = [("name", "程序"), ("owner", owner), ("role", role), ("days", "9")];
            served.post(&thief, "/tokens", &fields)
        };
        // One's own token has at most one's own role.
        assert_eq!(made("administrator", "clerk").status, 422);
        assert_eq!(made("clerk", "approver").status, 422);
        let (clerks, approvers) =
            (shown(&made("clerk", "clerk")), shown(&made("approver", "approver")));
        for token in [&clerks, &approvers] {
            assert_eq!(program(&served, token, "GET", "/api/v1/suspense", None).status, 401);
        }
        assert_eq!(waiting(&served, &thief, "/confirm"), None, "nobody confirms their own wish");
        // Nor through the address that the page hides.
        let change = waiting(&served, &keeper, "/confirm").unwrap();
        assert_eq!(served.post(&thief, &change, &[]).status, 422);
        // A day is not enough if somebody else could have confirmed.
        served.turn_clock(3 * DAY);
        assert_eq!(propose(&served, &clerks), Err(401));

        // With the second administrator the tokens are in force: each counts as its owner, and is flagged.
        let keeper = served.login("keeper");
        while let Some(change) = waiting(&served, &keeper, "/confirm") {
            assert_eq!(served.post(&keeper, &change, &[]).status, 303);
        }
        let proposal = propose(&served, &clerks).unwrap();
        let own = token(&served.centre.store, "clerk", Role::Clerk, served.now(), 9);
        assert_eq!(approve(&served, &own.0, &proposal).status, 403);
        assert_eq!(approve(&served, &approvers, &proposal).status, 200);
        let kept = served.centre.store.proposal(&proposal.0).unwrap().unwrap();
        assert_eq!(kept.proposed_by, Person("clerk".into()));
        assert_eq!(kept.proposer_renewed_by, Some(Person("administrator".into())));
        assert_eq!(kept.approvals[0].by, Person("approver".into()));
        assert_eq!(kept.approvals[0].renewed_by, Some(Person("administrator".into())));
        let approved = TrailFilter { event: Some("approved".into()), ..TrailFilter::default() };
        let entry = served.centre.store.trail(&approved, 1).unwrap().remove(0).entry;
        assert!(entry.actor == "approver" && entry.detail.contains("\"token\""), "{entry:?}");
        assert!(entry.detail.contains("\"renewed_by\":\"administrator\""), "{entry:?}");
        let page = served.get(&served.login("auditor"), "/approvals?state=approved").body;
        assert!(page.contains("近期由 administrator先生 办理"), "{page}");
    });
}

#[test]
fn a_token_and_its_owner_are_one_person() {
    every_store(|backing| {
        let served = Served::new(backing);
        let store = &served.centre.store;
        let (one, other) = (
            token(store, "approver", Role::Approver, served.now(), 9).0,
            token(store, "approver", Role::Clerk, served.now(), 9).0,
        );
        let proposal = propose(&served, &other).unwrap();
        let refused = approve(&served, &one, &proposal);
        assert_eq!(refused.status, 422, "two tokens of one person: {}", refused.body);
        assert!(refused.body.contains("same-person"), "{}", refused.body);
        let browser = served.login("approver");
        let chosen = format!("{}@{}", proposal.0, proposal.1);
        let by_hand = served.post(&browser, "/approvals/approve", &[("proposal", &chosen)]);
        assert_eq!(by_hand.status, 422, "nor the person by hand");
        hire(store, "second", Role::Approver);
        let by_another =
            served.post(&served.login("second"), "/approvals/approve", &[("proposal", &chosen)]);
        assert_eq!(by_another.status, 303);
        // A person who is locked out or demoted has no working token.
        change(
            store,
            &AccessRequest {
                role: Some(Role::Clerk),
                ..AccessRequest::plain(AccessKind::Role, "approver")
            },
            served.now(),
        );
        assert_eq!(program(&served, &one, "GET", "/api/v1/suspense", None).status, 403);
        assert_eq!(program(&served, &other, "GET", "/api/v1/suspense", None).status, 200);
        change(store, &AccessRequest::plain(AccessKind::Lock, "approver"), served.now());
        assert_eq!(program(&served, &other, "GET", "/api/v1/suspense", None).status, 401);
    });
}

/// Attack: one administrator resets two people's passwords and works as both.
#[test]
fn two_resets_of_one_administrator_open_nothing() {
    every_store(|backing| {
        let served = Served::new(backing);
        hire(&served.centre.store, "keeper", Role::Administrator);
        let (thief, keeper) = (served.login("administrator"), served.login("keeper"));
        for name in ["clerk", "approver"] {
            let first = shown(&served.post(&thief, &format!("/people/{name}/reset"), &[]));
            assert_eq!(served.try_login(name, &first, "").status, 401, "{name}");
            assert_eq!(served.try_login(name, PASSWORD, "").status, 303, "{name}: as before");
            let again = served.post(&thief, &format!("/people/{name}/reset"), &[]);
            assert_eq!(again.status, 409, "it waits already");
        }
        // The reset administrator would be controlled by the attacker, so nobody else can confirm it.
        let first = shown(&served.post(&thief, "/people/keeper/reset", &[]));
        assert_eq!(served.try_login("keeper", &first, "").status, 401);
        // Confirmed for the approver only, who is flagged from then on.
        let changes = served.centre.store.access_changes(10).unwrap();
        let change =
            changes.iter().find(|one| one.subject.0 == "approver" && !one.operator).unwrap();
        let change = format!("/access/{}/confirm", change.change_id);
        assert_eq!(served.post(&keeper, &change, &[]).status, 303);
        let clerk = token(&served.centre.store, "clerk", Role::Clerk, served.now(), 9).0;
        let proposal = propose(&served, &clerk).unwrap();
        let approver = token(&served.centre.store, "approver", Role::Approver, served.now(), 9).0;
        assert_eq!(approve(&served, &approver, &proposal).status, 200);
        let kept = served.centre.store.proposal(&proposal.0).unwrap().unwrap();
        assert_eq!(kept.proposer_renewed_by, None, "the clerk's reset still waits");
        assert_eq!(kept.approvals[0].renewed_by, Some(Person("administrator".into())));
    });
}

/// Attack: one administrator creates two people.
#[test]
fn two_people_made_by_one_administrator_do_not_exist() {
    every_store(|backing| {
        let served = Served::new(backing);
        hire(&served.centre.store, "keeper", Role::Administrator);
        for (login, role) in
            [("puppet", "clerk"), ("strings", "approver"), ("boss", "administrator")]
        {
            let fields = [("login", login), ("name", "某人"), ("role", role)];
            let thief = served.login("administrator");
            let first = shown(&served.post(&thief, "/people", &fields));
            served.turn_clock(2 * DAY);
            assert_eq!(served.try_login(login, &first, "").status, 401, "{login}");
        }
        let thief = served.login("administrator");
        // A role with power also waits, and so does unlocking somebody.
        for (path, fields) in [
            ("/people/auditor/role", &[("role", "approver")][..]),
            ("/people/keeper/disable", &[]),
            ("/people/keeper/role", &[("role", "auditor")]),
        ] {
            let answer = served.post(&thief, path, fields);
            assert_eq!(answer.header("location"), Some("/access?done=asked"), "{path}");
        }
        let locked = served.post(&thief, "/people/approver/disable", &[]);
        assert_eq!(locked.header("location"), Some("/people"), "to lock out takes one");
        let opened = served.post(&thief, "/people/approver/enable", &[]);
        assert_eq!(opened.header("location"), Some("/access?done=asked"), "to let in takes two");
        let people = served.centre.store.people().unwrap();
        let role = |login: &str| {
            people.iter().find(|one| one.person_id == login).map(|one| one.role.as_str())
        };
        assert_eq!(role("puppet").or(role("strings")).or(role("boss")), None);
        assert_eq!((role("auditor"), role("keeper")), (Some("auditor"), Some("administrator")));
    });
}

#[test]
fn where_there_is_one_administrator_a_day_goes_by_and_approvers_can_object() {
    every_store(|backing| {
        let served = Served::new(backing);
        let alone = served.login("administrator");
        let add = |login: &str| {
            let fields = [("login", login), ("name", "新人"), ("role", "approver")];
            shown(&served.post(&served.login("administrator"), "/people", &fields))
        };
        let (first, objected) = (add("first"), add("objected"));
        let approver = served.login("approver");
        let home = served.get(&approver, "/").body;
        assert!(home.contains("有人员权限变更待确认"), "every approver is told on every page");
        assert!(!served.get(&served.login("clerk"), "/").body.contains("有人员权限变更"));
        let page = served.get(&approver, "/access").body;
        assert!(page.contains("无异议则生效于 2026-05-14 12:00"), "{page}");
        assert_eq!(waiting(&served, &alone, "/confirm"), None);
        let object = |login: &str| {
            let changes = served.centre.store.access_changes(10).unwrap();
            let change = changes.iter().find(|one| one.subject.0 == login).unwrap();
            format!("/access/{}/object", change.change_id)
        };
        assert_eq!(served.post(&approver, &object("objected"), &[]).status, 303);
        served.turn_clock(DAY - 1);
        assert_eq!(served.try_login("first", &first, "").status, 401, "a second too early");
        served.turn_clock(1);
        assert_eq!(served.try_login("first", &first, "").status, 303);
        assert_eq!(served.try_login("objected", &objected, "").status, 401);
        let late = served.post(&served.login("approver"), &object("first"), &[]);
        assert_eq!(late.status, 409, "it is in effect");
        let states: Vec<(String, AccessState)> = (served.centre.store.access_changes(10).unwrap())
            .into_iter()
            .filter(|one| !one.operator)
            .map(|one| (one.subject.0, one.state))
            .collect();
        assert!(states.contains(&("first".into(), AccessState::Done)), "{states:?}");
        assert!(states.contains(&("objected".into(), AccessState::Dropped)), "{states:?}");
        assert!(served.centre.store.verify_trail().unwrap().is_ok());
    });
}

#[test]
fn a_second_administrator_of_the_first_ones_making_confirms_nothing_for_days() {
    every_store(|backing| {
        let served = Served::new(backing);
        let store = &served.centre.store;
        hire(store, "keeper", Role::Administrator);
        let renewed = Renewed::default();
        let promote = AccessRequest {
            role: Some(Role::Administrator),
            ..AccessRequest::plain(AccessKind::Role, "clerk")
        };
        let ask = |by: &str, request: &AccessRequest, at: i64| {
            store.request_access(&renewed, &administrator(by), request, moment(at)).unwrap()
        };
        let Ok(Requested::Waits { change_id, effective_after: None }) =
            ask("administrator", &promote, OPENED_AT)
        else {
            panic!("the keeper can confirm it");
        };
        let confirm = |by: &str, id: &str, at: i64| {
            store.confirm_access(&administrator(by), id, moment(at)).unwrap()
        };
        let refused = |result: Result<(), DeskRefusal>| result.unwrap_err().code();
        assert_eq!(
            refused(confirm("administrator", &change_id, OPENED_AT)),
            "not-another-administrator"
        );
        assert_eq!(refused(confirm("clerk", &change_id, OPENED_AT)), "not-another-administrator");
        assert_eq!(refused(confirm("nobody", &change_id, OPENED_AT)), "not-another-administrator");
        confirm("keeper", &change_id, OPENED_AT).unwrap();
        assert_eq!(refused(confirm("keeper", &change_id, OPENED_AT)), "access-decided");
        let reset = duizhang::web::account::reset("approver", "a hash", true);
        let Ok(Requested::Waits { change_id, .. }) = ask("administrator", &reset, OPENED_AT + 1)
        else {
            panic!("it waits");
        };
        assert_eq!(
            refused(confirm("clerk", &change_id, OPENED_AT + 2)),
            "not-another-administrator"
        );
        confirm("clerk", &change_id, OPENED_AT + 3 * DAY).unwrap();
    });
}

#[test]
fn the_table_itself_refuses_what_one_person_did_alone() {
    every_store(|backing| {
        let served = Served::new(backing);
        let store = &served.centre.store;
        hire(store, "keeper", Role::Administrator);
        let reset = duizhang::web::account::reset("approver", "a hash", true);
        let asked = store.request_access(
            &Renewed::default(),
            &administrator("administrator"),
            &reset,
            moment(OPENED_AT),
        );
        assert!(matches!(asked, Ok(Ok(Requested::Waits { .. }))));
        let at = OPENED_AT + 5;
        for set in [
            format!("state = 'done', decided_at = {at}"),
            format!("state = 'done', decided_at = {at}, decided_by = 'administrator'"),
            format!("state = 'done', decided_at = {at}, decided_by = 'approver'"),
            format!("state = 'done', decided_at = {at}, effective_after = {at}"),
            format!("state = 'done', decided_at = {at}, effective_after = {}", OPENED_AT + DAY),
            format!(
                "requested_by = 'approver', state = 'done', decided_at = {at}, decided_by = 'keeper'"
            ),
            "state = 'done'".to_owned(),
        ] {
            let sql = format!("update access_change set {set} where state = 'waiting'");
            assert!(try_tamper(&served, &sql).is_none(), "{set}");
        }
        let by_two = format!(
            "update access_change set state = 'done', decided_at = {at}, decided_by = 'keeper' where state = 'waiting'"
        );
        assert_eq!(try_tamper(&served, &by_two), Some(1));
    });
}

#[test]
fn the_command_line_is_one_persons_act_and_told() {
    every_store(|backing| {
        let served = Served::new(backing);
        let store = &served.centre.store;
        let marked = store.access_news().unwrap();
        store.mark_access_told(marked.last().unwrap().0).unwrap();
        assert!(store.access_news().unwrap().is_empty());
        let approver = served.login("approver");
        assert!(
            !served.get(&approver, "/").body.contains("有人员权限变更"),
            "a month ago is no news"
        );
        change(store, &AccessRequest::plain(AccessKind::Lock, "auditor"), served.now());
        let news = store.access_news().unwrap();
        let told: Vec<(&str, &str)> =
            news.iter().map(|(_, entry)| (entry.event.code(), entry.role.as_str())).collect();
        assert_eq!(told, [("person-locked", "operator")]);
        assert!(served.get(&approver, "/").body.contains("有人员权限变更"));
        let page = served.get(&approver, "/access").body;
        assert!(page.contains("命令行（operator）"), "{page}");
        // One person may do there what needs two here; but the last administrator remains.
        let last = AccessRequest::plain(AccessKind::Lock, "administrator");
        let refused =
            store.change_access(&Renewed::default(), "operator", &last, moment(served.now()));
        assert!(refused.unwrap_err().to_string().contains("administrator to remain"));
        let form =
            served.post(&served.login("administrator"), "/people/administrator/disable", &[]);
        assert_eq!(form.status, 422);
        assert_eq!(served.ask(&post("/access/x/confirm", &[])).status, 303, "to the login");
    });
}
