//! How details change an entry: parts, one transaction, or one that settles nothing.

use super::tests::{credit, entry, statement, told};

/// A detail with an amount (may be empty), a remark and further elements.
fn detail(amount: &str, text: &str, more: &str) -> String {
    let amount =
        if amount.is_empty() { String::new() } else { format!("<Amt Ccy=\"CNY\">{amount}</Amt>") };
    format!("<TxDtls>{more}{amount}<RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls>")
}

fn reference(text: &str) -> String {
    format!("<Refs><AcctSvcrRef>{text}</AcctSvcrRef></Refs>")
}

/// The results for an entry of this amount with these details, without its statement.
fn given(amount: &str, serial: &str, details: &[String]) -> Vec<String> {
    let serial = if serial.is_empty() {
        String::new()
    } else {
        format!("<AcctSvcrRef>{serial}</AcctSvcrRef>")
    };
    let rest = format!(
        "{serial}<NtryDtls>{}</NtryDtls><AddtlNtryInf>批量</AddtlNtryInf>",
        details.concat()
    );
    let mut told = told(&credit(amount, &rest));
    let statement = told.pop().unwrap();
    assert!(statement.contains(&format!(" 1 +{amount} -0 ")), "counted once: {statement}");
    told
}

// Regression: such an entry became one transaction with both remarks, so 700.00 for a notice and 500.00 of another
// payer settled a notice of 1200.00.
#[test]
fn details_with_amounts_that_sum_up_are_transactions_of_their_own() {
    let party =
        |name: &str| format!("<RltdPties><Dbtr><Pty><Nm>{name}</Nm></Pty></Dbtr></RltdPties>");
    let details = [detail("700", "P1906133753", &party("甲")), detail("500", "水费", &party("乙"))];
    assert_eq!(
        given("1200", "R1", &details),
        [
            "2 2026-05-11 credit 700 of 1200 [R1] [R1#1] [P1906133753|||] [|甲||]",
            "2 2026-05-11 credit 500 of 1200 [R1] [R1#2] [水费|||] [|乙||]",
        ]
    );
}

#[test]
fn a_part_has_its_own_serial_where_the_bank_gives_one_that_no_sibling_has() {
    #[rustfmt::skip] // A table is read by column.
    let rows: &[(&str, [&str; 3], [&str; 3])] = &[
        ("R1", ["", "", ""],              ["R1#1", "R1#2", "R1#3"]),
        ("R1", ["T1", "T2", "T3"],        ["T1", "T2", "T3"]),
        ("R1", ["R1", "T2", "R1"],        ["R1#1", "T2", "R1#3"]),
        ("R1", ["T1", "T1", "T3"],        ["R1#1", "R1#2", "T3"]),
        ("R1", ["NONREF", "0", "T3"],     ["R1#1", "R1#2", "T3"]),
        ("R1", ["CN01", "T2", "T3"],      ["R1#1", "T2", "T3"]), // The own account is no serial.
        ("",   ["", "", ""],              ["", "", ""]),
        ("",   ["T1", "", "T1"],          ["", "", ""]),
        ("0",  ["", "", ""],              ["", "", ""]),
        ("",   ["T1", "T2", ""],          ["T1", "T2", ""]),
    ];
    for (serial, own, want) in rows {
        let details = own.map(|own| detail("1", "x", &reference(own)));
        let told = given("3", serial, &details);
        let whole = if *serial == "0" { "" } else { serial };
        let want =
            want.map(|want| format!("2 2026-05-11 credit 1 of 3 [{whole}] [{want}] [x|||] [|||]"));
        assert_eq!(told, want, "{serial:?} {own:?}");
    }
}

#[test]
fn one_detail_is_a_plain_booking_with_the_entrys_serial() {
    #[rustfmt::skip] // A table is read by column.
    let rows = [
        ("R1", "5", "T1", "R1"),
        ("",   "5", "T1", "T1"),
        ("0",  "",  "T1", "T1"),
        ("R1", "5", "",   "R1"),
    ];
    for (serial, amount, own, want) in rows {
        let told = given("5", serial, &[detail(amount, "x", &reference(own))]);
        let want = format!("2 2026-05-11 credit 5 [{want}] [x||批量|] [|||]");
        assert_eq!(told, [want], "{serial:?} {amount:?} {own:?}");
    }
}

#[test]
fn details_without_amounts_leave_one_transaction_with_all_remarks() {
    let details = [detail("", "P190613375", ""), detail("", "3月", "")];
    let want = "2 2026-05-11 credit 100 [R1] [P190613375；另：3月||批量|] [|||]";
    assert_eq!(given("100", "R1", &details), [want]);
    // An amount in another currency is no share of this one, and an instructed amount never is.
    let foreign = "<Amt Ccy=\"USD\">60</Amt>";
    let instructed = "<AmtDtls><InstdAmt><Amt Ccy=\"CNY\">60</Amt></InstdAmt></AmtDtls>";
    for more in [foreign, instructed] {
        let details = [detail("", "P190613375", more), detail("", "3月", more)];
        assert_eq!(given("100", "R1", &details), [want], "{more}");
    }
}

#[test]
fn the_amount_of_the_transaction_serves_where_amt_is_left_out() {
    let amounts = |own: &str, of: &str| {
        format!("<AmtDtls><TxAmt><Amt Ccy=\"{of}\">{own}</Amt></TxAmt></AmtDtls>")
    };
    let details = [detail("", "a", &amounts("40", "CNY")), detail("60", "b", &amounts("9", "USD"))];
    let told = given("100", "R1", &details);
    assert!(told[0].contains("credit 40 of") && told[1].contains("credit 60 of"), "{told:?}");
}

#[test]
fn details_that_contradict_the_entry_leave_one_that_settles_nothing_and_it_is_told() {
    let against = "<CdtDbtInd>DBIT</CdtDbtInd>";
    #[rustfmt::skip] // A table is read by column.
    let rows = [
        (vec![detail("40", "a", ""), detail("61", "b", "")],         "flag TxDtls/Amt 100 101"),
        (vec![detail("40", "a", ""), detail("40", "b", "")],         "flag TxDtls/Amt 100 80"),
        (vec![detail("70", "a", "")],                                "flag TxDtls/Amt 100 70"),
        (vec![detail("40", "a", ""), detail("", "b", "")],           "flag TxDtls/Amt 100 40 in 1 of 2"),
        (vec![detail("100", "a", ""), detail("", "b", "")],          "flag TxDtls/Amt 100 100 in 1 of 2"),
        (vec![detail("120", "a", ""), detail("20", "b", against)],   "flag TxDtls/CdtDbtInd CRDT 100 DBIT 20"),
        (vec![detail("60", "a", ""), detail("40", "b", against)],    "flag TxDtls/CdtDbtInd CRDT 100 DBIT 40"),
        (vec![detail("100", "a", against)],                          "flag TxDtls/CdtDbtInd CRDT 100 DBIT 100"),
        (vec![detail("4o", "a", ""), detail("60", "b", "")],         "flag TxDtls/Amt 100 4o"),
        (vec![detail("140", "a", ""), detail("-40", "b", "")],       "flag TxDtls/Amt 100 -40"),
    ];
    for (details, want) in rows {
        let told = given("100", "R1", &details);
        assert_eq!(told[0], want);
        assert!(told[1].starts_with("2 2026-05-11 credit 100 contradicted [R1]"), "{told:?}");
        assert_eq!(told.len(), 2);
    }
}

#[test]
fn a_batch_counts_its_details_over_all_of_its_groups() {
    let group = |declared: u64, details: u64| {
        let details = detail("1", "x", "").repeat(usize::try_from(details).unwrap());
        format!("<NtryDtls><Btch><NbOfTxs>{declared}</NbOfTxs></Btch>{details}</NtryDtls>")
    };
    let flags = |text: &str| {
        let told = told(&credit("5", text));
        told.into_iter().filter(|line| line.starts_with("flag")).collect::<Vec<_>>()
    };
    assert_eq!(flags(&(group(2, 2) + &group(3, 3))), [""; 0]);
    assert_eq!(flags(&(group(2, 2) + &group(4, 3))), ["flag Btch/NbOfTxs 6 5"]);
    assert_eq!(flags(&group(5, 5).replace(">5<", ">five<")), ["flag Btch/NbOfTxs five 5"]);
}

#[test]
fn words_of_the_whole_are_a_parts_only_where_no_part_has_any() {
    let silent = [detail("40", "", ""), detail("60", "", "")];
    assert!(given("100", "R1", &silent).iter().all(|line| line.contains("[||批量|]")));
    let spoken = [detail("40", "a", ""), detail("60", "", "")];
    assert!(given("100", "R1", &spoken).iter().all(|line| !line.contains("批量")));
}

#[test]
fn the_party_of_a_reversal_may_stand_on_either_side() {
    let party = |tag: &str, name: &str, account: &str| {
        format!(
            "<{tag}><Pty><Nm>{name}</Nm></Pty></{tag}><{tag}Acct><Id><Othr><Id>{account}</Id></Othr></Id></{tag}Acct>"
        )
    };
    let told = |indicator: &str, reversal: &str, parties: &str| {
        let text = entry(&format!(
            "<Amt Ccy=\"CNY\">1</Amt><CdtDbtInd>{indicator}</CdtDbtInd><RvslInd>{reversal}</RvslInd>\
             <BookgDt><Dt>2026-05-11</Dt></BookgDt>\
             <NtryDtls><TxDtls><RltdPties>{parties}</RltdPties></TxDtls></NtryDtls>"
        ));
        told(&statement(&text))[0].rsplit_once(" [").unwrap().1.to_owned()
    };
    let (debtor, creditor) = (party("Dbtr", "甲", "1"), party("Cdtr", "乙", "2"));
    let own = party("Cdtr", "中心", "CN01");
    #[rustfmt::skip] // A table is read by column.
    let rows = [
        ("DBIT", "true",  format!("{debtor}{creditor}"), "1|甲||]"),
        ("DBIT", "true",  creditor.clone(),              "2|乙||]"),
        ("DBIT", "true",  debtor.clone(),                "1|甲||]"),
        ("DBIT", "true",  own,                           "|||]"), // The centre is no payer.
        ("CRDT", "true",  debtor.clone(),                "1|甲||]"),
        ("CRDT", "true",  format!("{debtor}{creditor}"), "2|乙||]"),
        ("CRDT", "false", creditor,                      "|||]"),
        ("DBIT", "false", debtor,                        "|||]"),
    ];
    for (indicator, reversal, parties, want) in rows {
        assert_eq!(told(indicator, reversal, &parties), want, "{indicator} {reversal} {parties}");
    }
}
