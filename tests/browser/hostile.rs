//! Anything that a payer or a bank can send is text, on every page and in every export.

use crate::centre::{Centre, SQLITE};
use crate::driver::Browser;
use crate::feed::{HEADER, account};
use crate::served::{Served, Wish, hire};
use duizhang::suspense::Role;

/// Texts that would run, or break out, if treated as markup; one for each way.
const EVIL: [&str; 6] = [
    "<script>window.pwned=1</script>",
    "<img src=x onerror=window.pwned=1>",
    "\"'><svg onload=window.pwned=1>",
    "{{7*7}}${7*7}<!--",
    "javascript:window.pwned=1",
    "=HYPERLINK(\"\"http://evil.example/\"\";\"\"x\"\")",
];

/// A centre in which every text is hostile: names, remarks, serials, an employer's name, a file's.
fn hostile() -> Centre {
    let centre = Centre::new(SQLITE, &["P1 1000"]);
    let list = format!("employer_id,name,contact\nE9,\"{}\",\"{}\"\n", EVIL[1], EVIL[0]);
    let list = duizhang::import::employers(list.as_bytes()).unwrap();
    centre.store.import_employers(&list.rows).unwrap();
    let mut feed = format!("{HEADER}\n");
    for (number, evil) in EVIL.iter().enumerate() {
        let text = evil.replace('"', "\"\"").replace("\"\"\"\"", "\"\"");
        feed.push_str(&format!(
            "{},\"S{number}/{text}\",2026-05-11,,贷,{}.00,,6222000000000000001,\"{text}\",\"{text}\",\"{text} P190613\",\n",
            account("icbc"),
            100 + number,
        ));
    }
    let file = centre.lay(None, "<img src=x onerror=window.pwned=1>.csv", feed);
    centre.night("05-12", &[file]);
    for role in Role::ALL {
        hire(&centre.store, role.code(), role);
    }
    centre
}

#[test]
fn no_text_of_a_payer_or_bank_runs_on_any_page() {
    let served = Served::of(hostile(), Wish::default());
    let Some(browser) = Browser::open(&served) else { return };
    browser.log_in("approver", "");
    let silent = |page: &str| {
        assert!(browser.js("return window.pwned === undefined").as_bool().unwrap(), "{page}");
        let markup =
            "return document.querySelectorAll('main script, main img, main svg[onload]').length";
        assert_eq!(browser.js(markup), 0, "{page}");
    };
    let pages = [
        "/",
        "/queue",
        "/approvals",
        "/transactions",
        "/notices",
        "/employers",
        "/employers/E9",
        "/letters",
        "/runs",
        "/runs/2026-05-12",
        "/rules",
        "/trail",
        "/queue?q=%3Cscript%3Ewindow.pwned%3D1%3C%2Fscript%3E&employer=%22%3E%3Csvg%20onload%3Dwindow.pwned%3D1%3E",
    ];
    for page in pages {
        browser.go(page);
        silent(page);
    }
    browser.go("/queue");
    let rows = "return [...document.querySelectorAll('#queue a.open')].map((one) => one.getAttribute('href'))";
    let items = browser.js(rows);
    assert_eq!(items.as_array().unwrap().len(), EVIL.len());
    for item in items.as_array().unwrap() {
        let item = item.as_str().unwrap();
        browser.go(item);
        browser.wait_for(".timeline");
        silent(item);
        browser.go(&item.replacen("/items/", "/transactions/", 1));
        silent(item);
    }
    let item = items[0].as_str().unwrap();
    browser.size(360, 740);
    for page in ["/queue", "/transactions", "/employers", "/runs/2026-05-12", item] {
        browser.go(page);
        let wide = browser.js("return document.documentElement.scrollWidth").as_u64().unwrap();
        assert!(wide <= 360, "{page} is {wide} px wide");
    }
    browser.go(item);
    browser.fill("#note", EVIL[1]);
    browser.click("form:has(#note) button");
    browser.arrive(item);
    assert!(browser.text().contains(EVIL[1]), "{}", browser.text());
    silent("a note");
}

#[test]
fn no_text_of_a_payer_is_a_formula_in_what_is_taken_out() {
    let served = Served::of(hostile(), Wish::default());
    let Some(browser) = Browser::open(&served) else { return };
    browser.log_in("clerk", "");
    browser.go("/queue");
    let bytes = browser.js_later(
        "const done = arguments[arguments.length - 1];
         fetch('/queue/export.xlsx').then((answer) => answer.arrayBuffer())
             .then((bytes) => done([...new Uint8Array(bytes)]));",
    );
    let bytes: Vec<u8> = bytes
        .as_array()
        .unwrap()
        .iter()
        .map(|byte| u8::try_from(byte.as_u64().unwrap()).unwrap())
        .collect();
    use calamine::Reader;
    let mut book: calamine::Xlsx<_> = calamine::Xlsx::new(std::io::Cursor::new(bytes)).unwrap();
    let formulas = book.worksheet_formula("明细").unwrap();
    assert!(formulas.used_cells().next().is_none(), "{formulas:?}");
    let cells = book.worksheet_range("明细").unwrap();
    assert_eq!(cells.height(), EVIL.len() + 1);
    for (_, _, cell) in cells.used_cells() {
        assert!(!cell.to_string().starts_with(['=', '+', '@']), "{cell}");
    }
}
