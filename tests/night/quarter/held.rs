//! Checks a letter against the books: each kind of sentence has a condition for being true.
//!
//! Start at [`Told::hold`]. A letter is read line by line, as its reader does; a section begins with its number.

use super::Books;
use chrono::NaiveDate;
use duizhang::remittance::{Direction, Outcome};
use duizhang::store::{LetterRow, NoticeRow, TransactionRow};
use mail_parser::MessageParser;
use regex::Regex;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// The letters to employers so far.
#[derive(Default)]
pub(crate) struct Told {
    /// The letters of each employer: their day and text.
    letters: BTreeMap<String, Vec<(NaiveDate, String)>>,
    /// When a notice was reopened.
    pub(crate) opened: BTreeMap<String, Option<NaiveDate>>,
}

type Held = Result<(), String>;

/// The text of a letter; of a paper one without its layout.
pub(crate) fn text(letter: &LetterRow) -> String {
    if letter.on_paper() {
        let html = letter.message.split_once("</head>").map_or("", |(_, body)| body);
        let ends = Regex::new("</p>|<br>|</tr>|</li>|</h1>|</div>|</td>").unwrap();
        let tags = Regex::new("<[^>]*>").unwrap();
        let lines = ends.replace_all(html, "\n");
        let text = tags.replace_all(&lines, "").replace("&#34;", "\"");
        return text.replace("：\n", "：");
    }
    let mail = MessageParser::default().parse(&letter.message).unwrap();
    mail.body_text(0).unwrap().replace("\r\n", "\n")
}

fn pattern(text: &'static str) -> &'static Regex {
    static ALL: OnceLock<std::sync::Mutex<BTreeMap<&'static str, &'static Regex>>> =
        OnceLock::new();
    let mut all = ALL.get_or_init(Default::default).lock().unwrap();
    all.entry(text).or_insert_with(|| Box::leak(Box::new(Regex::new(text).unwrap())))
}

fn fen(text: &str) -> i64 {
    let plain: String = text.chars().filter(char::is_ascii_digit).collect();
    plain.parse().unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn is(holds: bool, otherwise: &str) -> Held {
    if holds { Ok(()) } else { Err(otherwise.to_owned()) }
}

impl Told {
    /// Whether an employer got a letter about a notice since a day.
    pub(crate) fn heard(&self, employer_id: &str, reference: &str, since: NaiveDate) -> bool {
        let letters = self.letters.get(employer_id).map(Vec::as_slice).unwrap_or_default();
        letters.iter().any(|(on, text)| *on >= since && text.contains(reference))
    }

    /// Checks a letter against the books; returns the number of checked sentences, or the first untrue one.
    pub(crate) fn hold(&mut self, letter: &LetterRow, books: &Books) -> Result<usize, String> {
        let text = text(letter);
        let before = self.letters.entry(letter.employer_id.clone()).or_default();
        if let Some((last, _)) = before.last() {
            is((books.night - *last).num_days() >= 7, "two letters in a week")?;
        }
        let page = Page { employer_id: &letter.employer_id, books, before };
        let mut held = 0;
        let mut section: Vec<&str> = Vec::new();
        for line in text.lines().map(str::trim) {
            if pattern(r"^\d+\. (\d{4}-|缴款通知书)").is_match(line) {
                page.section(&section)?;
                section.clear();
            }
            section.push(line);
            held += page.line(line)?;
        }
        page.section(&section)?;
        before.push((books.night, text));
        Ok(held)
    }
}

/// One letter and its evidence.
struct Page<'p> {
    employer_id: &'p str,
    books: &'p Books,
    before: &'p [(NaiveDate, String)],
}

impl Page<'_> {
    fn notice(&self, reference: &str) -> Result<&NoticeRow, String> {
        let found = self.books.notices.get(reference);
        let found = found.ok_or_else(|| format!("{reference} does not exist"))?;
        is(found.employer_id == self.employer_id, "another employer's notice")?;
        Ok(found)
    }

    fn open(&self, reference: &str) -> Result<&NoticeRow, String> {
        let found = self.notice(reference)?;
        is(matches!(found.status.code(), "awaiting" | "partly-received"), "it is not open")?;
        Ok(found)
    }

    /// The money received for a notice.
    fn sum(&self, reference: &str, outcome: Outcome) -> i64 {
        let names = |row: &&TransactionRow| {
            row.outcome == Some(outcome)
                && row.direction == Direction::Credit
                && (row.reference.map(|one| one.to_string()).as_deref() == Some(reference)
                    || row.notices.iter().any(|one| one.to_string() == reference))
        };
        self.books.transactions.iter().filter(names).map(|row| row.amount.fen()).sum()
    }

    /// A sentence on one line; returns how many there were.
    fn line(&self, line: &str) -> Result<usize, String> {
        let mut held = 0;
        let mut holds = |found: Held| -> Held {
            held += 1;
            found.map_err(|untrue| format!("{line}: {untrue}"))
        };
        if let Some(found) = pattern(r"应当写成：(P\d{10})").captures(line) {
            holds(self.notice(&found[1]).map(|_| ()))?;
        }
        let open = pattern(r"^(P\d{10})（.*?）：应缴 (\S+) 元，已计入 (\S+) 元，还差 (\S+) 元");
        if let Some(found) = open.captures(line) {
            holds(self.owed(&found[1], [&found[2], &found[3], &found[4]].map(fen)))?;
        }
        let due = pattern(
            r"缴款通知书 (P\d{10})（.*?）应缴 (\S+) 元；已计入 (\S+) 元，挂账待核实 (\S+) 元，合计(?:比应缴(少|多) (\S+) 元|与应缴金额一致)",
        );
        if let Some(found) = due.captures(line) {
            let [asked, here, suspense] = [&found[2], &found[3], &found[4]].map(fen);
            holds(self.owed(&found[1], [asked, here, (asked - here).max(0)]))?;
            holds(is(self.sum(&found[1], Outcome::Suspense) == suspense, "what hangs"))?;
            let gap = found.get(6).map_or(0, |gap| fen(gap.as_str()));
            let sign = if found.get(5).is_some_and(|word| word.as_str() == "多") { -1 } else { 1 };
            holds(is(asked - here - suspense == sign * gap, "the difference"))?;
        }
        for found in pattern(r"已缴纳缴款通知书 ([^。]*)。").captures_iter(line) {
            for one in pattern(r"P\d{10}").find_iter(&found[1]) {
                holds(
                    self.notice(one.as_str())
                        .and_then(|row| is(row.settled_on.is_some(), "it is not settled")),
                )?;
            }
        }
        let late = pattern(r"我们曾于 (\S+) 致函，请贵单位在 (\S+) 前办理；该期限已过 (\d+) 天");
        if let Some(found) = late.captures(line) {
            let (told, until) = (day(&found[1]), day(&found[2]));
            let passed = (self.books.night - until).num_days();
            holds(is(passed > 0 && passed == found[3].parse::<i64>().unwrap(), "the deadline"))?;
            let first = self.before.iter().find(|(on, _)| *on == told);
            let said =
                first.is_some_and(|(_, text)| text.contains(&format!("请在 {until} 前办理")));
            holds(is(said, "no letter of that day named that deadline"))?;
        }
        if let Some(found) = pattern(r"^请在 (\d{4}-\d\d-\d\d) 前办理").captures(line) {
            holds(is(day(&found[1]) >= self.books.night, "a deadline that is over"))?;
        }
        if let Some(found) = self.habit(line) {
            holds(found)?;
        }
        if let Some(found) = pattern(r"备注写明登记号(P\d{10})，但没有这份通知书").captures(line)
        {
            holds(is(!self.books.notices.contains_key(&found[1]), "there is such a notice"))?;
        }
        Ok(held)
    }

    /// Money called settled must be settled.
    fn habit(&self, line: &str) -> Option<Held> {
        let habit = pattern(r"^(\d+) 笔款项已入账（(.*?)），附言填写请注意").captures(line)?;
        let days: Vec<NaiveDate> = habit[2].split('、').map(day).collect();
        let settled = |on: &NaiveDate| {
            let settled = |row: &TransactionRow| {
                row.booked_on == *on && row.outcome == Some(Outcome::Matched)
            };
            self.books.transactions.iter().any(settled)
        };
        let counted = habit[1].parse::<usize>().unwrap() == days.len();
        Some(is(counted && days.iter().all(settled), "not all of them are settled"))
    }

    fn owed(&self, reference: &str, [asked, here, missing]: [i64; 3]) -> Held {
        let notice = self.open(reference)?;
        is(notice.amount.fen() == asked, "what it asks for")?;
        is(self.sum(reference, Outcome::Awaiting) == here, "what is here")?;
        is((asked - here).max(0) == missing, "what is missing")
    }

    /// Sentences about the payment or the notice above them.
    fn section(&self, lines: &[&str]) -> Held {
        let Some(title) = lines.first() else { return Ok(()) };
        let has = |words: &str| lines.iter().any(|line| line.contains(words));
        let untrue = |found: Held| found.map_err(|untrue| format!("{title}: {untrue}"));
        if let Some(found) =
            pattern(r"^\d+\. 缴款通知书 (P\d{10})（.*?），应缴 (\S+) 元").captures(title)
        {
            return untrue(self.news(&found[1], fen(&found[2]), &has));
        }
        let payment = pattern(r"^\d+\. (\S+) 到账 (\S+) 元").captures(title);
        let Some(payment) = payment else { return Ok(()) };
        let (on, amount) = (day(&payment[1]), fen(&payment[2]));
        let alike = || {
            let alike = |row: &&TransactionRow| {
                row.booked_on == on
                    && row.amount.fen() == amount
                    && row.direction == Direction::Credit
            };
            self.books.transactions.iter().filter(alike)
        };
        let some = |outcome| alike().any(|row| row.outcome == Some(outcome));
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            ("未能入账的原因", some(Outcome::Suspense)),
            ("已转作贵单位的暂存款", some(Outcome::Advance)),
            ("已决定退回原付款账户", some(Outcome::RefundDue)),
            ("已退回原付款账户", some(Outcome::Refunded)),
            ("不是住房公积金缴存款项", some(Outcome::Ignored)),
            ("已由银行冲回或退回", some(Outcome::Returned)),
            ("待补足（分笔未齐）", some(Outcome::Awaiting)),
            ("已缴纳缴款通知书", some(Outcome::Matched)),
        ];
        for (words, holds) in rows {
            untrue(is(!has(words) || holds, words))?;
        }
        // Nothing is called done while a notice for the money is open.
        let asks = has("请这样办理") || has("已决定退回") || has("待补足");
        let for_open = alike().all(|row| {
            let read = row.reference.iter().chain(&row.notices);
            read.map(ToString::to_string).any(|one| self.open(&one).is_ok())
        });
        untrue(is(asks || !for_open, "done, and a notice it was for is open"))
    }

    /// News of a notice.
    fn news(&self, reference: &str, asked: i64, has: &dyn Fn(&str) -> bool) -> Held {
        let notice = self.notice(reference)?;
        is(notice.amount.fen() == asked, "what it asks for")?;
        if has("通知书重新待收款") {
            is(self.books.ever_settled.contains(reference), "it never was settled")?;
            self.open(reference)?;
        }
        is(!has("仍记为已缴清") || notice.settled_on.is_some(), "it is not settled")?;
        is(!has("目前已缴清") || notice.status.code() == "paid", "it is not settled")?;
        is(!has("本通知书已撤销") || notice.status.code() == "revoked", "it is not revoked")?;
        if has("冲回") && has("该笔款项此前已缴纳本通知书") {
            let debit = |row: &TransactionRow| row.direction == Direction::Debit;
            is(self.books.transactions.iter().any(debit), "the bank took nothing back")?;
        }
        Ok(())
    }
}
