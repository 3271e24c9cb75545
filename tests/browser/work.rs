//! A day at the desk: log in, find, propose, approve as another, undo, export, with mouse and keyboard.

use crate::centre::SQLITE;
use crate::driver::Browser;
use crate::served::{KEY, Served, Wish, entry};
use duizhang::web::account::code_at;
use std::time::{Duration, Instant};

const ENTER: &str = "\u{E007}";

#[test]
fn a_clerk_settles_an_item_and_another_person_approves_it() {
    let served = Served::new(SQLITE);
    served.centre.notices(&["P9 500"]);
    let Some(clerk) = Browser::open(&served) else { return };
    clerk.log_in("clerk", "");
    clerk.go("/queue?reason=no-reference");
    clerk.click("#queue a.open");
    clerk.arrive("/items/1/S3");
    clerk.click("details[data-key=propose] summary");
    clerk.fill("#notices", "P1906130009");
    clerk.fill("#note-1", "单位来电确认");
    clerk.click("details[data-key=propose] button.main");
    clerk.arrive("/preview");
    assert!(clerk.text().contains("单位来电确认"), "{}", clerk.text());
    clerk.click("main button.main");
    clerk.arrive("/items/1/S3?done=proposed");
    assert!(clerk.text().contains("待复核"), "{}", clerk.text());

    let Some(approver) = Browser::open(&served) else { return };
    approver.log_in("approver", "");
    approver.go("/approvals");
    let shown = approver.text();
    assert!(shown.contains("P1906130009") && shown.contains("单位来电确认"), "{shown}");
    approver.click("section.card form[action='/approvals/approve'] button");
    approver.arrive("/approvals?done=booked");
    served.centre.prove("after the approval");

    clerk.go("/items/1/S3");
    assert!(clerk.text().contains("已办结"), "{}", clerk.text());
    assert!(clerk.text().contains("复核通过"), "{}", clerk.text());
}

#[test]
fn the_second_factor_is_asked_for() {
    let wish = Wish { second_factor: true, ..Wish::default() };
    let served = Served::wishing(SQLITE, wish);
    let told = entry("second-factor-changed", "clerk");
    served.centre.store.set_second_factor("clerk", KEY, 0, &[], &told).unwrap();
    let Some(browser) = Browser::open(&served) else { return };
    browser.go("/login");
    browser.fill("#name", "clerk");
    browser.fill("#password", crate::served::PASSWORD);
    browser.fill("#code", "000000");
    browser.click("form.login button");
    browser.wait_for("[role=alert]");
    browser.log_in("clerk", &code_at(KEY, served.now()).unwrap());
    browser.go("/queue");
    browser.wait_for("#queue");
    browser.log_out();
    browser.go("/queue");
    browser.arrive("/login");
}

#[test]
fn what_is_not_approved_yet_is_taken_back_by_whoever_proposed_it() {
    let served = Served::new(SQLITE);
    let Some(browser) = Browser::open(&served) else { return };
    browser.log_in("clerk", "");
    browser.go("/items/1/S3");
    browser.js("document.querySelectorAll('details').forEach((one) => { one.open = true; })");
    browser.fill("#note-4", "重复缴款");
    browser.click("form:has(#note-4) button.main");
    browser.arrive("/preview");
    browser.click("main button.main");
    browser.arrive("/items/1/S3?done=proposed");
    browser.press("u");
    browser.arrive("/items/1/S3?done=withdrawn");
    assert!(browser.text().contains("撤回处理意见"), "{}", browser.text());
    browser.wait_for("details[data-key=propose]");
}

#[test]
fn the_whole_way_goes_by_keyboard() {
    let served = Served::new(SQLITE);
    served.centre.notices(&["P9 500"]);
    let Some(browser) = Browser::open(&served) else { return };
    browser.log_in("clerk", "");
    browser.go("/queue");
    browser.wait_for("#queue");
    browser.press("jx");
    assert_eq!(browser.js("return document.querySelector('[data-count]').textContent"), "1");
    browser.press("j");
    assert_eq!(browser.js("return document.querySelectorAll('tr.at').length"), 1);
    let rows =
        browser.js("return document.querySelectorAll('tr[data-row]').length").as_u64().unwrap();
    for _ in 2..rows {
        browser.press("j");
    }
    browser.press("?");
    browser.wait_for("dialog[open]");
    browser.press(ENTER);
    browser.press("k");
    browser.press("j");
    browser.press(ENTER);
    browser.arrive("/items/");
    browser.press("a");
    browser.arrive(&format!("{}?done=assigned", browser.place().split('?').next().unwrap()));
    assert!(browser.text().contains("clerk先生"), "{}", browser.text());
    browser.press("r");
    assert_eq!(browser.js("return document.activeElement.id"), "notices");
}

#[test]
fn what_the_queue_shows_can_be_taken_out() {
    let served = Served::new(SQLITE);
    let Some(browser) = Browser::open(&served) else { return };
    let folder = browser.folder.path().join("taken");
    std::fs::create_dir(&folder).unwrap();
    browser.download_into(&folder);
    browser.log_in("clerk", "");
    browser.go("/queue?reason=no-reference");
    browser.click("a[data-key=export]");
    let began = Instant::now();
    let path = loop {
        let found = std::fs::read_dir(&folder).unwrap().flatten().map(|entry| entry.path());
        let found =
            found.into_iter().find(|path| path.extension().is_some_and(|end| end == "xlsx"));
        if let Some(path) = found {
            break path;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "nothing was downloaded");
        std::thread::sleep(Duration::from_millis(100));
    };
    use calamine::Reader;
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(path).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    let cells: Vec<String> = sheet.rows().skip(1).map(|row| row[3].to_string()).collect();
    assert_eq!(cells, ["S3"], "the rows of the view, and no others");
}
