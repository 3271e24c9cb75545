//! Held letters and calls at the desk: who sees them, who decides, and the result.

use super::centre::{Backing, date, every_store, rules};
use super::feed::csv;
use super::served::Served;
use duizhang::alert::{Hold, LetterState};
use duizhang::nightly::{self, Nobody, RunSettings};
use duizhang::store::OutboxFilter;

/// A desk with one held letter, about a payment of E1 without a reference.
fn with_held(backing: Backing) -> Served {
    let served = Served::new(backing);
    let centre = &served.centre;
    let file = centre.lay(None, "may.csv", csv(&["S9 05-12 icbc 70 -"]));
    let settings = RunSettings { hold: Hold::Always, ..centre.settings("05-20", &[file]) };
    let night = nightly::run(&centre.store, rules(), &settings, &Nobody).unwrap();
    assert_eq!(night.verdict.letters_held, 1);
    served.turn_clock((date("05-20") - date("05-13")).num_seconds());
    served
}

fn state(served: &Served, letter: &str) -> LetterState {
    let filter = OutboxFilter { letter: Some(letter.to_owned()), ..OutboxFilter::default() };
    served.centre.store.outbox(&filter).unwrap()[0].state
}

fn held(served: &Served) -> String {
    served.centre.store.held_letters().unwrap().remove(0).letter_id
}

#[test]
fn an_approver_releases_what_is_held_and_others_only_look() {
    every_store(|backing| {
        let served = with_held(backing);
        let letter = held(&served);
        let (clerk, approver) = (served.login("clerk"), served.login("approver"));
        for (who, may) in [(&clerk, false), (&approver, true)] {
            let page = served.get(who, "/held").body;
            for words in ["每夜函件均需放行", "无登记号", "may.csv", "示例甲公司"]
            {
                assert!(page.contains(words), "{words}: {page}");
            }
            assert_eq!(page.contains("name=\"act\""), may, "{page}");
        }
        assert!(served.get(&clerk, "/letters").body.contains("封函件暂扣"));
        let release = [("letter", &*letter), ("act", "release")];
        assert_eq!(served.post(&clerk, "/held", &release).status, 403);
        assert_eq!(served.post(&approver, "/held", &[("act", "release")]).status, 422);
        let unsaid = [("reason", "no-reference"), ("act", "drop")];
        assert_eq!(served.post(&approver, "/held", &unsaid).status, 422, "a drop has a note");
        assert_eq!(state(&served, &letter), LetterState::Held);
        let done = served.post(&approver, "/held", &release);
        assert_eq!(done.header("location"), Some("/held?released=1&dropped=0&outdated=0"));
        assert_eq!(state(&served, &letter), LetterState::Waiting);
        assert!(served.get(&approver, "/held?released=1").body.contains("1 封已放行"));
        assert_eq!(served.post(&approver, "/held", &release).status, 409, "once");
        let trail = served.get(&served.login("auditor"), "/trail?event=letters-released").body;
        assert!(trail.contains("放行函件</td>") && trail.contains("2026-05-20"), "{trail}");
        served.centre.prove("released at the desk");
    });
}

#[test]
fn a_group_is_dropped_with_its_note() {
    every_store(|backing| {
        let served = with_held(backing);
        let letter = held(&served);
        let approver = served.login("approver");
        let drop = [("reason", "no-reference"), ("act", "drop"), ("note", "附言缺失")];
        let done = served.post(&approver, "/held", &drop);
        assert_eq!(done.header("location"), Some("/held?released=0&dropped=1&outdated=0"));
        assert_eq!(state(&served, &letter), LetterState::Dropped);
        assert!(served.get(&approver, "/held").body.contains("没有暂扣的函件"));
        served.centre.prove("dropped at the desk");
    });
}

#[test]
fn a_call_is_noted_at_the_desk() {
    every_store(|backing| {
        let served = Served::new(backing);
        for night in ["05-19", "06-11"] {
            served.centre.night(night, &[]);
        }
        served.turn_clock((date("06-20") - date("05-13")).num_seconds());
        served.centre.night("06-19", &[]);
        let clerk = served.login("clerk");
        let page = served.get(&clerk, "/calls").body;
        assert!(page.contains("500.00") && page.contains("贵单位 2026-05-12"), "{page}");
        let item = served.centre.store.calls(date("06-19"), 7).unwrap().remove(0).item.to_string();
        let note = [("item", &*item), ("note", "下周带回单来柜台")];
        assert_eq!(served.post(&clerk, "/calls", &[("item", &*item)]).status, 422);
        assert_eq!(served.post(&served.login("auditor"), "/calls", &note).status, 403);
        let done = served.post(&clerk, "/calls", &note);
        assert_eq!(done.header("location"), Some("/calls?done=called"));
        assert!(!served.get(&clerk, "/calls").body.contains(&item));
        let trail = served.get(&served.login("approver"), "/trail?event=called").body;
        assert!(trail.contains("下周带回单来柜台"), "{trail}");
    });
}
