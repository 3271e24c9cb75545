//! Inspecting and learning statements: `feed inspect` for people and programs, and `feed learn`.
//!
//! Every statement is invented here. The program's own commands prove what `learn` writes: `inspect` parses the file
//! with the layout, `rules test` runs its example; and no cell of the file may be in the layout.

use crate::centre::{Centre, ICBC, NIGHT};
use std::time::Duration;

/// A statement with headings that mean nothing by themselves.
const STRANGE: &str = "\
某某流水单
项,进,出,剩,谁,说
2026/1/5,\"71,234.56\",,\"171,234.56\",真实甲公司,P1906133753缴存
2026/1/6,,88.80,\"171,145.76\",真实乙公司,电费二月
2026/1/7,\"3,000.00\",,\"174,145.76\",真实丙公司,P1906133754
2026/1/9,500.00,,\"174,645.76\",真实丁公司,五月公积金
2026/1/10,,45.60,\"174,600.16\",真实戊公司,网银手续费
";
const COLUMNS: [&str; 6] =
    ["date=项", "credit=进", "debit=出", "balance=剩", "counterparty_name=谁", "note=说"];

/// `feed learn` with these columns and further arguments.
fn learn<'a>(file: &'a str, columns: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    let mut args = vec!["feed", "learn", file];
    args.extend(columns.iter().flat_map(|column| ["--column", *column]));
    args.extend(more);
    args
}

fn stdout(centre: &Centre, args: &[&str], code: i32) -> String {
    let output = centre.run(args).assert().code(code).get_output().clone();
    String::from_utf8(output.stdout).unwrap()
}

fn layout(centre: &Centre, name: &str) -> String {
    std::fs::read_to_string(centre.path().join(format!("rules/banks/{name}.toml"))).unwrap()
}

/// A cell of a statement's rows that occurs in a text and is longer than a form word.
fn leaked(statement: &str, text: &str) -> Option<String> {
    let rows = statement.lines().filter(|row| row.bytes().filter(u8::is_ascii_digit).count() > 5);
    let cells = rows.flat_map(|row| row.split([',', '\t', ';', '"', '|']).map(str::trim));
    let notification = |cell: &&str| cell.chars().count() >= 4 && *cell != "0.00";
    cells.filter(notification).find(|cell| text.contains(*cell)).map(str::to_owned)
}

#[test]
fn a_person_reads_block_by_block_how_a_file_was_understood() {
    let centre = Centre::new();
    let text = format!(
        "账号：{ICBC}\n入账日期,序号,流入金额,流出金额,账户余额,对手户名,交易附言,天气\n\
         2026-05-11,1,1200.00,,11200.00,甲示例有限公司,P1000000001,小雨转晴\n\
         2026-05-12,2,,20.00,11180.00,,手续费,晴\n"
    );
    centre.write("may.csv", text.as_bytes());
    centre.write("nothing.csv", "收入,余额,谁\n1.00,1.00,甲\n".as_bytes());
    let want = "\
may.csv: csv, utf-8, 2 rows, in 1200.00, out 20.00, CNY
  line 2: account ····0017, 2026-05-11 to 2026-05-12, 2 rows, every row proved by the balances 余额逐笔衔接
    入账日期  记账日    booking day        its heading 表头
    流入金额  收入金额  money in           its heading 表头
    流出金额  支出金额  money out          its heading 表头
    账户余额  余额      balance            its heading 表头
    对手户名  对方户名  other side: name   its heading 表头
    交易附言  附言      words: postscript  its heading 表头
    not read 未识别: 天气
    not needed 不需要: 序号
  told: line 3: column-not-read: found \"天气\"
nothing.csv: not read 未能读取
  第 1 行：表头缺少记账日、支出金额；已识别：
    收入 → 收入金额
    余额 → 余额；表头原文 \"收入,余额,谁\"
";
    let got = stdout(&centre, &["feed", "inspect", "may.csv", "nothing.csv"], 3);
    assert_eq!(got, want);
    let quiet = stdout(&centre, &["feed", "inspect", "-q", "may.csv", "nothing.csv"], 3);
    assert_eq!(quiet.lines().count(), 4, "two lines of headings, a line a file:\n{quiet}");
}

#[test]
fn a_program_gets_the_blocks_as_they_are() {
    let centre = Centre::new();
    let got = stdout(&centre, &["feed", "inspect", "--format", "json", "inbox/may.csv"], 0);
    let blocks = got.split_once("\"blocks\":").unwrap().1;
    let want = format!(
        "[{{\"line\":1,\"account\":\"{ICBC}\",\"from\":\"2026-05-11\",\"to\":\"2026-05-14\",\"entries\":8,\
         \"layout\":\"standard\",\"columns\":[{{\"heading\":\"本方账号\",\"reads\":\"account\",\"why\":\"layout\"}},"
    );
    assert!(blocks.starts_with(&want), "{blocks}");
    assert!(blocks.ends_with("\"proved\":null}]}\n"), "{blocks}");
    let parsed: serde_json::Value = serde_json::from_str(&got).unwrap();
    assert_eq!(parsed["blocks"].as_array().unwrap().len(), 2, "one an own account");
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_named_as_what_it_is() {
    let centre = Centre::new();
    let made = std::process::Command::new("mkfifo").arg(centre.path().join("pipe")).status();
    assert!(made.unwrap().success());
    for (path, want) in
        [("pipe", "a pipe"), ("inbox", "a folder"), ("missing.csv", "there is no such file")]
    {
        for command in ["inspect", "learn"] {
            let mut run = centre.run(&["feed", command, path]);
            let output = run.timeout(Duration::from_secs(20)).assert().code(1).get_output().clone();
            let said = String::from_utf8(output.stderr).unwrap();
            assert!(said.contains(path) && said.contains(want), "{command} {path}: {said}");
        }
    }
}

#[test]
fn a_strange_statement_is_learnt_proved_and_read_from_then_on() {
    let centre = Centre::new();
    centre.write("strange.csv", STRANGE.as_bytes());
    centre.run(&["feed", "inspect", "strange.csv"]).assert().code(3);
    let named =
        ["--name", "rural", "--bank", "402", "--bank-name", "示例农商行", "--serial", "day"];
    let said = centre.stderr(&learn("strange.csv", &COLUMNS, &named), 0);
    for want in ["5 rows, 4 steps of the balances, all hold", "rules/banks/rural.toml", "next: "] {
        assert!(said.contains(want), "{want}: {said}");
    }
    let text = layout(&centre, "rural");
    assert!(text.contains("bank = \"402\"\nname = \"示例农商行\""), "{text}");
    assert!(text.contains("\nserial = \"day\"\n"), "{text}");
    assert_eq!(leaked(STRANGE, &text), None, "{text}");
    // In the same form: groups of three, days with one digit, an empty counterparty.
    assert!(text.contains("\n2026/5/11,\"1,200.00\",,\"11,200.00\",示例"), "{text}");
    assert!(centre.stderr(&["rules", "test"], 0).contains("examples hold"));
    let read = stdout(&centre, &["feed", "inspect", "strange.csv"], 0);
    assert!(read.contains("every row proved by the balances"), "{read}");
    assert!(read.contains("进  收入金额  money in          layout rural"), "{read}");
    // The run parses it too; its quarantine entry is cleared.
    centre.write(&format!("inbox/{ICBC}/strange.csv"), STRANGE.as_bytes());
    centre.run(&["nightly", "--as-of", NIGHT]).assert().code(0);
}

#[test]
fn what_contents_and_balances_alone_tell_needs_no_options() {
    let centre = Centre::new();
    centre.write("strange.csv", STRANGE.as_bytes());
    let said = centre.stderr(&["feed", "learn", "strange.csv", "--yes"], 0);
    assert!(said.contains("进  收入金额  money in     contents and balances"), "{said}");
    let text = layout(&centre, "strange");
    let want = "date = [\"项\"]\ncredit = [\"进\"]\ndebit = [\"出\"]\nbalance = [\"剩\"]\n";
    assert!(text.contains(want), "{text}");
}

#[test]
fn nothing_is_written_in_a_dry_run_or_over_what_is_there() {
    let centre = Centre::new();
    centre.write("strange.csv", STRANGE.as_bytes());
    let banks = || std::fs::read_dir(centre.path().join("rules/banks")).unwrap().count();
    let before = banks();
    let printed = stdout(&centre, &learn("strange.csv", &COLUMNS, &["--dry-run"]), 0);
    assert!(printed.contains("id = \"strange\"") && printed.contains("[[layout.example]]"));
    assert_eq!(banks(), before);
    centre.run(&learn("strange.csv", &COLUMNS, &[])).assert().code(0);
    assert!(layout(&centre, "strange").contains("precedence = \"learned\""));
    for (name, want) in
        [("icbc", "already"), ("icbc-voucher", "already"), ("strange", "already"), ("Ü", "small")]
    {
        let said = centre.stderr(&learn("strange.csv", &COLUMNS, &["--name", name]), 2);
        assert!(said.contains(want), "{name}: {said}");
    }
}

#[test]
fn the_rules_folder_is_made_where_there_is_none() {
    let dir = Centre::new();
    dir.write("strange.csv", STRANGE.as_bytes());
    let more = ["--rules", "own/rules"];
    dir.run(&learn("strange.csv", &COLUMNS, &more)).assert().code(0);
    assert!(dir.path().join("own/rules/banks/strange.toml").is_file());
}

#[test]
fn what_the_file_contradicts_or_does_not_say_is_refused_with_what_to_do() {
    let centre = Centre::new();
    centre.write("strange.csv", STRANGE.as_bytes());
    let flagged = "日子,向,数\n2026-05-11,天,5.00\n2026-05-12,地,6.00\n";
    centre.write("flagged.csv", flagged.as_bytes());
    let twice = "项,甲,甲\n2026-05-11,5.00,\n";
    centre.write("twice.csv", twice.as_bytes());
    let ambiguous = "项,进,出\n01/02/2026,5.00,\n02/03/2026,,6.00\n";
    centre.write("ambiguous.csv", ambiguous.as_bytes());
    let shuffled = STRANGE.replace("171,145.76", "1.23").replace("174,145.76", "9.87");
    centre.write("shuffled.csv", shuffled.as_bytes());
    #[rustfmt::skip] // A table is read by column.
    let rows: [(&str, &[&str], i32, &str); 10] = [
        ("flagged.csv",   &[],                                         2, "--column amount=HEADING, or credit=… and debit=…; the headings are 日子, 向, 数"),
        ("twice.csv",     &["date=项", "credit=#2"],                   2, "--column debit=HEADING"),
        ("strange.csv",   &["date=谁", "credit=进", "debit=出"],        2, "the column 谁 holds no days"),
        ("strange.csv",   &["date=天"],                                2, "no column has the heading \"天\""),
        ("strange.csv",   &["colour=项"],                              2, "no field is called \"colour\""),
        ("strange.csv",   &["note=谁", "note=说", "date=项"],           2, "both said to be note"),
        ("shuffled.csv",  &COLUMNS,                                    1, "the balances contradict it"),
        ("flagged.csv",   &["date=日子", "flag=向", "amount=数"],        2, "--credit WORDS and --debit WORDS"),
        ("twice.csv",     &["date=项", "credit=甲"],                    2, "say #2 or #3"),
        ("ambiguous.csv", &["date=项", "credit=进", "debit=出"],        2, "--dates day-first or month-first"),
    ];
    for (file, columns, code, want) in rows {
        let said = centre.stderr(&learn(file, columns, &["--yes"]), code);
        assert!(said.contains(want), "{file} {columns:?}: {said}");
    }
    assert!(!centre.path().join("rules/banks/strange.toml").exists());
}

/// Title, statement, columns, further options, expected layout content.
type Form<'a> = (&'a str, &'a str, &'a [&'a str], &'a [&'a str], &'a str);

/// Goal: for any form of statement, the layout is proved, its example holds, and it contains nothing of the rows.
/// Method: statements in many forms, each with its options.
#[test]
fn statements_of_many_forms_are_learnt_without_a_cell_of_theirs() {
    let centre = Centre::new();
    #[rustfmt::skip] // A table is read by column.
    let rows: [Form<'_>; 9] = [
        ("words that only the balances explain",
         "时\t甲\t乙\t丙\t丁\n20260105093011\t天\t500.00\t1500.00\t6222021234567890123\n20260106100000\t地\t88.80\t1411.20\t6222021234567890999\n20260107110000\t天\t3000.00\t4411.20\t6222021234567890123\n",
         &["date=时", "flag=甲", "amount=乙", "balance=丙", "counterparty_account=丁"], &[],
         "credit = [\"天\"]\ndebit = [\"地\"]"),
        ("a sign, and the newest row first",
         "项,数,剩\n2026年1月7日,+3000.00,4411.20\n2026年1月6日,-88.80,1411.20\n2026年1月5日,+500.00,1500.00\n",
         &["date=项", "amount=数", "balance=剩"], &[],
         "2026年5月12日,-20.00,"),
        ("money in under the heading of money out",
         "项,进,出,剩\n2026-01-05,,500.00,1500.00\n2026-01-06,88.80,,1411.20\n2026-01-07,,3000.00,4411.20\n",
         &["date=项", "credit=#3", "debit=#2", "balance=剩"], &[],
         "credit = [\"出\"]\ndebit = [\"进\"]"),
        ("days first, commas for points, semicolons",
         "Tag;Soll;Haben;Stand;Wer\n25.01.2026;;500,00;1.500,00;Muster\n26.01.2026;88,80;;1.411,20;Beispiel\n",
         &["date=Tag", "credit=Haben", "debit=Soll", "balance=Stand", "counterparty_name=Wer"], &[],
         "dates = \"day-first\"\nstyle = \"comma\""),
        ("guards, a serial, a second header-like title",
         "单位,甲,乙,丙\n项,进,出,剩,号\n2026-01-05,500.00,0.00,1500.00,'778899001122\n2026-01-06,0.00,88.80,1411.20,'778899001123\n",
         &["date=项", "credit=进", "debit=出", "balance=剩", "serial=号"], &["--header-line", "2"],
         ",1200.00,0.00,11200.00,'700000000001"),
        ("a column that would be read by its heading, and shall not",
         "记账日期,交易金额,收入,支出,余额,摘要\n2026-01-05,1.00,500.00,,1500.00,甲乙丙丁\n2026-01-06,1.00,,88.80,1411.20,戊己庚辛\n",
         &["nothing=摘要", "credit=收入", "debit=支出"], &[],
         "passed = [\"摘要\"]"),
        ("payer and payee apart, a time of its own",
         "项,点,向,数,付号,付名,收号,收名\n20260105,14:15:16,借,500.00,2105400000000000011,自己中心,6222021234567890123,真实甲公司\n20260106,14:15:17,贷,88.80,6222021234567890999,真实乙公司,2105400000000000011,自己中心\n",
         &["date=项", "time=点", "flag=向", "amount=数", "payer_account=付号", "payer_name=付名", "payee_account=收号", "payee_name=收名"], &[],
         "2026-05-11 09:30:01 credit 1200.00 CNY account=2000000000000000011 from=6"),
        ("footers below, a direction beside two columns",
         "项,借贷,进,出,剩,说\n2026/1/15,贷,500.00,,1500.00,甲乙丙丁\n2026/1/16,借,,88.80,1411.20,戊己庚辛\n2026/1/17,贷,30.00,,1441.20,壬癸子丑\n合计,,530.00,88.80,,\n打印,柜员0917号,,,,\n",
         &["date=项", "credit=进", "debit=出", "balance=剩", "note=说"], &[],
         "must = [\"date\", \"credit\", \"debit\", \"balance\", \"note\"]"),
        ("no balances, a mark for reversals",
         "项,进,出,红\n2026-01-05,500.00,,正\n2026-01-06,,88.80,正\n2026-01-07,-30.00,,负\n",
         &["date=项", "credit=进", "debit=出", "reversal=红"], &["--reversal", "负"],
         "reversal = [\"负\"]"),
    ];
    for (number, (what, statement, columns, more, want)) in rows.into_iter().enumerate() {
        let file = format!("form-{number}.csv");
        centre.write(&file, statement.as_bytes());
        let output = centre.run(&learn(&file, columns, more)).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(0), "{what}: {said}");
        let text = layout(&centre, &format!("form-{number}"));
        assert!(text.contains(want), "{what}: {text}");
        assert_eq!(
            leaked(statement, text.split_once("[[layout.example]]").unwrap().1),
            None,
            "{what}: {text}"
        );
        let read = centre.json(&["feed", "inspect", &file]);
        assert_eq!(read[0]["blocks"][0]["layout"], format!("form-{number}"), "{what}");
        assert_ne!(read[0]["blocks"][0]["proved"], false, "{what}");
    }
    assert!(centre.stderr(&["rules", "test"], 0).contains("examples hold"));
}

#[test]
fn a_column_that_a_layout_reads_wrongly_is_put_right() {
    let centre = Centre::new();
    // The shipped layout takes the later day, and skips the customer's text.
    let text = "记账日期,交易时间,贷方发生额,借方发生额,余额,对方户名,摘要,天气\n\
                20260511,20260510 23:30:00,1200.00,,11200.00,甲示例有限公司,转账,P1000000001\n\
                20260512,20260512 09:30:00,,20.00,11180.00,,手续费,\n";
    centre.write("own.csv", text.as_bytes());
    let columns = ["date=交易时间", "postscript=天气"];
    let said = centre.stderr(&learn("own.csv", &columns, &[]), 0);
    assert!(said.contains("it goes before the layout") || said.contains("example of 4"), "{said}");
    let read = centre.json(&["feed", "inspect", "own.csv"]);
    let block = &read[0]["blocks"][0];
    assert_eq!((&block["from"], &block["layout"]), (&"2026-05-10".into(), &"own".into()));
    let columns = block["columns"].as_array().unwrap();
    assert!(columns.iter().any(|one| one["heading"] == "天气" && one["reads"] == "postscript"));
    assert!(centre.stderr(&["rules", "test"], 0).contains("examples hold"));
}

#[test]
fn a_statement_in_gb18030_is_learnt_with_its_encoding() {
    let centre = Centre::new();
    let (bytes, _, _) = encoding_rs::GB18030.encode(STRANGE);
    centre.write("strange.csv", &bytes);
    centre.run(&learn("strange.csv", &COLUMNS, &[])).assert().code(0);
    assert!(layout(&centre, "strange").contains("encodings = [\"gb18030\"]"));
    centre.run(&["feed", "inspect", "strange.csv"]).assert().code(0);
}

#[test]
fn beside_a_quarantined_file_stands_what_was_understood() {
    let centre = Centre::new();
    centre.write(&format!("inbox/{ICBC}/odd.csv"), "收入,余额,谁\n1.00,1.00,甲\n".as_bytes());
    let said = centre.stderr(&["nightly", "--as-of", NIGHT], 3);
    // A log has no word from the file: columns by number, and their meanings.
    let want = "odd.csv: line 1: expected the day and the amount of money out, found other headings; \
        understood column 1 as credit, column 2 as balance";
    assert!(said.contains(want) && !said.contains("收入") && !said.contains(ICBC), "{said}");
    let path = centre.path().join(format!("quarantine/{ICBC}/odd.csv.reason.txt"));
    let text = std::fs::read_to_string(path).unwrap();
    for want in
        ["odd.csv：第 1 行：表头缺少记账日、支出金额", "\n  收入 → 收入金额\n", "feed learn"]
    {
        assert!(text.contains(want), "{want}: {text}");
    }
    assert!(
        text.contains("\nodd.csv: line 1: expected the day and the amount of money out"),
        "{text}"
    );
}
