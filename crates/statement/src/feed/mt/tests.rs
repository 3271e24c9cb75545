//! The results for one file, as lines: a movement, a reject, a statement, a flag, an error.

use super::read;
use crate::feed::{Flag, Reject, Sink, Statement, StatementEntry};

#[derive(Default)]
struct Told(Vec<String>);

impl Sink for Told {
    fn entry(&mut self, entry: StatementEntry<'_>) {
        let (party, remarks) = (entry.counterparty, entry.remarks);
        let texts = [remarks.postscript, remarks.purpose, remarks.summary, remarks.note].join("|");
        let party = [party.account, party.name, party.bank_code].join("|");
        let time = entry.booked_time.map(|time| format!(" {time}")).unwrap_or_default();
        self.0.push(format!(
            "{} {}{time} {} {} [{}] [{texts}] [{party}]",
            entry.line, entry.booked_on, entry.direction, entry.amount, entry.serial,
        ));
    }
    fn reject(&mut self, reject: Reject) {
        self.0.push(format!("reject {reject}"));
    }
    fn statement(&mut self, statement: Statement<'_>) {
        self.0.push(format!(
            "statement {:?} {:?} {} +{} -{} {:?}",
            statement.account.unwrap_or_default(),
            statement.currency.unwrap_or_default(),
            statement.entries,
            statement.sum_credit,
            statement.sum_debit,
            statement.balance_ok(),
        ));
    }
    fn begins_again(&mut self) {
        self.0.push("again".to_owned());
    }
    fn flag(&mut self, flag: Flag) {
        self.0.push(match flag {
            Flag::Oddity { odd, .. } => format!("flag {}", odd.code()),
            Flag::ControlSum { what, declared, found, .. } => {
                format!("flag {what} {declared} {found}")
            }
            Flag::BalanceBroken { expected, found, .. } => format!("flag {expected} {found}"),
            Flag::RunningBalanceBroken { .. } => "flag running".to_owned(),
        });
    }
}

fn told(text: &str) -> Vec<String> {
    let mut told = Told::default();
    match read(&mut text.as_bytes(), &mut told) {
        Ok(format) => told.0.push(format.code().to_owned()),
        Err(error) => told.0.push(format!("error {error}")),
    }
    told.0
}

const HEAD: &str = ":20:S\n:25:4500\n:28C:1/1\n:60F:C260510CNY10,00\n";

#[test]
fn a_chinese_banks_message_is_read_with_time_serial_and_parties() {
    let text = format!(
        "{{1:F01BANKCNBJAXXX0}}{{2:I940BANKCNBJAXXXN}}{{4:\r\n{}:61:2605110511C1200,00NTRFNONREF//B1\r\n\
         09:30:01\r\n:86:166?00汇款\r\n?20缴款通知P190613 \r\n?213753公积金\r\n?30308631000573?316222\r\n?32某公司\r\n\
         :62F:C260511CNY1210,00\r\n-}}\r\n",
        HEAD.replace('\n', "\r\n"),
    );
    assert_eq!(
        told(&text),
        [
            "6 2026-05-11 09:30:01 credit 1200.00 [B1] \
             [缴款通知P190613 3753公积金||汇款|] [6222|某公司|308631000573]",
            "statement \"4500\" \"CNY\" 1 +1200 -0 Some(true)",
            "mt940",
        ]
    );
}

#[test]
fn what_looks_like_a_field_may_be_text() {
    let text = format!(
        "{HEAD}:61:2605110511C1,NTRFNONREF//B1\n:86:于 09\n:26:37 付款\n:20:15 到账\n:某公司 1:2\n-\n乙\n\
         :62F:C260511CNY11,00\n-\n"
    );
    assert_eq!(
        told(&text)[0],
        "5 2026-05-11 credit 1 [B1] [于 09\n:26:37 付款\n:20:15 到账\n:某公司 1:2\n-\n乙|||] [||]"
    );
    assert_eq!(told(&text).len(), 3);
}

#[test]
fn a_movement_written_by_a_payer_breaks_the_balance() {
    let text = format!(
        "{HEAD}:61:2605110511C1,NTRFNONREF//B1\n:86:公积金\n:61:2605110511C999,NTRFX//Y\n:62F:C260511CNY11,00\n"
    );
    assert!(told(&text).contains(&"flag 1010.00 11.00".to_owned()), "{:?}", told(&text));
}

#[test]
fn several_informations_belong_to_one_movement_and_the_last_to_the_statement() {
    let text = format!(
        "{HEAD}:61:2605110511C1,NTRFNONREF\n某附注\n:86:P190613375\n:86:3月\n:62F:C260511CNY11,00\n:86:合计\n-\n"
    );
    assert_eq!(told(&text)[0], "5 2026-05-11 credit 1 [] [P190613375；另：3月|||某附注] [||]");
}

#[test]
fn what_cannot_be_read_is_a_reject_and_the_rest_goes_on() {
    let text = format!(
        "{HEAD}:61:2605110511X1,NTRF\n:61:2605110230C2,NTRF\n:61:26051105\n11C3,NTRF//Z\n:62F:C260511CNY15,00\n-\n"
    );
    assert_eq!(
        told(&text),
        [
            "reject 5: :61: mark \"X1,NTRF\": expected C, D, RC or RD",
            "reject 6: :61: entry date \"0230\": expected a day that exists",
            "7 2026-05-11 credit 3 [Z] [|||] [||]",
            "statement \"4500\" \"CNY\" 3 +5 -0 Some(true)",
            "mt940",
        ]
    );
}

#[test]
fn an_interim_report_has_totals_in_place_of_balances() {
    let body = ":20:I\n:25:4500\n:28C:1/1\n:34F:CNY0,\n:13D:2605111200+0800\n:61:260511C5,NTRFNONREF\n:61:260511EC7,NTRFNONREF\n";
    #[rustfmt::skip]
    let rows = [
        (":90D:0CNY0,\n:90C:1CNY5,\n-\n", None),
        (":90D:0CNY0,\n:90C:2CNY5,\n-\n", Some("flag :90C: 2CNY5, 1 with 5")),
        (":90D:0CNY0,\n:90C:1CNY6,\n-\n", Some("flag :90C: 1CNY6, 1 with 5")),
    ];
    for (totals, want) in rows {
        let told = told(&format!("{body}{totals}"));
        assert_eq!(told.last().map(String::as_str), Some("mt942"));
        let flag = told.iter().find(|line| line.starts_with("flag"));
        assert_eq!(flag.map(String::as_str), want, "{totals}");
        assert!(told.contains(&"statement \"4500\" \"CNY\" 2 +5 -0 None".to_owned()), "{told:?}");
    }
}

#[test]
fn what_is_no_statement_is_an_error_of_the_file() {
    for text in ["", "\n\n", "hello\nworld", "{1:F01}{4:\r\n-}"] {
        let told = told(text);
        assert!(told[0].starts_with("error "), "{text:?}: {told:?}");
    }
    let endless = format!("{HEAD}:61:2605110511C1,NTRF\n:86:{}", "x".repeat(20 << 20));
    assert!(told(&endless)[0].starts_with("error line 6: expected a line of at most"));
    let many = format!("{HEAD}:61:2605110511C1,NTRF\n:86:{}", "xxxxxxxxxxxxxxx\n".repeat(1 << 20));
    assert!(told(&many)[0].contains("expected at most 12 MiB of text"));
}

// Regression: an amount was read up to the first non-digit, so `C1 200,00` was booked as 1.00.
#[test]
fn an_amount_is_digits_with_one_comma_or_it_is_told_or_refused() {
    #[rustfmt::skip] // A table is read by column.
    let rows = [
        ("1200,00",    "5 2026-05-11 credit 1200.00 [B] [|||] [||]"),
        ("1200,",      "5 2026-05-11 credit 1200 [B] [|||] [||]"),
        ("1200.00",    "flag amount-without-comma"),
        ("1200",       "flag amount-without-comma"),
        ("1 200,00",   "reject 5: :61: amount \"1 200,00\": expected digits with one ','"),
        ("1'200,00",   "reject 5: :61: amount \"1'200,00\": expected digits with one ','"),
        ("1,200",      "reject 5: :61: amount \"1,200\": expected at most two digits behind the comma"),
        ("1.200,00",   "reject 5: :61: amount \"1.200,00\": expected digits with one ','"),
        ("1,200.00",   "reject 5: :61: amount \"1,200.00\": expected digits with one ','"),
    ];
    for (amount, want) in rows {
        let text = format!("{HEAD}:61:2605110511C{amount}NTRFX//B\n:62F:C260511CNY1210,00\n-\n");
        assert_eq!(told(&text)[0], want, "{amount}");
    }
    let told = told(&format!("{HEAD}:61:2605110511C1200.00NTRFX//B\n:62F:C260511CNY1210,00\n-\n"));
    assert_eq!(told[1], "5 2026-05-11 credit 1200.00 [B] [|||] [||]");
}

#[test]
fn an_amount_that_the_line_cut_goes_on_in_the_next_or_is_refused() {
    #[rustfmt::skip] // A table is read by column.
    let rows = [
        ("C12\n00,00NTRFX//B",       "5 2026-05-11 credit 1200.00 [B] [|||] [||]"),
        ("C1200,\n00NTRFX//B",       "5 2026-05-11 credit 1200.00 [B] [|||] [||]"),
        ("C1200,00\n1234567 ref",    "5 2026-05-11 credit 1200.00 [] [|||1234567 ref] [||]"),
        ("C1200,00\n09:30:01",       "5 2026-05-11 09:30:01 credit 1200.00 [] [|||] [||]"),
        ("C1200,\nref",              "5 2026-05-11 credit 1200 [] [|||ref] [||]"),
        ("C12\n00,00",               "reject 5: :61: amount \"12 00,00\": expected digits with one ','"),
        ("C12\n1234567 ref",         "reject 5: :61: amount \"12 1234567\": expected digits with one ','"),
    ];
    for (movement, want) in rows {
        let text = format!("{HEAD}:61:2605110511{movement}\n:62F:C260511CNY1210,00\n-\n");
        assert_eq!(told(&text)[0], want, "{movement:?}");
    }
}

#[test]
fn a_missing_page_number_or_opening_is_told() {
    let part = |number: &str, opening: &str, closing: &str| {
        format!(":20:S\n:25:4500\n:28C:{number}\n{opening}{closing}-\n")
    };
    let (open, open_page) =
        (|n| format!(":60F:C260510CNY{n},\n"), |n| format!(":60M:C260511CNY{n},\n"));
    let (close, close_page) =
        (|n| format!(":62F:C260511CNY{n},\n"), |n| format!(":62M:C260511CNY{n},\n"));
    #[rustfmt::skip] // A table is read by column.
    let rows = [
        (vec![part("12/1", &open(1), &close_page(1)), part("12/2", &open_page(1), &close(1))], ""),
        (vec![part("12/1", &open(1), &close_page(1)), part("12/3", &open_page(2), &close(2))],
         "opening-not-closing page-missing"),
        (vec![part("12/1", &open(1), &close(1)), part("14/1", &open(1), &close(1))],           "page-missing"),
        (vec![part("13/1", &open(1), &close(1)), part("12/1", &open(1), &close(1))],           ""),
        (vec![part("12/2", &open_page(1), &close(1))],                                         "page-missing"),
        (vec![part("12/1", &open(1), &close_page(1))],                                         "page-missing"),
        (vec![part("12/1", "", &close(1))],                                                    "no-opening-balance"),
        (vec![part("12/1", ":60F:nothing\n", &close(1))],                                      "balance-unreadable"),
        (vec![part("12/1", &open(1), "")],                                                     "no-closing-balance"),
        (vec![part("12/1", ":34F:CNY0,\n", "")],                                               ""),
    ];
    for (parts, want) in rows {
        let told = told(&parts.concat());
        let flags = told.iter().filter_map(|line| line.strip_prefix("flag "));
        assert_eq!(flags.collect::<Vec<_>>().join(" "), want, "{parts:?}");
    }
}

#[test]
fn a_message_that_stands_there_twice_begins_again() {
    let once = format!("{HEAD}:61:2605110511C1,NTRFX\n:62F:C260511CNY11,00\n-\n");
    let again = |text: &str| told(text).iter().filter(|line| *line == "again").count();
    assert_eq!(again(&format!("{once}{once}")), 1);
    assert_eq!(again(&format!("{once}{}", once.replace(":28C:1/1", ":28C:1/2"))), 0);
    assert_eq!(again(&format!("{once}{}", once.replace("C260510", "C260511"))), 0);
}
