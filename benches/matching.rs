//! Matching, classifying and suggesting at the size of a province, compared with a plain hash join as the limit.
//!
//! Run with `cargo bench --bench matching`. The limit only looks a reference up and compares the amount; matching also
//! proves sets, months, banks and reversals. Both are measured in the same run, so the ratio holds on any machine.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a bench that cannot be set up may stop"
)]

use chrono::NaiveDate;
use divan::Bencher;
use divan::counter::ItemsCount;
use duizhang::matching::suggest::{
    EmployerFact, EmployerIndex, Employers, OpenItem, OpenNotice, OpenNotices, suggest,
};
use duizhang::matching::{
    AccountIndex, BankIndex, Directory, Item, Kind, Known, NoticeBook, NoticeFact, Payers,
    PayingBank, TransactionClassifier, decide,
};
use duizhang::remark::Claim;
use duizhang::remittance::{
    BankTransaction, Counterparty, Direction, Money, NoticeStatus, PaymentReference, Remarks,
    YearMonth,
};
use duizhang::rulebook;
use std::collections::HashMap;

const COUNT: u64 = 1_000_000;

fn main() {
    divan::main();
}

/// Unique references scattered over all ten-digit numbers.
fn reference(k: u64) -> PaymentReference {
    let number = (k * 7_364_912_893 + 1_906_133_753) % 10_000_000_000;
    PaymentReference::from_number(number).expect("ten digits")
}

fn amount(k: u64) -> Money {
    Money::from_fen((k.wrapping_mul(2_654_435_761) % 90_000_000 + 10_000).cast_signed())
}

fn facts() -> Vec<NoticeFact> {
    let status = NoticeStatus::Awaiting;
    let employer = |k: u64| EmployerIndex(u32::try_from(k / 10).expect("an employer"));
    (0..COUNT)
        .map(|k| NoticeFact {
            reference: reference(k),
            amount: amount(k),
            payable: amount(k),
            status,
            employer: employer(k),
        })
        .collect()
}

fn serials() -> Vec<String> {
    (0..COUNT).map(|k| format!("260511{k:010}")).collect()
}

/// Nine in ten pay a notice alone, the others in two parts; in random order.
fn items(serials: &[String]) -> Vec<Item<'_>> {
    let make = |(k, serial): (u64, _)| {
        let whole = k % 10 > 0;
        let notice = if whole { k } else { k - k % 20 };
        let share = match (whole, k % 20) {
            (true, _) => amount(notice),
            (false, 0) => Money::from_fen(1),
            (false, _) => Money::from_fen(amount(notice).fen() - 1),
        };
        let bank = u16::try_from(notice % 6).expect("six banks");
        Item {
            account: AccountIndex(bank),
            bank: BankIndex(bank),
            paying_bank: PayingBank(0),
            serial,
            booked_on: NaiveDate::from_ymd_opt(2026, 5, 11).expect("a day"),
            booked_time: None,
            direction: Direction::Credit,
            amount: share,
            counterparty_account: "6222000000000000001",
            counterparty_name: "示例机械制造有限公司",
            claim: Claim::Certain(reference(notice)),
            kind: Kind::Remittance,
            refund: None,
            contradicted: false,
        }
    };
    (0..).zip(serials).map(|(k, serial)| make((k, serial.as_str()))).collect()
}

/// The limit: a hash of references to amounts, and one look-up for each payment.
#[divan::bench(sample_count = 5)]
fn limit_hash_join(bencher: Bencher<'_, '_>) {
    let (facts, serials) = (facts(), serials());
    let items = items(&serials);
    bencher.counter(ItemsCount::new(items.len())).bench(|| {
        let due: HashMap<PaymentReference, Money> =
            facts.iter().map(|fact| (fact.reference, fact.amount)).collect();
        let exact = |item: &&Item<'_>| match &item.claim {
            Claim::Certain(reference) => due.get(reference) == Some(&item.amount),
            Claim::None
            | Claim::Truncated
            | Claim::Probable(_)
            | Claim::Several(_)
            | Claim::SeveralDoubtful(_) => false,
        };
        items.iter().filter(exact).count()
    });
}

#[divan::bench(sample_count = 5)]
fn notice_book(bencher: Bencher<'_, '_>) {
    let facts = facts();
    bencher.counter(ItemsCount::new(facts.len())).bench(|| NoticeBook::new(facts.clone()));
}

#[divan::bench(sample_count = 5)]
fn judging(bencher: Bencher<'_, '_>) {
    let serials = serials();
    let (items, notices) = (items(&serials), NoticeBook::new(facts()));
    let rules = rulebook::matching::shipped().expect("shipped rules");
    let calendar = rulebook::calendar::shipped().expect("shipped calendar");
    let as_of = NaiveDate::from_ymd_opt(2026, 6, 30).expect("a day");
    bencher
        .counter(ItemsCount::new(items.len()))
        .bench(|| decide(&items, &notices, &Known::default(), &rules, &calendar, as_of));
}

/// Payers, if every account is registered with the employer whose notice it pays.
#[divan::bench(sample_count = 5)]
fn knowing_payers(bencher: Bencher<'_, '_>) {
    let serials = serials();
    let accounts: Vec<String> = (0..COUNT / 10).map(|k| format!("62220000{k:011}")).collect();
    let place = |k: u64| usize::try_from(k / 10).expect("an employer");
    let of_notice = |(k, item): (u64, &mut Item<'static>)| {
        let notice = if k % 10 > 0 { k } else { k - k % 20 };
        item.counterparty_account = accounts[place(notice)].clone().leak();
    };
    let mut items = items(serials.leak());
    (0..).zip(&mut items).for_each(of_notice);
    let notices = NoticeBook::new(facts());
    bencher.counter(ItemsCount::new(items.len())).bench(|| {
        let mut directory = Directory::default();
        for (employer, account) in (0..).zip(&accounts) {
            directory.add_account(account, EmployerIndex(employer));
        }
        Payers::of(&items, &notices, &directory).is_empty()
    });
}

#[divan::bench(sample_count = 5)]
fn sifting(bencher: Bencher<'_, '_>) {
    let rules = rulebook::matching::shipped().expect("shipped rules");
    let classifier =
        TransactionClassifier::new(&rules, ["2105400009300123456", "45001625138050702345"]);
    let transaction = BankTransaction {
        account: "2105400009300123456",
        serial: "2605110000000001",
        booked_on: NaiveDate::from_ymd_opt(2026, 5, 11).expect("a day"),
        booked_time: None,
        direction: Direction::Credit,
        amount: Money::from_fen(125_000),
        balance: None,
        counterparty: Counterparty { account: "6222000000000000001", ..Counterparty::default() },
        remarks: Remarks {
            postscript: "P1906133753示例机械制造有限公司5月公积金",
            summary: "网银转账",
            ..Remarks::default()
        },
        reversal: false,
        contradicted: false,
    };
    bencher.counter(ItemsCount::new(1000_usize)).bench(|| {
        (0..1000)
            .filter(|_| classifier.classify(divan::black_box(&transaction)) == Kind::Remittance)
            .count()
    });
}

/// A mistyped reference of a payer whose name no employer has exactly: the most expensive search.
#[divan::bench(sample_count = 5)]
fn suggesting(bencher: Bencher<'_, '_>) {
    let month: YearMonth = "2026-05".parse().expect("a month");
    let notice = |k: u64| OpenNotice {
        reference: reference(k),
        amount: amount(k),
        employer: EmployerIndex(u32::try_from(k / 10).expect("an employer")),
        month,
    };
    let notices = OpenNotices::new((0..COUNT).map(notice).collect());
    let words: Vec<char> =
        "恒瑞鑫宏盛达华泰安康源丰祥信诚金银桂龙凤天地海川江河山林东西南北".chars().collect();
    let word = |k: usize| words[k % words.len()];
    let names: Vec<String> = (0..100_000_usize)
        .map(|k| format!("示例{}{}{}机械制造有限公司", word(k), word(k / 32), word(k / 1024)))
        .collect();
    let ids: Vec<String> = (0..names.len()).map(|k| format!("E{k:08}")).collect();
    let facts: Vec<EmployerFact<'_>> = ids
        .iter()
        .zip(&names)
        .map(|(employer_id, name)| EmployerFact { employer_id, name, payer_accounts: &[] })
        .collect();
    let employers = Employers::new(&facts);
    let claims: Vec<Claim> = (0..1000)
        .map(|k| PaymentReference::from_number(reference(k).number() ^ 1))
        .map(|one| one.map_or(Claim::None, Claim::Certain))
        .collect();
    bencher.counter(ItemsCount::new(claims.len())).bench(|| {
        let look = |(k, claim): (u64, &Claim)| {
            let open_item = OpenItem {
                amount: amount(k),
                booked_on: NaiveDate::from_ymd_opt(2026, 5, 11).expect("a day"),
                payer_account: "6222000000000000001",
                payer_name: "示例恒瑞鑫机械制造厂",
                claim,
                digits: "",
                undone: &[],
                payer_disagrees: false,
            };
            suggest(&open_item, &notices, &employers).len()
        };
        (0..).zip(&claims).map(look).sum::<usize>()
    });
}
