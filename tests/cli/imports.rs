//! `import` from the outside: its report on a list in each format, and undoing it.

use crate::apply::id_no;
use crate::centre::Centre;
use crate::postgres;

const HEAD: &str = "employee_id,employer_id,name,id_no,base,status";

fn list(centre: &Centre, rows: &[String]) {
    centre.write("employees.csv", format!("{HEAD}\n{}\n", rows.join("\n")).as_bytes());
}

fn person(number: u32, rest: &str) -> String {
    format!("A{number},E1,某人{number},{},{rest}", id_no(number))
}

fn says_and_takes_back(centre: &Centre) {
    list(centre, &[person(1, "5000,active"), person(2, "5000,active")]);
    let import = |more: &[&str], code: i32| {
        centre.stderr(&[&["import", "employees", "employees.csv"], more].concat(), code)
    };
    let said = import(&["--dry-run"], 0);
    assert!(said.contains("added    A1 of E1 (某人1)") && said.contains("dry run"), "{said}");
    assert!(!said.contains("undo"), "a rehearsal leaves nothing to undo: {said}");
    let said = import(&["--by", "wang"], 0);
    assert!(said.contains("employees.csv: 2 added, 0 changed, 0 unchanged"), "{said}");
    let id = said.split("import undo ").nth(1).unwrap().split('`').next().unwrap().to_owned();
    // Another person under a number without dependents: only the end of the number is shown.
    list(centre, &[person(1, "5000.00,active"), person(3, "6000,sealed").replace("A3", "A2")]);
    let said = import(&[], 0);
    let end = &id_no(2)[14..];
    let want = format!(
        "changed  A2 of E1 (某人3): name 某人2 → 某人3; base 5000.00 → 6000.00; \
        status active → sealed; id_no resident-card ····{end} →"
    );
    assert!(said.contains(&want), "{said}\nnot\n{want}");
    assert!(!said.contains(&id_no(3)), "{said}");
    let rows = centre.json(&["import", "employees", "employees.csv"]);
    assert_eq!((rows.len(), &rows[0]["unchanged"], &rows[0]["kept"]), (1, &2.into(), &0.into()));
    // Programs get everything in full, a line for each field after the figures.
    list(centre, &[person(1, "7000,active")]);
    let rows = centre.json(&["import", "employees", "employees.csv", "--full"]);
    let line = |index: usize| {
        ["change", "key", "field", "before", "after"].map(|key| rows[index][key].clone())
    };
    assert_eq!(line(1), ["changed", "A1", "base", "5000.00", "7000.00"]);
    assert_eq!((&rows[2]["change"], &rows[2]["key"]), (&"missing".into(), &"A2".into()));
    let csv =
        centre.run(&["import", "employees", "employees.csv", "--format", "csv"]).output().unwrap();
    let csv = String::from_utf8(csv.stdout).unwrap();
    assert_eq!(csv, "file,change,key,employer_id,name,field,before,after,why\n");
    // The later imports depend on the first.
    let refused = centre.stderr(&["import", "undo", &id], 1);
    assert!(refused.contains("A1 of E1 was changed by import"), "{refused}");
    let mut trail = centre.json(&["trail", "--event", "imported"]);
    trail.retain(|entry| entry["detail"].as_str().unwrap().contains("\"list\":\"employees\""));
    let by: Vec<_> = trail.iter().map(|entry| entry["actor"].as_str().unwrap()).collect();
    assert_eq!(by, ["wang", "command line", "command line", "command line", "command line"]);
    let changing = trail.iter().filter(|entry| {
        let detail = entry["detail"].as_str().unwrap();
        !(detail.contains("\"added\":0") && detail.contains("\"changed\":0"))
    });
    let ids: Vec<String> =
        changing.map(|entry| entry["subject"].as_str().unwrap().to_owned()).collect();
    let undone = centre.json(&["import", "undo", &ids[2], "--dry-run"]);
    assert_eq!((&undone[0]["removed"], &undone[0]["restored"]), (&0.into(), &1.into()));
    for id in ids.iter().rev() {
        centre.run(&["import", "undo", id]).assert().code(0);
    }
    centre.run(&["show", "employee", "A1"]).assert().code(1);
    assert_eq!(centre.json(&["trail", "--event", "import-undone"]).len(), 3);
    centre.run(&["audit"]).assert().code(0);
}

#[test]
fn an_import_says_before_and_after_and_is_taken_back() {
    says_and_takes_back(&Centre::new());
    if let Some(url) = postgres::url() {
        says_and_takes_back(&Centre::on(url, "imports"));
    }
}

#[test]
fn what_cannot_be_is_told_with_its_place_in_both_languages_and_nothing_is_taken() {
    let centre = Centre::new();
    list(
        &centre,
        &[
            person(1, "100,active"),
            "A2,E1,某人,1,5000,active".to_owned(),
            person(3, "5000,active").replace("E1", "E404"),
            person(4, "5000,active"),
        ],
    );
    let said = centre.stderr(&["import", "employees", "employees.csv", "--as-of", "2026-05-11"], 1);
    for want in [
        "employees.csv:2:E: base \"100.00\": the base of A1 is 100.00; in 2026-05 give one from",
        "职工 A1 的缴存基数 100.00 元低于下限",
        "employees.csv:3:D: id_no \"1\": identity number \"1\": expected 18 characters, found 1",
        "employees.csv:4:B: employer_id \"E404\": expected an employer that is known",
        "3 errors; nothing of the file was imported",
    ] {
        assert!(said.contains(want), "{want}: {said}");
    }
    centre.run(&["show", "employee", "A4"]).assert().code(1);
}

#[test]
fn of_many_changes_the_first_are_told_and_the_rest_are_counted() {
    let centre = Centre::new();
    let rows: Vec<String> = (1..=30).map(|number| person(number, "5000,active")).collect();
    list(&centre, &rows);
    let dry = centre.stderr(&["import", "employees", "employees.csv", "--dry-run"], 0);
    assert_eq!(dry.matches("added    A").count(), 30, "{dry}");
    let said = centre.stderr(&["import", "employees", "employees.csv"], 0);
    assert_eq!(said.matches("added    A").count(), 20, "{said}");
    assert!(said.contains("and 10 more rows added; --format csv has them all"), "{said}");
    centre.write("empty.csv", format!("{HEAD}\n").as_bytes());
    assert!(centre.stderr(&["import", "employees", "empty.csv"], 0).contains("has no rows"));
}
