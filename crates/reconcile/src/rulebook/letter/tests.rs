//! Sentences of letters, and errors in their files.

use super::*;

fn with(path: &str, from: &str, to: &str) -> Result<LetterRules, String> {
    let file = |(name, text): (&str, &str)| {
        assert!(name != path || text.contains(from), "{from:?} stands in {path}");
        let text = if name == path { text.replacen(from, to, 1) } else { text.to_owned() };
        RuleFile { path: name.to_owned(), text }
    };
    LetterRules::parse(&SHIPPED.map(file)).map_err(|error| error.to_string())
}

#[test]
fn the_sentences_that_ship_are_whole() {
    let rules = LetterRules::shipped().unwrap();
    for reason in Reason::ALL {
        let values = [("amount", "1.00"), ("booked_on", "2026-05-11"), ("phone", "12329")];
        let steps = rules.fill(&format!("{reason}.steps"), &values);
        assert_eq!(steps.lines().count(), 3, "{reason} has three steps");
        assert!(!rules.fill(&format!("{reason}.wrong"), &values).contains('{'), "{reason}");
    }
    for code in ADVICE {
        assert!(rules.advice(code).is_some_and(|text| text.ends_with('。')), "{code}");
    }
    assert_eq!(rules.advice("something_else"), None);
}

#[test]
fn what_is_wrong_in_a_letter_file_is_named_with_its_place() {
    #[rustfmt::skip] // A table is read by column.
    let rows = [
        ("letters/letter.txt", "{{contact}}，", "{{kontakt}}，",
         "rules/letters/letter.txt:17:3: unknown variable \"kontakt\", known here: contact"),
        ("letters/letter.txt", "{{contact}}，", "",
         "rules/letters/letter.txt:16:1: section \"greeting\" does not use {{contact}}"),
        ("letters/letter.txt", "{{contact}}，", "{{contact，",
         "rules/letters/letter.txt:17:1: \"{{\" is not closed by \"}}\" on this line"),
        ("letters/letter.txt", "{{contact}}，", "contact}}，",
         "rules/letters/letter.txt:17:8: \"}}\" closes nothing"),
        ("letters/letter.txt", "== greeting", "== greting",
         "rules/letters/letter.txt:16:1: unknown section \"greting\""),
        ("letters/advice.txt", "== not_first\n", "",
         "rules/letters/advice.txt:5:1: expected a section such as \"== greeting\""),
        ("letters/advice.txt", "== full_width", "== not_first",
         "rules/letters/advice.txt:9:1: section \"not_first\" stands twice"),
        ("letters/advice.txt", "== several_references\n一笔转账只写一个登记号；缴几份通知书，就转几笔款。\n", "",
         "rules/letters/advice.txt:27:1: section \"several_references\" is missing"),
    ];
    for (path, from, to, want) in rows {
        assert_eq!(with(path, from, to), Err(want.to_owned()), "{from:?} -> {to:?}");
    }
}
