//! `feed list` and `feed withdraw`: names of deliveries, refusals, and impossible amounts.

use super::centre::{Centre, ICBC};
use serde_json::Value;

/// A swapped file in the inbox of one account: serials instead of amounts, and amounts that no account holds.
fn swapped() -> Centre {
    let centre = Centre::after_a_night();
    let row = |serial: &str, amount: &str| {
        format!("{ICBC},{serial},2026-06-11,09:00:00,贷,{amount},62,示例,转账,P1000000002\n")
    };
    let rows = [
        row("X1", "92233720368547758.07"),
        row("X2", "92233720368547758.07"),
        row("X3", "202606110001.00"),
        row("X4", "202606110002.00"),
    ];
    let file = format!("inbox/{ICBC}/swapped.csv");
    centre.feed(&file, &rows.concat());
    centre
}

#[test]
fn a_swapped_file_is_told_and_taken_back() {
    let centre = swapped();
    let by = ["--by", "017", "--note", "金额列误填流水号"];
    centre.run(&["nightly", "--as-of", "2026-06-12"]).assert().code(3);
    let listed = centre.json(&["feed", "list", "--from", "2026-06-12"]);
    assert_eq!(listed.len(), 1);
    assert_eq!((&listed[0]["new"], &listed[0]["rejected"]), (&Value::from(2), &Value::from(2)));
    assert_eq!(listed[0]["credit"], "405212220003.00");
    let feed = listed[0]["feed"].as_str().unwrap().to_owned();
    let before = centre.digest();
    // A rehearsal, an unknown name and a missing reason change nothing.
    centre.run(&["feed", "withdraw", &feed[..8], "--dry-run"]).args(by).assert().code(0);
    let none = centre.stderr(&["feed", "withdraw", "nobody", "--by", "017", "--note", "误"], 1);
    assert!(none.contains("no feed \"nobody\""), "{none}");
    centre.run(&["feed", "withdraw", &feed, "--by", "017"]).assert().code(2);
    centre.run(&["feed", "withdraw", &feed, "--by", "017", "--note", " "]).assert().code(2);
    assert_eq!(centre.digest(), before);
    let done = centre.json(&[&["feed", "withdraw", &feed[..8]], &by[..]].concat());
    assert_eq!(
        (&done[0]["transactions"], &done[0]["set_aside"]),
        (&Value::from(2), &Value::from(2))
    );
    centre.run(&["audit"]).assert().code(0);
    let trail = centre.json(&["trail"]);
    assert!(
        trail.iter().any(|row| row["event"] == "feed-withdrawn" && row["actor"] == "017"),
        "{trail:?}"
    );
    // Part of May's file is settled: the refusal names what it paid.
    let may = centre.json(&["feed", "list"]);
    let may = may[0]["feed"].as_str().unwrap();
    let told = centre.stderr(&[&["feed", "withdraw", may], &by[..]].concat(), 1);
    assert!(told.contains("S01 of 2026-05-11 paid P1000000001"), "{told}");
    assert!(told.contains("nothing was withdrawn"), "{told}");
    centre.run(&["nightly", "--as-of", "2026-06-13"]).assert().code(3);
    centre.run(&["doctor"]).assert().code(0);
}

#[test]
fn lists_and_operations_take_in_no_amount_past_the_bound() {
    let centre = Centre::after_a_night();
    let notices = "reference,employer_id,amount,issued_on,month,status\n\
        P1000000011,E1,5.00,2026-05-01,2026-05,\nP1000000012,E1,92233720368547758.07,2026-05-01,2026-05,\n";
    let file = centre.write("absurd.csv", notices.as_bytes());
    let told = centre.stderr(&["import", "notices", file.to_str().unwrap()], 1);
    assert!(told.contains("absurd.csv:3") && told.contains("amount"), "{told}");
    assert!(told.contains("expected at most 999999999999.99"), "{told}");
    let line = "{\"op\":\"open_account\",\"on\":\"2026-05-11\",\"employer_id\":\"E1\",\"id_no\":\"1\",\
        \"name\":\"示例\",\"base\":\"1000000000000.00\",\"month\":\"2026-05\"}\n";
    let file = centre.write("absurd.jsonl", line.as_bytes());
    let said = centre.run(&["apply", file.to_str().unwrap()]).output().unwrap();
    let said: Value = serde_json::from_slice(&said.stdout).unwrap();
    assert_eq!(said["error"], "amount-too-large", "{said}");
    assert!(said["message_zh"].as_str().unwrap().contains("999999999999.99"), "{said}");
}
