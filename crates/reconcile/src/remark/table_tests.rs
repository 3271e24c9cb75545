//! The contract's rules on remarks as a table: one remark a row, each with the words it follows from.
//!
//! The shared cases are not repeated here (`tests/remark_cases.rs` runs them). If the contract leaves a choice, the row
//! says what we chose and why.
//!
//! Below the table: the plain form and the span, and that following each advice removes its fault.

use super::{Certainty, Reader};
use std::sync::LazyLock;

static READER: LazyLock<Reader> = LazyLock::new(Reader::shipped);

const A: &str = "P1906133753";
const AB: &str = "P1906133753 P1906133754";

#[rustfmt::skip] // A table is read by column.
const ROWS: &[(&str, &str, &str, &str, &str)] = &[
    // remark, certainty, references, advice, why
    // folding keeps a reading certain
    ("ℙ1906133753",            "certain", A, "full_width", "compatibility form of a letter, category Lu"),
    ("𝐏𝟏906133753",            "certain", A, "full_width", "mathematical letter and digit"),
    ("P19061337\u{1FBF5}3",    "certain", A, "full_width", "segmented digit, category Nd"),
    ("P\u{FEFF}1906133753",    "certain", A, "broken_by_space", "zero-width character inside the number"),
    ("P1906\u{AD}133753",      "certain", A, "broken_by_space", "soft hyphen"),
    ("P1906\u{200F}133753",    "certain", A, "broken_by_space", "direction mark"),
    ("P1906\u{0}133753",       "certain", A, "broken_by_space", "a control character is nothing to the eye"),
    ("P1906\u{FE0F}133753",    "certain", A, "broken_by_space", "variation selector"),
    ("P1906\r\n133753",        "certain", A, "broken_by_space", "line wrap of two characters"),
    ("P1906\t133753",          "certain", A, "broken_by_space", "tab"),
    ("P\n1906133753",          "certain", A, "broken_by_space", "line wrap right behind the prefix"),
    ("P 1 9 0 6 1 3 3 7 5 3",  "certain", A, "broken_by_space", "bridged while digits are missing"),
    ("P1906\u{2002}\u{A0}133753", "certain", A, "broken_by_space", "two spaces of other kinds"),
    ("P:1906133753",           "certain", A, "special_character", "symbol inside"),
    ("P（1906133753）",         "certain", A, "special_character", "brackets inside and around"),
    ("P1906.133.753",          "certain", A, "special_character", "separators inside; no amount: the digits come out even"),
    ("P1,906,133,753",         "certain", A, "special_character", "thousands separators inside come out even"),
    ("P1906 - 133753",         "certain", A, "broken_by_space special_character", "space and separator in one gap"),
    ("P1906😀133753",          "certain", A, "special_character", "a symbol of category So"),
    ("【P1906133753】",         "certain", A, "special_character", "brackets around"),
    ("→ P1906133753",          "certain", A, "special_character", "a symbol before it, nothing else: it still comes first"),
    ("P1906133753。",           "certain", A, "special_character", "a mark right behind"),
    ("  P1906133753",          "certain", A, "", "white space before it is nothing"),
    ("\u{FEFF}P1906133753\n",  "certain", A, "", "byte order mark and line end"),
    ("２０２６年P1906133753",   "certain", A, "not_first", "full-width digits before the prefix are not in the reference"),
    // ten digits complete a reference
    ("P1906133753 9",          "certain", A, "", "what follows after a space is not part of it"),
    ("P1906133753-9",          "certain", A, "special_character", "what follows after a mark is not part of it"),
    ("P1906133753\n2026年5月",  "certain", A, "", "a line end is a space"),
    ("P1906133753 1906133754", "certain", A, "", "after a space, even ten digits"),
    ("P1906133753-1906133754", "certain", A, "special_character", "after a mark, even ten digits"),
    ("P1906133753月缴",         "certain", A, "", "ten digits are complete; 月 is a word"),
    ("P1906133753元",          "certain", A, "", "the same with 元"),
    ("P1906133753OK",          "certain", A, "", "letters behind are nothing"),
    ("P1906133753O",           "certain", A, "", "a look-alike behind a complete reference is nothing at all"),
    ("P1906133753②",           "certain", A, "", "circled behind: nothing at all"),
    ("P1906133753²",           "certain", A, "", "superscript behind: nothing at all"),
    ("P1906133753٣",           "certain", A, "", "digit of another script behind: nothing at all"),
    ("P1906133753十二月",       "certain", A, "", "Chinese numerals are words"),
    ("P1906133753〇",          "certain", A, "", "so is the round zero"),
    // digits glued on behind
    ("P190613375301月",        "certain", A, "digits_follow", "01 to 12 with 月"),
    ("P190613375310月份",      "certain", A, "digits_follow", "10"),
    ("P1906133753２月",         "certain", A, "digits_follow full_width", "a full-width month"),
    ("P1906133753\u{200B}2月", "certain", A, "digits_follow", "glued to the eye"),
    ("P19061337532 月",         "certain", A, "digits_follow", "month with a space before 月"),
    ("P1906133753202605",      "certain", A, "digits_follow", "yyyymm"),
    ("P190613375320260511",    "certain", A, "digits_follow", "yyyymmdd"),
    ("P190613375320240229",    "certain", A, "digits_follow", "29 February of a leap year"),
    ("P19061337532026年",      "certain", A, "digits_follow", "20xx with 年"),
    ("P190613375320260230",    "probable", A, "extra_digits", "30 February is no day"),
    ("P1906133753202600",      "probable", A, "extra_digits", "no month 00"),
    ("P1906133753199905",      "probable", A, "extra_digits", "no year 20xx"),
    ("P19061337531999年",      "probable", A, "extra_digits", "no year 20xx"),
    ("P19061337532026",        "probable", A, "extra_digits", "a year needs 年"),
    ("P19061337532",           "probable", A, "extra_digits", "a month needs 月"),
    ("P19061337530月",         "probable", A, "extra_digits", "no month 0"),
    ("P1906133753002月",       "probable", A, "extra_digits", "no month of three digits"),
    ("P1906133753120000.00",   "probable", A, "extra_digits", "an amount glued on explains nothing"),
    ("P1906 1337532月",        "certain", A, "broken_by_space digits_follow", "bridged, and what is left is a month"),
    ("P1906 1337539",          "probable", A, "broken_by_space extra_digits", "bridged, and one digit too many"),
    // bridging never swallows another word's digit
    ("P190613375 12月",        "none", "", "truncated", "would swallow a month's digit"),
    ("P190613375 03月",        "none", "", "truncated", "the same with a zero"),
    ("P190613375 ３月",         "none", "", "truncated", "the same full-width"),
    ("P190613375\n3月",        "none", "", "truncated", "a line end is a space"),
    ("P190613375 3 月",        "none", "", "truncated", "a space before 月"),
    ("P190613375/3月",         "none", "", "truncated", "a mark is bridged under the same condition"),
    ("P190613375（3月）",       "none", "", "truncated", "the same in brackets"),
    ("P19061337 12月",         "none", "", "truncated", "two digits missing and a month of two"),
    ("P1906133 2026年5月",     "none", "", "truncated", "would swallow a year"),
    ("P190613 2026年5月",      "none", "", "truncated", "the year would come out even"),
    ("P190613375 2026年",      "none", "", "truncated", "would swallow a year's digit"),
    ("P190613375 202605",      "none", "", "truncated", "would swallow the digit of yyyymm"),
    ("P190613375 20260511",    "none", "", "truncated", "would swallow the digit of a date"),
    ("P190613 2026-05",        "none", "", "truncated", "would swallow a year, -05 left over"),
    ("P190613375 120000.00",   "none", "", "truncated", "would swallow the digit of an amount"),
    ("P190613 1200.00",        "none", "", "truncated", "the amount would come out even, .00 left over"),
    ("P190613 1,200.00",       "none", "", "truncated", "the same with a thousands separator"),
    ("P1906133 100元",         "none", "", "truncated", "an amount with its word"),
    ("P190613375 13807721234", "none", "", "truncated", "would swallow a phone's digit"),
    ("P123 456 2034 5月",      "certain", "P1234562034", "broken_by_space", "the last group may look like a year: nothing says it is"),
    // truncated
    ("P1906",                  "none", "", "truncated", "four digits"),
    ("p190613375",             "none", "", "lowercase_prefix truncated", "what else was wrong is still said"),
    ("公积金P190613375",        "none", "", "not_first truncated", "cut because it came last"),
    ("P1906…柳州某某公司",       "none", "", "truncated", "the bank's own mark of a cut"),
    ("P190613…3753",           "none", "", "truncated", "an ellipsis says that digits are missing"),
    ("P190613375三月",          "none", "", "truncated", "Chinese numerals are words"),
    ("P190613375⑩",            "none", "", "truncated", "ten in one sign is no digit"),
    ("P190613375Ⅲ",            "none", "", "truncated", "a Roman numeral is no digit"),
    ("P190613375BOC",          "none", "", "truncated", "a word, not an 8"),
    ("P190613375|柳州",         "none", "", "truncated", "a bar without a digit behind it is a mark"),
    ("P1906133753 P190613375", "certain", A, "", "the same one again, cut off"),
    ("P1906133753 P2906",      "certain", A, "truncated", "ten digits are complete; another one was cut"),
    ("P2906、P1906133753",      "certain", A, "not_first special_character truncated", "the same in the other order"),
    // words, not references
    ("P2P网贷",                 "none", "", "", "too few digits to be one"),
    ("MP3",                    "none", "", "", "a word"),
    ("P",                      "none", "", "", "no digits"),
    ("P2026年5月公积金",        "none", "", "", "the digits belong to a year"),
    ("PS1906133753",           "none", "", "", "a word before digits"),
    ("PO1906133753",           "none", "", "", "a purchase order: ten digits do not come out even"),
    ("HP190613",               "none", "", "", "a model number"),
    ("ＰＯＳ1906133753",        "none", "", "", "full-width word"),
    // look-alikes
    ("P19061337⑤3",            "probable", A, "lookalike", "circled digit: a look-alike inside"),
    ("P190613375³",            "probable", A, "lookalike", "superscript as the tenth"),
    ("P19061337٥3",            "probable", A, "lookalike", "Arabic-Indic"),
    ("P19O613375З",            "none", "", "lookalike truncated", "Cyrillic Ze is not on the list: nine digits"),
    ("PO906133753某某",         "probable", "P0906133753", "lookalike", "O as the first digit"),
    ("P190613375O柳州",         "probable", "P1906133750", "lookalike", "O as the tenth"),
    ("PlS06133753",            "none", "", "", "two letters behind the prefix are a word"),
    ("P|906133753",            "probable", A, "lookalike", "a bar for the 1, ten digits only so"),
    ("P1906133|753",           "certain", A, "special_character", "a bar inside ten digits is a mark"),
    ("Ρ1906133753",            "probable", A, "lookalike", "Greek Rho"),
    ("Ⓟ1906133753",            "probable", A, "lookalike", "circled P: category So, not a letter"),
    ("🅿1906133753",            "probable", A, "lookalike", "P sign"),
    ("P19O61337532月",         "probable", A, "digits_follow lookalike", "a repair, and a month glued on"),
    ("P①⑨⓪⑥①③③⑦⑤③",      "probable", A, "lookalike", "all circled: one reading, all of it repair"),
    // embedded
    ("ｈp1906133753",           "probable", A, "embedded lowercase_prefix", "a full-width letter folds to ASCII"),
    ("app1906133753",          "probable", A, "embedded lowercase_prefix", "the end of a word"),
    ("PP1906133753",           "probable", A, "embedded", "a letter before the P, P itself"),
    ("H\u{200B}P1906133753",   "probable", A, "embedded", "right before it to the eye"),
    ("P2026O\u{200B}P1906133753", "probable", A, "embedded not_first truncated", "a letter that is no digit of the cut number before it"),
    ("H P1906133753",          "certain", A, "not_first", "a space between"),
    ("汇款HP1906133753",        "probable", A, "embedded not_first", "words before the letter too"),
    ("ЖP1906133753",           "certain", A, "not_first", "not an ASCII letter"),
    // missing prefix
    ("公积金1906133753",        "probable", A, "missing_prefix not_first", "ten digits alone"),
    ("１９０６１３３７５３",     "probable", A, "full_width missing_prefix", "digits fold before they are counted"),
    ("1906133753 120000.00",   "probable", A, "missing_prefix", "alone: a space stands between"),
    ("1906133753/2月",         "probable", A, "missing_prefix special_character", "a mark stands between"),
    ("1906133753.00",          "none", "", "", "an amount"),
    ("￥1906133753",            "none", "", "", "an amount"),
    ("1906133753元",           "none", "", "", "an amount"),
    ("19,061,337.53",          "none", "", "", "an amount"),
    ("0772-1906133753",        "none", "", "", "a telephone number"),
    ("+1906133753",            "none", "", "", "a telephone number"),
    ("1906133753@qq.com",      "none", "", "", "an address"),
    ("19061337531",            "none", "", "", "eleven digits"),
    ("190613375",              "none", "", "", "nine digits"),
    ("1906 133753",            "none", "", "", "not ten digits in one"),
    ("No1906133753",           "none", "", "", "a letter right before"),
    ("1906133753A",            "none", "", "", "a letter right behind"),
    ("①1906133753",            "none", "", "", "a look-alike digit right before: not alone"),
    ("2026-05-11 12:30:05",    "none", "", "", "a time"),
    ("一九〇六一三三七五三",     "none", "", "", "Chinese numerals are words"),
    ("1906133753 1906133754",  "ambiguous", AB, "missing_prefix several_references", "two of them"),
    // several
    ("P1906133753P1906133753", "certain", A, "", "the same twice"),
    ("P1906133753/P1906133753", "certain", A, "special_character", "the same twice"),
    ("p1906133753，P1906133754", "ambiguous", AB, "lowercase_prefix several_references", "faults of writing stay, the comma only parts them"),
    ("缴P1906133753P1906133754", "ambiguous", AB, "not_first several_references", "the first is not first"),
    ("P1906133753 P19O6133754", "ambiguous", AB, "lookalike several_references", "two were named, one of them misspelt"),
    ("P1906133753 HP1906133754", "certain", A, "", "a number of another kind beside it"),
    ("HP1906133754 P1906133753", "certain", A, "not_first", "the same in the other order"),
    ("HP1906133753 P1906133753", "certain", A, "not_first", "the same one: certain where it is written well"),
    ("1906133754 P1906133753", "certain", A, "not_first", "bare digits yield to a P"),
    ("P1906 P1906133753 P1906133754", "ambiguous", AB, "not_first several_references truncated", "cut, complete, complete"),
    ("P 5月 1906133753",        "probable", A, "missing_prefix not_first", "the P has no digits: the month's are the month's"),
];

#[test]
fn a_remark_is_read_as_the_prose_says() {
    let mut wrong = Vec::new();
    for (remark, certainty, references, advice, why) in ROWS {
        let reading = READER.read(remark);
        let names: Vec<String> = reading.candidates.iter().map(ToString::to_string).collect();
        let codes: Vec<&str> = reading.advice.iter().map(|advice| advice.code()).collect();
        let got = (reading.certainty.code(), names.join(" "), codes.join(" "));
        if got != (*certainty, (*references).to_owned(), (*advice).to_owned()) {
            wrong.push(format!(
                "{remark:?}: {got:?}, not {certainty} {references} [{advice}]: {why}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_advice_mends_what_it_shows() {
    for text in &READER.rules().advice {
        let code = text.code.as_ref().as_str();
        let wrong = READER.read(&text.wrong);
        assert!(wrong.advice.iter().any(|advice| advice.code() == code), "{code}: wrong form");
        let right = READER.read(&text.right);
        assert_eq!((right.certainty, right.advice), (Certainty::Certain, vec![]), "{code}: right");
    }
}

#[test]
fn a_span_covers_prefix_to_tenth_digit_in_characters() {
    #[rustfmt::skip] // A table is read by column.
    let rows = [
        ("P1906133753",              Some((0, 11)),  "P1906133753"),
        ("公积金P1906133753二月",     Some((3, 14)),  "公积金P1906133753二月"),
        ("p 1906—133753）2月",       Some((0, 13)),  "P1906133753)2月"),
        ("P19061337532月",           Some((0, 11)),  "P19061337532月"),
        ("\u{FEFF}Ｐ１９０６１３３７５３", Some((1, 12)), "P1906133753"),
        ("P1906\u{200B}133753 a",    Some((0, 12)),  "P1906133753 a"),
        ("汇缴  1906133753",         Some((4, 14)),  "汇缴 1906133753"),
        ("HP19O6133753",             Some((1, 12)),  "HP19O6133753"),
        ("P1906133753P1906133754",   None,           "P1906133753P1906133754"),
        ("P190613375 3月",           None,           "P190613375 3月"),
        ("",                         None,           ""),
    ];
    for (remark, span, plain) in rows {
        let reading = READER.read(remark);
        assert_eq!((reading.span, reading.plain.as_str()), (span, plain), "{remark:?}");
    }
}
