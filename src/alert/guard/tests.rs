//! Hostile remarks, and harmless ones that resemble them.

use super::*;
use crate::remittance::RemarkField;

fn rules() -> LetterRules {
    LetterRules::shipped().unwrap()
}

#[test]
fn nothing_in_a_payers_words_leads_a_reader_anywhere() {
    #[rustfmt::skip] // A table is read by column.
    let rows = [
        ("P1906133753 12000.00",                 "P1906133753 12000.00"),
        ("P1906133753五月公积金。第2笔",          "P1906133753五月公积金。第2笔"),
        ("https://evil.example/a",               "〔链接，已略〕"),
        ("P1906133753退税请点ｈｔｔｐ：／／evil。cn", "P1906133753退税请点〔链接，已略〕"),
        ("hxxps[:]//evil[.]cn",                  "〔链接，已略〕"),
        ("e\u{200B}vil.c\u{200D}om",             "〔链接，已略〕"),
        ("www.evil.example",                     "〔链接，已略〕"),
        ("登录 xn--fiqs8s.com 领取",              "登录 〔链接，已略〕 领取"),
        ("пример.рф",                            "〔链接，已略〕"),
        ("me@evil.example",                      "〔邮箱，已略〕"),
        ("加微信abc12345",                        "〔联系方式，已略〕"),
        ("加 薇 信 12345",                        "〔联系方式，已略〕"),
        ("加q q：123456789退款",                  "〔联系方式，已略〕退款"),
        ("扫码领补贴",                            "〔联系方式，已略〕领补贴"),
        ("张某11010519491231002X",               "张某〔证件号码，已略〕"),
        ("电话１３８００１３８０００",               "电话〔手机号，已略〕"),
        ("退回6222021234567890123",              "退回〔账号，已略〕"),
        ("a\u{202E}b\nc",                        "a⟨U+202E⟩b↵c"),
    ];
    let rules = rules();
    for (text, want) in rows {
        assert_eq!(harmless(text, &rules), want, "{text:?}");
        assert_eq!(quoted(text, &rules), want, "{text:?}");
    }
}

#[test]
fn a_name_is_one_short_line() {
    assert_eq!(name(" 某某\r\nBcc: a@b\u{200B}\u{202E} 公司\u{2028}"), "某某  Bcc: a@b 公司");
    assert_eq!(name(&"长".repeat(500)).chars().count(), NAME_CHARS_MAX);
}

#[test]
fn what_was_read_is_said_one_by_one_and_what_is_hidden_is_hidden_across_its_marks() {
    use crate::report::Segment;
    let piece = |text: &str, kind| Segment { text: text.to_owned(), kind };
    let (read, plain) = (SegmentKind::Read, SegmentKind::Plain);
    let pieces = vec![
        piece("P1906133753", read),
        piece("、", SegmentKind::Stripped),
        piece("P1906133754", read),
        piece(" 138001", plain),
        piece("38000", SegmentKind::Stripped),
    ];
    let text = RemarkText::new(RemarkField::Postscript, pieces);
    let named = ["P1906133753".to_owned(), "P1906133754".to_owned()];
    let quote = remark(&text, &named, &rules());
    assert_eq!(quote.read, "P1906133753、P1906133754");
    assert_eq!(quote.whole(), "P1906133753、P1906133754 〔手机号，已略〕");
    let broken = vec![piece("P1906 ", read), piece(" ", SegmentKind::Stripped), piece("133", read)];
    let text = RemarkText::new(RemarkField::Postscript, broken);
    assert_eq!(remark(&text, &[], &rules()).read, "P1906 133");
}
