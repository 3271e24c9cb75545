//! Everybody can use the desk: on a narrow screen, with a screen reader, with little contrast vision, without a mouse.
//!
//! The checks are our own and few: every field has a name, headings go down one step at a time, text contrasts with its
//! background, targets are large enough, the focus follows the order of the page and is visible. They run on every page
//! of the menu and on an item, in light and in dark.

use crate::centre::SQLITE;
use crate::driver::Browser;
use crate::served::Served;
use serde_json::Value;

const PAGES: [&str; 13] = [
    "/login",
    "/",
    "/queue",
    "/approvals",
    "/transactions",
    "/notices",
    "/employers",
    "/employers/E1",
    "/letters",
    "/runs",
    "/rules",
    "/trail",
    "/items/1/S3",
];

/// Returns the faults of a page, as sentences.
const CHECK: &str = r"
const wrong = [];
const visible = (one) => one.checkVisibility({ visibilityProperty: true }) && one.getClientRects().length > 0;
const name = (one) => (one.getAttribute('aria-label') || (one.labels && [...one.labels].map((label) => label.textContent).join(' '))
    || (one.getAttribute('aria-labelledby') || '').split(' ').map((id) => document.getElementById(id)?.textContent || '').join(' ')
    || (one.matches('button, a, summary') ? one.textContent : '') || one.title || '').trim();
const say = (one) => `${one.tagName.toLowerCase()}#${one.id}.${one.className} ${(one.textContent || one.name || '').trim().slice(0, 30)}`;
for (const one of document.querySelectorAll('input:not([type=hidden]), select, textarea, button, a, summary')) {
    if (!name(one)) wrong.push(`no name: ${say(one)}`);
}
for (const one of document.querySelectorAll('table')) if (!one.caption) wrong.push(`no caption: ${say(one)}`);
for (const one of document.querySelectorAll('th')) if (!one.scope) wrong.push(`no scope: ${say(one)}`);
if (document.querySelectorAll('h1').length !== 1) wrong.push('not one h1');
if (document.querySelectorAll('main').length !== 1) wrong.push('not one main');
if (!document.documentElement.lang) wrong.push('no lang');
if (!document.title) wrong.push('no title');
let level = 0;
for (const one of document.querySelectorAll('h1, h2, h3, h4')) {
    if (one.closest('dialog')) continue;
    const next = Number(one.tagName[1]);
    if (next > level + 1) wrong.push(`heading jumps from ${level}: ${say(one)}`);
    level = next;
}
const ids = [...document.querySelectorAll('[id]')].map((one) => one.id);
for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) wrong.push(`twice: #${id}`);
const colour = (text) => text.match(/[\d.]+/g).map(Number);
const light = ([r, g, b]) => [r, g, b].map((part) => part / 255)
    .map((part) => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
const behind = (one) => {
    for (let at = one; at; at = at.parentElement) {
        const found = colour(getComputedStyle(at).backgroundColor);
        if (found.length === 3 || found[3] === 1) return found;
    }
    return colour(getComputedStyle(document.documentElement).colorScheme.includes('dark') && matchMedia('(prefers-color-scheme: dark)').matches ? 'rgb(0,0,0)' : 'rgb(255,255,255)');
};
const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walk.nextNode()) {
    const one = walk.currentNode.parentElement;
    if (!walk.currentNode.textContent.trim() || !visible(one) || one.closest('.unseen, .skip, option, noscript')) continue;
    const [a, b] = [light(colour(getComputedStyle(one).color)), light(behind(one))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) wrong.push(`contrast ${ratio.toFixed(2)}: ${say(one)}`);
}
for (const one of document.querySelectorAll('button, .button, .chip, nav.menu a, summary, input:not([type=hidden]):not([type=checkbox]), select')) {
    if (!visible(one)) continue;
    const box = one.getBoundingClientRect();
    const least = one.matches('.chip') && innerWidth > 640 ? 36 : 44;
    if (box.height < least - 0.5) wrong.push(`${Math.round(box.height)} px high: ${say(one)}`);
}
for (const one of document.querySelectorAll('[tabindex]')) if (one.tabIndex > 0) wrong.push(`tabindex: ${say(one)}`);
for (const one of document.querySelectorAll('[style], style, main script, [onclick]')) wrong.push(`inline: ${say(one)}`);
return [...new Set(wrong)].slice(0, 12);
";

fn check(browser: &Browser, what: &str) {
    for page in PAGES {
        browser.go(page);
        browser.wait_for("main");
        let wrong = browser.js(CHECK);
        assert_eq!(wrong, Value::Array(Vec::new()), "{what} {page}");
    }
}

#[test]
fn every_page_can_be_used_by_everybody() {
    let served = Served::new(SQLITE);
    let Some(browser) = Browser::open(&served) else { return };
    browser.log_in("approver", "");
    check(&browser, "light");
    browser.dark();
    check(&browser, "dark");
}

#[test]
fn nothing_scrolls_sideways_on_a_narrow_screen() {
    let served = Served::new(SQLITE);
    let Some(browser) = Browser::open(&served) else { return };
    browser.log_in("approver", "");
    browser.size(360, 740);
    check(&browser, "narrow");
    for page in PAGES {
        browser.go(page);
        let wide = browser.js("return document.documentElement.scrollWidth").as_u64().unwrap();
        assert!(wide <= 360, "{page} is {wide} px wide");
    }
}

#[test]
fn the_focus_goes_through_the_page_in_its_order_and_is_seen() {
    let served = Served::new(SQLITE);
    let Some(browser) = Browser::open(&served) else { return };
    browser.log_in("clerk", "");
    browser.go("/queue");
    browser.wait_for("#queue");
    const TAB: &str = "\u{E004}";
    let mut before = -1;
    for step in 0..30 {
        browser.press(TAB);
        let seen = browser.js(
            "const one = document.activeElement;
             const all = [...document.querySelectorAll('*')];
             const style = getComputedStyle(one);
             return [all.indexOf(one), style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2, one.outerHTML.slice(0, 120)];",
        );
        let place = seen[0].as_i64().unwrap();
        assert!(place > before, "step {step} goes back to {}", seen[2]);
        assert_eq!(seen[1], true, "step {step} is not seen: {}", seen[2]);
        before = place;
    }
}

#[test]
fn the_checks_see_what_is_wrong() {
    let served = Served::new(SQLITE);
    let Some(browser) = Browser::open(&served) else { return };
    browser.log_in("clerk", "");
    browser.go("/rules");
    browser.js("const main = document.querySelector('main');
         const add = (name, parent = main) => parent.appendChild(document.createElement(name));
         add('input');
         add('h4').textContent = 'too deep';
         add('table');
         const pale = add('p');
         pale.textContent = 'pale';
         pale.style.color = '#9a9a9a';
         const small = add('button');
         small.textContent = 'small';
         small.style.minHeight = small.style.height = '20px';
         add('h1').textContent = 'another';");
    let wrong = browser.js(CHECK).to_string();
    for what in
        ["no name", "heading jumps", "no caption", "contrast", "20 px high", "not one h1", "inline"]
    {
        assert!(wrong.contains(what), "{what} is not seen: {wrong}");
    }
}
