//! Every case of the shared file of remarks, against the contract's JSON.
//!
//! The file is found through `DUIZHANG_SHARED` (default `../shared`); without it the test says so.
//!
//! Only the keys in a case are compared; `remark/table_tests.rs` tests what the contract says beyond the cases.

use reconcile::remark::Reader;
use serde_json::Value;

#[test]
fn every_shared_case_is_read_as_it_says() {
    let path = crate::shared::shared().join("cases/remarks.jsonl");
    let Ok(cases) = std::fs::read_to_string(&path) else {
        println!("skipped: no {}", path.display());
        return;
    };
    let reader = Reader::shipped();
    let mut wrong = Vec::new();
    for line in cases.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let remark = case["remark"].as_str().unwrap();
        let reading = reader.read(remark);
        let got = serde_json::to_value(reading.view(remark)).unwrap();
        for key in ["reference", "certainty", "advice", "candidates"] {
            if case.get(key).is_some_and(|want| *want != got[key]) {
                wrong.push(format!("{remark:?} {key}: {} ({})", got[key], case["why"]));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
