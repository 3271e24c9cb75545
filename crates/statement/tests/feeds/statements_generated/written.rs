//! The ways to write a statement: headings, forms, labels, footers, container.

use super::made::{Made, Movement, Prng};
use rust_xlsxwriter::Workbook;
use std::fmt::Write;

/// The content of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Account,
    Day,
    /// An instant beside a booking day: sometimes it is on the day before.
    Instant,
    Time,
    In,
    Out,
    Amount,
    Flag,
    Balance,
    PayerAccount,
    PayerName,
    /// Separate payer and payee: the direction decides which is the counterparty.
    FromAccount,
    FromName,
    ToAccount,
    ToName,
    PayerBank,
    Words,
    OtherWords,
    Serial,
    Currency,
    Useless,
}

/// The form of the direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Pair,
    Flagged,
    Signed,
    /// A word, and a minus on each outgoing row.
    FlaggedSigned,
}

const DAYS: [&str; 10] = [
    "记账日期",
    "记账日",
    "入账日期",
    "交易日期",
    "日期",
    "交易日",
    "记帐日期",
    "交易日期[ Transaction Date ]",
    "交 易 日 期",
    "入賬日期",
];
const BOOKING: [&str; 4] = ["记账日期", "记账日", "入账日期", "记帐日期"];
const INSTANTS: [&str; 3] = ["交易时间", "交易日期时间", "交易时间（北京）"];
const TIMES: [&str; 2] = ["交易时间", "时间"];
/// Headings for money in, with those for money out.
const PAIRS: [(&str, &str); 16] = [
    ("收入金额", "支出金额"),
    ("收入", "支出"),
    ("贷方发生额", "借方发生额"),
    ("贷方金额", "借方金额"),
    ("贷方", "借方"),
    ("贷", "借"),
    ("转入金额", "转出金额"),
    ("存入金额", "取出金额"),
    ("收款金额", "付款金额"),
    ("入账金额", "扣账金额"),
    ("汇入金额", "汇出金额"),
    ("贷方发生额（收入）", "借方发生额（支取）"),
    ("贷方（收入）", "借方（支出）"),
    ("贷方金额（收入）", "借方金额（支出）"),
    ("收入(元)", "支出(元)"),
    ("貸方發生額", "借方發生額"),
];
const AMOUNTS: [&str; 5] = ["交易金额", "金额", "发生额", "交易金额(元)", "发生额/元"];
const FLAGS: [(&str, &str, &str); 12] = [
    ("借贷标志", "贷", "借"),
    ("借贷方向", "贷方", "借方"),
    ("借/贷", "贷", "借"),
    ("收/支", "收入", "支出"),
    ("收支标识", "收", "支"),
    ("收付标志", "收", "付"),
    ("借贷标志", "C", "D"),
    ("交易方向", "来账", "往账"),
    ("借贷标记", "贷", "借"),
    ("借贷标志(1收2付)", "1", "2"),
    ("扣賬/入賬", "入账", "扣账"),
    ("收支", "转入", "转出"),
];
const BALANCES: [&str; 7] =
    ["余额", "账户余额", "交易后余额", "本次余额", "当前余额", "余额（元）", "账户余额(元)"];
const PAYER_ACCOUNTS: [&str; 7] =
    ["对方账号", "对手账号", "对手方账号", "收/付方账号", "对方帐号", "对方账户", "交易对方账号"];
const PAYER_NAMES: [&str; 8] = [
    "对方户名",
    "对方名称",
    "对手户名",
    "对方单位名称",
    "收/付方名称",
    "对方账户名称",
    "对方单位",
    "对方账号名称",
];
const PAYER_BANKS: [&str; 5] =
    ["对方开户行", "对方行名", "对方开户机构", "对方银行", "对方账号开户行"];
const WORDS: [&str; 17] = [
    "附言",
    "摘要",
    "用途",
    "备注",
    "客户附言",
    "交易用途",
    "交易描述",
    "交易附言",
    "业务摘要",
    "付款用途",
    "交易地点",
    "说明",
    "描述",
    "扩展摘要",
    "交易摘要",
    "其它摘要",
    "业务说明",
];
const SERIALS: [&str; 9] = [
    "流水号",
    "交易流水号",
    "核心流水号",
    "银行流水号",
    "主机流水号",
    "柜员流水号",
    "账户明细编号-交易流水号",
    "日 志 号",
    "业务参考号",
];
const USELESS: [&str; 16] = [
    "序号",
    "凭证种类",
    "凭证号",
    "柜员",
    "渠道",
    "交易渠道",
    "机构",
    "状态",
    "交易类型",
    "汇率",
    "起息日",
    "账户名称",
    "企业流水号",
    "凭证号码",
    "钞汇标志",
    "交易柜员",
];
const ACCOUNT_HEADINGS: [&str; 6] =
    ["账号", "本方账号", "客户账号", "交易账号", "账户号", "银行账号"];
const ACCOUNT_LABELS: [&str; 7] =
    ["账号", "账户号", "银行账号", "查询账号", "账　　号", "帐号", "本方账号"];
const FOOTERS: [&str; 10] = [
    "合计",
    "以上数据仅供参考",
    "第1页/共1页",
    "打印时间：2026-06-01 09:00:00",
    "汇总：",
    "本页合计",
    "承前页",
    "制表人：",
    "截止日期：2026-05-31",
    "※ 如有疑问请与开户行联系",
];

/// The forms of one statement's cells.
struct Forms {
    way: Way,
    pair: (&'static str, &'static str),
    flag: (&'static str, &'static str, &'static str),
    day: usize,
    grouped: bool,
    plus: bool,
    nothing: &'static str,
    guard: usize,
    padded: bool,
    newest_first: bool,
    glued: bool,
    red: bool,
    /// 发生额 is above 贷方 and 借方.
    two_rows: bool,
    /// The header is repeated between rows, as on a new page.
    paged: bool,
    /// The last row has the sums of the columns.
    summed: bool,
}

impl Forms {
    fn draw(prng: &mut Prng) -> Self {
        let way =
            *prng.pick(&[Way::Pair, Way::Pair, Way::Flagged, Way::Signed, Way::FlaggedSigned]);
        Self {
            way,
            pair: *prng.pick(&PAIRS),
            flag: *prng.pick(&FLAGS),
            day: prng.below(7),
            grouped: prng.one_in(2),
            plus: way == Way::Signed || (way == Way::FlaggedSigned && prng.one_in(2)),
            nothing: *prng.pick(&["", "", "0.00", "-", "--", "0"]),
            guard: prng.below(5),
            padded: prng.one_in(4),
            newest_first: prng.one_in(3),
            glued: prng.one_in(6),
            red: way == Way::Pair && prng.one_in(4),
            two_rows: way == Way::Pair && prng.one_in(6),
            paged: prng.one_in(8),
            summed: prng.one_in(6),
        }
    }

    fn money(&self, fen: i64) -> String {
        let (yuan, cents) = (fen.abs() / 100, fen.abs() % 100);
        let mut digits = yuan.to_string();
        if self.grouped {
            let mut at = digits.len();
            while at > 3 {
                at -= 3;
                digits.insert(at, ',');
            }
        }
        let sign = if fen < 0 { "-" } else { "" };
        format!("{sign}{digits}.{cents:02}")
    }

    fn day(&self, day: chrono::NaiveDate) -> String {
        if self.is_counted() {
            let first = chrono::NaiveDate::from_ymd_opt(1899, 12, 30).unwrap();
            return (day - first).num_days().to_string();
        }
        let forms =
            ["%Y-%m-%d", "%Y%m%d", "%Y/%m/%d", "%Y年%m月%d日", "%Y-%m-%d", "%Y.%m.%d", "%Y-%m-%d"];
        day.format(forms[self.day]).to_string()
    }

    /// Days as day numbers of a spreadsheet.
    const fn is_counted(&self) -> bool {
        self.day == 6 && !self.glued
    }

    fn number(&self, number: &str) -> String {
        match self.guard {
            0 => format!("'{number}"),
            1 => format!("=\"{number}\""),
            2 => format!("{number}\t"),
            _ => number.to_owned(),
        }
    }
}

/// A row of a sheet.
type Cells = Vec<String>;

/// Content from a typing error, a broken program or an attacker.
const JUNK: [&str; 22] = [
    "",
    "合计",
    "2026-13-45",
    "1,2o0.00",
    "9999999999999999999",
    "-",
    "\0",
    "借方发生额",
    "收入",
    "账号：123456789012",
    "贷",
    "𠮷野家",
    "\u{feff}",
    "=1+1",
    "0.00",
    "交易日期",
    "\"",
    "a\nb",
    "2026-05-11",
    "总笔数：3",
    "￥",
    "余额",
];

/// Puts junk into some cells, and removes some. Counts the rows of movements that keep their day: each of them must be
/// an entry or a reject if the file is readable at all. `None` if a header was hit: then the reader only has to end.
fn damage(
    prng: &mut Prng,
    pages: &mut [Vec<Cells>],
    headings: &[Cells],
    columns: &[Column],
) -> Option<usize> {
    let place = |column| columns.iter().position(|other| *other == column).unwrap();
    let (day, words) = (place(Column::Day), place(Column::Words));
    let is_movement = |row: &Cells| {
        row.len() == columns.len() && (row[words].starts_with('P') || row[words] == "退款")
    };
    let mut kept = Some(0);
    let times = 1 + prng.below(6);
    let mut hits: Vec<(usize, usize)> = Vec::new();
    for _ in 0..times {
        let page = prng.below(pages.len());
        let row = prng.below(pages[page].len());
        hits.push((page, row));
    }
    for (number, page) in pages.iter_mut().enumerate() {
        for (place, row) in page.iter_mut().enumerate() {
            let (movement, header) = (is_movement(row), headings.contains(row));
            // A row with moved cells has other content under its headings: whether it is still a movement is unknown
            // here.
            let (mut whole, mut shifted) = (true, false);
            for _ in hits.iter().filter(|hit| **hit == (number, place)) {
                let column = prng.below(row.len());
                match prng.below(4) {
                    0 => {
                        row.truncate(column.max(1));
                        shifted = true;
                    }
                    1 => {
                        row.insert(column, (*prng.pick(&JUNK)).to_owned());
                        shifted = true;
                    }
                    2 => row[column] = "长".repeat(700),
                    _ => row[column] = (*prng.pick(&JUNK)).to_owned(),
                }
                whole = false;
            }
            if header && !whole {
                kept = None;
            }
            let dated =
                row.get(day).is_some_and(|cell| !JUNK.contains(&cell.as_str()) && cell.len() < 40);
            if movement && (whole || (dated && !shifted)) {
                kept = kept.map(|kept| kept + 1);
            }
        }
    }
    kept
}

/// Writes the statements of one file; `hurt` adds junk.
pub(crate) fn write(prng: &mut Prng, sheets: Vec<Vec<Movement>>, hurt: bool) -> Made {
    let forms = Forms::draw(prng);
    let (mut columns, booking) = columns(prng, &forms);
    prng.shuffle(&mut columns);
    if forms.two_rows {
        columns.retain(|column| *column != Column::Out);
        let place = columns.iter().position(|column| *column == Column::In).unwrap();
        columns.insert(place + prng.below(2), Column::Out);
    }
    let headings = headings(prng, &columns, &forms, booking);
    let apart = prng.one_in(2);
    let mut pages: Vec<Vec<Cells>> = Vec::new();
    let mut movements = Vec::new();
    for mut block in sheets {
        if forms.red {
            correct(prng, &mut block);
        }
        // One row proves no sign, so a second one is added: see the contract on signs without proof.
        if forms.newest_first {
            block.reverse();
        }
        let rows = page(prng, &columns, &headings, &forms, &block);
        match pages.last_mut() {
            Some(page) if !apart => page.extend(rows),
            _ => pages.push(rows),
        }
        movements.extend(block);
    }
    let kept = if hurt { damage(prng, &mut pages, &headings, &columns) } else { None };
    let has = |column| columns.contains(&column);
    let text = pages.iter().flatten().map(|row| row.join(",") + "\n").collect();
    let made = |bytes| Made {
        has_payer_account: has(Column::PayerAccount) || has(Column::FromAccount),
        has_payer_name: has(Column::PayerName) || has(Column::FromName),
        has_serial: has(Column::Serial),
        movements,
        bytes,
        text,
        kept,
    };
    made(contain(prng, pages))
}

/// Turns some rows into corrections: a minus in the column of the other direction.
fn correct(prng: &mut Prng, block: &mut [Movement]) {
    for movement in block.iter_mut() {
        movement.red = prng.one_in(5);
    }
}

fn columns(prng: &mut Prng, forms: &Forms) -> (Vec<Column>, bool) {
    let mut columns = vec![Column::Day, Column::Words];
    match forms.way {
        Way::Pair => columns.extend([Column::In, Column::Out]),
        Way::Flagged | Way::FlaggedSigned => columns.extend([Column::Amount, Column::Flag]),
        Way::Signed => columns.push(Column::Amount),
    }
    let booking = prng.one_in(4);
    if booking {
        columns.push(Column::Instant);
    } else if prng.one_in(2) && !forms.glued {
        columns.push(Column::Time);
    }
    for (column, times) in [
        (Column::Account, 3),
        (Column::Balance, 1),
        (Column::PayerAccount, 1),
        (Column::PayerName, 1),
        (Column::PayerBank, 2),
        (Column::OtherWords, 2),
        (Column::Serial, 2),
        (Column::Currency, 3),
    ] {
        if prng.one_in(times) || (times == 1 && !prng.one_in(8)) {
            columns.push(column);
        }
    }
    if prng.one_in(6) {
        columns.retain(|column| {
            !matches!(
                column,
                Column::PayerAccount | Column::PayerName | Column::PayerBank | Column::Account
            )
        });
        columns.extend([Column::FromAccount, Column::FromName, Column::ToAccount, Column::ToName]);
    }
    (0..prng.below(5)).for_each(|_| columns.push(Column::Useless));
    (columns, booking)
}

fn heading(prng: &mut Prng, column: Column, forms: &Forms, booking: bool) -> String {
    let heading = match column {
        Column::Account => *prng.pick(&ACCOUNT_HEADINGS),
        Column::Day if booking => *prng.pick(&BOOKING),
        Column::Day => *prng.pick(&DAYS),
        Column::Instant => *prng.pick(&INSTANTS),
        Column::Time => *prng.pick(&TIMES),
        Column::In => forms.pair.0,
        Column::Out => forms.pair.1,
        Column::Amount => *prng.pick(&AMOUNTS),
        Column::Flag => forms.flag.0,
        Column::Balance => *prng.pick(&BALANCES),
        Column::PayerAccount => *prng.pick(&PAYER_ACCOUNTS),
        Column::PayerName => *prng.pick(&PAYER_NAMES),
        Column::FromAccount => {
            *prng.pick(&["付款人账号", "付款账号", "付款方账号", "付款人账号[ Debit Account No. ]"])
        }
        Column::FromName => *prng.pick(&["付款人名称", "付款人户名", "付款方户名", "付款单位名称"]),
        Column::ToAccount => *prng.pick(&["收款人账号", "收款账号", "收款方账号"]),
        Column::ToName => *prng.pick(&["收款人名称", "收款人户名", "收款方户名"]),
        Column::PayerBank => *prng.pick(&PAYER_BANKS),
        Column::Words | Column::OtherWords => *prng.pick(&WORDS),
        Column::Serial => *prng.pick(&SERIALS),
        Column::Currency => *prng.pick(&["币种", "币别", "交易货币"]),
        Column::Useless => *prng.pick(&USELESS),
    };
    if forms.padded { format!("{heading}   ") } else { heading.to_owned() }
}

/// The header, in one row or in two.
fn headings(prng: &mut Prng, columns: &[Column], forms: &Forms, booking: bool) -> Vec<Cells> {
    let top: Cells = columns.iter().map(|column| heading(prng, *column, forms, booking)).collect();
    if !forms.two_rows {
        return vec![top];
    }
    let (over, into, out) = *prng.pick(&[
        ("发生额", "贷方", "借方"),
        ("发生额/元", "贷方", "借方"),
        ("交易金额", "收入", "支出"),
    ]);
    let moves = |column: &Column| matches!(column, Column::In | Column::Out);
    let first = columns.iter().position(moves).unwrap();
    let above =
        columns.iter().enumerate().zip(top).map(|((place, column), heading)| match column {
            column if moves(column) && place == first => over.to_owned(),
            column if moves(column) => String::new(),
            _ => heading,
        });
    let below = columns.iter().map(|column| match moves(column) {
        true if *column == Column::In => into.to_owned(),
        true => out.to_owned(),
        false => String::new(),
    });
    vec![above.collect(), below.collect()]
}

/// Labels, header, rows and footers of one own account.
fn page(
    prng: &mut Prng,
    columns: &[Column],
    headings: &[Cells],
    forms: &Forms,
    block: &[Movement],
) -> Vec<Cells> {
    let mut rows: Vec<Cells> = Vec::new();
    let account = &block[0].account;
    if prng.one_in(2) {
        rows.push(vec!["账户交易明细".to_owned()]);
    }
    let named = columns.contains(&Column::Account);
    if !named || prng.one_in(4) {
        rows.push(labels(prng, forms, account));
    }
    if prng.one_in(3) {
        rows.push(vec!["起止日期：20260401-20260630".to_owned(), "币种：人民币".to_owned()]);
    }
    if prng.one_in(5) {
        let credits = block.iter().filter(|movement| movement.credit);
        rows.push(vec!["总笔数".to_owned(), block.len().to_string()]);
        rows.push(vec![format!(
            "收入总金额：{}",
            forms.money(credits.map(|movement| movement.fen).sum())
        )]);
    }
    rows.extend(headings.iter().cloned());
    for (place, movement) in block.iter().enumerate() {
        if forms.paged && place > 0 && place % 6 == 0 {
            rows.push(vec!["第2页".to_owned()]);
            rows.extend(headings.iter().cloned());
        }
        rows.push(columns.iter().map(|column| cell(prng, *column, forms, movement)).collect());
        if prng.one_in(40) {
            rows.push(vec!["承前页".to_owned()]);
        }
    }
    if forms.summed {
        rows.push(columns.iter().map(|column| summed(*column, forms, block)).collect());
    }
    for _ in 0..prng.below(4) {
        rows.push(vec![(*prng.pick(&FOOTERS)).to_owned()]);
    }
    rows
}

/// A row with the sums of the columns, without a day and without a payer.
fn summed(column: Column, forms: &Forms, block: &[Movement]) -> String {
    let sum = |credit| {
        let of_way = block.iter().filter(|movement| movement.credit == credit);
        forms.money(of_way.map(|movement| movement.fen).sum())
    };
    if matches!(column, Column::In | Column::Out) {
        sum(column == Column::In)
    } else {
        String::new()
    }
}

fn labels(prng: &mut Prng, forms: &Forms, account: &str) -> Cells {
    let label = *prng.pick(&ACCOUNT_LABELS);
    match prng.below(6) {
        5 => vec![format!("户名：示例公积金中心\n{label}：{account}\n币种：人民币")],
        0 => vec![label.to_owned(), forms.number(account)],
        1 => vec![
            format!("{label}："),
            forms.number(account),
            "户名：".to_owned(),
            "示例公积金中心".to_owned(),
        ],
        2 => vec![format!("户名：示例公积金中心 {label}：{account} 币种：人民币")],
        3 => vec![
            "公司名称".to_owned(),
            "示例公积金中心".to_owned(),
            label.to_owned(),
            String::new(),
            account.to_owned(),
        ],
        _ => vec![format!("{label}:{account}"), "户名：示例公积金中心".to_owned()],
    }
}

fn cell(prng: &mut Prng, column: Column, forms: &Forms, movement: &Movement) -> String {
    let signed = if movement.credit { movement.fen } else { -movement.fen };
    match column {
        Column::Account => forms.number(&movement.account),
        Column::Day if forms.glued && forms.day == 1 => {
            format!("{}{}", forms.day(movement.day), "09:30:00")
        }
        Column::Day if forms.glued => format!("{} 09:30:00", forms.day(movement.day)),
        Column::Day => forms.day(movement.day),
        Column::Instant => {
            let day = if prng.one_in(3) { movement.day.pred_opt().unwrap() } else { movement.day };
            format!("{} 23:53:19", day.format("%Y-%m-%d"))
        }
        Column::Time if forms.is_counted() => "09:30:00".to_owned(),
        Column::Time => (*prng.pick(&["09:30:00", "093000", "09:30"])).to_owned(),
        Column::In | Column::Out => {
            // A correction is in the column of the other direction.
            let stands = (movement.credit != movement.red) == (column == Column::In);
            match (stands, movement.red) {
                (false, _) => forms.nothing.to_owned(),
                (true, true) => forms.money(-movement.fen),
                (true, false) => forms.money(movement.fen),
            }
        }
        Column::Amount => match forms.way {
            Way::Signed | Way::FlaggedSigned => {
                let plus = if forms.plus && signed > 0 { "+" } else { "" };
                format!("{plus}{}", forms.money(signed))
            }
            Way::Pair | Way::Flagged => forms.money(movement.fen),
        },
        Column::Flag => (if movement.credit { forms.flag.1 } else { forms.flag.2 }).to_owned(),
        Column::Balance => forms.money(movement.balance),
        Column::PayerAccount => forms.number(&movement.payer_account),
        Column::PayerName => movement.payer_name.clone(),
        // For money in the counterparty is the payer, for money out the payee.
        Column::FromAccount | Column::ToAccount => {
            let other = (column == Column::FromAccount) == movement.credit;
            forms.number(if other { &movement.payer_account } else { &movement.account })
        }
        Column::FromName | Column::ToName => {
            let other = (column == Column::FromName) == movement.credit;
            if other { movement.payer_name.clone() } else { "示例公积金中心".to_owned() }
        }
        Column::PayerBank => "中国工商银行示例支行".to_owned(),
        Column::Words => movement.words.clone(),
        Column::OtherWords => (*prng.pick(&["转账", "", "网银转账", "汇入汇款"])).to_owned(),
        Column::Serial => forms.number(&movement.serial),
        Column::Currency => (*prng.pick(&["人民币", "CNY", "人民币元", "RMB"])).to_owned(),
        Column::Useless => (*prng.pick(&["", "0", "102", "网银"])).to_owned(),
    }
}

/// Writes the pages to a file.
fn contain(prng: &mut Prng, pages: Vec<Vec<Cells>>) -> Vec<u8> {
    match prng.below(6) {
        0 => workbook(&pages),
        1 => html(prng, &pages),
        2 => spreadsheet_xml(&pages),
        form => {
            let delimiter = if form == 3 { "\t" } else { "," };
            let text = text(&pages, delimiter);
            match prng.below(4) {
                0 => encoding_rs::GBK.encode(&text).0.into_owned(),
                1 => {
                    let mut bytes = vec![0xff, 0xfe];
                    text.encode_utf16().for_each(|unit| bytes.extend(unit.to_le_bytes()));
                    bytes
                }
                2 => format!("\u{feff}{text}").into_bytes(),
                _ => text.into_bytes(),
            }
        }
    }
}

fn text(pages: &[Vec<Cells>], delimiter: &str) -> String {
    let mut text = String::new();
    for row in pages.iter().flatten() {
        let cells = row.iter().map(|cell| {
            let quoted = cell.contains([',', '"', '\n', '\t']);
            if quoted { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.clone() }
        });
        let _ = writeln!(text, "{}", cells.collect::<Vec<_>>().join(delimiter));
    }
    text
}

fn workbook(pages: &[Vec<Cells>]) -> Vec<u8> {
    let mut book = Workbook::new();
    for page in pages {
        let sheet = book.add_worksheet();
        for (row, cells) in (0_u32..).zip(page) {
            for (column, cell) in (0_u16..).zip(cells) {
                // Programs also write amounts as numbers; longer ones would lose digits.
                let plain = cell.len() < 12 && cell.contains('.') && !cell.contains([',', '+']);
                match cell.parse::<f64>() {
                    Ok(number) if plain => sheet.write(row, column, number).unwrap(),
                    _ => sheet.write(row, column, cell.as_str()).unwrap(),
                };
            }
        }
    }
    book.save_to_buffer().unwrap()
}

fn escaped(cell: &str) -> String {
    cell.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

fn html(prng: &mut Prng, pages: &[Vec<Cells>]) -> Vec<u8> {
    let ends = prng.one_in(2);
    let mut page = "<html><head><title>明细</title></head><body>".to_owned();
    for rows in pages {
        page.push_str("<table border=\"1\">");
        for row in rows {
            page.push_str("<tr>");
            for cell in row {
                let _ = write!(page, "<td>{}{}", escaped(cell), if ends { "</td>" } else { "" });
            }
            page.push_str(if ends { "</tr>\n" } else { "\n" });
        }
        page.push_str("</table>");
    }
    page.push_str("</body></html>");
    if prng.one_in(2) { encoding_rs::GBK.encode(&page).0.into_owned() } else { page.into_bytes() }
}

fn spreadsheet_xml(pages: &[Vec<Cells>]) -> Vec<u8> {
    let mut text =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><?mso-application progid=\"Excel.Sheet\"?>\
        <Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\" \
        xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\">"
            .to_owned();
    for (number, rows) in pages.iter().enumerate() {
        let _ = write!(text, "<Worksheet ss:Name=\"S{number}\"><Table>");
        for row in rows {
            text.push_str("<Row>");
            for cell in row {
                let _ =
                    write!(text, "<Cell><Data ss:Type=\"String\">{}</Data></Cell>", escaped(cell));
            }
            text.push_str("</Row>");
        }
        text.push_str("</Table></Worksheet>");
    }
    text.push_str("</Workbook>");
    text.into_bytes()
}
