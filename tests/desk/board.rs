//! The queue is read from memory: every reader sees the database's state, whoever acted.

use super::centre::{Backing, Centre, date, every_store};
use super::feed::csv;
use duizhang::remittance::{Money, Reason};
use duizhang::store::{Assigned, Cursor, OpenItem, Order, QueueFilter, Store};
use duizhang::suspense::{Act, Actor, Draft, Moment, Person, Role, Seen, Stage};

/// Forty items: at two banks, of a few amounts, some without a reference and some with a foreign one.
fn crowded(backing: Backing) -> Centre {
    let centre = Centre::new(backing, &["P1 1000", "P2 300"]);
    let row = |n: usize| {
        let (own, read) = (["icbc", "ccb"][n % 2], ["-", "P9"][n % 3 % 2]);
        format!("S{n:02} 05-{:02} {own} {} {read}", 1 + n % 9, 100 + n % 4)
    };
    centre.night_of("05-12", &[csv(&(0..40).map(row).collect::<Vec<_>>())]);
    centre
}

/// All pages of a filter forward, and again from the last row backward.
fn leafed(store: &Store, filter: &QueueFilter, order: Order) -> [Vec<String>; 2] {
    let names = |rows: &[OpenItem]| -> Vec<String> {
        rows.iter().map(|row| row.item.id.to_string()).collect()
    };
    let (mut onward, mut cursor, mut last) = (Vec::new(), Cursor::Start, None);
    loop {
        let rows = store.queue(filter, order, &cursor, 7).unwrap();
        onward.extend(names(&rows));
        let Some(end) = rows.last() else { break };
        last = Some(end.place(order));
        cursor = Cursor::After(end.place(order));
    }
    let mut backward: Vec<String> = onward.last().cloned().into_iter().collect();
    while let Some(place) = last.take() {
        let rows = store.queue(filter, order, &Cursor::Before(place), 7).unwrap();
        last = rows.first().map(|first| first.place(order));
        backward.splice(0..0, names(&rows));
    }
    [onward, backward]
}

fn filters() -> Vec<QueueFilter> {
    let all = QueueFilter::default;
    vec![
        all(),
        QueueFilter { bank: Some("CCB".into()), ..all() },
        QueueFilter { reason: Some(Reason::NoReference), ..all() },
        QueueFilter { stage: Some(Stage::Proposed), ..all() },
        QueueFilter { assigned: Some(Assigned::Nobody), ..all() },
        QueueFilter { assigned: Some(Assigned::To("anna".into())), ..all() },
        QueueFilter { booked_from: Some(date("05-03")), booked_to: Some(date("05-05")), ..all() },
        QueueFilter { amount_from: Some(Money::from_fen(102_00)), ..all() },
        QueueFilter { text: Some("s1".into()), ..all() },
    ]
}

#[test]
fn every_filter_leafs_to_the_same_rows_in_both_directions_and_counts_them() {
    every_store(|backing| {
        let centre = crowded(backing);
        for filter in filters() {
            for order in [Order::Oldest, Order::Largest] {
                let [onward, backward] = leafed(&centre.store, &filter, order);
                assert_eq!(onward, backward, "{filter:?} {order:?}");
                let counts = centre.store.counts(&filter, date("05-12"), usize::MAX).unwrap();
                assert_eq!(counts.total().count, onward.len() as u64, "{filter:?}");
            }
        }
        let [oldest, _] = leafed(&centre.store, &QueueFilter::default(), Order::Oldest);
        assert_eq!(oldest.len(), 40);
    });
}

#[test]
fn what_others_do_is_seen_by_whoever_looked_before() {
    every_store(|backing| {
        let centre = crowded(backing);
        // Two desks on one database: the second acts after the first has read.
        let open = || Store::open(&centre.url(), &(backing.code)(&centre.folder), false).unwrap();
        let other = open();
        let now = Moment::midnight(date("05-13"));
        let actor = |name: &str, role| Actor::of(Person(name.into()), role);
        let anna = actor("anna", Role::Clerk);
        let look = || {
            let as_of = date("05-12");
            let fresh = open();
            for filter in filters() {
                let kept = leafed(&centre.store, &filter, Order::Oldest);
                assert_eq!(kept, leafed(&fresh, &filter, Order::Oldest), "{filter:?}");
                let kept = centre.store.counts(&filter, as_of, usize::MAX).unwrap();
                assert_eq!(kept, fresh.counts(&filter, as_of, usize::MAX).unwrap(), "{filter:?}");
            }
        };
        look();
        let seen = |rows: &[OpenItem]| -> Vec<Seen> {
            rows.iter()
                .map(|row| Seen { id: row.item.id.clone(), version: row.item.version })
                .collect()
        };
        let page =
            || other.queue(&QueueFilter::default(), Order::Oldest, &Cursor::Start, 5).unwrap();
        let to = Some(&anna.person);
        other.assign(&anna, &seen(&page()), to, now).unwrap().unwrap();
        look();
        let rules = duizhang::rulebook::desk::shipped().unwrap();
        let draft = Draft { items: seen(&page()), act: Act::Refund, note: String::new() };
        let proposal = other.propose(&rules, &anna, &draft, now).unwrap().unwrap();
        look();
        let (id, digest) = (&proposal.proposal_id, proposal.digest());
        let bert = actor("bert", Role::Approver);
        other.approve(&rules, &bert, id, &digest, now).unwrap().unwrap();
        look();
        centre.night_of("05-14", &[csv(&["S90 05-13 icbc 77 -"])]);
        look();
        let [rows, _] = leafed(&centre.store, &QueueFilter::default(), Order::Oldest);
        assert_eq!(rows.len(), 36, "five went back, one came");
    });
}
