//! The displayed text of number cells, by examples.

use super::*;

#[test]
fn a_format_shows_what_a_spreadsheet_shows() {
    #[rustfmt::skip] // A table is read by column.
    let rows = [
        ("General",            "12",                  "12"),
        ("General",            "5000.1000000000004",  "5000.1"),
        ("0000",               "12",                  "0012"),
        ("0000",               "12345",               "12345"),
        ("000-000",            "12345",               "012-345"),
        ("\"E\"0000",          "12",                  "E0012"),
        ("0\"元\"",            "12",                  "12元"),
        ("#,##0.00",           "1234567.5",           "1,234,567.50"),
        ("_ * #,##0.00_ ;_ * -#,##0.00_ ", "5000",     "5000.00 is 5,000.00"),
        ("[$¥-804]#,##0.00",   "5000",                "¥5,000.00"),
        ("[Red]0.00",          "-3.5",                "-3.50"),
        ("0",                  "5000.4",              "~5000"),
        ("0.0#",               "12",                  "12.0"),
        ("#",                  "0",                   ""),
        ("0.00%",              "0.08",                "?"),
        ("0!.0,\"万\"",        "50000",               "?"),
        ("#,##0,",             "50000",               "?"),
        ("0.00E+00",           "50000",               "?"),
        ("# ?/?",              "0.5",                 "?"),
        ("[DBNum1]0",          "5",                   "?"),
        ("[>100]0;000",        "5",                   "?"),
        ("yyyy\"年\"m\"月\"",  "46113",               "?"),
    ];
    for (code, raw, want) in rows {
        let want = want.rsplit(" is ").next().unwrap();
        let got = match Format::parse(code).shown(raw) {
            Shown::As(text) => text,
            Shown::Rounded(text) => format!("~{text}"),
            Shown::Unclear => "?".to_owned(),
        };
        assert_eq!(got.trim(), want, "{code} of {raw}");
    }
}

#[test]
fn days_are_told_from_months_and_times() {
    #[rustfmt::skip] // A table is read by column.
    let rows = [
        ("yyyy-mm-dd",                 Format::Date { day: true }),
        ("[$-804]yyyy\"年\"m\"月\"d\"日\";@", Format::Date { day: true }),
        ("yyyy\"年\"m\"月\"",          Format::Date { day: false }),
        ("mmm-yy",                     Format::Date { day: false }),
        ("e\"年\"m\"月\"",             Format::Date { day: false }),
        ("h:mm",                       Format::Time),
        ("[h]:mm",                     Format::Time),
        ("General",                    Format::General),
        ("@",                          Format::General),
    ];
    for (code, want) in rows {
        assert_eq!(Format::parse(code), want, "{code}");
    }
}

#[test]
fn days_are_counted_as_excel_counts_them() {
    let shown = |raw, since_1904| {
        day(raw, since_1904).map(|(day, time)| format!("{day} {}", time.unwrap_or_default()))
    };
    assert_eq!(shown("46144", false).as_deref(), Some("2026-05-02 "));
    assert_eq!(shown("46144.75", false).as_deref(), Some("2026-05-02 18:00:00"));
    assert_eq!(shown("44682", true).as_deref(), Some("2026-05-02 "));
    for raw in ["0", "1", "60", "-5", "1e30", "x"] {
        assert_eq!(shown(raw, false), None, "{raw}");
    }
}

#[test]
fn digits_are_counted_before_they_are_rounded() {
    for (raw, want) in [
        ("1.10105198502011e+17", 18),
        ("1e+16", 17),
        ("210540000930012", 15),
        ("12.5", 2),
        ("0", 0),
    ] {
        assert_eq!(whole_digits(raw), want, "{raw}");
    }
    assert_eq!(decimal("1.10105198502011e+17").unwrap().to_string(), "110105198502011000");
    assert_eq!(decimal("5333.3333333333303").unwrap().to_string(), "5333.33333333333");
    assert_eq!(decimal("102.0").unwrap().to_string(), "102");
}
