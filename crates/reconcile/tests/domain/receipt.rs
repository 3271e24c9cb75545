//! The receipt that an employer prints for the bank: golden files, and what must not be on one.
//!
//! The goldens in `fixtures/receipts/` were read by eye. To rewrite them after an intended change, run with `BLESS=1`
//! and read the difference. All names and numbers are invented.

use chrono::NaiveDate;
use reconcile::rulebook::calendar;
use reconcile::rulebook::remark::RemarkRules;
use remittance::payment::NoticeState;
use remittance::receipt::{HandbookSentence, NoCollectionAccount, Receipt};
use remittance::{CollectionAccount, IssuedNotice, Language, Localized, Money, PaymentReference};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn notice(number: u64, status: NoticeState) -> IssuedNotice {
    IssuedNotice {
        reference: PaymentReference::from_number(number).unwrap(),
        employer_id: "E<1>".into(),
        amount: Money::from_fen(832_00),
        from_advance: Money::ZERO,
        issued_on: day("2026-05-11"),
        month: "2026-05".parse().unwrap(),
        months: vec!["2026-05".parse().unwrap()],
        supplements: vec![4],
        status,
        paid_on: (status == NoticeState::Paid).then(|| day("2026-05-12")),
        advance_used: Money::ZERO,
    }
}

fn accounts() -> Vec<CollectionAccount> {
    let account = |no: &str, bank: &str, name: &str| CollectionAccount {
        account_no: no.into(),
        bank: "icbc".into(),
        bank_name: bank.into(),
        account_name: name.into(),
    };
    vec![
        account("2105400009300123456", "工商银行&", "示例市住房公积金管理中心"),
        account("45001\"", "<b>建设银行", "<script>alert(1)</script>"),
    ]
}

/// The receipt of a notice, as the command line prints it on 2 June.
fn receipt(
    notice: &IssuedNotice,
    accounts: &[CollectionAccount],
    successors: &[IssuedNotice],
) -> Result<String, NoCollectionAccount> {
    let rules = RemarkRules::shipped();
    let on = day("2026-06-02");
    let days = calendar::shipped().unwrap().last_working_days(notice.month, notice.issued_on, on);
    Receipt {
        notice,
        employer_name: "甲'公司",
        accounts,
        handbook: &rules.handbook_sentences(),
        last_working_days: &days,
        successors,
    }
    .html()
}

fn golden(name: &str, found: &str) {
    let folder = crate::shared::project().join("fixtures/receipts");
    let path = folder.join(name);
    if std::env::var_os("BLESS").is_some() {
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(&path, found).unwrap();
    }
    let want = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == want, "fixtures/receipts/{name} differs; BLESS=1 writes it anew");
}

#[test]
fn a_receipt_of_each_state_is_the_one_that_was_read() {
    let awaiting = notice(1_906_133_753, NoticeState::Awaiting);
    golden("awaiting.html", &receipt(&awaiting, &accounts(), &[]).unwrap());
    let paid = notice(1_906_133_753, NoticeState::Paid);
    golden("paid.html", &receipt(&paid, &accounts(), &[]).unwrap());
    let revoked = notice(1_906_133_753, NoticeState::Revoked);
    let successor = notice(1_906_134_411, NoticeState::Awaiting);
    golden("revoked.html", &receipt(&revoked, &accounts(), &[successor]).unwrap());
}

#[test]
fn a_receipt_to_pay_by_quotes_every_rule_under_its_number_and_names_the_days() {
    let page = receipt(&notice(1_906_133_753, NoticeState::Awaiting), &accounts(), &[]).unwrap();
    for HandbookSentence { number, text } in RemarkRules::shipped().handbook_sentences() {
        assert!(page.contains(&format!("<li value=\"{number}\">{text}</li>")), "{number}");
    }
    for part in [
        "<div class=\"reference\">P1906133753</div>",
        "832.00 元",
        "汇缴 2026-05；补缴清册 1 份",
        "2026年5月29日（星期五）",
        "2026年6月30日（星期二）",
        "E&lt;1&gt; 甲&#39;公司",
        "&lt;b&gt;建设银行",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "45001&quot;",
        "待收款",
    ] {
        assert!(page.contains(part), "{part}");
    }
    for outside in ["<script", "src=", "href=", "url(", "@import"] {
        assert!(!page.contains(outside), "{outside}");
    }
}

#[test]
fn a_receipt_says_what_the_advance_balance_brings_and_what_is_to_be_transferred() {
    let with = |status, from_advance, advance_used| IssuedNotice {
        from_advance: Money::from_fen(from_advance),
        advance_used: Money::from_fen(advance_used),
        ..notice(1_906_133_753, status)
    };
    let page = receipt(&with(NoticeState::Awaiting, 300_00, 0), &accounts(), &[]).unwrap();
    assert!(page.contains("暂存款抵扣 300.00 元，应转账 532.00 元"), "{page}");
    assert!(page.contains("按应缴金额 832.00 元全额转账的，不动用暂存款"), "{page}");
    let whole = receipt(&with(NoticeState::Awaiting, 832_00, 0), &accounts(), &[]).unwrap();
    assert!(whole.contains("无需转账"), "{whole}");
    // Paid by a full transfer: nothing was taken from the balance.
    let paid = receipt(&with(NoticeState::Paid, 300_00, 0), &accounts(), &[]).unwrap();
    assert!(!paid.contains("暂存款"), "{paid}");
    let with_it = receipt(&with(NoticeState::Paid, 300_00, 300_00), &accounts(), &[]).unwrap();
    assert!(with_it.contains("<th>单位暂存款抵扣</th><td class=\"money\">300.00 元"), "{with_it}");
}

#[test]
fn a_receipt_of_what_is_over_says_so_and_shows_nothing_to_pay_by() {
    let successor = notice(1_906_134_411, NoticeState::Awaiting);
    for (state, word) in [(NoticeState::Paid, "已收款"), (NoticeState::Revoked, "已撤销")] {
        let successors =
            if state == NoticeState::Revoked { vec![successor.clone()] } else { vec![] };
        let page = receipt(&notice(1_906_133_753, state), &accounts(), &successors).unwrap();
        assert!(page.contains(&format!("class=\"across\" aria-hidden=\"true\">{word}<")), "{word}");
        for gone in ["P1906133753", "class=\"reference\"", "2105400009300123456", "收款账户"] {
            assert!(!page.contains(gone), "{word}: {gone}");
        }
        assert_eq!(page.contains("P1906134411"), state == NoticeState::Revoked, "{word}");
    }
}

#[test]
fn without_an_account_to_pay_into_there_is_no_receipt_to_pay_by() {
    let none = receipt(&notice(1_906_133_753, NoticeState::Awaiting), &[], &[]).unwrap_err();
    assert!(none.to_string().starts_with("no-account: "), "{none}");
    assert!(none.in_language(Language::Chinese).contains("收款账户"));
    for state in [NoticeState::Paid, NoticeState::Revoked] {
        assert!(receipt(&notice(1_906_133_753, state), &[], &[]).is_ok(), "nobody pays by it");
    }
}

/// The handbook is not part of the project: `DUIZHANG_SHARED` says where it is (default `../shared`); without it the
/// test says so and passes.
#[test]
fn the_handbook_is_quoted_word_for_word() {
    let shared = crate::shared::shared();
    let texts = std::fs::read_dir(shared.join("seed"));
    let texts: Vec<String> = texts
        .into_iter()
        .flatten()
        .filter_map(|file| std::fs::read_to_string(file.ok()?.path()).ok())
        .collect();
    let Some(rules) = texts.iter().find_map(|text| text.split_once("缴款登记号填写规则："))
    else {
        println!("no handbook below {}: nothing is compared", shared.display());
        return;
    };
    let theirs = rules.1.lines().filter_map(|line| {
        let (number, text) = line.trim().split_once('、')?;
        Some((number.parse::<u8>().ok()?, text.to_owned()))
    });
    let shipped = RemarkRules::shipped();
    let ours: Vec<(u8, String)> = shipped
        .handbook_sentences()
        .iter()
        .map(|rule| (rule.number, rule.text.to_owned()))
        .collect();
    assert_eq!(ours, theirs.take(6).collect::<Vec<_>>());
}
