//! What employers file, from the outside: `apply`, `show`, `template`, and the run that settles it.

use crate::centre::{Centre, ICBC};
use serde_json::Value;

const ENROL: &str = r#"{"op":"open_employer","on":"2026-05-06","employer_id":"H1","name":"手册示例公司","kind":"company","agent":{"name":"经办人","email":"agent@h1.example.com"},"employer_rate":"0.08","employee_rate":"0.08","first_month":"2026-05","channel":"counter"}"#;

/// Two open, one is sealed and unsealed, one base is adjusted.
const REGISTERS: &str = r#"{"op":"open_account","on":"2026-05-07","employer_id":"H1","id_no":"11010519491231002X","name":"张某","base":"5000.00","month":"2026-05","employee_id":"A1"}
{"op":"open_account","on":"2026-05-07","employer_id":"H1","id_no":"450204199001010013","name":"李某","base":"6000.00","month":"2026-05","employee_id":"A2"}
{"op":"seal","on":"2026-05-08","employer_id":"H1","employee_id":"A2","month":"2026-05","reason":"离职"}
{"op":"adjust_base","on":"2026-05-08","employer_id":"H1","employee_id":"A1","base":"5200.00","month":"2026-05"}"#;

const REMIT: &str = r#"{"op":"remit","on":"2026-05-09","employer_id":"H1","month":"2026-05"}
{"op":"issue_notice","on":"2026-05-09","employer_id":"H1","months":["2026-05"],"supplements":true}"#;

/// Applies lines and returns the answers.
fn apply(centre: &Centre, lines: &str, flags: &[&str], code: i32) -> Vec<Value> {
    let mut command = centre.run(&["apply", "-"]);
    let output = command.args(flags).write_stdin(lines.to_owned()).assert().code(code);
    let text = String::from_utf8(output.get_output().stdout.clone()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

pub(crate) fn id_no(order: u32) -> String {
    let body = format!("45020419900101{order:03}");
    let check = duizhang::remittance::identity::id_check(&body).unwrap();
    format!("{body}{check}")
}

fn registers() -> String {
    REGISTERS.replace("450204199001010013", &id_no(1))
}

/// A centre where one employer has filed May.
fn filed() -> (Centre, String) {
    let centre = Centre::after_a_night();
    let file = format!("{ENROL}\n{}\n{REMIT}\n", registers());
    let answers = apply(&centre, &file, &[], 0);
    assert!(answers.iter().all(|answer| answer["ok"] == true), "{answers:?}");
    let reference = answers.last().unwrap()["reference"].as_str().unwrap().to_owned();
    (centre, reference)
}

fn pay(centre: &Centre, serial: &str, amount: &str, remark: &str, night: &str) {
    centre.feed(
        &format!("inbox/{serial}.csv"),
        &format!("{ICBC},{serial},2026-06-11,09:00:00,贷,{amount},6200000000000000009,手册示例公司,转账,{remark}\n"),
    );
    centre.run(&["nightly", "--as-of", night]).assert().code(0);
}

#[test]
fn the_handbook_s_month_runs_through_the_command_line() {
    let (centre, reference) = filed();
    let list = centre.json(&["show", "roster", "H1", "--month", "2026-05"]);
    assert_eq!(list.len(), 1, "the sealed employee is on no list");
    assert_eq!(list[0]["total"], "832.00");
    let page = centre.run(&["show", "receipt", &reference]).assert().code(0);
    assert!(String::from_utf8_lossy(&page.get_output().stdout).contains(&reference));

    pay(&centre, "H01", "832.00", &reference, "2026-06-12");
    let employee = &centre.json(&["show", "employee", "A1"])[0];
    for (key, want) in [
        ("employee_id", "A1"),
        ("employer_id", "H1"),
        ("name", "张某"),
        ("status", "active"),
        ("base", "5200.00"),
        ("monthly", "832.00"),
        ("balance", "832.00"),
    ] {
        assert_eq!(employee[key], want, "{key}");
    }
    let notice = &centre.json(&["show", "notice", &reference])[0];
    assert_eq!(
        (&notice["status"], &notice["lines"][0]["total"]),
        (&"paid".into(), &"832.00".into())
    );
    assert_eq!(centre.json(&["show", "employer", "H1"])[0]["fund"], "832.00");
    assert_eq!(centre.json(&["show", "ledger", "H1"]).len(), 2);
    centre.run(&["audit"]).assert().code(0);

    // The same night again posts nothing twice; paid notices stay paid.
    centre.run(&["nightly", "--as-of", "2026-06-12"]).assert().code(0);
    assert_eq!(centre.json(&["show", "employee", "A1"])[0]["balance"], "832.00");
    let revoke = format!(r#"{{"op":"revoke_notice","on":"2026-06-13","reference":"{reference}"}}"#);
    assert_eq!(apply(&centre, &revoke, &[], 1)[0]["error"], "notice-paid");
}

/// The page that `show receipt` prints.
fn receipt(centre: &Centre, reference: &str) -> String {
    let page = centre.run(&["show", "receipt", reference]).assert().code(0);
    String::from_utf8(page.get_output().stdout.clone()).unwrap()
}

#[test]
fn a_receipt_says_across_the_page_that_its_notice_is_over_and_names_the_next_one() {
    let (centre, first) = filed();
    let page = receipt(&centre, &first);
    for part in [ICBC, "<li value=\"6\">", "2026年5月29日（星期五）", "请不要在当日下午转款"]
    {
        assert!(page.contains(part), "{part}");
    }
    let again = format!(
        r#"{{"op":"revoke_notice","on":"2026-05-12","reference":"{first}"}}
{{"op":"issue_notice","on":"2026-05-12","employer_id":"H1","months":["2026-05"],"supplements":true}}"#
    );
    let second = apply(&centre, &again, &[], 0)[1]["reference"].as_str().unwrap().to_owned();
    let page = receipt(&centre, &first);
    assert!(page.contains("已撤销") && page.contains(&second), "{page}");
    assert!(!page.contains(&first) && !page.contains(ICBC), "{page}");

    pay(&centre, "H01", "832.00", &second, "2026-06-12");
    let page = receipt(&centre, &second);
    assert!(page.contains("已收款") && !page.contains(&second) && !page.contains(ICBC), "{page}");
}

#[test]
fn without_a_collection_account_no_receipt_is_shown() {
    let centre = Centre::with(&[]);
    let answers = apply(&centre, &format!("{ENROL}\n{}\n{REMIT}\n", registers()), &[], 0);
    let reference = answers.last().unwrap()["reference"].as_str().unwrap();
    let told = centre.stderr(&["show", "receipt", reference], 1);
    assert!(told.contains("no-account") && told.contains("收款账户"), "{told}");
}

#[test]
fn a_refusal_undoes_the_file_and_keep_going_leaves_the_line_out() {
    let centre = Centre::after_a_night();
    let file = format!("{ENROL}\n{{\"op\":\"dance\"}}\n{}\n", registers());
    let answers = apply(&centre, &file, &[], 1);
    assert_eq!(answers.len(), 2);
    assert_eq!((&answers[1]["line"], &answers[1]["ok"]), (&2.into(), &false.into()));
    centre.run(&["show", "employer", "H1"]).assert().code(1);

    let answers = apply(&centre, &file, &["--keep-going", "--dry-run"], 3);
    assert_eq!(answers.len(), 6);
    centre.run(&["show", "employer", "H1"]).assert().code(1);

    apply(&centre, &file, &["--keep-going"], 3);
    assert_eq!(centre.json(&["show", "employee", "A2"])[0]["status"], "sealed");
}

#[test]
fn each_rule_of_the_handbook_is_refused_by_its_code() {
    let (centre, reference) = filed();
    apply(&centre, &ENROL.replace("H1", "H2"), &[], 0);
    #[rustfmt::skip] // A table is read by column.
    let rows = [
        ("unknown-employer",  r#"{"op":"remit","on":"2026-05-11","employer_id":"H9","month":"2026-05"}"#.to_owned()),
        ("unknown-employee",  r#"{"op":"seal","on":"2026-05-11","employer_id":"H1","employee_id":"A9","month":"2026-06","reason":"离职"}"#.to_owned()),
        ("duplicate-account", r#"{"op":"open_account","on":"2026-05-11","employer_id":"H1","id_no":"11010519491231002X","name":"张某","base":"5000.00","month":"2026-06"}"#.to_owned()),
        ("invalid-id-no",     r#"{"op":"open_account","on":"2026-05-11","employer_id":"H1","id_no":"110105194912310021","name":"张某","base":"5000.00","month":"2026-06"}"#.to_owned()),
        ("rate-below-minimum", r#"{"op":"adjust_rate","on":"2026-05-11","employer_id":"H1","employer_rate":"0.04","employee_rate":"0.08","month":"2026-06"}"#.to_owned()),
        ("rate-above-maximum", r#"{"op":"adjust_rate","on":"2026-05-11","employer_id":"H1","employer_rate":"0.13","employee_rate":"0.08","month":"2026-06"}"#.to_owned()),
        ("base-already-adjusted", r#"{"op":"adjust_base","on":"2026-05-11","employer_id":"H1","employee_id":"A1","base":"5300.00","month":"2026-06"}"#.to_owned()),
        ("not-sealed",        r#"{"op":"unseal","on":"2026-05-11","employer_id":"H1","employee_id":"A1","month":"2026-06"}"#.to_owned()),
        ("already-sealed",    r#"{"op":"seal","on":"2026-05-11","employer_id":"H1","employee_id":"A2","month":"2026-06","reason":"离职"}"#.to_owned()),
        ("invalid-seal-reason", r#"{"op":"seal","on":"2026-05-11","employer_id":"H1","employee_id":"A1","month":"2026-06","reason":"??"}"#.to_owned()),
        ("active-elsewhere",  r#"{"op":"open_account","on":"2026-05-11","employer_id":"H2","id_no":"11010519491231002X","name":"张某","base":"5000.00","month":"2026-06"}"#.to_owned()),
        ("not-enrolled",      r#"{"op":"remit","on":"2026-05-11","employer_id":"E1","month":"2026-05"}"#.to_owned()),
        ("month-too-old",     r#"{"op":"supplement","on":"2026-05-11","employer_id":"H1","employee_id":"A1","for_month":"2021-04","amount":"1.00"}"#.to_owned()),
        ("invalid-span",      r#"{"op":"supplement","on":"2026-05-11","employer_id":"H1","employee_id":"A1","for_month":"2026-04","to_month":"2026-03","amount":"1.00"}"#.to_owned()),
        ("cap-exceeded",      r#"{"op":"supplement","on":"2026-05-11","employer_id":"H1","employee_id":"A1","for_month":"2026-04","amount":"6240.01"}"#.to_owned()),
        ("empty-name",        r#"{"op":"update_basic","on":"2026-05-11","employer_id":"H1","agent":{"name":""}}"#.to_owned()),
        ("not-a-working-day", r#"{"op":"book_appointment","on":"2026-05-11","employer_id":"H1","branch":"城中","date":"2026-06-19","slot":"09:00","business":"变更"}"#.to_owned()),
        ("outside-city",      r#"{"op":"transfer","on":"2026-05-11","employee_id":"A2","from_employer":"H1","to_employer":"E1","city":"别处市"}"#.to_owned()),
        ("roster-exists",     r#"{"op":"remit","on":"2026-05-11","employer_id":"H1","month":"2026-05"}"#.to_owned()),
        ("month-not-next",    r#"{"op":"remit","on":"2026-05-11","employer_id":"H1","month":"2026-07"}"#.to_owned()),
        ("roster-missing",    r#"{"op":"issue_notice","on":"2026-05-11","employer_id":"H1","months":["2026-06"],"supplements":false}"#.to_owned()),
        ("double-remittance", r#"{"op":"issue_notice","on":"2026-05-11","employer_id":"H1","months":["2026-05"],"supplements":false}"#.to_owned()),
        ("revoke-in-reverse-order", r#"{"op":"delete_roster","on":"2026-05-11","employer_id":"H1","month":"2026-05"}"#.to_owned()),
        ("seal-required",     r#"{"op":"update_key","on":"2026-05-11","employer_id":"H1","name":"新名公司"}"#.to_owned()),
    ];
    let file: String = rows.iter().map(|(_, line)| format!("{line}\n")).collect();
    let answers = apply(&centre, &file, &["--keep-going"], 3);
    for ((code, line), answer) in rows.iter().zip(&answers) {
        assert_eq!(answer["error"], *code, "{line}: {answer}");
    }
    // In reverse order everything can be undone, each in a run of its own.
    for line in [
        format!(r#"{{"op":"revoke_notice","on":"2026-05-12","reference":"{reference}"}}"#),
        r#"{"op":"delete_roster","on":"2026-05-12","employer_id":"H1","month":"2026-05"}"#.to_owned(),
        r#"{"op":"revoke","on":"2026-05-12","employer_id":"H1","month":"2026-05","register_id":"H1-R5"}"#.to_owned(),
        r#"{"op":"revoke","on":"2026-05-12","employer_id":"H1","month":"2026-05","register_id":"H1-R4"}"#.to_owned(),
    ] {
        assert_eq!(apply(&centre, &line, &[], 0)[0]["ok"], true, "{line}");
    }
    assert_eq!(centre.json(&["show", "employee", "A1"])[0]["base"], "5000.00");
    assert_eq!(centre.json(&["show", "employee", "A2"])[0]["status"], "active");
    assert_eq!(centre.json(&["show", "notice", &reference])[0]["status"], "revoked");
    let again = apply(&centre, REMIT, &[], 0);
    assert_eq!(again[0]["headcount"], 2);
    assert_ne!(again[1]["reference"], reference.as_str(), "a reference is never given again");
}

#[test]
fn an_overpayment_goes_to_the_advance_balance_and_pays_a_later_notice() {
    let (centre, reference) = filed();
    pay(&centre, "H01", "832.00", &reference, "2026-06-12");
    pay(&centre, "H02", "832.00", &reference, "2026-06-13");
    centre
        .run(&["suspense", "resolve", "H02", "--advance", "--by", "017", "--note", "转暂存"])
        .assert()
        .code(0);
    assert_eq!(centre.json(&["show", "employer", "H1"])[0]["advance"], "832.00");
    let june = REMIT.replace("\"2026-05\"", "\"2026-06\"").replace("2026-05-09", "2026-06-14");
    let issued = apply(&centre, &june, &[], 0);
    let later = issued[1]["reference"].as_str().unwrap();
    let pay = format!(r#"{{"op":"pay_from_advance","on":"2026-06-14","reference":"{later}"}}"#);
    assert_eq!(apply(&centre, &pay, &[], 0)[0]["ok"], true);
    assert_eq!(centre.json(&["show", "employee", "A1"])[0]["balance"], "1664.00");
    assert_eq!(centre.json(&["show", "employer", "H1"])[0]["advance"], "0.00");
    assert_eq!(centre.json(&["notices", "--reference", later])[0]["settled_on"], "2026-06-14");
    centre.run(&["audit"]).assert().code(0);
}

#[test]
fn staff_settle_a_notice_with_lines_and_a_moved_employee_gets_the_line() {
    let (centre, reference) = filed();
    let move_away = r#"{"op":"seal","on":"2026-05-11","employer_id":"H1","employee_id":"A1","month":"2026-06","reason":"离职"}
{"op":"transfer","on":"2026-05-11","employee_id":"A1","from_employer":"H1","to_employer":"E1","city":"柳州市"}"#;
    let answers = apply(&centre, move_away, &["--keep-going"], 0);
    assert!(answers.iter().all(|answer| answer["ok"] == true), "{answers:?}");
    pay(&centre, "H01", "832.00", "五月公积金", "2026-06-12");
    centre
        .run(&[
            "suspense", "resolve", "H01", "--notice", &reference, "--by", "017", "--note", "来函",
        ])
        .assert()
        .code(0);
    let employee = &centre.json(&["show", "employee", "A1"])[0];
    assert_eq!((&employee["employer_id"], &employee["balance"]), (&"E1".into(), &"832.00".into()));
    centre.run(&["audit"]).assert().code(0);
}

#[test]
fn replaying_the_file_gives_the_same_books() {
    let (one, _) = filed();
    let (other, _) = filed();
    let digest = |centre: &Centre| centre.json(&["audit", "--digest"]);
    assert_eq!(digest(&one), digest(&other));
    assert_ne!(digest(&one), digest(&Centre::after_a_night()));
}

#[test]
fn lists_that_are_imported_and_what_is_filed_are_one_truth() {
    let centre = Centre::after_a_night();
    centre.write("employers.csv", "employer_id,name\nH1,示例公司\n".as_bytes());
    centre.run(&["import", "employers", "employers.csv"]).assert().code(0);
    let list = format!(
        "employee_id,employer_id,name,id_no,base,status\nA7,H1,王某,{},5000.00,active\n",
        id_no(7)
    );
    centre.write("employees.csv", list.as_bytes());
    centre.run(&["import", "employees", "employees.csv"]).assert().code(0);
    let answers = apply(&centre, &format!("{ENROL}\n{REMIT}"), &[], 0);
    assert_eq!((&answers[1]["headcount"], &answers[1]["total"]), (&1.into(), &"800.00".into()));
    centre.run(&["import", "employees", "employees.csv"]).assert().code(0);
    centre.write(
        "employers.csv",
        "employer_id,name,email\nH1,改名公司,new@h1.example.com\n".as_bytes(),
    );
    centre.run(&["import", "employers", "employers.csv"]).assert().code(0);
    assert_eq!(centre.json(&["show", "employer", "H1"])[0]["name"], "改名公司");
    assert_eq!(centre.json(&["show", "employee", "A7"])[0]["monthly"], "800.00");
}

#[test]
fn a_template_is_written_as_csv_and_as_a_workbook() {
    let centre = Centre::after_a_night();
    let output = centre.run(&["template", "seal"]).assert().code(0).get_output().clone();
    assert!(String::from_utf8(output.stdout).unwrap().starts_with("职工编号,封存原因\n"));
    centre.run(&["template", "open", "--out", "open.xlsx"]).assert().code(0);
    assert!(std::fs::read(centre.path().join("open.xlsx")).unwrap().starts_with(b"PK"));
}

#[test]
fn a_filled_in_template_is_filed_whole_or_not_at_all() {
    let centre = Centre::after_a_night();
    apply(&centre, ENROL, &[], 0);
    let file = |name: &str, sheet: &str, code: i32| {
        let path = centre.write("register.csv", sheet.as_bytes());
        let month = ["--employer", "H1", "--month", "2026-05", "--as-of", "2026-05-07"];
        let mut command = centre.run(&["register", name, path.to_str().unwrap()]);
        command.args(month).assert().code(code).get_output().clone()
    };
    let open = format!(
        "缴存基数,姓名,身份证号,职工编号\n5000.00,张某,{},A1\n6000.00,李某,{},A2\n",
        id_no(1),
        id_no(2)
    );
    let broken = open.replace("6000.00", "6000.005");
    let said = String::from_utf8(file("open", &broken, 1).stderr).unwrap();
    assert!(
        said.contains("register.csv:3:A: 缴存基数 \"6000.005\": expected at most two decimals"),
        "{said}"
    );
    file("open", &open, 0);
    let refused = file("seal", "职工编号,封存原因\nA1,离职\nA7,离职\nA8,离职\n", 1);
    let refused: Value = serde_json::from_slice(&refused.stdout).unwrap();
    let told: Vec<_> =
        refused["offenders"].as_array().unwrap().iter().map(|one| &one["row"]).collect();
    assert_eq!(told, [3, 4], "rows as the file shows them: {refused}");
    let status = |id: &str| centre.json(&["show", "employee", id])[0]["status"].clone();
    assert_eq!(status("A1"), "active", "a register with one wrong line seals nobody");
    file("seal", "职工编号,封存原因\nA1,离职\n", 0);
    assert_eq!((status("A1"), status("A2")), ("sealed".into(), "active".into()));
}

#[test]
fn basic_information_keeps_what_is_not_given_and_an_employer_shows_its_agent() {
    let (centre, _) = filed();
    let update = r#"{"op":"update_basic","on":"2026-05-11","employer_id":"H1","agent":{"mobile":"13800000000"}}"#;
    apply(&centre, update, &[], 0);
    let want = serde_json::json!({"name": "经办人", "mobile": "13800000000", "email": "agent@h1.example.com"});
    assert_eq!(centre.json(&["show", "employer", "H1"])[0]["agent"], want);
}

#[test]
fn an_imported_employer_with_rates_remits() {
    let centre = Centre::after_a_night();
    let list = "单位编号,单位名称,单位比例,个人比例,缴至年月,发薪日,地址\nH7,示例导入公司,8%,8%,2026-04,15,某路 1 号\n";
    let path = centre.write("employers-with-rates.csv", list.as_bytes());
    centre.run(&["import", "employers", path.to_str().unwrap()]).assert().code(0);
    let shown = &centre.json(&["show", "employer", "H7"])[0];
    for (key, want) in
        [("employer_rate", "0.08"), ("roster_month", "2026-05"), ("first_month", "2026-05")]
    {
        assert_eq!(shown[key], want, "{key}");
    }
    assert_eq!((&shown["payday"], &shown["address"]), (&15.into(), &"某路 1 号".into()));
    let open = r#"{"op":"open_account","on":"2026-05-07","employer_id":"H7","id_no":"11010519491231002X","name":"张某","base":"5000.00","month":"2026-05"}
{"op":"remit","on":"2026-05-09","employer_id":"H7","month":"2026-05"}"#;
    assert_eq!(apply(&centre, open, &[], 0)[1]["total"], "800.00");
}

#[test]
fn supplements_drafts_and_appointments_outlive_the_run_that_made_them() {
    let (centre, reference) = filed();
    let step = |line: &str| apply(&centre, line, &[], 0).remove(0);
    let saved = step(
        r#"{"op":"save_register","on":"2026-05-11","employer_id":"H1","month":"2026-06","register":{"unseal":[{"employee_id":"A2","base":"6000.00"}]}}"#,
    );
    let register_id = saved["register_id"].as_str().unwrap();
    assert_eq!(centre.json(&["show", "employee", "A2"])[0]["status"], "sealed");
    step(&format!(
        r#"{{"op":"submit_register","on":"2026-05-11","employer_id":"H1","register_id":"{register_id}"}}"#
    ));
    assert_eq!(centre.json(&["show", "employee", "A2"])[0]["status"], "active");

    // A supplement twice is a duplicate; its notice is allocated like a list.
    let supplement = r#"{"op":"supplement","on":"2026-05-12","employer_id":"H1","employee_id":"A2","for_month":"2026-05","amount":"960.00"}"#;
    step(supplement);
    assert_eq!(apply(&centre, supplement, &[], 1)[0]["error"], "double-remittance");
    let issued = step(
        r#"{"op":"issue_notice","on":"2026-05-12","employer_id":"H1","months":[],"supplements":true}"#,
    );
    assert_eq!(issued["amount"], "960.00");
    pay(&centre, "H03", "960.00", issued["reference"].as_str().unwrap(), "2026-06-12");
    assert_eq!(centre.json(&["show", "employee", "A2"])[0]["balance"], "960.00");
    assert_eq!(centre.json(&["show", "notice", &reference])[0]["status"], "awaiting");
    centre.run(&["audit"]).assert().code(0);

    let book = r#"{"op":"book_appointment","on":"2026-05-12","employer_id":"H1","branch":"示例网点","date":"2026-05-20","slot":"09:00","business":"开户","contact":"经办人"}"#;
    let booked: Vec<Value> = (0..3).map(|_| step(book)).collect();
    assert_eq!(apply(&centre, book, &[], 1)[0]["error"], "slot-full");
    let first = booked[0]["appointment_id"].as_str().unwrap();
    step(&format!(r#"{{"op":"cancel_appointment","on":"2026-05-12","appointment_id":"{first}"}}"#));
    step(book);
    let cancel = r#"{"op":"cancel_appointment","on":"2026-05-12","appointment_id":"A0"}"#;
    assert_eq!(apply(&centre, cancel, &[], 1)[0]["error"], "unknown-appointment");
}

#[test]
fn a_line_of_the_file_can_be_taken_back_by_its_number() {
    let centre = Centre::after_a_night();
    let undo =
        r#"{"op":"revoke","on":"2026-05-09","employer_id":"H1","month":"2026-05","op_line":5}"#;
    apply(&centre, &format!("{ENROL}\n{}\n{undo}\n", registers()), &[], 0);
    assert_eq!(centre.json(&["show", "employee", "A1"])[0]["base"], "5000.00");
}

#[test]
fn an_import_does_not_change_a_notice_that_was_issued_here() {
    let (centre, reference) = filed();
    let list = format!(
        "reference,employer_id,amount,issued_on,month\n{reference},H1,1.00,2026-05-09,2026-05\n"
    );
    centre.write("wrong.csv", list.as_bytes());
    centre.run(&["import", "notices", "wrong.csv"]).assert().code(1);
    assert_eq!(centre.json(&["show", "notice", &reference])[0]["amount"], "832.00");
}

/// A line of JSON with the two persons' fields.
fn by_two(op: &str, rest: &str) -> String {
    format!(
        r#"{{"op":"{op}","on":"2026-06-13","employer_id":"H1",{rest},"reason":"来函更正","by":"017","approved_by":"008"}}"#
    )
}

#[test]
fn what_was_paid_is_corrected_by_two_persons_and_the_audit_proves_it() {
    let (centre, reference) = filed();
    pay(&centre, "H01", "832.00", &reference, "2026-06-12");
    let correct = |amount: &str| {
        by_two(
            "correct_paid",
            &format!(r#""employee_id":"A1","month":"2026-05","amount":"{amount}""#),
        )
    };
    let answer = apply(&centre, &correct("160.00"), &[], 0).remove(0);
    assert_eq!((&answer["ok"], &answer["amount"]), (&true.into(), &"160.00".into()));
    let shown = |what: &[&str]| centre.json(what).remove(0);
    assert_eq!(shown(&["show", "employee", "A1"])["balance"], "672.00");
    let employer = shown(&["show", "employer", "H1"]);
    assert_eq!((&employer["fund"], &employer["advance"]), (&"672.00".into(), &"160.00".into()));
    let line = shown(&["show", "roster", "H1", "--month", "2026-05"]);
    assert_eq!((&line["total"], &line["corrected"]), (&"832.00".into(), &"160.00".into()));
    let notice = shown(&["show", "notice", &reference]);
    assert_eq!(
        (&notice["amount"], &notice["status"], &notice["lines"][0]["corrected"]),
        (&"832.00".into(), &"paid".into(), &"160.00".into())
    );
    let ledger = centre.json(&["show", "ledger", "H1"]);
    let red: Vec<_> = ledger.iter().filter(|row| row["kind"] == "correction").collect();
    assert_eq!((red.len(), &red[0]["credit"]), (2, &"-160.00".into()));
    centre.run(&["audit"]).assert().code(0);
    let one_person = correct("1.00").replace("008", "017");
    for (line, code) in [
        (correct("672.01"), "above-line"),
        (one_person, "two-persons-required"),
        (correct("1.00").replace("来函更正", ""), "reason-missing"),
        (correct("1.00").replace("\"A1\"", "\"A2\""), "not-listed"),
    ] {
        assert_eq!(apply(&centre, &line, &[], 1)[0]["error"], code, "{line}");
    }
    // Corrected to the last fen in another run, and audited again.
    apply(&centre, &correct("672.00"), &[], 0);
    assert_eq!(shown(&["show", "employee", "A1"])["balance"], "0.00");
    centre.run(&["audit"]).assert().code(0);
}

#[test]
fn identities_are_corrected_and_two_numbers_of_one_person_become_one() {
    let (centre, reference) = filed();
    pay(&centre, "H01", "832.00", &reference, "2026-06-12");
    let rename = by_two("correct_identity", r#""employee_id":"A1","name":"章某""#);
    apply(&centre, &rename, &[], 0);
    assert_eq!(centre.json(&["show", "employee", "A1"])[0]["name"], "章某");
    let taken =
        by_two("correct_identity", &format!(r#""employee_id":"A1","id_no":"{}""#, id_no(1)));
    assert_eq!(apply(&centre, &taken, &[], 1)[0]["error"], "duplicate-account");
    let same = by_two("correct_identity", r#""employee_id":"A1","name":"章某""#);
    assert_eq!(apply(&centre, &same, &[], 1)[0]["error"], "nothing-changes");

    // June waits for its money during the merge; the waiting notice settles to the remaining number.
    let june = REMIT.replace("\"2026-05\"", "\"2026-06\"").replace("2026-05-09", "2026-06-12");
    let issued = apply(&centre, &june, &[], 0);
    let answer =
        apply(&centre, &by_two("merge_employees", r#""employee_id":"A1","into":"A2""#), &[], 0);
    assert_eq!(answer[0]["amount"], "832.00");
    let gone = centre.json(&["show", "employee", "A1"]);
    assert_eq!(
        (&gone[0]["status"], &gone[0]["went_to"], &gone[0]["balance"]),
        (&"merged".into(), &"A2".into(), &"0.00".into())
    );
    pay(&centre, "H02", "832.00", issued[1]["reference"].as_str().unwrap(), "2026-06-13");
    assert_eq!(centre.json(&["show", "employee", "A2"])[0]["balance"], "1664.00");
    centre.run(&["audit"]).assert().code(0);
    let same = by_two("merge_employees", r#""employee_id":"A2","into":"A2""#);
    assert_eq!(apply(&centre, &same, &[], 1)[0]["error"], "same-employee");
}

#[test]
fn transfers_in_bulk_and_documents_go_through_template_and_list() {
    let (centre, _) = filed();
    let enrol = ENROL.replace("\"H1\"", "\"H2\"");
    apply(&centre, &enrol, &[], 0);
    let sheet = centre.run(&["template", "transfer"]).assert().code(0).get_output().stdout.clone();
    assert!(String::from_utf8(sheet).unwrap().starts_with("职工编号,转入单位编号,转入城市\n"));
    let path = centre.write("transfer.csv", "职工编号,转入单位编号,转入城市\nA2,H2,\n".as_bytes());
    let month = ["--employer", "H1", "--month", "2026-06", "--as-of", "2026-06-01"];
    let mut file = centre.run(&["register", "transfer", path.to_str().unwrap()]);
    file.args(month).assert().code(0);
    let at = |id: &str| centre.json(&["show", "employee", id])[0]["employer_id"].clone();
    assert_eq!(at("A2"), "H2");

    let passport = r#"{"op":"open_account","on":"2026-06-01","employer_id":"H2","employee_id":"P1","id_type":"passport","id_no":"E12345678","name":"某人","base":"5000.00","month":"2026-05"}"#;
    apply(&centre, passport, &[], 0);
    assert_eq!(
        apply(&centre, &passport.replace("P1", "P2"), &[], 1)[0]["error"],
        "duplicate-account"
    );
    let list = |number: &str| {
        format!(
            "employee_id,employer_id,name,id_no,base,status,id_type\nP1,H2,某人,{number},5000.00,active,护照\n"
        )
    };
    centre.write("employees.csv", list("e12345678").as_bytes());
    centre.run(&["import", "employees", "employees.csv"]).assert().code(0);
    // The list named the same document, so the account still belongs to the same person.
    assert_eq!(
        apply(&centre, &passport.replace("P1", "P2"), &[], 1)[0]["error"],
        "duplicate-account"
    );
    centre.write("wrong.csv", list("护照号").as_bytes());
    centre.run(&["import", "employees", "wrong.csv"]).assert().code(1);
}

#[test]
fn arrears_name_the_month_the_day_and_what_is_known_of_it() {
    let (centre, reference) = filed();
    let owed = |on: &str| centre.json(&["arrears", "--as-of", on]);
    assert!(owed("2026-06-05").is_empty());
    // The fifth day after the month's last, a Friday, was the last day in time.
    let row = owed("2026-06-08").remove(0);
    for (key, want) in
        [("employer", "H1"), ("month", "2026-05"), ("due_on", "2026-06-05"), ("amount", "832.00")]
    {
        assert_eq!(row[key], want, "{key}");
    }
    assert_eq!((&row["days_late"], &row["headcount"]), (&3.into(), &1.into()));
    assert_eq!(row["reference"], reference.as_str());
    let defer = by_two("defer", r#""from":"2026-05","to":"2026-05","approval":"8号""#);
    apply(&centre, &defer, &[], 0);
    assert_eq!(apply(&centre, &defer, &[], 1)[0]["error"], "already-deferred");
    assert!(owed("2026-06-08").is_empty());
    pay(&centre, "H01", "832.00", &reference, "2026-06-12");
    // 5 July is a Sunday: Monday is in time. June has no list yet.
    let payday = r#"{"op":"update_basic","on":"2026-06-12","employer_id":"H1","payday":30}"#;
    apply(&centre, payday, &[], 0);
    assert!(owed("2026-07-06").is_empty());
    let row = owed("2026-07-07").remove(0);
    assert_eq!((&row["month"], &row["due_on"]), (&"2026-06".into(), &"2026-07-06".into()));
    assert_eq!((&row["amount"], &row["headcount"]), (&Value::Null, &1.into()));
    let none = by_two(
        "allow_low_rates",
        r#""from":"2026-06","to":"2026-07","employer_rate":"0.03","employee_rate":"0.03""#,
    );
    assert_eq!(apply(&centre, &none, &[], 1)[0]["error"], "approval-missing");
}
