//! 期初余额 from the outside: lists import it, it is separate, and it moves with the account.

use crate::centre::Centre;
use crate::postgres;

const ENROL: &str = r#"{"op":"open_employer","on":"2026-05-06","employer_id":"H1","name":"甲公司","kind":"company","employer_rate":"0.08","employee_rate":"0.08","first_month":"2026-05"}
{"op":"open_employer","on":"2026-05-06","employer_id":"H2","name":"乙公司","kind":"company","employer_rate":"0.08","employee_rate":"0.08","first_month":"2026-05"}"#;

const TRANSFER: &str = r#"{"op":"seal","on":"2026-05-07","employer_id":"H1","employee_id":"A1","month":"2026-05","reason":"离职"}
{"op":"transfer","on":"2026-05-07","employee_id":"A1","from_employer":"H1","to_employer":"H2","city":"柳州市"}"#;

fn list(opening: Option<&str>) -> String {
    let (heading, cell) = match opening {
        Some(cell) => (",期初余额", format!(",{cell}")),
        None => ("", String::new()),
    };
    format!(
        "职工编号,单位编号,姓名,身份证号,缴存基数,状态{heading}\n\
         A1,H1,张某,11010519491231002X,5000.00,正常{cell}\n"
    )
}

fn import(centre: &Centre, opening: Option<&str>, code: i32) -> String {
    centre.write("employees.csv", list(opening).as_bytes());
    centre.stderr(&["import", "employees", "employees.csv"], code)
}

/// Employer, balance and opening balance of every account of A1.
fn held(centre: &Centre) -> Vec<String> {
    let rows = centre.json(&["show", "employee", "A1"]);
    let row = |row: &serde_json::Value| {
        ["employer_id", "balance", "opening_balance"]
            .map(|key| row[key].as_str().unwrap())
            .join(" ")
    };
    rows.iter().map(row).collect()
}

fn stands_apart(centre: &Centre) {
    let apply = |lines: &str| {
        centre.run(&["apply", "-"]).write_stdin(lines.to_owned()).assert().code(0);
    };
    apply(ENROL);
    import(centre, Some("12345.67"), 0);
    assert_eq!(held(centre), ["H1 0.00 12345.67"]);
    // A list without the column changes nothing; an invalid amount is reported with its place.
    import(centre, None, 0);
    assert_eq!(held(centre), ["H1 0.00 12345.67"]);
    let said = import(centre, Some("1.234"), 1);
    assert!(said.contains("employees.csv:2:G: opening_balance \"1.234\""), "{said}");
    apply(TRANSFER);
    assert_eq!(held(centre), ["H2 0.00 12345.67"]);
    // No bank file brought it, so no account of the audit includes it; the audit reports it separately.
    let said = centre.stderr(&["audit"], 0);
    assert!(said.contains("opening balances stand apart: 12,345.67 yuan of 1 accounts"), "{said}");
    assert!(centre.json(&["audit"]).iter().all(|row| row["amount"] != "12345.67"));
}

#[test]
fn an_opening_balance_stands_apart_and_goes_with_its_account() {
    stands_apart(&Centre::new());
    if let Some(url) = postgres::url() {
        stands_apart(&Centre::on(url, "opening"));
    }
}

#[test]
fn an_empty_cell_clears_an_opening_balance() {
    let centre = Centre::new();
    centre.run(&["apply", "-"]).write_stdin(ENROL).assert().code(0);
    import(&centre, Some("10.00"), 0);
    import(&centre, Some("20.00"), 0);
    assert_eq!(held(&centre), ["H1 0.00 20.00"]);
    import(&centre, Some(""), 0);
    assert_eq!(held(&centre), ["H1 0.00 0.00"]);
    assert!(!centre.stderr(&["audit"], 0).contains("opening"));
}
