//! Sheets from the outside: errors are reported at their places, written back, fixed, and filed again.

use crate::centre::Centre;
use assert_cmd::Command;
use serde_json::{Value, json};

const PEOPLE: &str = r#"{"op":"open_employer","on":"2026-05-06","employer_id":"H1","name":"手册示例公司","kind":"company","employer_rate":"0.08","employee_rate":"0.08","first_month":"2026-05"}
{"op":"open_account","on":"2026-05-07","employer_id":"H1","id_no":"110105198001010016","name":"王五","base":"5000.00","month":"2026-05","employee_id":"A1"}
{"op":"open_account","on":"2026-05-07","employer_id":"H1","id_no":"110105198001010032","name":"孙七","base":"5000.00","month":"2026-05","employee_id":"0012"}
{"op":"open_account","on":"2026-05-07","employer_id":"H1","id_no":"110105198001010040","name":"周八","base":"5000.00","month":"2026-05","employee_id":"12"}
"#;

fn filed() -> Centre {
    let centre = Centre::new();
    centre.run(&["apply", "-"]).write_stdin(PEOPLE).assert().code(0);
    centre
}

fn register(centre: &Centre, name: &str, file: &str) -> Command {
    let mut command = centre.run(&["register", name, file]);
    command.args(["--employer", "H1", "--month", "2026-05", "--as-of", "2026-05-08"]);
    command
}

fn lines(command: &mut Command, code: i32) -> Vec<Value> {
    let output = command.assert().code(code).get_output().stdout.clone();
    let text = String::from_utf8(output).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn what_cannot_be_read_and_what_cannot_be_done_are_told_together_at_their_places() {
    let centre = filed();
    let sheet = "请勿改动表头\r\n职工编号,姓名,缴存基数（元）\r\nA1,王五,五千\r\n0012,孙七,100\r\nA9,吴九,5200\r\n12,孙七,5300\r\n";
    centre.write("base.csv", sheet.as_bytes());
    let mut command = register(&centre, "adjust-base", "base.csv");
    let told = lines(command.args(["--format", "json", "--errors", "back.csv"]), 1);
    let places: Vec<Value> = told
        .iter()
        .map(|one| json!([one["row"], one["column"], one["found"], one["kind"]]))
        .collect();
    assert_eq!(
        places,
        [
            json!([3, "C", "五千", "wrong-value"]),
            json!([4, "C", "100.00", "unfit"]),
            json!([5, "A", "A9", "unfit"]),
            json!([6, "B", "孙七", "unfit"]),
        ]
    );
    assert!(
        told[1]["message_zh"]
            .as_str()
            .unwrap()
            .contains("（孙七）职工 0012 的缴存基数 100.00 元低于下限")
    );
    assert!(told[3]["message_zh"].as_str().unwrap().contains("职工编号 12 的姓名是“周八”"));
    assert!(told[0]["expected"].as_str().unwrap().starts_with("expected a digit at position 1"));
    // Written back, fixed and filed again.
    let back = std::fs::read_to_string(centre.path().join("back.csv")).unwrap();
    assert!(back.contains("职工编号,姓名,缴存基数（元）,错误\r\n"), "{back}");
    let mended =
        back.replace("五千", "5100").replace(",100,", ",5150,").replace("A9,吴九", "12,周八");
    let mended: Vec<&str> = mended.lines().filter(|line| !line.starts_with("12,孙七")).collect();
    centre.write("again.csv", mended.join("\r\n").as_bytes());
    let answer = lines(&mut register(&centre, "adjust-base", "again.csv"), 0).remove(0);
    let people: Vec<Value> = answer["employees"].as_array().unwrap().clone();
    assert_eq!(people[1], json!({"row": 4, "employee_id": "0012", "name": "孙七"}));
    assert_eq!(centre.json(&["show", "employee", "A1"])[0]["base"], "5100.00");
}

#[test]
fn a_number_that_may_have_lost_its_zeros_is_refused_unless_a_name_says_whose_it_is() {
    let centre = filed();
    let book = |cells: &[(&str, &str)]| {
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        sheet.write_number(1, 0, 12).unwrap();
        for (column, (heading, value)) in (0..).zip(cells) {
            sheet.write_string(0, column, *heading).unwrap();
            if column > 0 {
                sheet.write_string(1, column, *value).unwrap();
            }
        }
        book.save_to_buffer().unwrap()
    };
    centre.write("bare.xlsx", &book(&[("职工编号", ""), ("封存原因", "离职")]));
    let told = lines(register(&centre, "seal", "bare.xlsx").args(["--format", "json"]), 1);
    assert!(
        told[0]["message_zh"].as_str().unwrap().contains("本单位还有职工编号 0012"),
        "{told:?}"
    );
    centre.write("named.xlsx", &book(&[("职工编号", ""), ("姓名", "周八"), ("封存原因", "离职")]));
    register(&centre, "seal", "named.xlsx").assert().code(0);
    assert_eq!(centre.json(&["show", "employee", "12"])[0]["status"], "sealed");
    assert_eq!(centre.json(&["show", "employee", "0012"])[0]["status"], "active");
}

#[test]
fn no_number_that_the_program_thought_of_stands_in_a_message() {
    let centre = filed();
    let open = "身份证号,姓名,缴存基数\n110105198502011009,陈一,100\n110105198502011017,陈二,5000\n110105198502011017,陈二,5000\n";
    centre.write("open.csv", open.as_bytes());
    let output = register(&centre, "open", "open.csv").assert().code(1).get_output().clone();
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    let thought_of = duizhang::remittance::employee::employee_id("110105198502011009", 0);
    assert!(!said.contains(thought_of.as_str()), "{said}");
    assert!(said.contains("职工 陈一 的缴存基数 100.00 元低于下限"), "{said}");
    assert!(said.contains("与第 3 行是同一人"), "{said}");
}

#[test]
fn a_form_that_was_filled_in_beforehand_asks_only_for_what_somebody_wrote() {
    let centre = filed();
    let form = ["template", "adjust-base", "--employer", "H1"];
    let csv = centre.run(&form).assert().code(0).get_output().stdout.clone();
    let csv = String::from_utf8(csv).unwrap();
    assert!(csv.starts_with("职工编号,姓名,现缴存基数,缴存基数\n0012,孙七,5000.00,\n"), "{csv}");
    centre.write("july.csv", csv.replace("A1,王五,5000.00,", "A1,王五,5000.00,5400").as_bytes());
    let said =
        register(&centre, "adjust-base", "july.csv").assert().code(0).get_output().stderr.clone();
    let said = String::from_utf8(said).unwrap();
    assert!(said.contains("2 rows that were not filled in were passed over"), "{said}");
    assert_eq!(centre.json(&["show", "employee", "A1"])[0]["base"], "5400.00");
    // The workbook has no rows when parsed, not even its example.
    centre.run(&["template", "seal", "--employer", "H1", "--out", "seal.xlsx"]).assert().code(0);
    let mut seal = register(&centre, "seal", "seal.xlsx");
    let told = lines(seal.args(["--format", "json"]), 1);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0]["message_zh"].as_str().unwrap().contains("没有明细"), "{told:?}");
    for list in ["accounts", "employers", "employees", "notices"] {
        let file = format!("{list}.xlsx");
        centre.run(&["template", list, "--out", &file]).assert().code(0);
        let said = centre.stderr(&["import", list, &file], 0);
        assert!(said.contains("no rows below the heading"), "{list}: {said}");
    }
    centre.run(&["template", "open", "--employer", "H1"]).assert().code(2);
}

#[test]
fn a_list_that_cannot_be_taken_in_is_written_back_with_what_is_wrong() {
    let centre = Centre::new();
    let list = "单位编号,单位名称,发薪日,备注\nE1,示例一公司,8,\nE2,#N/A,nobody,无\n";
    centre.write("employers.csv", list.as_bytes());
    let mut command =
        centre.run(&["import", "employers", "employers.csv", "--errors", "back.xlsx"]);
    let said = command.assert().code(1).get_output().stderr.clone();
    let said = String::from_utf8(said).unwrap();
    assert!(
        said.contains("employers.csv:3:B: name \"#N/A\": expected a value, found an error"),
        "{said}"
    );
    assert!(said.contains("第 3 行 C 列“发薪日”（现为“nobody”）：应为 1 至 31 之间的日"), "{said}");
    let said = centre.stderr(&["import", "employers", "back.xlsx"], 1);
    assert!(said.contains("back.xlsx:3:B:") && said.contains("back.xlsx:3:C:"), "{said}");
    centre
        .run(&["import", "employers", "employers.csv", "employers.csv", "--errors", "x.csv"])
        .assert()
        .code(2);
}

#[test]
fn what_a_list_may_not_say_of_what_is_known_is_told_as_what_cannot_be_read() {
    let centre = filed();
    let head = "职工名单（试行）\n职工编号,单位编号,姓名,身份证号,缴存基数,状态\n";
    let list = format!(
        "{head}A7,H1,赵六,110105198001010059,100,正常\nA8,H9,钱九,110105198001010067,5000,正常\n"
    );
    centre.write("people.csv", list.as_bytes());
    let mut command = centre.run(&["import", "employees", "people.csv", "--as-of", "2026-05-08"]);
    let told = lines(command.args(["--format", "json", "--errors", "back.csv"]), 1);
    let places: Vec<Value> =
        told.iter().map(|one| json!([one["row"], one["column"], one["kind"]])).collect();
    assert!(places.contains(&json!([3, "E", "unfit"])), "{told:?}");
    assert!(places.contains(&json!([4, "B", "unfit"])), "{told:?}");
    for one in &told {
        assert!(one["message_zh"].as_str().unwrap().starts_with("第 "), "{one}");
    }
    let back = std::fs::read_to_string(centre.path().join("back.csv")).unwrap();
    assert!(back.contains("缴存基数,状态,错误\r\n"), "{back}");
    assert!(back.contains("正常,缴存基数：") && back.contains("正常,单位编号："), "{back}");
    assert_eq!(centre.json(&["show", "employee", "A1"])[0]["base"], "5000.00");
}
