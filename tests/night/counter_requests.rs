//! The counter of two persons in the store: one requests, another approves, and only then the books move.

use super::centre::{Centre, date, every_store, same};
use super::counter::paid;
use super::office::{approver, clerk, now};
use duizhang::remittance::{Language, Localized, Money, Policy};
use duizhang::store::{CounterRow, MoneyPlace, TrailFilter};
use duizhang::suspense::{Actor, CounterOperation, DeskRefusal, ProposalState};
use serde_json::{Value, json};
use std::sync::Arc;

fn policy() -> Arc<Policy> {
    Arc::new(duizhang::rulebook::policy::shipped().unwrap())
}

/// The request names two others: the desk ignores them.
fn correction(amount: &str) -> CounterOperation {
    asked(json!({"op": "correct_paid", "employee_id": "A", "month": "2026-05", "amount": amount}))
}

fn asked(mut operation: Value) -> CounterOperation {
    for (key, value) in [
        ("on", "2026-05-01"),
        ("employer_id", "H1"),
        ("by", "mallory"),
        ("approved_by", "trent"),
        ("reason", "重复申报"),
    ] {
        operation[key] = json!(value);
    }
    serde_json::from_value(operation).unwrap()
}

impl Centre {
    fn asks(&self, operation: CounterOperation, by: &str) -> Result<String, DeskRefusal> {
        let done = self.store.ask_counter(policy(), &clerk(by), operation, now("05-12")).unwrap();
        self.prove("asked");
        done
    }

    fn waits(&self) -> Vec<CounterRow> {
        self.store.open_counter(&policy(), date("05-12")).unwrap()
    }

    /// The rows of the books that name somebody.
    fn names(&self, who: &str) -> Vec<String> {
        let tables = self.dump().into_iter().filter(|(table, rows)| {
            matches!(table.as_str(), "correction" | "employer_record")
                && format!("{rows:?}").contains(who)
        });
        tables.map(|(table, _)| table).collect()
    }
}

#[test]
fn one_asks_another_approves_and_the_log_has_both() {
    every_store(|backing| {
        let (centre, _) = paid(backing);
        let store = &centre.store;
        let id = centre.asks(correction("160.00"), "anna").unwrap();
        assert_eq!(centre.standing(MoneyPlace::EmployeeAccounts), "800.00", "nothing moved yet");
        let waits = centre.waits();
        let effect = waits[0].would.as_ref().unwrap().as_ref().unwrap();
        assert_eq!(effect.lines[0].2, Some(Money::from_fen(160_00)));
        // The same request again is refused while it is pending.
        assert_eq!(centre.asks(correction("160.00"), "anne").unwrap_err().code(), "named-twice");

        let approve =
            |who: &Actor, on: &str| store.approve_counter(policy(), who, &id, now(on)).unwrap();
        assert_eq!(approve(&approver("anna"), "05-13"), Err(DeskRefusal::SamePerson));
        assert_eq!(approve(&clerk("carl"), "05-13").unwrap_err().code(), "may-not");
        assert_eq!(approve(&approver("bert"), "05-13"), Ok(()));
        centre.prove("approved");
        assert_eq!(centre.standing(MoneyPlace::EmployeeAccounts), "640.00");
        assert_eq!(centre.standing(MoneyPlace::Advance), "160.00");
        for who in ["anna", "bert"] {
            assert_eq!(centre.names(who), ["correction", "employer_record"], "{who}");
        }
        assert!(centre.names("mallory").is_empty() && centre.names("trent").is_empty());
        assert_eq!(approve(&approver("bert"), "05-13").unwrap_err().code(), "closed");
        let told = store.trail(&TrailFilter::default(), 10).unwrap();
        let mut told: Vec<String> = told
            .iter()
            .filter(|link| link.entry.subject == id)
            .map(|link| format!("{} {}", link.entry.actor, link.entry.event))
            .collect();
        told.sort();
        assert_eq!(told, ["anna counter-asked", "bert counter-approved"]);
        // Rows with their own tables are copied to another database, and the next run has nothing to do.
        centre.night_of("05-14", &[]);
        centre.prove("the night after");
    });
}

#[test]
fn what_is_refused_sent_back_or_taken_back_leaves_nothing() {
    every_store(|backing| {
        let (centre, _) = paid(backing);
        let store = &centre.store;
        let books = centre.books();
        let refused = centre.asks(correction("800.01"), "anna").unwrap_err();
        assert_eq!(refused.code(), "books");
        assert!(
            refused.in_language(Language::Chinese).starts_with("账务上不能办理"),
            "{}",
            refused.in_language(Language::Chinese)
        );
        assert!(centre.waits().is_empty());

        let id = centre.asks(correction("160.00"), "anna").unwrap();
        let back =
            |who: &Actor, why: &str| store.send_back_counter(who, &id, why, now("05-12")).unwrap();
        assert_eq!(back(&approver("anna"), "不对"), Err(DeskRefusal::SamePerson));
        assert_eq!(back(&approver("bert"), " ").unwrap_err().code(), "nothing-named");
        assert_eq!(back(&approver("bert"), "金额应为 80 元"), Ok(()));
        let id = centre.asks(correction("80.00"), "anna").unwrap();
        let withdraw = |who: &Actor| store.withdraw_counter(who, &id, now("05-12")).unwrap();
        assert_eq!(withdraw(&clerk("carl")).unwrap_err().code(), "not-yours");
        assert_eq!(withdraw(&clerk("anna")), Ok(()));
        assert!(centre.waits().is_empty());
        let states: Vec<_> =
            store.decided_counter(9).unwrap().into_iter().map(|row| row.request.state).collect();
        assert!(states.contains(&ProposalState::SentBack), "{states:?}");
        assert!(states.contains(&ProposalState::Withdrawn) && states.len() == 2, "{states:?}");
        same(&books, &centre.books(), "nothing was done");
        assert!(centre.names("anna").is_empty());
    });
}

#[test]
fn what_the_books_no_longer_allow_is_not_approved_and_still_waits() {
    every_store(|backing| {
        let (centre, _) = paid(backing);
        let first = centre.asks(correction("500.00"), "anna").unwrap();
        let second = centre.asks(correction("400.00"), "anna").unwrap();
        let approve = |id: &str| {
            let done = centre.store.approve_counter(policy(), &approver("bert"), id, now("05-12"));
            centre.prove("after an approval");
            done.unwrap()
        };
        assert_eq!(approve(&first), Ok(()));
        assert_eq!(approve(&second).unwrap_err().code(), "books");
        let waits = centre.waits();
        assert_eq!((waits.len(), &waits[0].request.request_id), (1, &second));
        assert!(waits[0].would.as_ref().unwrap().is_err());
        assert_eq!(centre.standing(MoneyPlace::EmployeeAccounts), "300.00");
    });
}
