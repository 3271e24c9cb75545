//! The interface for programs: every answer matches its description, and the desk's rules hold.

use super::centre::every_store;
use super::served::{PASSWORD, Served, hire};
use super::wire::{Answer, Ask, get, post};
use duizhang::suspense::Role;
use duizhang::web::listed;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The program's side: a token for each role, and the description for checking answers.
struct Programs<'a> {
    served: &'a Served,
    tokens: BTreeMap<Role, String>,
    description: Value,
}

impl<'a> Programs<'a> {
    fn of(served: &'a Served) -> Self {
        let make = |role: Role| (role, token(served, role, 30));
        let description = served.ask(&get("/api/v1/openapi.json"));
        assert_eq!(description.status, 200);
        let description = serde_json::from_str(&description.body).unwrap();
        Self { served, tokens: Role::ALL.into_iter().map(make).collect(), description }
    }

    fn send(&self, role: Role, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let mut ask = Ask { method: method.into(), ..get(path) }
            .with("authorization", &format!("Bearer {}", self.tokens[&role]));
        if let Some(body) = body {
            ask = ask.with("content-type", "application/json");
            ask.body = body.to_string();
        }
        self.served.ask(&ask)
    }

    /// Posts to an address without parameters.
    fn post(&self, role: Role, path: &str, body: &Value) -> (u16, Value) {
        self.ask(role, "POST", path, path, Some(body))
    }

    /// Sends a request and checks the answer against the description: status, kind and schema.
    fn ask(
        &self,
        role: Role,
        method: &str,
        template: &str,
        path: &str,
        body: Option<&Value>,
    ) -> (u16, Value) {
        let answer = self.send(role, method, path, body);
        let case = format!("{method} {path}: {} {}", answer.status, answer.body);
        let operation = &self.description["paths"][template][method.to_lowercase()];
        if let Some(body) = body.filter(|_| (200..300).contains(&answer.status)) {
            // The request itself also matches the description.
            self.holds(
                &operation["requestBody"]["content"]["application/json"]["schema"],
                body,
                &case,
            );
        }
        let described = &operation["responses"][answer.status.to_string()];
        assert!(described.is_object(), "{case} is not described");
        let Some(content) = described["content"].as_object() else {
            assert!(answer.body.is_empty(), "{case}");
            return (answer.status, Value::Null);
        };
        let kind = answer.header("content-type").unwrap();
        let schema = &content.get(kind).unwrap_or_else(|| panic!("{case}: {kind}"))["schema"];
        let value: Value = serde_json::from_str(&answer.body).unwrap();
        self.holds(schema, &value, &case);
        (answer.status, value)
    }

    fn holds(&self, schema: &Value, value: &Value, case: &str) {
        let mut whole = schema.clone();
        whole["components"] = self.description["components"].clone();
        let validator = jsonschema::draft202012::options().build(&whole).unwrap();
        let faults: Vec<String> = validator
            .iter_errors(value)
            .map(|error| format!("{} at {}", error, error.instance_path()))
            .collect();
        assert!(faults.is_empty(), "{case}\n{}", faults.join("\n"));
    }

    fn get(&self, template: &str, path: &str) -> Value {
        let (status, value) = self.ask(Role::Auditor, "GET", template, path, None);
        assert_eq!(status, 200, "{path}: {value}");
        value
    }
}

/// A token for a person with that role.
fn token(served: &Served, role: Role, days: u16) -> String {
    super::served::token(&served.centre.store, role.code(), role, served.now(), days).0
}

/// The item with this serial in the list.
fn item(programs: &Programs<'_>, serial: &str) -> Value {
    let list = programs.get("/api/v1/suspense", "/api/v1/suspense");
    let items = list["items"].as_array().unwrap();
    items
        .iter()
        .find(|item| item["serial"] == serial)
        .unwrap_or_else(|| panic!("{serial}: {list}"))
        .clone()
}

fn seen(item: &Value) -> Value {
    json!([{ "id": item["id"], "version": item["version"] }])
}

#[test]
fn every_address_is_described_and_every_described_address_is_there() {
    every_store(|backing| {
        let served = Served::new(backing);
        let description = Programs::of(&served).description;
        let mut described = BTreeSet::new();
        for (path, operations) in description["paths"].as_object().unwrap() {
            for (method, operation) in operations.as_object().unwrap() {
                assert!(operation["operationId"].is_string(), "{method} {path}");
                described.insert((method.to_uppercase(), path.clone()));
            }
        }
        let routed = listed().into_iter().filter(|route| route.path.starts_with("/api/"));
        let routed: BTreeSet<(String, String)> =
            routed.map(|route| (route.method.to_string(), route.path.to_owned())).collect();
        assert_eq!(described, routed);
        // Every referenced schema exists and is readable.
        let schemas = description["components"]["schemas"].as_object().unwrap();
        for named in description.to_string().split("\"#/components/schemas/").skip(1) {
            let name = named.split('"').next().unwrap();
            assert!(schemas.contains_key(name), "{name}");
        }
        for name in schemas.keys() {
            let schema = json!({ "$ref": format!("#/components/schemas/{name}"), "components": description["components"] });
            assert!(jsonschema::draft202012::options().build(&schema).is_ok(), "{name}");
        }
    });
}

#[test]
fn every_list_is_what_its_description_says_and_goes_on_from_its_cursor() {
    every_store(|backing| {
        let served = Served::new(backing);
        let programs = Programs::of(&served);
        let lists = [
            "suspense",
            "proposals",
            "transactions",
            "notices",
            "employers",
            "runs",
            "letters",
            "trail",
        ];
        for name in lists {
            let path = format!("/api/v1/{name}");
            let whole = programs.get(&path, &path);
            let all = whole["items"].as_array().unwrap().clone();
            assert_eq!(whole["next"], Value::Null, "{name}");
            let (mut paged, mut next) = (Vec::new(), String::new());
            loop {
                let page = programs.get(&path, &format!("{path}?limit=1{next}"));
                let rows = page["items"].as_array().unwrap();
                assert!(rows.len() <= 1, "{name}");
                paged.extend(rows.iter().cloned());
                match page["next"].as_str() {
                    Some(cursor) => next = format!("&cursor={cursor}"),
                    None => break,
                }
            }
            assert_eq!(paged, all, "{name}: page by page it is the same");
            for wrong in ["?limit=0", "?limit=501", "?cursor=nonsense", "?nonsense=1"] {
                let (status, _) =
                    programs.ask(Role::Auditor, "GET", &path, &format!("{path}{wrong}"), None);
                assert_eq!(status, 422, "{path}{wrong}");
            }
        }
        let audit = programs.get("/api/v1/audit", "/api/v1/audit");
        assert_eq!((&audit["whole"], &audit["received"]), (&json!(true), &json!("1500.00")));
        programs.get("/api/v1/employers/{id}", "/api/v1/employers/E1");
        programs.get("/api/v1/letters", "/api/v1/letters?state=sent");
        let unfit = programs.post(Role::Clerk, "/api/v1/bounces", &json!({}));
        assert_eq!(unfit.0, 422);
        let (status, _) = programs.ask(
            Role::Clerk,
            "GET",
            "/api/v1/employers/{id}",
            "/api/v1/employers/nobody",
            None,
        );
        assert_eq!(status, 404);
    });
}

#[test]
fn filters_leave_what_they_say() {
    every_store(|backing| {
        let served = Served::new(backing);
        let programs = Programs::of(&served);
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            ("reason=no-reference",  "S3"),
            ("amount_from=500",      "S1 S3"),
            ("amount_to=499.99",     "S2"),
            ("booked_from=2026-05-12", "S3"),
            ("order=largest",        "S1 S3 S2"),
            ("assignee=",            "S1 S2 S3"),
            ("assignee=somebody",    ""),
            ("stage=open&bank=CCB",  "S2"),
            ("text=S3",              "S3"),
        ];
        for (filter, want) in rows {
            let list = programs.get("/api/v1/suspense", &format!("/api/v1/suspense?{filter}"));
            let mut serials: Vec<&str> = list["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|item| item["serial"].as_str().unwrap())
                .collect();
            if !filter.starts_with("order") {
                serials.sort_unstable();
            }
            assert_eq!(serials.join(" "), want, "{filter}");
        }
        for wrong in
            ["reason=none", "amount_from=1.234", "booked_to=yesterday", "order=newest", "stage=x"]
        {
            let path = format!("/api/v1/suspense?{wrong}");
            let (status, problem) =
                programs.ask(Role::Clerk, "GET", "/api/v1/suspense", &path, None);
            assert_eq!((status, &problem["code"]), (422, &json!("invalid")), "{wrong}");
        }
    });
}

#[test]
fn one_program_proposes_another_approves_and_the_books_move() {
    every_store(|backing| {
        let served = Served::new(backing);
        let programs = Programs::of(&served);
        let open_item = item(&programs, "S3");
        let path = format!("/api/v1/suspense/{}", open_item["id"].as_str().unwrap());
        let one = "/api/v1/suspense/{account}/{serial}";
        assert_eq!(programs.get(one, &path), open_item);
        programs.get(&format!("{one}/suggestions"), &format!("{path}/suggestions"));

        let note = json!({ "text": "电话核实" });
        let (status, _) = programs.ask(
            Role::Clerk,
            "POST",
            &format!("{one}/notes"),
            &format!("{path}/notes"),
            Some(&note),
        );
        assert_eq!(status, 204);
        let assignment = json!({ "items": seen(&item(&programs, "S3")), "to": "clerk" });
        let (status, problem) = programs.post(Role::Clerk, "/api/v1/assignments", &assignment);
        assert_eq!(status, 204, "{problem}");

        let stale = json!({ "items": seen(&open_item), "act": "refund", "note": "退款" });
        let (status, _) = programs.post(Role::Clerk, "/api/v1/proposals", &stale);
        assert_eq!(status, 409, "the item changed since it was seen");

        let references = [super::feed::reference("P2"), super::feed::reference("P3")];
        let draft = json!({ "items": seen(&item(&programs, "S3")), "act": "settle", "notices": references, "note": "单位来函确认" });
        let (status, preview) = programs.post(Role::Clerk, "/api/v1/previews", &draft);
        assert_eq!((status, &preview["amount"]), (200, &json!("500.00")), "{preview}");
        let (status, proposal) = programs.post(Role::Clerk, "/api/v1/proposals", &draft);
        assert_eq!(status, 201, "{proposal}");

        let id = proposal["proposal_id"].as_str().unwrap();
        let (approve, address) =
            ("/api/v1/proposals/{id}/approve", format!("/api/v1/proposals/{id}/approve"));
        let old = json!({ "digest": "0".repeat(64) });
        let digest = json!({ "digest": proposal["digest"] });
        assert_eq!(
            programs.ask(Role::Clerk, "POST", approve, &address, Some(&digest)).0,
            403,
            "a clerk"
        );
        assert_eq!(
            programs.ask(Role::Approver, "POST", approve, &address, Some(&old)).0,
            409,
            "another version"
        );
        let (status, done) = programs.ask(Role::Approver, "POST", approve, &address, Some(&digest));
        assert_eq!((status, &done["approved"]), (200, &json!("booked")), "{done}");
        let shown = programs.get("/api/v1/proposals/{id}", &format!("/api/v1/proposals/{id}"));
        assert_eq!(shown["state"], "approved");

        assert_eq!(programs.get(one, &path)["stage"], "resolved");
        let history = programs.get(&format!("{one}/history"), &format!("{path}/history"));
        assert!(history["items"].as_array().unwrap().len() >= 4, "{history}");
        assert_eq!(programs.get("/api/v1/audit", "/api/v1/audit")["whole"], true);
        served.centre.prove("after a program approved");
    });
}

#[test]
fn who_proposed_does_not_approve_and_proposals_are_sent_back_or_taken_back() {
    every_store(|backing| {
        let served = Served::new(backing);
        let programs = Programs::of(&served);
        let propose = |serial: &str| {
            let draft = json!({ "items": seen(&item(&programs, serial)), "act": "refund", "note": "重复缴款" });
            let (status, proposal) = programs.ask(
                Role::Approver,
                "POST",
                "/api/v1/proposals",
                "/api/v1/proposals",
                Some(&draft),
            );
            assert_eq!(status, 201, "{proposal}");
            let id = proposal["proposal_id"].as_str().unwrap().to_owned();
            (id, json!({ "digest": proposal["digest"] }))
        };
        let act = |role: Role, id: &str, act: &str, body: &Value| {
            programs.ask(
                role,
                "POST",
                &format!("/api/v1/proposals/{{id}}/{act}"),
                &format!("/api/v1/proposals/{id}/{act}"),
                Some(body),
            )
        };
        let (id, digest) = propose("S3");
        let (status, problem) = act(Role::Approver, &id, "approve", &digest);
        assert_eq!(status, 422, "{problem}");
        assert_eq!(act(Role::Approver, &id, "withdraw", &digest).0, 204);
        let (id, digest) = propose("S1");
        let why = json!({ "digest": digest["digest"], "why": "附件不全" });
        assert_eq!(act(Role::Clerk, &id, "send-back", &why).0, 403);
        hire(&served.centre.store, "second", Role::Approver);
        let store = &served.centre.store;
        let (other, _) = super::served::token(store, "second", Role::Approver, served.now(), 1);
        let mut ask = post(&format!("/api/v1/proposals/{id}/send-back"), &[])
            .with("authorization", &format!("Bearer {other}"));
        ask.headers[0].1 = "application/json".into();
        ask.body = why.to_string();
        assert_eq!(served.ask(&ask).status, 204);
        let list = programs.get("/api/v1/proposals", "/api/v1/proposals?state=sent-back");
        assert_eq!(list["items"].as_array().unwrap().len(), 1);
    });
}

#[test]
fn a_token_is_hashed_ends_and_can_be_taken_back() {
    every_store(|backing| {
        let served = Served::new(backing);
        hire(&served.centre.store, "keeper", Role::Administrator);
        let make = || {
            let fields =
                [("name", "核心系统"), ("owner", "clerk"), ("role", "clerk"), ("days", "2")];
            let made = served.post(&served.login("administrator"), "/tokens", &fields);
            assert_eq!(made.status, 200, "{}", made.body);
            let token =
                made.body.split("<code>").nth(1).unwrap().split('<').next().unwrap().to_owned();
            let keeper = served.login("keeper");
            let page = served.get(&keeper, "/access").body;
            let id = page.split("/access/").nth(1).unwrap().split('/').next().unwrap().to_owned();
            assert_eq!(served.post(&keeper, &format!("/access/{id}/confirm"), &[]).status, 303);
            (token, id)
        };
        let (token, _) = make();
        assert!(token.starts_with("duizhang_"), "{token}");
        for (table, rows) in served.centre.dump() {
            assert!(!rows.concat().contains(&token), "{table} holds the token");
        }
        let ask = || get("/api/v1/suspense").with("authorization", &format!("Bearer {token}"));
        assert_eq!(served.ask(&ask()).status, 200);
        served.turn_clock(2 * 24 * 3600);
        let over = served.ask(&ask());
        assert_eq!((over.status, over.header("www-authenticate")), (401, Some("Bearer")));

        let (token, id) = make();
        let ask = || get("/api/v1/suspense").with("authorization", &format!("Bearer {token}"));
        assert_eq!(served.ask(&ask()).status, 200);
        let browser = served.login("administrator");
        assert_eq!(served.post(&browser, &format!("/tokens/{id}/revoke"), &[]).status, 303);
        assert_eq!(served.ask(&ask()).status, 401);
    });
}

#[test]
fn what_is_not_json_or_not_known_is_told_as_a_problem() {
    every_store(|backing| {
        let served = Served::new(backing);
        let programs = Programs::of(&served);
        let bodies = [
            "",
            "{",
            "[]",
            "{\"items\":[],\"act\":\"settle\"}",
            "{\"items\":[],\"act\":\"rob\"}",
            "{\"items\":[],\"act\":\"refund\",\"x\":1}",
        ];
        for body in bodies {
            let mut ask = post("/api/v1/proposals", &[])
                .with("authorization", &format!("Bearer {}", programs.tokens[&Role::Clerk]));
            ask.headers[0].1 = "application/json".into();
            ask.body = body.to_owned();
            let answer = served.ask(&ask);
            assert_eq!(answer.status, 422, "{body}: {}", answer.body);
            assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{body}");
            let problem: Value = serde_json::from_str(&answer.body).unwrap();
            programs.holds(&json!({ "$ref": "#/components/schemas/Problem" }), &problem, body);
        }
        let mut large = post("/api/v1/proposals", &[])
            .with("authorization", &format!("Bearer {}", programs.tokens[&Role::Clerk]));
        large.headers[0].1 = "application/json".into();
        large.body = format!("{{\"note\":\"{}\"}}", "x".repeat(300_000));
        assert_eq!(served.ask(&large).status, 413);
        for (method, path, status) in
            [("GET", "/api/v1/nowhere", 404), ("PUT", "/api/v1/suspense", 404)]
        {
            let answer = served.ask(&Ask { method: method.into(), ..get(path) });
            assert_eq!(answer.status, status, "{method} {path}");
            assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        }
        // A person's session does not work here, and a person's number is no token.
        let browser = served.login("clerk");
        assert_eq!(served.get(&browser, "/api/v1/suspense").status, 401);
        let basic = get("/api/v1/suspense").with("authorization", &format!("Bearer {PASSWORD}"));
        assert_eq!(served.ask(&basic).status, 401);
    });
}
